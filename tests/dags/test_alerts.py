"""What a failed task leaves behind: one signal with its place, nothing secret, whatever is down."""

import logging
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from include.alerts.signal import Signal
from include.alerts.spool import load_kept
from include.config.lookup import load_one_tenant
from include.core.errors import AccessDenied, CheckFailed, EltError, TooManyRejects
from include.ledger.connection import Warehouse
from include.orchestration.alerts import failure as failure_callback
from include.orchestration.alerts.failure import (
    build_failure_signal,
    build_message,
    notify_deadline,
    notify_failure,
    notify_success,
    run_log,
)

AT = datetime(2026, 11, 1, tzinfo=UTC)
URL = "https://airflow.example/dags/ingest__shop__till/runs/r1/tasks/sales"


def _context(error: BaseException | None, dag_id: str = "ingest__shop__till") -> dict[str, Any]:
    ti = SimpleNamespace(dag_id=dag_id, run_id="r1", task_id="sales", try_number=2, log_url=URL)
    dag = SimpleNamespace(tags={"tenant:shop", "layer:ingest", "connector:till"})
    task = SimpleNamespace(tenant="shop", feed="till", stream="sales")
    return {"ti": ti, "task": task, "dag": dag, "exception": error}


def test_a_signal_says_where_what_and_where_to_read_on() -> None:
    error = AccessDenied("token has no `read_orders`. Grant it.", tenant="shop", feed="till")
    signal = build_failure_signal(_context(error))
    assert signal.fingerprint == "load_failed/shop/till/sales/-"
    assert (signal.error, signal.message) == ("AccessDenied", error.message)
    assert (signal.grave, signal.log_url, signal.origin.try_number) == ("error", URL, 2)
    assert signal.group == "shop/till"


@pytest.mark.parametrize(
    ("dag_id", "tags", "fingerprint"),
    [
        ("transform__shop", {"tenant:shop"}, "transform_failed/shop/-/-/-"),
        ("broken__shop", {"tenant:shop"}, "broken_tenant/shop/-/-/-"),
        ("ops__retention", {"layer:ops"}, "task_failed/platform/-/-/ops__retention.sales"),
    ],
)
def test_the_dag_says_what_kind_of_trouble_it_is(dag_id: str, tags: set, fingerprint: str) -> None:
    context = _context(EltError("x"), dag_id)
    context |= {"dag": SimpleNamespace(tags=tags), "task": SimpleNamespace()}
    assert build_failure_signal(context).fingerprint == fingerprint


def test_a_killed_task_has_a_signal_too() -> None:
    signal = build_failure_signal(_context(None))
    assert (signal.error, signal.stream) == ("TaskKilled", "sales")


def test_failed_checks_are_told_one_by_one_by_their_rule() -> None:
    assert build_failure_signal(_context(CheckFailed("2 checks"))) is None
    limit = build_failure_signal(_context(TooManyRejects("12 of 20")))
    assert limit.fingerprint == "quarantine/shop/till/sales/limit"


def test_a_foreign_error_is_named_but_not_quoted() -> None:
    """A driver's message quoted the row it could not insert, and the webhook got it."""
    assert "555-12" not in build_message(ValueError("bad value 555-12 in row"))
    assert "ValueError" in build_message(ValueError("bad value 555-12 in row"))


def _stored(url: str) -> list[tuple[Any, ...]]:
    query = "select fingerprint, count, state, news from elt_ops.alerts order by alert_id"
    with Warehouse(url).connect() as connection:
        return connection.execute(query).fetchall()


def test_a_failure_is_one_alert_however_often_it_comes(
    write_platform: Any, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_platform()
    monkeypatch.setenv("WAREHOUSE_URL", warehouse)
    for _ in range(3):
        notify_failure(_context(AccessDenied("x")))
    assert _stored(warehouse) == [("load_failed/shop/till/sales/-", 3, "open", "opened")]


def test_the_platforms_own_task_that_is_well_again_ends_its_alert(
    write_platform: Any, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_platform()
    monkeypatch.setenv("WAREHOUSE_URL", warehouse)
    context = _context(EltError("x"), "ops__retention")
    context |= {"dag": SimpleNamespace(tags={"layer:ops"}), "task": SimpleNamespace()}
    notify_failure(context)
    notify_success(context)
    [row] = [one for one in _stored(warehouse) if one[0].startswith("task_failed")]
    assert row[2:] == ("resolved", None), "nobody had been told, so nobody hears of the end"


def test_without_a_warehouse_the_signal_is_kept_on_disk(
    write_platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_platform()
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://elt@127.0.0.1:1/none?connect_timeout=1")
    notify_failure(_context(AccessDenied("x")))
    [kept] = load_kept()
    assert kept.signal.fingerprint == "load_failed/shop/till/sales/-"
    assert kept.signal.origin.run_id == "r1"


def test_a_callback_never_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(failure_callback, "build_failure_signal", crash)
    notify_failure(_context(AccessDenied("x")))


def test_a_missed_deadline_names_the_run(write_platform: Any, monkeypatch: Any) -> None:
    write_platform()
    found: list[Signal] = []
    monkeypatch.setattr(failure_callback, "run_store", found.append)
    run = {"dag_id": "ingest__shop__till", "dag_run_id": "scheduled__1"}
    notify_deadline("shop", "till", 90, context={"dag_run": run})
    (signal,) = found
    assert (signal.type, signal.feed, signal.origin.run_id) == ("late_feed", "till", "scheduled__1")
    assert "90 minutes" in signal.message


def test_the_log_has_every_field(caplog: pytest.LogCaptureFixture, write_platform: Any) -> None:
    write_platform()
    contacts = load_one_tenant("shop").spec.alerts.contacts
    with caplog.at_level(logging.ERROR):
        run_log(build_failure_signal(_context(AccessDenied("x"))), contacts)
    line = caplog.messages[0]
    for part in ("tenant=shop", "feed=till", "stream=sales", "error=AccessDenied", URL, "ops@shop"):
        assert part in line
