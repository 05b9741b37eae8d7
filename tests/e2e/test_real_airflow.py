"""A real Airflow through its life: first load, again, backfill, a failing feed, a killed task.

The tests build on each other and run in this order.
"""

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.local.demo import run_demo
from tests.e2e.airflow_steps import (
    STRIPE,
    backfill,
    backfill_runs,
    contents,
    follow,
    forget_charges,
    lose,
    pid_of,
    task,
    wait_until,
)
from tests.e2e.conftest import SIZE, Stack

FIRST, LAST = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 8, tzinfo=UTC)


def _demo(running: Stack, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    code = run_demo(SIZE)
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    return json.loads(running.facts.state.demo_file.read_text()), said.out


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


def test_a_backfill_paused_half_way_loads_exactly_its_windows_and_twice_changes_nothing(
    running: Stack,
) -> None:
    cursors = running.rows("select * from elt_ops.cursors where tenant = 'corner' order by stream")
    margin = timedelta(days=9)
    around = "created >= %s and created < %s"
    every = contents(running, around, FIRST - margin, LAST + margin)
    # As if lost: the week and some days around it. Only the week may come back.
    lose(running, around, FIRST - margin, LAST + margin)

    loads = backfill(running, FIRST, LAST, "--max-active-runs", "2", half_way=_pause(running))
    assert len(loads) == 7
    starts, ends = [row[0] for row in loads], [row[1] for row in loads]
    assert all(end - start == timedelta(days=1) for start, end in zip(starts, ends, strict=True))
    assert starts[1:] == ends[:-1], "the windows touch and do not overlap"
    inside = contents(running, around, starts[0], ends[-1])
    assert len(inside) == sum(row[2] for row in loads) > 0
    assert contents(running, around, FIRST - margin, LAST + margin) == inside
    assert set(inside) < set(every), "every row as the one straight load had brought it"

    moved = running.rows("select * from elt_ops.cursors where tenant = 'corner' order by stream")
    assert moved != cursors, "the run in between has moved them"
    again = backfill(running, FIRST, LAST, "--reprocess-behavior", "completed")
    assert [row[:2] for row in again] == [row[:2] for row in loads]
    assert sum(row[2] for row in again) == 0
    assert [row[4] for row in again] == [row[2] for row in loads]
    after = running.rows("select * from elt_ops.cursors where tenant = 'corner' order by stream")
    assert after == moved, "a backfill never moves a cursor"


def _pause(running: Stack) -> Callable[[int], None]:
    """Pause the backfill, let the feed do its own run meanwhile, go on."""

    def half_way(number: int) -> None:
        running.api.call("PUT", f"/backfills/{number}/pause")
        wait_until("runs under way end", lambda: not backfill_runs(running, "running"))
        done = backfill_runs(running, "success")
        assert 2 <= len(done) < 7, "paused half way"
        run = follow(running, STRIPE, running.api.trigger(STRIPE))
        assert run.state == "success", run.failed_tasks
        assert backfill_runs(running, "success") == done, "nothing runs while it is paused"
        running.api.call("PUT", f"/backfills/{number}/unpause")

    return half_way


def test_a_failing_stream_alerts_once_and_the_others_are_done(running: Stack) -> None:
    running.inbox.received.clear()
    running.set_fault(vendor="stripe", kind="html", path_contains="/charges", times=100)
    try:
        run_id = running.api.trigger(STRIPE)
        run = follow(running, STRIPE, run_id)
    finally:
        running.clear_faults()
    assert run.state == "failed"
    assert ("charges", 1) in run.failed_tasks, "a broken contract is not retried"
    states = {found["task_id"]: found["state"] for found in running.api.tasks(STRIPE, run_id)}
    assert states["customers"] == states["refunds"] == "success"
    assert states["check_raw"] == "success"
    alert = wait_until(
        "the watcher tells", lambda: [a for a in running.inbox.received if a["stream"] == "charges"]
    )[0]
    assert (alert["tenant"], alert["feed"], alert["error"]) == (
        "corner",
        "stripe",
        "ContractBroken",
    )
    assert STRIPE in alert["log_url"]
    query = "select state, error_class from elt_ops.loads where run_id = %s and stream = 'charges'"
    assert running.rows(query, run_id) == [("failed", "ContractBroken")]


def test_a_killed_task_recovers_and_nothing_is_lost_or_doubled(running: Stack) -> None:
    before = forget_charges(running)
    running.set_fault(vendor="stripe", kind="slow", path_contains="/charges", times=2, seconds=20)
    run_id = running.api.trigger(STRIPE)
    try:
        pid = pid_of(running, run_id, "charges")
        time.sleep(4)
        os.kill(pid, signal.SIGKILL)
    finally:
        running.clear_faults()
    run = follow(running, STRIPE, run_id)
    assert run.state == "success", run.failed_tasks
    assert task(running, STRIPE, run_id, "charges")["try_number"] == 2
    rows = contents(running, "true")
    truth = json.loads((running.facts.state.sandbox / "truth.json").read_text())
    assert len(rows) == truth["counts"]["corner"]["stripe"]["streams"]["charges"]
    assert set(before) < set(rows), "and the days come back that the backfill left out"
    query = "select state, inserted from elt_ops.loads where run_id = %s and stream = 'charges'"
    assert running.rows(query, run_id) == [("loaded", len(rows))]
