"""A worker's clock decides nothing; the next load repairs what one that ran ahead has left."""

from datetime import UTC, datetime, timedelta

import pytest

from include.config.credentials import Credentials
from include.core.errors import WarehouseRejected
from include.core.streams import Page, RunKind, Tombstone
from include.destinations.postgres.merge import Merge
from include.ledger import loads as ledger
from include.ledger.connection import Warehouse
from include.pipeline import stream_load
from tests.integration.load_case import LoadCase, build_case

PLAIN = {"primary_key": ["id"], "columns": {"id": "int", "name": "text"}}
SWEPT = {**PLAIN, "sweep": "all", "sweep_limit_share": 1}
VERSIONED = {
    "primary_key": ["id"],
    "version": "at",
    "columns": {"id": "int", "name": "text", "at": "timestamp"},
}
AHEAD = timedelta(days=31)


def _now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.mark.parametrize("declaration", [PLAIN, VERSIONED], ids=["plain", "versioned"])
def test_what_a_clock_a_month_ahead_wrote_is_overwritten(warehouse: str, declaration: dict) -> None:
    """Every later update vanished as `filtered` for a month, and all checks were green."""
    case = build_case(warehouse, declaration)
    version = {"at": "2025-06-01T00:00:00Z"} if "version" in declaration else {}
    case.load([{"id": 1, "name": "old", **version}], started_at=_now() + AHEAD)
    result = case.load([{"id": 1, "name": "new", **version}], started_at=_now())
    assert (result.updated, result.filtered) == (1, 0)
    assert case.rows("id, name") == [(1, "new")]
    assert case.rows("_loaded_at, id")[0][0] < _now() + timedelta(minutes=1)


def test_an_older_version_still_loses_to_a_row_stamped_ahead(warehouse: str) -> None:
    case = build_case(warehouse, VERSIONED)
    newer, older = "2025-06-02T00:00:00Z", "2025-06-01T00:00:00Z"
    case.load([{"id": 1, "name": "new", "at": newer}], started_at=_now() + AHEAD)
    result = case.load([{"id": 1, "name": "old", "at": older}], started_at=_now())
    assert (result.updated, result.filtered) == (0, 1)


def test_a_row_stamped_ahead_is_found_gone(warehouse: str) -> None:
    case = build_case(warehouse, SWEPT)
    case.load([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], started_at=_now() + AHEAD)
    assert case.load([{"id": 1, "name": "a"}], started_at=_now()).deleted == 1
    assert case.query("select id from {t} where _deleted_at is not null") == [(2,)]


def test_a_row_stamped_ahead_can_be_deleted_by_name(warehouse: str) -> None:
    case = build_case(warehouse, PLAIN)
    case.load([{"id": 1, "name": "a"}], started_at=_now() + AHEAD)
    gone = Page([], deleted=(Tombstone((1,), None),))
    assert case.load(gone, started_at=_now()).deleted == 1


def test_loads_of_one_stream_are_still_ordered_by_their_beginning(warehouse: str) -> None:
    case = build_case(warehouse, PLAIN)
    now = _now()
    case.load([{"id": 1, "name": "new"}], started_at=now)
    result = case.load([{"id": 1, "name": "old"}], started_at=now - timedelta(hours=1))
    assert (result.updated, result.filtered) == (0, 1)


@pytest.mark.parametrize("declaration", [PLAIN, VERSIONED], ids=["plain", "versioned"])
def test_of_loads_that_began_together_the_later_commit_wins(
    warehouse: str, declaration: dict
) -> None:
    """`<=` for `<`: a second try within the clock's grain could not repair what the first wrote."""
    case = build_case(warehouse, declaration)
    version = {"at": "2025-06-01T00:00:00Z"} if "version" in declaration else {}
    now = _now()
    case.load([{"id": 1, "name": "first", **version}], started_at=now)
    result = case.load([{"id": 1, "name": "second", **version}], started_at=now)
    assert (result.updated, result.filtered) == (1, 0)
    assert case.rows("id, name") == [(1, "second")]


def test_a_load_is_stamped_by_the_warehouses_clock(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stamp was the worker's `utcnow`; two workers ten minutes apart lost updates."""
    with Warehouse(warehouse).connect() as connection:
        told = ledger.fetch_now(connection)
    assert abs(told - _now()) < timedelta(minutes=1)
    seen: list[datetime] = []

    class Stop(Exception):
        pass

    def plan(_request: object, place: ledger.LoadPlace, *_: object) -> None:
        seen.append(place.started_at)
        raise Stop

    from include.pipeline.load_environment import LoadEnvironment
    from include.pipeline.load_request import LoadRequest
    from tests.unit.feed_maker import build_feed

    monkeypatch.setattr(stream_load, "utcnow", lambda: _now() + AHEAD)
    monkeypatch.setattr(stream_load, "fetch_read_plan", plan)
    connector = {"connector": "x", "title": "X", "kind": "python", "streams": {"orders": PLAIN}}
    request = LoadRequest(build_feed(connector), RunKind.SCHEDULED, ("orders",))
    with pytest.raises(Stop):
        stream_load.run_stream_load(
            request,
            LoadEnvironment(Warehouse(warehouse), lambda feed: Credentials("x")),
            source=object(),
        )
    assert abs(seen[0] - _now()) < timedelta(minutes=1)


def test_a_lost_update_unbalances_the_books(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`unchanged` was what remained, so a merge that lost every update balanced all the same."""
    case: LoadCase = build_case(warehouse, PLAIN)
    case.load([{"id": 1, "name": "old"}, {"id": 2, "name": "same"}])
    monkeypatch.setattr(Merge, "_run_update", lambda _self: 0)
    with pytest.raises(WarehouseRejected, match="1 of 2 records were neither written"):
        case.load([{"id": 1, "name": "new"}, {"id": 2, "name": "same"}])
    assert case.rows("id, name") == [(1, "old"), (2, "same")]


def test_unchanged_is_counted(warehouse: str) -> None:
    case = build_case(warehouse, PLAIN)
    case.load([{"id": n, "name": "a"} for n in range(5)])
    result = case.load(
        [{"id": 0, "name": "b"}, {"id": 1, "name": "a"}, {"id": 2, "name": None}, {"id": 9}]
    )
    assert (result.inserted, result.updated, result.unchanged) == (1, 2, 1)
