"""Whatever breaks while a load runs: nothing half-done stays, and the next try is whole."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.config.connector_spec import QuarantineLimit
from include.core import naming
from include.core.errors import (
    EltError,
    UpstreamUnavailable,
    WarehouseRejected,
    WarehouseUnavailable,
)
from include.core.streams import Page, RunOrigin
from include.ledger import loads as ledger
from include.ledger.connection import Warehouse
from include.local import postgres
from tests.integration.load_case import LoadCase, build_case, order, reject, then
from tests.integration.load_killed import PAGES, STEPS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def case(warehouse: str) -> LoadCase:
    made = build_case(warehouse)
    made.load([order(1, "1.00", hour=1)], cursor_after="2026-01-01T00:00:00Z")
    return made


def state(case: LoadCase) -> list[Any]:
    """All a load may write, without ids and clock readings."""
    return [
        case.rows("id, amount"),
        case.rows("_parent_id, _position, sku", "__items"),
        case.ops("cursors", "stream, value"),
        case.ops("quarantine", "reason, seen_count"),
        case.ops("loads", "state, read, inserted, updated, unchanged, quarantined, filtered"),
    ]


def rest() -> Iterator[Page]:
    """More than one batch's worth would hide the moment of failure; one page is enough."""
    yield Page([order(2)], (reject(),))


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_a_load_is_whole_or_never_happened(case: LoadCase, step: str) -> None:
    """Known elsewhere: killed after the destination's commit and before the report of it, the
    worker's next try loaded everything again, beside the first."""
    before = state(case)
    arguments = [sys.executable, "-m", "tests.integration.load_killed", case.url, case.tenant, step]
    killed = subprocess.run(arguments, cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    committed = step == "after commit"
    if not committed:
        assert state(case) == before
    case.hours += 1
    again = case.load(*PAGES, cursor_after="2026-02-01T00:00:00Z")
    assert again.counts()["read"] == 5
    assert (again.loaded, again.unchanged) == ((0, 3) if committed else (3, 0))
    rows, children, cursors, quarantine, loads = state(case)
    assert [str(amount) for _, amount in rows] == ["2.00", "1.00", "1.00"]
    assert children == [(1, 0, "s1"), (2, 0, "s2"), (3, 0, "s3")]
    assert cursors == [("orders", "2026-02-01T00:00:00Z")]
    assert quarantine == [("null_primary_key", 2 if committed else 1)]
    assert len(loads) == (3 if committed else 2)


def test_a_source_that_breaks_leaves_nothing_and_its_error_comes_out(case: LoadCase) -> None:
    before = state(case)

    def fail() -> None:
        raise UpstreamUnavailable("the connection was cut after 1 page")

    with pytest.raises(UpstreamUnavailable, match="cut after 1 page") as caught:
        case.load_pages(then(rest(), fail))
    assert caught.value.stream == "orders"
    assert state(case) == before


def test_a_load_of_nothing_but_rejects_is_booked(case: LoadCase) -> None:
    case.stream = case.stream.model_copy(update={"quarantine": QuarantineLimit(share=1)})
    pages = [Page([], tuple(reject(f"a.csv:{n}") for n in range(1000))) for _ in range(7)]
    result = case.load_pages(pages)
    assert (result.read, result.quarantined, result.loaded) == (7000, 7000, 0)
    assert case.ops("quarantine", "reason, seen_count") == [("ragged_row", 7000)]


def test_an_error_that_is_not_ours_comes_out_as_it_is(case: LoadCase) -> None:
    before = state(case)
    with pytest.raises(ZeroDivisionError):
        case.load_pages(then(rest(), lambda: 1 / 0))
    assert state(case) == before


def test_a_terminated_backend_is_a_retryable_error(case: LoadCase) -> None:
    before = state(case)
    kill = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'elt'"
    with pytest.raises(WarehouseUnavailable) as caught:
        case.load_pages(then(rest(), lambda: case.query(kill)))
    assert caught.value.retryable
    assert (caught.value.tenant, caught.value.feed) == (case.tenant, "shop")
    assert state(case) == before
    assert case.load_pages(rest()).inserted == 1


@pytest.mark.parametrize("place", ["raw", "ledger"])
def test_a_full_disk_is_a_retryable_error(case: LoadCase, place: str) -> None:
    """53100 cannot be had from a real disk here, so a trigger raises it where rows are written."""
    before = state(case)
    table = case.table if place == "raw" else "elt_ops.loads"
    name = f"full_{case.tenant}"
    case.query(
        f"create function {name}() returns trigger language plpgsql as $$ begin "
        "raise exception 'could not extend file' using errcode = '53100'; end $$"
    )
    case.query(f"create trigger {name} before insert on {table} execute function {name}()")
    with pytest.raises(WarehouseUnavailable, match="53100"):
        case.load_pages(rest())
    case.query(f"drop function {name} cascade")
    assert state(case) == before
    assert case.load_pages(rest()).inserted == 1


def test_refused_rows_never_show_in_the_error(case: LoadCase) -> None:
    """PostgreSQL quotes the failing row in DETAIL, and a chained exception carries it into logs."""
    case.query("alter table {t} add constraint small check (amount < 10)")
    # Put together here, because a traceback quotes this file's lines.
    canary, amount = "-".join(["canary", "customer"]), str(11111 * 7)
    with pytest.raises(WarehouseRejected) as caught:
        case.load([order(2, amount, customer={"id": canary})])
    text = "".join(traceback.format_exception(caught.value))
    assert "small" in str(caught.value) or "orders" in str(caught.value)
    assert canary not in text
    assert amount not in text


def test_a_failure_is_recorded_on_a_fresh_connection(case: LoadCase) -> None:
    error = WarehouseUnavailable("no connection").at(tenant=case.tenant)
    plan = case.plan(origin=RunOrigin(run_id="scheduled__1", try_number=2))
    with Warehouse(case.url).connect() as connection:
        ledger.run_record_failure(connection, plan.place, error, seconds=1.5)
        ledger.run_record_failure(connection, plan.place, KeyError("secret row"))
    rows = case.ops("loads", "load_id, state, error_class, error_message, try_number")[1:]
    assert [row[1:3] for row in rows] == [
        ("failed", "WarehouseUnavailable"),
        ("failed", "KeyError"),
    ]
    assert rows[0][3:] == ("no connection", 2)
    assert "secret" not in rows[1][3]


def test_two_loads_at_once_lose_and_double_nothing(case: LoadCase) -> None:
    """Both have read the same pages before either commits."""
    barrier = threading.Barrier(2, timeout=30)
    plans = [case.plan(), case.plan()]
    outcomes: list[Any] = []

    def run(number: int) -> None:
        from include.load.loader import run_load

        pages = [Page([order(n, f"{number}.00", hour=5) for n in range(1, 200)])]
        try:
            outcomes.append(run_load(Warehouse(case.url), plans[number], then(pages, barrier.wait)))
        except EltError as error:  # pragma: no cover - the assertion below shows it
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(outcome.inserted for outcome in outcomes) == 198
    assert case.query("select count(*), count(distinct id) from {t}") == [(199, 199)]
    # Equal versions: the load that began later wins, whichever came first to the lock.
    assert {str(amount) for _, amount in case.rows("id, amount")} == {"1.00"}
    assert case.query("select count(*) from {t}__items") == [(199,)]


def test_a_load_waits_while_another_of_its_stream_commits(
    case: LoadCase, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "include")
    key = naming.lock_key(case.tenant, case.feed, case.name)
    with psycopg.connect(case.url) as other:
        other.execute("select pg_advisory_xact_lock(%s)", [key])
        thread = threading.Thread(target=case.load_pages, args=(rest(),))
        thread.start()
        deadline = time.monotonic() + 30
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while not case.query(waiting)[0][0] and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "load waits for another of its stream" in caplog.text
        assert len(case.rows("id, amount")) == 1
    thread.join(30)
    assert len(case.rows("id, amount")) == 2


def test_first_loads_of_two_feeds_at_once_make_one_table(warehouse: str) -> None:
    first, second = build_case(warehouse), build_case(warehouse, feed="shop_b")
    second.tenant = first.tenant
    barrier = threading.Barrier(2, timeout=30)
    errors: list[BaseException] = []

    def run(case: LoadCase) -> None:
        try:
            case.load_pages(then([Page([order(1), order(2)])], barrier.wait))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(case,)) for case in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert first.query("select _feed, count(*) from {t} group by 1 order by 1") == [
        ("shop", 2), ("shop_b", 2),
    ]  # fmt: skip


def test_a_server_that_stops_and_comes_back() -> None:
    folder = Path(tempfile.mkdtemp(prefix=f"elt-test-postgres-{os.getpid()}-"))
    server = postgres.PostgresServer(folder, postgres.find_free_port(), postgres.build_password())
    try:
        postgres.run_initdb(server, postgres.THROWAWAY_SETTINGS)
        postgres.run_start(server)
        case = build_case(server.url("postgres"))
        case.load([order(1)])
        with pytest.raises(WarehouseUnavailable):
            case.load_pages(then(rest(), lambda: postgres.run_stop(server)))
        with pytest.raises(WarehouseUnavailable):
            case.load_pages(rest())
        postgres.run_start(server)
        assert case.load_pages(rest()).inserted == 1
        assert [row[0] for row in case.rows("id, amount")] == [1, 2]
    finally:
        postgres.run_remove(server)


def test_a_wrong_password_is_not_retried(warehouse: str) -> None:
    url = psycopg.conninfo.make_conninfo(warehouse, password="wrong-canary")
    with pytest.raises(WarehouseRejected, match="log in") as caught, Warehouse(url).connect():
        pass
    assert "wrong-canary" not in "".join(traceback.format_exception(caught.value))
