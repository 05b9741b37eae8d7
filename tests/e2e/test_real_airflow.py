"""A real Airflow through its life: first load, again, backfill, a failing feed, a killed task.

The tests build on each other and run in this order.
"""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.local import stack as local_stack
from include.local.demo import run_demo
from include.local.demo_runs import FollowedRun, run_follow
from tests.e2e.conftest import SIZE, Stack

STRIPE = "ingest__corner__stripe"
CHARGES = "corner_raw_stripe.charges"
FIRST, LAST = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 8, tzinfo=UTC)


def _demo(running: Stack, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    code = run_demo(SIZE)
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    return json.loads(running.facts.state.demo_file.read_text()), said.out


def _follow(running: Stack, run: FollowedRun, timeout_s: float = 300) -> FollowedRun:
    run_follow(running.api, [run], lambda _: None, timeout_s)
    return run


def _streams(answer: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {
        f"{feed['tenant']}/{feed['feed']}/{stream}": counts
        for feed in answer["feeds"]
        for stream, counts in feed["streams"].items()
    }


def test_first_load_reaches_the_marts_and_the_books_balance(
    running: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    answer, said = _demo(running, capsys)
    assert {feed["state"] for feed in answer["feeds"]} == {"success"}
    streams = _streams(answer)
    for name, n in streams.items():
        balance = n["loaded"] + n["unchanged"] + n["quarantined"] + n["filtered"]
        assert n["read"] == balance, name
    assert streams["bazaar/ecommerce_csv/transactions"]["loaded"] > 100
    assert streams["corner/stripe/charges"]["loaded"] > 10
    assert answer["marts"]["bazaar"]["fct_orders"] > 100
    assert answer["marts"]["corner"]["fct_orders"] > 10
    assert "net revenue" in said
    kinds = {run["run_type"] for run in running.api.runs("transform__bazaar")}
    assert kinds == {"asset_triggered"}, "nobody triggers a transform by hand"
    assert running.api.import_errors() == []


def test_a_second_run_changes_nothing(running: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    before = json.loads(running.facts.state.demo_file.read_text())
    answer, said = _demo(running, capsys)
    assert {name: n["loaded"] for name, n in _streams(answer).items() if n["loaded"]} == {}
    assert "Nothing changed" in said
    assert answer["marts"] == before["marts"]


def _backfill(running: Stack, *arguments: str) -> list[tuple[Any, ...]]:
    """Seven days through Airflow's own command; answers the new ledger rows of `charges`."""
    [(newest,)] = running.rows("select max(load_id) from elt_ops.loads")
    environment = local_stack.build_environment(running.facts)
    last = LAST - timedelta(days=1)
    command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", STRIPE]
    command += ["--from-date", f"{FIRST:%Y-%m-%d}", "--to-date", f"{last:%Y-%m-%dT23:59:59}"]
    done = subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    deadline = time.monotonic() + 420
    while any(not b["completed_at"] for b in _backfills(running)) and time.monotonic() < deadline:
        time.sleep(1)
    runs = [r for r in running.api.runs(STRIPE, limit=50) if r["run_type"] == "backfill"]
    assert [run["state"] for run in runs] == ["success"] * 7
    return running.rows(
        "select window_start, window_end, inserted + updated, read, unchanged from elt_ops.loads "
        "where load_id > %s and kind = 'backfill' and stream = 'charges' order by window_start",
        newest,
    )


def _backfills(running: Stack) -> list[dict[str, Any]]:
    return list(running.api.call("GET", "/backfills", params={"dag_id": STRIPE})["backfills"])


def _lose(running: Stack, condition: str, *parameters: Any) -> None:
    """Delete charges as if never loaded; the ledger must agree, or a check notices."""
    lost = len(running.rows(f"delete from {CHARGES} where {condition} returning id", *parameters))
    for load_id, inserted in running.rows(
        "select load_id, inserted from elt_ops.loads where tenant = 'corner' "
        "and stream = 'charges' and inserted > 0 order by inserted desc"
    ):
        part = min(lost, inserted)
        lost -= part
        running.rows(
            "update elt_ops.loads set inserted = inserted - %s, filtered = filtered + %s "
            "where load_id = %s",
            *(part, part, load_id),
        )
    assert lost == 0


def _charges(running: Stack, start: datetime, end: datetime) -> list[tuple[Any, ...]]:
    query = f"select id from {CHARGES} where created >= %s and created < %s order by id"
    return running.rows(query, start, end)


def test_a_backfill_loads_exactly_its_windows_and_twice_changes_nothing(running: Stack) -> None:
    cursors = running.rows("select * from elt_ops.cursors where tenant = 'corner' order by stream")
    margin = timedelta(days=9)
    every = _charges(running, FIRST - margin, LAST + margin)
    # As if lost: the week and some days around it. Only the week may come back.
    _lose(running, "created >= %s and created < %s", FIRST - margin, LAST + margin)

    loads = _backfill(running)
    assert len(loads) == 7
    starts, ends = [row[0] for row in loads], [row[1] for row in loads]
    assert all(end - start == timedelta(days=1) for start, end in zip(starts, ends, strict=True))
    assert starts[1:] == ends[:-1], "the windows touch and do not overlap"
    inside = _charges(running, starts[0], ends[-1])
    assert len(inside) == sum(row[2] for row in loads) > 0
    assert _charges(running, FIRST - margin, LAST + margin) == inside
    assert set(inside) < set(every)

    again = _backfill(running, "--reprocess-behavior", "completed")
    assert [row[:2] for row in again] == [row[:2] for row in loads]
    assert sum(row[2] for row in again) == 0
    assert [row[4] for row in again] == [row[2] for row in loads]
    after = running.rows("select * from elt_ops.cursors where tenant = 'corner' order by stream")
    assert after == cursors, "a backfill never moves a cursor"


def test_a_failing_stream_alerts_once_and_the_others_are_done(running: Stack) -> None:
    running.inbox.received.clear()
    running.set_fault(vendor="stripe", kind="html", path_contains="/charges", times=100)
    try:
        run_id = running.api.trigger(STRIPE)
        run = _follow(running, FollowedRun("corner", "stripe", STRIPE, run_id))
    finally:
        running.clear_faults()
    assert run.state == "failed"
    assert ("charges", 1) in run.failed_tasks, "a broken contract is not retried"
    states = {task["task_id"]: task["state"] for task in running.api.tasks(STRIPE, run_id)}
    assert states["customers"] == states["refunds"] == "success"
    assert states["check_raw"] == "success"
    alerts = [alert for alert in running.inbox.received if alert["stream"] == "charges"]
    [alert] = alerts
    assert (alert["tenant"], alert["feed"], alert["error"]) == (
        "corner",
        "stripe",
        "ContractBroken",
    )
    assert STRIPE in alert["log_url"]
    query = "select state, error_class from elt_ops.loads where run_id = %s and stream = 'charges'"
    assert running.rows(query, run_id) == [("failed", "ContractBroken")]


def test_a_killed_task_recovers_and_nothing_is_lost_or_doubled(running: Stack) -> None:
    [(before,)] = running.rows("select count(*) from corner_raw_stripe.charges")
    _lose(running, "true")
    cursor = "delete from elt_ops.cursors where tenant = 'corner' and stream = 'charges'"
    running.rows(cursor)
    running.set_fault(vendor="stripe", kind="slow", path_contains="/charges", times=2, seconds=20)
    run_id = running.api.trigger(STRIPE)
    try:
        os.kill(_pid_of(running, run_id, "charges"), signal.SIGKILL)
    finally:
        running.clear_faults()
    run = _follow(running, FollowedRun("corner", "stripe", STRIPE, run_id), 420)
    assert run.state == "success", run.failed_tasks
    tries = {task["task_id"]: task["try_number"] for task in running.api.tasks(STRIPE, run_id)}
    assert tries["charges"] == 2
    [(rows, distinct)] = running.rows(
        "select count(*), count(distinct id) from corner_raw_stripe.charges"
    )
    assert rows == distinct >= before > 0
    query = "select state, inserted from elt_ops.loads where run_id = %s and stream = 'charges'"
    assert running.rows(query, run_id) == [("loaded", rows)]


def _pid_of(running: Stack, run_id: str, task_id: str) -> int:
    """Process id of a running task, a few seconds into its work."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for task in running.api.tasks(STRIPE, run_id):
            if task["task_id"] == task_id and task["state"] == "running" and task["pid"]:
                time.sleep(4)
                return int(task["pid"])
        time.sleep(0.5)
    raise AssertionError(f"`{task_id}` never ran")
