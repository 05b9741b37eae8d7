"""First loads, whose rows are copied straight into the table that the commit then shows."""

import signal
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pyarrow as pa
import pytest

from include.core.errors import TooManyRejects
from include.core.streams import Page, RunKind
from include.destinations.postgres.destination import PostgresSession
from include.destinations.postgres.first_table import FirstTable
from include.load import loader
from tests.integration.first_load_killed import PAGES, STEPS, build_flat
from tests.integration.load_case import LoadCase, then

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def case(warehouse: str) -> LoadCase:
    return build_flat(warehouse)


@pytest.fixture
def finished(monkeypatch: pytest.MonkeyPatch) -> list[FirstTable]:
    """Tables that were filled without staging, in every test that asks."""
    seen: list[FirstTable] = []
    run_finish = FirstTable.run_finish

    def note(self: FirstTable, *args: Any, **kwargs: Any) -> Any:
        seen.append(self)
        return run_finish(self, *args, **kwargs)

    monkeypatch.setattr(FirstTable, "run_finish", note)
    return seen


def batch(*rows: tuple[int, int | None, str]) -> Any:
    """Arrow rows are a batch by themselves, however few."""
    columns = zip(*rows, strict=True)
    names = ("id", "version", "note")
    return pa.table({name: list(of) for name, of in zip(names, columns, strict=True)})


def tables(case: LoadCase) -> list[str]:
    found = case.query(
        "select table_name from information_schema.tables where table_schema = %s order by 1",
        case.table.split(".")[0],
    )
    return [str(name) for (name,) in found]


def test_a_first_load_goes_straight_into_its_table_and_the_next_one_finds_it(
    case: LoadCase, finished: list[FirstTable]
) -> None:
    done = case.load(batch((1, 1, "a"), (2, 1, "b")), batch((3, 1, "c")))
    assert (done.read, done.inserted, done.unchanged) == (3, 3, 0)
    assert len(finished) == 1
    stamps = case.query("select distinct _feed, _load_id, _deleted_at is null from {t}")
    assert stamps == [("shop", done.load_id, True)]
    key = case.query(
        "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %s"
        "::regclass and contype = 'p'",
        case.table,
    )
    assert key == [("PRIMARY KEY (id, _feed)",)]
    defaults = "select count(*) from pg_attrdef where adrelid = %s::regclass"
    assert case.query(defaults, case.table) == [(0,)]
    again = case.load(batch((1, 1, "a"), (2, 2, "new"), (4, 1, "d")))
    assert (again.unchanged, again.updated, again.inserted) == (1, 1, 1)
    assert len(finished) == 1
    rows = case.rows("id, note, _load_id")
    first, second = done.load_id, again.load_id
    assert rows == [(1, "a", first), (2, "new", second), (3, "c", first), (4, "d", second)]


def test_a_key_that_comes_twice_leaves_the_newest_and_of_equals_the_last(
    case: LoadCase, finished: list[FirstTable]
) -> None:
    """The key is made after the rows are there: it is what finds the doubles."""
    done = case.load(
        batch((2, 1, "old"), (1, 2, "newest"), (3, None, "unknown")),
        batch((1, 1, "older"), (2, 1, "last"), (3, 1, "known")),
    )
    assert len(finished) == 1
    assert case.rows("id, note") == [(1, "newest"), (2, "last"), (3, "known")]
    assert (done.read, done.inserted, done.filtered) == (6, 3, 3)


def test_a_column_that_widens_meanwhile(case: LoadCase, finished: list[FirstTable]) -> None:
    done = case.load(batch((1, 1, "a")), batch((2, 2**40, "b")))
    assert len(finished) == 1
    assert (done.inserted, case.rows("id, version")) == (2, [(1, 1), (2, 2**40)])


def test_a_slow_source_is_staged_and_holds_no_transaction(
    case: LoadCase, finished: list[FirstTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour-long read in one transaction would keep the whole server from cleaning up."""
    released = Event()
    run_release = PostgresSession.run_release

    def release(self: PostgresSession) -> None:
        run_release(self)
        released.set()

    monkeypatch.setattr(loader, "HOLD_S", 0.5)
    monkeypatch.setattr(PostgresSession, "run_release", release)
    pages = [Page(batch((1, 1, "a"))), Page(batch((2, 2**40, "b")))]

    def look() -> None:
        assert released.wait(20)
        open_ones = case.query(
            "select count(*) from pg_stat_activity where state like 'idle in transaction%%' "
            "and query like '%%elt_%%' and datname = current_database()"
        )
        assert open_ones == [(0,)]
        assert tables(case) == []

    more = [Page(batch((1, 2, "again")))]
    done = case.load_pages(_chain(pages, look, more))
    assert finished == []
    assert (done.read, done.inserted, done.filtered) == (3, 2, 1)
    assert case.rows("id, version, note") == [(1, 2, "again"), (2, 2**40, "b")]
    assert tables(case) == ["orders"]


def _chain(pages: list[Page], action: Any, more: list[Page]) -> Any:
    yield from then(pages, action)
    yield from more


def test_a_table_that_another_feed_makes_meanwhile_is_merged_into(
    case: LoadCase, finished: list[FirstTable]
) -> None:
    """Two feeds of one connector share their tables, and their first runs start together."""

    def other() -> None:
        feed, case.feed = case.feed, "other"
        assert case.load(batch((1, 1, "theirs"))).inserted == 1
        case.feed = feed

    done = case.load_pages(then([Page(batch((1, 1, "a"), (2, 1, "b")))], other))
    assert [one.layout.parent.name for one in finished] == ["orders"]
    assert (done.inserted, done.unchanged) == (2, 0)
    assert case.rows("_feed, id, note") == [
        ("other", 1, "theirs"),
        ("shop", 1, "a"),
        ("shop", 2, "b"),
    ]
    assert tables(case) == ["orders"]


def test_the_same_feed_loaded_meanwhile_is_judged_as_ever(case: LoadCase) -> None:
    def backfill() -> None:
        done = case.load(batch((1, 1, "same"), (2, 5, "newer")), kind=RunKind.BACKFILL)
        assert done.inserted == 2

    done = case.load_pages(then([Page(batch((1, 1, "same"), (2, 4, "b"), (3, 1, "c")))], backfill))
    assert (done.inserted, done.unchanged, done.filtered) == (1, 1, 1)
    assert case.rows("id, note") == [(1, "same"), (2, "newer"), (3, "c")]


def test_too_many_rejects_leave_no_table_and_are_kept(warehouse: str) -> None:
    case = build_flat(warehouse, quarantine={"share": 0.1, "least": 0})
    with pytest.raises(TooManyRejects):
        case.load([{"id": 1, "version": 1}, {"id": 2, "version": "dear"}])
    assert tables(case) == []
    assert case.ops("quarantine", "reason, seen_count") == [("type_mismatch", 1)]
    assert case.ops("loads", "state, read, quarantined") == [("failed", 2, 1)]
    assert case.load([{"id": 1, "version": 1}]).inserted == 1


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_first_load_is_whole_or_never_happened(case: LoadCase, step: str) -> None:
    arguments = [sys.executable, "-m", "tests.integration.first_load_killed"]
    killed = subprocess.run(
        [*arguments, case.url, case.tenant, step],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    committed = step == "after commit"
    assert tables(case) == (["orders"] if committed else [])
    assert len(case.ops("loads")) == (1 if committed else 0)
    again = case.load(*PAGES)
    assert (again.inserted, again.unchanged) == ((0, 3) if committed else (3, 0))
    assert case.rows("id, note") == [(1, "n1"), (2, "n2"), (3, "n3")]
    assert tables(case) == ["orders"]
