"""Attio and CallRail into a real PostgreSQL: absence deletes, edits arrive, nothing twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from include.config.credentials import Credentials
from include.core import clock
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import FeedResult, run_feed_load
from include.pipeline.load_request import LoadRequest
from tests.load_environment import build_environment
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

NOW = datetime(2026, 11, 10, tzinfo=UTC)


def _load(api: FakeApi, name: str, url: str, at: datetime) -> FeedResult:
    feed = build_feed(name)
    credentials = Credentials("c", api.url, {"password": "x"})
    with clock.frozen(at):
        return run_feed_load(
            LoadRequest(feed, RunKind.SCHEDULED), build_environment(Warehouse(url), credentials)
        )


def _fetch(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def _person(number: int, phone: str | None = None) -> dict[str, Any]:
    at = f"2026-01-01T00:00:00.{number:09d}Z"
    value = {"active_from": at, "active_until": None, "attribute_type": "phone-number"}
    phones = [{**value, "phone_number": phone}] if phone else []
    ids = {"workspace_id": "w", "object_id": "o", "record_id": f"r{number}"}
    return {"id": ids, "created_at": at, "values": {"phone_numbers": phones}}


def test_attio_deletes_by_absence_and_sees_removed_values(warehouse: str) -> None:
    """A value that is removed leaves no newer time: the row must change all the same."""
    people = [_person(n, "+13035550100") for n in range(8)]

    def answer(seen: Seen) -> Reply:
        rows = people if "people" in seen.path else []
        asked = seen.body if seen.method == "POST" else seen.query
        start = int(asked.get("offset", 0))
        return Reply({"data": rows[start : start + 500]})

    with FakeApi(answer) as api:
        first = _load(api, "attio", warehouse, NOW)
        again = _load(api, "attio", warehouse, NOW + timedelta(hours=1))
        people[2] = _person(2)
        del people[5]
        changed = _load(api, "attio", warehouse, NOW + timedelta(hours=2))
    assert first.failed == again.failed == changed.failed == {}
    assert first.loaded["people"].inserted == 8
    assert {name: done.loaded for name, done in again.loaded.items() if done.loaded} == {}
    assert (changed.loaded["people"].updated, changed.loaded["people"].deleted) == (1, 1)
    rows = _fetch(
        warehouse,
        "select id, phone, _deleted_at is not null from testco_raw_attio.people"
        " where phone is null or _deleted_at is not null order by id",
    )
    assert rows == [("r2", None, False), ("r5", "+13035550100", True)]
    phones = "select count(*) from testco_raw_attio.people__phone_numbers"
    assert _fetch(warehouse, phones) == [(7,)]


def test_callrail_edits_of_the_last_month_arrive(warehouse: str) -> None:
    """A call tagged three weeks later: its start has not moved, the lookback brings it."""
    call: dict[str, Any] = {"id": "CAL1", "start_time": "2026-11-01T10:00:00-06:00", "tags": None}

    def answer(seen: Seen) -> Reply:
        pages = {"page": 1, "total_pages": 1}
        if seen.path == "/v3/a.json":
            return Reply({**pages, "accounts": [{"id": "ACC1"}]})
        if seen.path.endswith("/form_submissions.json"):
            return Reply({}, 403)
        name = seen.path.rpartition("/")[2].removesuffix(".json")
        name = {"text-messages": "conversations"}.get(name, name)
        return Reply({**pages, name: [dict(call)] if name == "calls" else []})

    with FakeApi(answer) as api:
        first = _load(api, "callrail", warehouse, NOW)
        call |= {"tags": ["Sales"], "value": "250.00"}
        later = _load(api, "callrail", warehouse, NOW + timedelta(days=20))
        asked = [seen.query for seen in api.seen if seen.path.endswith("/calls.json")]
    assert first.failed == later.failed == {}
    assert (first.loaded["calls"].inserted, later.loaded["calls"].updated) == (1, 1)
    assert [query["start_date"] for query in asked] == ["2025-01-01", "2026-10-11"]
    row = "select account_id, value::text, t.name from testco_raw_callrail.calls as c"
    row += " join testco_raw_callrail.calls__tags as t on t._parent_id = c.id"
    assert _fetch(warehouse, row) == [("ACC1", "250.00", "Sales")]


@pytest.mark.parametrize("name", ["attio", "callrail"])
def test_every_stream_has_its_table(name: str, warehouse: str) -> None:
    query = "select table_name from information_schema.tables where table_schema = 'testco_raw_{}'"
    tables = {row[0] for row in _fetch(warehouse, query.format(name))}
    assert set(build_feed(name).streams) <= tables
