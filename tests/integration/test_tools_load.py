"""Singer taps and Airbyte sources through the pipeline: rows, deletions, state, together."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.config.credentials import Credentials
from include.config.models import Feed
from include.core import naming
from include.core.errors import UpstreamUnavailable
from include.core.streams import LoadResult, RunKind
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import run_feed_load
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.integration.tool_maker import SECRET, build_program
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed

BOTH = pytest.mark.parametrize("connector", ["singer", "airbyte"])
CREDENTIALS = Credentials("testco__feed", fields={"password": SECRET})
MakeFeed = Callable[..., Feed]


@pytest.fixture
def make_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> MakeFeed:
    """Feeds of the tiny tap; one name per test, so that tests share a database."""
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path / "state"))
    program = str(build_program(tmp_path))
    name = naming.snake(request.node.name)[-40:].strip("_")

    def make(connector: str, config: dict[str, Any] | None = None, **options: Any) -> Feed:
        options |= {"executable": program, "config": config or {}}
        made = build_feed(connector, secrets={"password": "password"}, **options)
        return replace(made, name=name)

    return make


def load(feed: Feed, url: str, stream: str = "orders") -> LoadResult:
    result = run_stream_load(
        LoadRequest(feed, RunKind.SCHEDULED, (stream,)),
        build_environment(Warehouse(url), CREDENTIALS),
    )
    assert isinstance(result, LoadResult)
    return result


def query(url: str, feed: Feed, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        connection.execute("set time zone 'UTC'")
        text = statement.format(raw=feed.raw_schema)
        return connection.execute(text.encode(), [feed.name]).fetchall()


@BOTH
def test_rows_and_state_are_committed_together(
    connector: str, make_feed: MakeFeed, warehouse: str
) -> None:
    first = load(make_feed(connector), warehouse)
    assert (first.read, first.inserted, first.quarantined) == (5, 5, 0)
    feed = make_feed(connector, {"until": 7})
    second = load(feed, warehouse)
    assert (second.read, second.inserted) == (2, 2)
    rows = query(
        warehouse,
        feed,
        "select id, name, created_at::text, amount, tags, a_b, _extra from {raw}.orders"
        " where _feed = %s and id in (2, 6) order by id",
    )
    assert rows == [
        (2, "n2", "2026-01-01 00:00:02+00", pytest.approx(0.5), [2], "dotted", None),
        (6, "n6", "2026-01-01 00:00:06+00", pytest.approx(1.5), [6], "dotted", None),
    ]
    (state,) = query(warehouse, feed, "select value from elt_ops.cursors where feed = %s")
    assert '"last": 7' in state[0]


@BOTH
def test_a_retry_goes_on_at_what_a_dead_program_had_delivered(
    connector: str, make_feed: MakeFeed, warehouse: str
) -> None:
    """A tap died after 3 of 5 records; the retry reads 4 and 5 and nothing is lost or doubled."""
    with pytest.raises(UpstreamUnavailable):
        load(make_feed(connector, {"do": "die"}), warehouse)
    feed = make_feed(connector)
    assert load(feed, warehouse).read == 2
    rows = query(warehouse, feed, "select id from {raw}.orders where _feed = %s order by id")
    assert rows == [(1,), (2,), (3,), (4,), (5,)]


@BOTH
def test_rows_gone_from_a_full_read_are_marked_deleted(
    connector: str, make_feed: MakeFeed, warehouse: str
) -> None:
    load(make_feed(connector), warehouse, "all_people")
    feed = make_feed(connector, {"until": 3})
    assert load(feed, warehouse, "all_people").deleted == 2
    gone = "select id from {raw}.all_people where _feed = %s and _deleted_at is not null order by 1"
    assert query(warehouse, feed, gone) == [(4,), (5,)]
    assert load(make_feed(connector), warehouse, "all_people").updated == 2
    assert query(warehouse, feed, gone) == []


@BOTH
def test_a_full_read_that_dies_deletes_nothing(
    connector: str, make_feed: MakeFeed, warehouse: str
) -> None:
    load(make_feed(connector), warehouse, "all_people")
    feed = make_feed(connector, {"do": "die"})
    with pytest.raises(UpstreamUnavailable):
        load(feed, warehouse, "all_people")
    gone = "select id from {raw}.all_people where _feed = %s and _deleted_at is not null"
    assert query(warehouse, feed, gone) == []


@BOTH
def test_deletions_the_source_reports_are_marked(
    connector: str, make_feed: MakeFeed, warehouse: str
) -> None:
    load(make_feed(connector), warehouse)
    feed = make_feed(connector, {"do": "deletes"}, streams={"orders": {}})
    with psycopg.connect(warehouse) as connection:
        connection.execute("delete from elt_ops.cursors where feed = %s", [feed.name])
    assert load(feed, warehouse).deleted == 3
    gone = "select id from {raw}.orders where _feed = %s and _deleted_at is not null order by 1"
    assert query(warehouse, feed, gone) == [(1,), (3,), (5,)]


def test_what_the_schema_did_not_promise_is_kept(make_feed: MakeFeed, warehouse: str) -> None:
    """A field that appears mid-stream is in _extra; an amount that turns text widens its column."""
    feed = make_feed("singer", {"do": "schema_change"})
    result = load(feed, warehouse)
    assert (result.read, result.loaded, result.quarantined) == (5, 5, 0)
    rows = query(
        warehouse, feed, "select id, amount, _extra from {raw}.orders where _feed = %s order by id"
    )
    assert rows[1:3] == [(2, "0.5", None), (3, "many", {"colour": "red"})]


def test_a_cut_message_balances_the_books(make_feed: MakeFeed, warehouse: str) -> None:
    feed = make_feed("airbyte", {"do": "bad_json"})
    result = load(feed, warehouse)
    assert (result.read, result.loaded, result.quarantined) == (5, 4, 1)
    kept = "select reason, payload from elt_ops.quarantine where feed = %s"
    ((reason, payload),) = query(warehouse, feed, kept)
    assert reason == "invalid_json"
    assert SECRET not in str(payload)


@BOTH
def test_equal_rows_without_a_key_stay_two(
    connector: str, make_feed: MakeFeed, warehouse: str
) -> None:
    streams = {"till_lines": {"name": "all-people"}}
    feed = make_feed(connector, {"do": "keyless", "until": 3}, streams=streams)
    assert load(feed, warehouse, "till_lines").inserted == 3
    again = load(feed, warehouse, "till_lines")
    assert (again.unchanged, again.deleted) == (3, 0)


@BOTH
def test_one_task_loads_all_that_is_found(
    connector: str, make_feed: MakeFeed, warehouse: str
) -> None:
    feed = make_feed(connector)
    result = run_feed_load(
        LoadRequest(feed, RunKind.SCHEDULED), build_environment(Warehouse(warehouse), CREDENTIALS)
    )
    assert sorted(result.loaded) == ["all_people", "orders"]
    assert not result.failed
