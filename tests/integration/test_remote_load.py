"""Rows elsewhere, books in PostgreSQL: the same answers as beside the books, exactly once."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from google.cloud.bigquery import Client as BigQuery

from include.core.errors import (
    TooManyRejects,
    TruncatedFetch,
    WarehouseRejected,
    WarehouseUnavailable,
)
from include.core.streams import Page, RunKind, Tombstone
from include.destinations.remote.session import RemoteSession
from include.ledger import open_loads
from tests.integration.load_case import ORDERS, build_case, order, reject
from tests.integration.remote_case import KINDS, Double, RemoteCase, build_remote_case, run_double
from tests.integration.two_stores_case import SWEPT
from tests.integration.two_stores_killed import FIRST, load_second


@pytest.fixture(scope="module", params=KINDS)
def double(request: pytest.FixtureRequest) -> Iterator[Double]:
    with run_double(request.param) as double:
        yield double


@pytest.fixture
def case(warehouse: str, double: Double) -> RemoteCase:
    return build_remote_case(warehouse, double, f"t{uuid4().hex[:10]}")


@pytest.fixture(scope="module")
def undisturbed(warehouse: str, double: Double) -> dict[str, Any]:
    """What two quiet loads leave."""
    case = build_remote_case(warehouse, double, f"t{uuid4().hex[:10]}")
    case.load(*FIRST)
    load_second(case)  # type: ignore[arg-type]
    return case.state()


def test_it_counts_and_keeps_what_postgresql_does(case: RemoteCase) -> None:
    """One history through both destinations."""
    other = build_case(case.url, SWEPT)
    for one in (case, other):
        one.load(*FIRST)
        load_second(one)  # type: ignore[arg-type]
        one.load([order(2, hour=0), order(1, "0.50", hour=1), order(4)], kind=RunKind.BACKFILL)
        one.load([order(1, "3.00", hour=3)], started_at=one.plan().place.started_at)
    shown = "id, amount, _deleted_at is not null, colour, customer_id, updated_at"
    naive = [
        [(*row[:-1], row[-1] and row[-1].replace(tzinfo=None)) for row in one.rows(shown)]
        for one in (case, other)
    ]
    assert naive[0] == naive[1]
    children = "select _parent_id, sku, quantity from {t}__items order by 1, 2"
    assert case.there(children) == other.query(children)
    # An integer is a wide one from the start there, so that it never grows.
    for table, columns in {
        "loads": "load_id * 0, read, inserted, updated, unchanged, quarantined, filtered, deleted, "
        "child_rows, delivered",
        "quarantine": "record_key, reason, state, resolution, seen_count, key_values",
        "schema_changes": "table_name, column_name, change, old_type, new_type",
        "cursors": "stream, value",
        "files": "path, content_hash",
    }.items():
        ordered = [
            sorted(repr(row) for row in one.ops(table, columns) if "integer" not in row)
            for one in (case, other)
        ]
        assert ordered[0] == ordered[1], table


def test_a_quiet_load_leaves_nothing_open(undisturbed: dict[str, Any]) -> None:
    assert undisturbed["open"] == []
    assert undisturbed["balance"] == [(0,)]
    assert undisturbed["tables"] == ["_elt_commits", "orders", "orders__items"]
    assert undisturbed["commits"] == [(0, "done"), (1, "done")]
    assert undisturbed["cursor"] == [("orders", "2026-02-01T00:00:00Z")]


def test_what_a_load_asks_of_the_warehouse_is_in_the_ledger(case: RemoteCase) -> None:
    """Of an incremental load of a stream with one child: few statements, whatever it brings."""
    case.load(*FIRST)
    case.load([order(1, "7.00", hour=4), order(9)], kind=RunKind.BACKFILL)
    first, second = (row[0] for row in case.ops("loads", "cost, load_id"))
    if case.double.kind == "bigquery":
        # Two load jobs, and is it new, verdicts, counts, commit.
        assert (first["jobs"], second["jobs"]) == (6, 6)
        assert second["bytes_billed"] == 0  # the double's
    else:
        assert 0 < first["statements"] < 40
        assert 0 < second["statements"] < 40
        assert second["milliseconds"] > 0


def test_a_column_that_ends_as_text_is_rewritten_exactly(case: RemoteCase) -> None:
    """A detected column grows from a number to text; what was there keeps its spelling."""
    declared = ORDERS | {
        "columns": ORDERS["columns"] | {"code": {"type": "numeric", "detected": True}}  # type: ignore[operator]
    }
    case.stream = type(case.stream).model_validate(declared)
    case.load([order(1, code="1.50"), order(2, code="7"), order(3)])
    case.load([order(4, code="A-7")])
    assert case.rows("id, code") == [(1, "1.5"), (2, "7"), (3, None), (4, "A-7")]
    assert case.ops("schema_changes", "column_name, change, new_type") == [
        ("code", "widened", "text")
    ]


# Kind -> numbers it would round, and the widest that its double keeps.
LIMITS = {
    "snowflake": (("0.1234567890123", "1" * 27, "-1e-13"), "1" * 26 + ".123456789012"),
    # The double keeps 18 digits behind the point; the service, as we, 38.
    "bigquery": (("0." + "1" * 39, "1" * 39, "-1e-39"), "1" * 20 + ".123456789012345678"),
}


def test_a_number_that_would_be_rounded_is_refused(case: RemoteCase) -> None:
    """Casts round in silence: a record with more digits is quarantined with the reason."""
    unfit, widest = LIMITS[case.double.kind]
    bad = [order(number, amount) for number, amount in enumerate(unfit, start=1)]
    result = case.load([*bad, order(8, widest), order(9, "1.500")])
    assert (result.inserted, result.quarantined) == (2, 3)
    found = case.ops("quarantine", "record_key, state")
    assert [row[0] for row in found] == ["id=1", "id=2", "id=3"]
    columns, rows = case.texts("orders")
    at = list(columns).index("amount")
    assert sorted(row[at] for row in rows) == ["1.5", widest]


def test_an_answer_lost_after_the_commit_is_read(
    case: RemoteCase, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection broke on the answer: loading again would have counted everything twice."""
    case.load(*FIRST)
    commit = RemoteSession.run_commit

    def lose(*args: Any) -> None:
        commit(*args)
        raise WarehouseUnavailable("the connection was lost")

    monkeypatch.setattr(RemoteSession, "run_commit", lose)
    assert load_second(case).inserted == 2  # type: ignore[arg-type]
    assert case.state() == undisturbed


def test_a_load_job_whose_answer_was_lost_runs_once(
    case: RemoteCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file is sent again under the same id, and is there once."""
    if case.double.kind != "bigquery":
        pytest.skip("Snowflake knows the files it has loaded")
    send, sent = BigQuery.load_table_from_file, []

    def lose(self: BigQuery, *args: Any, **named: Any) -> Any:
        sent.append(named["job_id"])
        job = send(self, *args, **named)
        if len(sent) == 1:
            job.result()
            raise ConnectionError("the answer is lost")
        return job

    monkeypatch.setattr(BigQuery, "load_table_from_file", lose)
    assert case.load([order(1), order(2)]).inserted == 2
    assert sent[0] == sent[1]
    assert case.ops("loads", "read, inserted, filtered") == [(2, 2, 0)]


def test_a_stalled_process_cannot_commit_what_was_given_up(
    case: RemoteCase, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process settles the load between its judging and its commit: nothing of it stays."""
    case.load(*FIRST)
    commit = RemoteSession.run_commit

    def stall(self: RemoteSession, *args: Any) -> None:
        with case.double.destination.open(self.books, self.layout, case.tenant) as other:
            assert other.run_settle(self.load_id) is None
        commit(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteSession, "run_commit", stall)
        with pytest.raises(WarehouseUnavailable):
            load_second(case)  # type: ignore[arg-type]
    load_second(case)  # type: ignore[arg-type]
    assert case.state() == undisturbed


def test_the_books_that_could_not_be_written_are_written_by_the_next_load(
    case: RemoteCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def fail(*_args: Any) -> bool:
            raise WarehouseUnavailable("no connection to the books")

        patch.setattr(open_loads, "run_close", fail)
        with pytest.raises(WarehouseUnavailable, match="no connection to the books"):
            case.load(*FIRST, cursor_after="2026-01-15T00:00:00Z")
    assert case.there("select count(*) from {t}") == [(4,)]
    assert case.ops("loads") == []
    case.load([order(1), order(2), order(3), order(4)])
    assert case.ops("loads", "inserted, unchanged") == [(0, 4), (4, 0)]
    assert case.ops("cursors", "stream, value") == [("orders", "2026-01-15T00:00:00Z")]


def test_decisions_that_stop_a_load_leave_nothing_there(warehouse: str, double: Double) -> None:
    """A cut answer and too many bad records are found before anything is committed there."""
    declared = ORDERS | {"sweep": "all", "quarantine": {"share": 0.1, "least": 1}}
    case = build_remote_case(warehouse, double, f"t{uuid4().hex[:10]}", declared)
    case.load([order(number) for number in range(40)])
    with pytest.raises(TruncatedFetch, match="`2` of `40` known rows"):
        case.load([order(1), order(2)])
    with pytest.raises(TooManyRejects):
        case.load([order(1, "x"), order(2, "x"), order(3)])
    assert case.there("select count(*) from {t} where _deleted_at is null") == [(40,)]
    assert case.ops("open_loads") == []
    assert case.state()["tables"] == ["_elt_commits", "orders", "orders__items"]
    assert case.ops("quarantine", "record_key, state") == [("id=1", "open"), ("id=2", "open")]


def test_rejected_keys_are_not_swept(case: RemoteCase) -> None:
    case.load(*FIRST)
    assert case.load([order(1), order(2, "bad"), order(3)]).deleted == 1
    assert case.rows("id, 1", " where _deleted_at is not null") == [(4, 1)]
    assert case.load(Page([order(1)], (reject(),))).deleted == 0


def test_a_deletion_that_overtakes_its_record_is_kept(case: RemoteCase) -> None:
    gone = Tombstone((9,), "2025-06-01T05:00:00Z")
    assert case.load(Page([order(1)], deleted=(gone,)), kind=RunKind.BACKFILL).deleted == 1
    assert case.load([order(9, hour=1)], kind=RunKind.BACKFILL).filtered == 1
    assert case.rows("id, _deleted_at is null") == [(1, True), (9, False)]


def test_books_older_than_the_rows_are_noticed(case: RemoteCase) -> None:
    """Books restored from a copy hand out numbers of loads a second time: an unknown outcome would
    be read from another load's record.
    """
    case.load([order(1)])
    ((used, _),) = case.ops("loads", "load_id, 0")
    with case.double.client() as client:
        schema = case.table.split(".")[0]
        client.fetch(
            f"update {schema}._elt_commits set load_id = {used + 1} where load_id = {used}"
        )
    with pytest.raises(WarehouseRejected, match="restored from a copy"):
        case.load([order(2)])
    assert case.there("select count(*) from {t}") == [(1,)]
