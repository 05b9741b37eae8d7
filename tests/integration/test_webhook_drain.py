"""Webhooks from the inbox to raw rows in a real PostgreSQL: once, in order, poison set aside."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import yaml

from include import cli
from include.config.credentials import Credentials
from include.config.load import load_connectors, load_tenant
from include.config.models import Feed
from include.config.settings import load_settings
from include.core.errors import WarehouseUnavailable
from include.core.streams import RunKind
from include.core.webhook_event import EventPaths, build_events
from include.ledger.connection import Warehouse
from include.ledger.stores import inbox
from include.pipeline.feed_load import run_feed_load
from include.pipeline.load_request import LoadRequest
from include.pipeline.retention import run_retention
from include.pipeline.webhook_drain import DrainResult, run_drain
from tests.load_environment import build_environment
from tests.webhook_inbox import receive_event

PATHS = EventPaths("id", "type", "at")
ORDERS = {
    "orders": {
        "events": ["order.*"],
        "records_path": "data",
        "columns": {"id": "int", "amount": "numeric"},
    }
}
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@dataclass
class Shop:
    """One tenant's webhook feed in the test database."""

    url: str
    feed: Feed
    credentials: Credentials = field(
        default_factory=lambda: Credentials("x", fields={"password": "s"})
    )

    def receive(self, event_id: str, kind: str, minute: int = 0, **data: Any) -> bool:
        at = (NOON + timedelta(minutes=minute)).isoformat()
        return self.receive_body({"id": event_id, "type": kind, "at": at, "data": data})

    def receive_body(self, body: Any, headers: dict[str, str] | None = None) -> bool:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        place = (self.url, self.feed.tenant.id, self.feed.name)
        events = build_events(headers or {}, content, PATHS)
        kept = [receive_event(*place, event) for event in events]
        return all(kept)

    def drain(self) -> DrainResult:
        return run_drain(self.feed, build_environment(Warehouse(self.url), self.credentials))

    def query(self, text: str) -> list[tuple[Any, ...]]:
        schema = self.feed.raw_schema
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(text.format(raw=schema).encode()).fetchall()

    def orders(self) -> list[tuple[Any, ...]]:
        return self.query(
            "select id, amount, event_id, _deleted_at is not null from {raw}.orders order by id"
        )

    def states(self) -> dict[str, str]:
        rows = self.query(
            "select event_id, state from elt_ops.inbox "
            f"where tenant = '{self.feed.tenant.id}' order by inbox_id"
        )
        return dict(rows)


Make = Callable[..., Shop]


@pytest.fixture
def make(warehouse: str, tmp_path: Path) -> Make:
    def build(streams: dict[str, Any] | None = None) -> Shop:
        tenant = f"t{uuid4().hex[:10]}"
        options = {"verify": "hmac", **({"streams": streams} if streams else {})}
        block = {"connector": "webhook", "start_date": "2026-01-01", "options": options}
        content = {"tenant": tenant, "name": "T", "owner": "o", "feeds": {"hooks": block}}
        path = tmp_path / f"{tenant}.yaml"
        path.write_text(yaml.safe_dump(content))
        connectors, _ = load_connectors(load_settings().connectors_dir)
        found, problems = load_tenant(path, connectors)
        assert found and not problems, problems
        return Shop(warehouse, found.feeds[0])

    return build


def test_events_become_rows_and_are_drained_with_them(make: Make) -> None:
    shop = make(ORDERS)
    assert shop.receive("e1", "order.created", 0, id=1, amount="10.10")
    assert shop.receive("e2", "order.created", 1, id=2, amount="5", note="kept")
    assert not shop.receive("e1", "order.created", 0, id=1, amount="10.10"), "sent twice"
    result = shop.drain()
    assert (result.events, result.loaded, result.failed) == (2, {"orders": 2}, {})
    assert [(row[0], str(row[1]), row[2]) for row in shop.orders()] == [
        (1, "10.10", "e1"),
        (2, "5", "e2"),
    ]
    assert set(shop.states().values()) == {"drained"}
    loads = shop.query("select load_id, settled_at is not null from elt_ops.inbox")
    assert all(load_id and settled for load_id, settled in loads)
    assert shop.drain().events == 0


def test_an_older_event_never_replaces_a_newer_one(make: Make) -> None:
    """Senders promise no order: the newest event wins, in one drain and across two."""
    shop = make(ORDERS)
    shop.receive("e3", "order.updated", 3, id=1, amount="3")
    shop.receive("e2", "order.updated", 2, id=1, amount="2")
    shop.receive("e9", "order.updated", 9, id=2, amount="9")
    shop.drain()
    shop.receive("e1", "order.created", 1, id=1, amount="1")
    shop.receive("e8", "order.updated", 8, id=2, amount="8")
    shop.drain()
    assert [(row[0], str(row[1]), row[2]) for row in shop.orders()] == [
        (1, "3", "e3"),
        (2, "9", "e9"),
    ]
    assert set(shop.states().values()) == {"drained"}


def test_deletes_mark_rows_and_stay_deleted(make: Make) -> None:
    """A creation that arrives after its own deletion once brought the record back to life."""
    shop = make(ORDERS)
    shop.receive("a1", "order.created", 1, id=1, amount="1")
    shop.receive("b5", "order.deleted", 5, id=2)
    shop.receive("c1", "order.created", 1, id=3, amount="3")
    shop.drain()
    shop.receive("a2", "order.deleted", 2, id=1)
    shop.receive("b1", "order.created", 1, id=2, amount="2")
    shop.receive("c3", "order.restored", 3, id=3, amount="33")
    shop.receive("c2", "order.deleted", 2, id=3)
    shop.drain()
    found = {row[0]: (row[1], row[3]) for row in shop.orders()}
    assert found[1] == (1, True), "the last content stays"
    assert found[2] == (None, True), "never seen alive, and stays dead"
    assert str(found[3][0]) == "33" and found[3][1] is False, "restored after its deletion"
    shop.receive("a3", "order.restored", 3, id=1, amount="4")
    shop.drain()
    assert {row[0]: row[3] for row in shop.orders()}[1] is False


def test_poison_events_are_quarantined_and_the_others_go_on(make: Make) -> None:
    shop = make(ORDERS)
    shop.receive("good", "order.created", id=1, amount="1")
    shop.receive("misfit", "order.created", id=2, amount="a lot")
    shop.receive("keyless", "order.created", amount="3")
    shop.receive_body({"id": "empty", "type": "order.created", "at": "2026-05-01T00:00:00Z"})
    shop.receive_body(b'{"id": "cut", "ty', {})
    result = shop.drain()
    assert result.failed == {}
    assert [row[0] for row in shop.orders()] == [1]
    states = shop.states()
    assert {key: states[key] for key in ("good", "misfit", "keyless", "empty")} == {
        "good": "drained", "misfit": "poison", "keyless": "poison", "empty": "poison",
    }  # fmt: skip
    # What is no JSON has no type, so no stream of this feed claims it; it stays in sight.
    assert (result.unclaimed, result.poisoned) == (0, 1)
    kept = shop.query(
        "select reason, payload from elt_ops.quarantine "
        f"where tenant = '{shop.feed.tenant.id}' order by reason"
    )
    assert [reason for reason, _ in kept] == ["no_record", "null_primary_key", "type_mismatch"]
    assert all(payload for _, payload in kept)


def test_without_streams_every_event_is_a_row(make: Make) -> None:
    shop = make()
    shop.receive("e1", "a.created", 1, id=7, deep={"x": 1})
    shop.receive("e2", "b.deleted", 2, id=7)
    shop.receive_body(b"no json")
    assert shop.drain().loaded == {"events": 2}
    rows = shop.query(
        "select event_id, event_type, _extra->'data'->>'id', _deleted_at from {raw}.events "
        "order by event_id"
    )
    assert rows == [("e1", "a.created", "7", None), ("e2", "b.deleted", "7", None)]
    assert sorted(shop.states().values()) == ["drained", "drained", "poison"]


def test_an_event_of_two_streams_is_drained_by_the_last_one(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drain that died between two streams once loaded the first one's rows again for ever."""
    lines = {"events": ["order.*"], "records_path": "data.lines"}
    shop = make({**ORDERS, "lines": lines})
    shop.receive("e1", "order.created", id=1, amount="1", lines=[{"id": 11}, {"id": 12}])
    real = inbox.run_settle

    def refuse_orders(connection: Any, place: Any, marks: Any, load_id: int) -> None:
        real(connection, place, marks, load_id)
        if place[2] == "orders":
            raise WarehouseUnavailable("gone in the middle of the commit")

    monkeypatch.setattr(inbox, "run_settle", refuse_orders)
    result = shop.drain()
    assert (result.loaded, sorted(result.failed)) == ({"lines": 2}, ["orders"])
    assert shop.states() == {"e1": "new"}
    assert shop.query("select to_regclass('{raw}.orders')") == [(None,)], "rolled back with marks"
    monkeypatch.undo()
    result = shop.drain()
    assert result.loaded == {"orders": 1}, "lines were taken already"
    assert shop.states() == {"e1": "drained"}
    tries = shop.query(f"select tries from elt_ops.inbox where tenant = '{shop.feed.tenant.id}'")
    assert tries == [(1,)]


def test_an_event_that_breaks_its_load_is_found_and_set_aside(make: Make) -> None:
    """One deletion with a key of the wrong type once kept every event behind it waiting."""
    shop = make(ORDERS)
    for number in range(1, 8):
        shop.receive(f"e{number}", "order.created", number, id=number, amount="1")
    shop.receive("bad", "order.deleted", 9, id="not a number")
    for attempt in range(3):
        result = shop.drain()
        assert [row[0] for row in shop.orders()] == list(range(1, 8))
        assert bool(result.failed) is (attempt < 2), "three tries, then it is nobody's hope"
    assert result.poisoned == 1
    states = shop.states()
    assert states.pop("bad") == "poison"
    assert set(states.values()) == {"drained"}


def test_one_feeds_trouble_is_not_anothers(make: Make) -> None:
    first, second = make(ORDERS), make(ORDERS)
    for shop in (first, second):
        shop.receive("e1", "order.created", id=1, amount="1")
    broken = replace(first, credentials=Credentials("x"))
    assert broken.drain().loaded == {"orders": 1}, "draining needs no secret"
    assert second.states() == {"e1": "new"}
    assert second.drain().loaded == {"orders": 1}


def test_the_feeds_own_schedule_reads_the_inbox_too(make: Make) -> None:
    shop = make(ORDERS)
    shop.receive("e1", "order.created", id=1, amount="1")
    place = Warehouse(shop.url)
    done = run_feed_load(
        LoadRequest(shop.feed, RunKind.SCHEDULED), build_environment(place, shop.credentials)
    )
    assert done.loaded["orders"].inserted == 1
    assert shop.states() == {"e1": "drained"}
    again = run_feed_load(
        LoadRequest(shop.feed, RunKind.SCHEDULED), build_environment(place, shop.credentials)
    )
    assert again.loaded["orders"].read == 0


def test_retention_keeps_what_nobody_has_drained(make: Make) -> None:
    shop = make(ORDERS)
    shop.receive("e1", "order.created", id=1, amount="1")
    shop.drain()
    shop.receive("e2", "order.created", id=2, amount="2")
    with psycopg.connect(shop.url, autocommit=True) as connection:
        connection.execute(
            "update elt_ops.inbox set received_at = received_at - interval '1 year', "
            "settled_at = settled_at - interval '1 year' where tenant = %s",
            [shop.feed.tenant.id],
        )
    assert run_retention(Warehouse(shop.url), days=90)["inbox"] == 1
    assert shop.states() == {"e2": "new"}


def test_the_command_drains_each_feed_and_tells(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    good, bad = make(ORDERS), make(ORDERS)
    for shop in (good, bad):
        shop.receive("e1", "order.created", id=1, amount="1")
        shop.receive("e2", "nobodys.business", id=1)
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    monkeypatch.setenv("WAREHOUSE_URL", good.url)
    monkeypatch.setenv(f"AIRFLOW_CONN_{good.feed.tenant.id.upper()}__HOOKS", '{"password": "s"}')
    assert cli.main(["drain"]) == 2, "the other feed has no connection"
    told = capsys.readouterr()
    assert f"{good.feed.tenant.id}/hooks: 2 events, orders 1, 1 of no stream" in told.out
    assert f"{bad.feed.tenant.id}/hooks" in told.err
    assert good.states() == {"e1": "drained", "e2": "drained"}
    assert bad.states() == {"e1": "new", "e2": "new"}
    assert cli.main(["drain", "--tenant", good.feed.tenant.id, "--feed", "hooks"]) == 0
    assert "0 events, no rows" in capsys.readouterr().out


def test_a_list_of_events_becomes_as_many_rows(make: Make) -> None:
    """A body that was a list was settled as done, and no row came of it."""
    shop = make(ORDERS)
    at = NOON.isoformat()
    shop.receive_body(
        [
            {"id": f"l{n}", "type": "order.created", "at": at, "data": {"id": n, "amount": "1.50"}}
            for n in range(3)
        ]
    )
    shop.drain()
    assert [row[0] for row in shop.orders()] == [0, 1, 2]


def test_what_does_not_say_what_it_is_stays_in_sight(make: Make) -> None:
    """It counted as an event nobody wants, and was marked done."""
    shop = make(ORDERS)
    shop.receive_body({"hello": "world"})
    shop.receive_body(b"no json at all")
    result = shop.drain()
    assert (result.poisoned, result.unclaimed) == (2, 0)
    assert set(shop.states().values()) == {"poison"}
