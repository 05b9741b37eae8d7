"""Rows in another database, books in PostgreSQL: the same answers, and exactly once."""

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from include.core.errors import TooManyRejects, TruncatedFetch, WarehouseUnavailable
from include.core.streams import Page, RunKind, Tombstone
from include.ledger import open_loads
from include.load import two_stores
from include.load.two_stores import ENTRY
from tests.integration.duckdb_destination import DuckSession
from tests.integration.load_case import ORDERS, build_case, order, reject
from tests.integration.two_stores_case import SWEPT, TwoStoresCase, build_two_stores
from tests.integration.two_stores_killed import COMMITTED_AFTER, FIRST, STEPS, load_second


@pytest.fixture
def case(warehouse: str, tmp_path: Path) -> TwoStoresCase:
    return build_two_stores(warehouse, tmp_path / "rows.duckdb", f"t{uuid4().hex[:10]}")


@pytest.fixture(scope="module")
def undisturbed(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What two quiet loads leave."""
    file = tmp_path_factory.mktemp("quiet") / "rows.duckdb"
    case = build_two_stores(warehouse, file, f"t{uuid4().hex[:10]}")
    case.load(*FIRST)
    load_second(case)
    return case.state()


def test_both_destinations_count_and_keep_the_same(case: TwoStoresCase) -> None:
    """One history through PostgreSQL and through the Protocol's second implementation."""
    other = build_case(case.url, SWEPT)
    for one in (case, other):
        one.load(*FIRST)
        load_second(one)  # type: ignore[arg-type]
        one.load([order(2, hour=0), order(1, "0.50", hour=1), order(4)], kind=RunKind.BACKFILL)
        one.load([order(1, "3.00", hour=3)], started_at=one.plan().place.started_at)
    shown = "id, amount, _deleted_at is not null, colour, customer_id, updated_at"
    assert case.rows(shown) == [
        (*row[:-1], row[-1] and row[-1].replace(tzinfo=None)) for row in other.rows(shown)
    ]
    children = "select _parent_id, sku, quantity from {t}__items order by 1, 2"
    assert case.there(children) == other.query(children)
    for table, columns in {
        "loads": "load_id * 0, read, inserted, updated, unchanged, quarantined, filtered, deleted, "
        "child_rows, delivered",
        "quarantine": "record_key, reason, state, resolution, seen_count, key_values",
        "schema_changes": "table_name, column_name, change, old_type, new_type",
        "cursors": "stream, value",
        "files": "path, content_hash",
    }.items():
        ordered = [sorted(map(repr, one.ops(table, columns))) for one in (case, other)]
        assert ordered[0] == ordered[1], table


def test_a_quiet_load_leaves_nothing_open(undisturbed: dict[str, Any]) -> None:
    assert undisturbed["open"] == []
    assert undisturbed["balance"] == [(0,)]
    assert undisturbed["tables"] == ["_elt_commits", "orders", "orders__items"]
    assert undisturbed["commits"] == [(0, "done"), (1, "done")]
    assert undisturbed["cursor"] == [("orders", "2026-02-01T00:00:00Z")]


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_changes_nothing(
    case: TwoStoresCase, undisturbed: dict[str, Any], step: str
) -> None:
    """SIGKILL, then an ordinary run: rows, counts, quarantine and cursor are those of a quiet one.

    Where the other database had committed, the run finds that out and enters it as it was, once.
    """
    case.load(*FIRST)
    arguments = [case.url, str(case.file), case.tenant, step]
    module = "tests.integration.two_stores_killed"
    died = subprocess.run([sys.executable, "-m", module, *arguments], check=False, timeout=120)
    assert died.returncode == -9
    result = load_second(case)
    state = case.state()
    if list(STEPS).index(step) < COMMITTED_AFTER:
        assert (result.inserted, result.updated) == (2, 1)
        assert state == undisturbed
        return
    # The same pages once more: nothing is new, and each bad record is seen again.
    assert (result.inserted, result.updated) == (0, 0)
    assert len(state["books"]) == 3
    assert sorted(state["commits"]) == [(0, "done"), (1, "done"), (2, "done")]
    for what in ("children", "balance", "open", "tables", "cursor", "files", "changes", "columns"):
        assert state[what] == undisturbed[what], what
    assert [row[:8] for row in state["books"] if row[3]] == [
        row[:8] for row in undisturbed["books"] if row[3]
    ]
    assert [row[1:3] for row in state["quarantine"]] == [
        row[1:3] for row in undisturbed["quarantine"]
    ]


def test_an_answer_lost_after_the_commit_is_read(
    case: TwoStoresCase, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection broke on the answer: loading again would have counted everything twice."""
    case.load(*FIRST)
    commit = DuckSession.run_commit

    def lose(*args: Any) -> None:
        commit(*args)
        raise WarehouseUnavailable("the connection was lost")

    monkeypatch.setattr(DuckSession, "run_commit", lose)
    assert load_second(case).inserted == 2
    assert case.state() == undisturbed


def test_a_commit_that_never_arrived_is_void(
    case: TwoStoresCase, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    case.load(*FIRST)
    with monkeypatch.context() as patch:

        def refuse(*_args: Any) -> None:
            raise WarehouseUnavailable("the connection was lost")

        patch.setattr(DuckSession, "run_commit", refuse)
        with pytest.raises(WarehouseUnavailable, match="connection was lost"):
            load_second(case)
    assert case.ops("open_loads") == []
    assert len(case.ops("loads")) == 1
    load_second(case)
    assert case.state() == undisturbed


def test_a_stalled_process_cannot_commit_what_was_given_up(
    case: TwoStoresCase, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock was gone with its connection, another process loaded the window, then it woke up."""
    case.load(*FIRST)
    stalls, goes_on = threading.Event(), threading.Event()
    begin, main = DuckSession.run_begin, threading.current_thread()

    def stall(self: DuckSession, load_id: int) -> None:
        begin(self, load_id)
        if threading.current_thread() is not main:
            stalls.set()
            assert goes_on.wait(60)

    monkeypatch.setattr(DuckSession, "run_begin", stall)
    caught: list[BaseException] = []

    def load() -> None:
        try:
            load_second(build_two_stores(case.url, case.file, case.tenant))
        except WarehouseUnavailable as error:
            caught.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    assert stalls.wait(60)
    case.query(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' "
        "and database = (select oid from pg_database where datname = current_database())"
    )
    assert load_second(case).inserted == 2
    goes_on.set()
    thread.join()
    assert len(caught) == 1
    assert case.state() == undisturbed


def test_the_books_that_could_not_be_written_are_written_by_the_next_load(
    case: TwoStoresCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def fail(*_args: Any) -> bool:
            raise WarehouseUnavailable("no connection to the books")

        patch.setattr(open_loads, "run_close", fail)
        with pytest.raises(WarehouseUnavailable, match="no connection to the books"):
            case.load(*FIRST, cursor_after="2026-01-15T00:00:00Z")
    assert case.rows("count(*)") == [(4,)]
    assert case.ops("loads") == []
    case.load([order(1), order(2), order(3), order(4)])
    assert case.ops("loads", "inserted, unchanged") == [(0, 4), (4, 0)]
    assert case.ops("cursors", "stream, value") == [("orders", "2026-01-15T00:00:00Z")]


def test_decisions_that_stop_a_load_leave_nothing_there(warehouse: str, tmp_path: Path) -> None:
    """A cut answer and too many bad records are found before the other database commits."""
    declared = ORDERS | {"sweep": "all", "quarantine": {"share": 0.1, "least": 1}}
    name = f"t{uuid4().hex[:10]}"
    case = build_two_stores(warehouse, tmp_path / "rows.duckdb", name, declared)
    case.load([order(number) for number in range(40)])
    with pytest.raises(TruncatedFetch, match="`2` of `40` known rows"):
        case.load([order(1), order(2)])
    with pytest.raises(TooManyRejects):
        case.load([order(1, "x"), order(2, "x"), order(3)])
    assert case.rows("count(*)", " where _deleted_at is null") == [(40,)]
    assert case.ops("open_loads") == []
    assert case.there("select distinct table_name from information_schema.tables order by 1") == [
        ("_elt_commits",), ("orders",), ("orders__items",),
    ]  # fmt: skip
    assert case.ops("quarantine", "record_key, state") == [("id=1", "open"), ("id=2", "open")]


def test_rejected_keys_are_not_swept(case: TwoStoresCase) -> None:
    case.load(*FIRST)
    assert case.load([order(1), order(2, "bad"), order(3)]).deleted == 1
    assert case.rows("id", " where _deleted_at is not null") == [(4,)]
    assert case.load(Page([order(1)], (reject(),))).deleted == 0


def test_two_feeds_of_one_table_settle_each_other(
    case: TwoStoresCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The open load of the other feed is entered under its own name and with its own cursor."""
    with monkeypatch.context() as patch:
        patch.setattr(open_loads, "run_close", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            case.load(*FIRST, cursor_after="2026-01-15T00:00:00Z")
    case.feed = "second"
    case.load([order(1, "7.00")])
    assert case.ops("loads", "feed, inserted") == [("second", 1), ("shop", 4)]
    assert case.ops("cursors", "feed, value") == [("shop", "2026-01-15T00:00:00Z")]


def test_a_deletion_that_overtakes_its_record_is_kept(case: TwoStoresCase) -> None:
    gone = Tombstone((9,), "2025-06-01T05:00:00Z")
    assert case.load(Page([order(1)], deleted=(gone,)), kind=RunKind.BACKFILL).deleted == 1
    assert case.load([order(9, hour=1)], kind=RunKind.BACKFILL).filtered == 1
    assert case.rows("id, _deleted_at is null") == [(1, True), (9, False)]


def test_a_prepared_entry_reads_as_it_was_written(
    case: TwoStoresCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process makes the entry: nothing of it may depend on the one that prepared it."""
    prepared: list[str] = []
    made: list[Any] = []
    opened, entered = open_loads.run_open, two_stores.run_enter

    def keep(*args: Any) -> None:
        prepared.append(args[-1])
        opened(*args)

    def enter(*args: Any) -> Any:
        made.append(args[1])
        return entered(*args)

    monkeypatch.setattr(open_loads, "run_open", keep)
    monkeypatch.setattr(two_stores, "run_enter", enter)
    case.load(*FIRST)
    load_second(case)
    assert [ENTRY.validate_json(text) for text in prepared] == made
    assert made[1].files and made[1].made
