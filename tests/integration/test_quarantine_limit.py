"""Quarantine on a real database: its limit, what closes a record, and how sweeps know its key."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from include.config.connector_spec import QuarantineLimit
from include.config.credentials import Credentials
from include.config.lookup import load_one_feed
from include.core.errors import TooManyRejects
from include.core.streams import Page, RunKind
from include.destinations.layout import build_layout
from include.destinations.postgres.staging import Staging
from include.destinations.postgres.sweep import build_is_rejected
from include.ledger import rejects as ledger
from include.ledger.connection import Warehouse
from include.load.books.rejects import Rejects
from include.load.shape.records import DictChunk
from include.load.shape.shaper import Shaper
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.integration.load_case import LoadCase, build_case, order, reject
from tests.load_environment import build_environment


@pytest.fixture
def case(warehouse: str) -> LoadCase:
    return build_case(warehouse)


def _limited(case: LoadCase, share: float, least: int) -> LoadCase:
    limit = QuarantineLimit(share=share, least=least)
    case.stream = case.stream.model_copy(update={"quarantine": limit})
    return case


def test_too_many_rejects_fail_the_load_and_are_kept_for_looking_at(case: LoadCase) -> None:
    """A renamed field once sent a whole day to quarantine, and the day's run was green."""
    _limited(case, 0.1, 2)
    case.load([order(1)])
    good = [order(n) for n in range(2, 20)]
    bad = [order(90, "dear"), order(91, "cheap"), {"id": None}]
    with pytest.raises(TooManyRejects) as caught:
        case.load(good + bad, cursor_after="2026-02-01T00:00:00Z")
    told = str(caught.value)
    assert told.startswith(f"{case.tenant}/shop/orders: `3` of `21` records do not fit: ")
    assert "2 `type_mismatch`" in told
    assert "1 `null_primary_key`" in told
    assert "stream_settings: {orders: {quarantine: {share: 1}}}" in told
    assert not any(secret in told for secret in ("dear", "cheap"))
    assert case.rows("id, amount") == [(1, pytest.approx(1))]
    assert case.ops("cursors") == []
    books = case.query(
        "select state, error_class, read, quarantined, load_id from elt_ops.loads "
        "where tenant = %s order by load_id desc limit 1",
        case.tenant,
    )
    assert books == [("failed", "TooManyRejects", 21, 3, caught.value.load_id)]
    kept = case.ops("quarantine", "reason, record_key, state, load_id")
    assert kept == [
        ("null_primary_key", "id=None", "open", caught.value.load_id),
        ("type_mismatch", "id=90", "open", caught.value.load_id),
        ("type_mismatch", "id=91", "open", caught.value.load_id),
    ]


def test_the_limit_is_a_share_and_a_number(case: LoadCase) -> None:
    _limited(case, 0.5, 2)
    assert case.load([order(1, "x"), order(2, "x")]).quarantined == 2
    assert case.load([*(order(n, "x") for n in range(1, 4)), *map(order, (4, 5, 6))]).loaded == 3
    with pytest.raises(TooManyRejects):
        case.load([*(order(n, "x") for n in range(1, 5)), *map(order, (5, 6, 7))])
    _limited(case, 1, 0)
    assert case.load([order(1, "x")]).quarantined == 1


def test_dropped_records_do_not_count_against_the_limit(case: LoadCase) -> None:
    """The same thirty test orders failed every run, although a person had dropped them."""
    _limited(case, 0, 0)
    with pytest.raises(TooManyRejects):
        case.load([order(1, "x"), order(2)])
    case.query("update elt_ops.quarantine set state = 'dropped' where tenant = %s", case.tenant)
    assert case.load([order(1, "x"), order(2)]).counts()["quarantined"] == 1
    with pytest.raises(TooManyRejects, match="`1` of `2`"):
        case.load([order(1, "x"), order(2, "y")])


def test_a_record_that_loads_later_is_closed_with_that_load(case: LoadCase) -> None:
    case.load([order(1, "x"), order(2, "x"), {"id": "none", "amount": 1}])
    assert case.load([order(1, "5.00"), order(3)]).loaded == 2
    last = case.query("select max(load_id) from elt_ops.loads where tenant = %s", case.tenant)
    shown = "record_key, state, resolution, closed_load_id, closed_at is not null"
    assert case.ops("quarantine", shown) == [
        ("id=1", "resolved", "loaded", last[0][0], True),
        ("id=2", "open", None, None, False),
        ("id=none", "open", None, None, False),
    ]


def test_a_record_that_turns_bad_again_is_open_again(case: LoadCase) -> None:
    case.load([order(1, "x")])
    case.load([order(1)])
    case.load([order(1, "x")])
    assert case.ops("quarantine", "record_key, state, seen_count, resolution") == [
        ("id=1", "open", 2, None)
    ]


def test_a_newer_bad_reading_takes_the_place_of_the_older(case: LoadCase) -> None:
    """Each edit of a record that never fitted once left one more open row."""
    case.load([order(1, "x", hour=1)])
    case.load([order(1, "y", hour=2)])
    shown = case.ops("quarantine", "quarantine_id, state, resolution")
    assert [row[1:] for row in shown] == [("resolved", "superseded"), ("open", None)]


def test_a_dropped_record_stays_dropped(case: LoadCase) -> None:
    case.load([order(1, "x")])
    drop = "update elt_ops.quarantine set state = 'dropped', resolution = 'test' where tenant = %s"
    case.query(drop, case.tenant)
    case.load([order(1, "x")])
    assert case.ops("quarantine", "state, resolution, seen_count") == [("dropped", "test", 2)]


@pytest.mark.parametrize(
    ("kind", "value", "same"),
    [
        ("int", "7", 7),
        ("numeric", "1.50", "1.5"),
        ("timestamp", "2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"),
        ("date", "2026-01-02", "2026-01-02"),
        ("text", "a,\"b'\n", "a,\"b'\n"),
        ("bool", True, "yes"),
    ],
)
def test_keys_of_every_type_find_their_record(warehouse: str, kind, value, same) -> None:
    case = build_case(
        warehouse,
        {"primary_key": ["k", "n"], "columns": {"k": kind, "n": "int", "amount": "numeric"}},
    )
    case.load([{"k": value, "n": 1, "amount": "x"}])
    case.load([{"k": same, "n": 2, "amount": 1}])
    assert case.ops("quarantine", "state, resolution") == [("open", None)]
    case.load([{"k": same, "n": 1, "amount": 1}])
    assert case.ops("quarantine", "state, resolution") == [("resolved", "loaded")]


def test_staged_rejects_name_the_rows_they_stand_for(case: LoadCase) -> None:
    """A sweep must neither delete the row of a bad record nor be skipped because of one."""
    case.load([order(1), order(2), order(3)])
    layout = build_layout(case.tenant, case.connector, case.name, case.stream)
    shaped = Shaper(layout).shape(DictChunk([order(2, "x"), order(3)]))
    assert [one.key_values for one in shaped.rejects] == [("2",)]
    with psycopg.connect(case.url, autocommit=True) as connection:
        ledger.run_create(connection)
        staging, rejects = Staging(connection, layout, None), Rejects(connection, layout)
        staging.run_create()
        staging.run_copy(shaped)
        rejects.run_stage(shaped.rejects)
        assert not ledger.fetch_has_unkeyed(connection)
        query = sql.SQL("select id from {} as t where {} order by 1").format(
            sql.Identifier(layout.parent.schema, layout.parent.name),
            build_is_rejected(layout, "t"),
        )
        assert connection.execute(query).fetchall() == [(2,)]
        rejects.run_stage([reject()])
        assert ledger.fetch_has_unkeyed(connection)


def test_rejects_of_a_source_have_no_key(case: LoadCase) -> None:
    case.load(Page([order(1)], (reject(),)))
    assert case.ops("quarantine", "key_values, form") == [(None, "text")]


def test_a_tenant_may_let_more_pass_for_one_stream(
    warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the tenant file to the loader; a load over the limit has one row in the ledger."""
    folder = tmp_path / "drop"
    folder.mkdir()
    lines = [*('{"id": 1, "n"' for _ in range(4)), '{"id": 2, "n": 5}']
    (folder / "visits.jsonl").write_text("\n".join(lines))
    path = tmp_path / "limits.yaml"
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))

    def load(settings: str) -> None:
        path.write_text(
            "tenant: limits\nname: Limits\nowner: tests\nfeeds:\n  drop: {connector: files, "
            f"schedule: daily, start_date: 2026-01-01, options: {{path: {folder}}}{settings}}}\n"
        )
        feed = load_one_feed("limits", "drop")
        run_stream_load(
            LoadRequest(feed, RunKind.SCHEDULED, ("visits",)),
            build_environment(Warehouse(warehouse, False), Credentials("x")),
        )

    limit = ", stream_settings: {visits: {quarantine: {share: SHARE, least: 3}}}"
    with pytest.raises(TooManyRejects, match="`4` of `5` records"):
        load(limit.replace("SHARE", "0.5"))
    load(limit.replace("SHARE", "0.9"))
    with psycopg.connect(warehouse) as connection:
        books = connection.execute(
            "select state, read, quarantined from elt_ops.loads where tenant = 'limits' order by 1"
        ).fetchall()
        kept = connection.execute(
            "select sum(seen_count) from elt_ops.quarantine where tenant = 'limits'"
        ).fetchone()
    assert books == [("failed", 5, 4), ("loaded", 5, 4)]
    assert kept == (8,)
