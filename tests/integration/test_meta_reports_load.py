"""Meta's insights into a real PostgreSQL: vanished rows, and reports a killed run left behind."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from include.config.credentials import Credentials
from include.core import clock
from include.core.streams import LoadResult, RunKind
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.stores.jobs import WarehouseJobStore
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.load_environment import build_environment
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

NOW = datetime(2025, 1, 5, 12, tzinfo=UTC)
FACTS = {"account_id": "12", "currency": "USD", "timezone_name": "UTC"}


class Graph:
    """One report a range; refuses to say how they are while it `is_down`."""

    def __init__(self) -> None:
        self.ranges: list[dict[str, str]] = []
        self.rows: list[dict[str, Any]] = []
        self.is_down = False

    def __call__(self, seen: Seen) -> Reply:
        node, _, edge = seen.path.removeprefix("/v26.0/").partition("/")
        if node == "act_12" and not edge:
            return Reply(FACTS)
        if seen.method == "POST":
            self.ranges.append(json.loads(seen.body["time_range"]))
            return Reply({"report_run_id": str(899 + len(self.ranges))})
        if self.is_down:
            return Reply({"error": {"code": 100, "message": "x"}}, 400)
        if not edge:
            return Reply({"async_status": "Job Completed"})
        span = self.ranges[int(node) - 900]
        inside = [r for r in self.rows if span["since"] <= r["date_start"] <= span["until"]]
        return Reply({"data": inside})


@pytest.fixture
def graph(warehouse: str) -> Iterator[tuple[Graph, FakeApi]]:
    script = Graph()
    with FakeApi(script) as api:
        yield script, api


def _insight(ad: str, day: int, spend: str = "1.50") -> dict[str, Any]:
    on = f"2025-01-0{day}"
    return {"account_id": "12", "ad_id": ad, "date_start": on, "date_stop": on, "spend": spend,
            "actions": [{"action_type": "purchase", "value": "1", "7d_click": "1"}]}  # fmt: skip


def _load(api: FakeApi, url: str, at: datetime) -> LoadResult:
    credentials = Credentials("c", api.url, {"password": "x", "account_ids": "12"})
    with clock.frozen(at):
        done = run_stream_load(
            LoadRequest(build_feed("meta_ads"), RunKind.SCHEDULED, ("ad_insights",)),
            build_environment(Warehouse(url), credentials),
        )
    assert isinstance(done, LoadResult)
    return done


def test_a_restated_day_replaces_what_was_there(
    graph: tuple[Graph, FakeApi], warehouse: str
) -> None:
    script, api = graph
    script.rows = [_insight(ad, day) for ad in "abc" for day in (2, 3)]
    assert _load(api, warehouse, NOW).inserted == 6
    script.rows = [_insight("a", 2, "9.00"), *script.rows[1:-1]]
    again = _load(api, warehouse, NOW + timedelta(hours=1))
    assert (again.updated, again.deleted, again.unchanged) == (1, 1, 4)
    with psycopg.connect(warehouse) as connection:
        table = "testco_raw_meta_ads.ad_insights"
        gone = connection.execute(
            f"select ad_id, date_start::text from {table} where _deleted_at is not null"
        ).fetchall()
        spent = connection.execute(
            f"select sum(spend)::text from {table} where _deleted_at is null"
        ).fetchone()
        kept = connection.execute("select count(*) from elt_ops.source_jobs").fetchone()
    assert gone == [("c", "2025-01-03")]
    assert spent == ("15.00",)
    assert kept == (0,)


def test_a_run_after_a_crash_starts_no_second_report(
    graph: tuple[Graph, FakeApi], warehouse: str
) -> None:
    script, api = graph
    script.rows = [_insight("z", 4)]
    script.is_down = True
    with pytest.raises(Exception, match="refused"):
        _load(api, warehouse, NOW)
    started = len(script.ranges)
    assert started == 1
    script.is_down = False
    _load(api, warehouse, NOW)
    assert len(script.ranges) == started


def test_old_jobs_and_those_of_other_feeds_are_not_used(warehouse: str) -> None:
    house = Warehouse(warehouse)
    with house.connect() as connection:
        ddl.run_migrations(connection)
    store = WarehouseJobStore(house, "acme", "meta")
    store.put("12/a/1", "900")
    assert store.get("12/a/1") == "900"
    assert WarehouseJobStore(house, "acme", "other").get("12/a/1") is None
    store.forget("12/b/")
    assert store.get("12/a/1") == "900"
    with psycopg.connect(warehouse) as connection:
        connection.execute("update elt_ops.source_jobs set started_at = now() - interval '1 day'")
    assert store.get("12/a/1") is None
