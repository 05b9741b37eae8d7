"""What a person does to a running Airflow, as functions: follow, clear, kill, lose rows."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from include.local import stack as local_stack
from include.local.runs.demo_runs import FollowedRun, run_follow
from tests.e2e.conftest import Stack

STRIPE = "ingest__corner__stripe"
CHARGES = "corner_raw_stripe.charges"
# What a load writes about itself; the rest of a row is the source's.
LINEAGE = ("_load_id", "_loaded_at")
ACTIVE = ("queued", "running")


def wait_until(what: str, holds: Callable[[], Any], timeout_s: float = 240) -> Any:
    """The first answer that is true."""
    deadline = time.monotonic() + timeout_s
    while not (found := holds()):
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s for: {what}"
        time.sleep(0.5)
    return found


def follow(running: Stack, dag_id: str, run_id: str, timeout_s: float = 420) -> FollowedRun:
    """Wait for the end of a run, good or bad."""
    run = FollowedRun("-", None, dag_id, run_id)
    run_follow(running.api, [run], lambda _: None, timeout_s)
    return run


def run_dag(running: Stack, dag_id: str, conf: dict[str, Any] | None = None) -> FollowedRun:
    """Unpause, let what is due by schedule end, then run once by hand to the end."""
    running.api.unpause(dag_id)
    run_id = running.api.trigger(dag_id, conf)
    run = follow(running, dag_id, run_id)
    for other in running.api.runs(dag_id):
        if other["state"] in ACTIVE:
            follow(running, dag_id, other["dag_run_id"])
    return run


def task(running: Stack, dag_id: str, run_id: str, task_id: str) -> dict[str, Any]:
    """One task instance as Airflow has it now."""
    [found] = [t for t in running.api.tasks(dag_id, run_id) if t["task_id"] == task_id]
    return found


def clear(running: Stack, dag_id: str, run_id: str, *task_ids: str) -> None:
    """The button `Clear task`: run these again, now."""
    body = {
        "dry_run": False,
        "only_failed": False,
        "dag_run_id": run_id,
        "task_ids": list(task_ids),
    }
    running.api.call("POST", f"/dags/{dag_id}/clearTaskInstances", json=body)


def pid_of(running: Stack, run_id: str, task_id: str, above_try: int = 0) -> int:
    """Process id of a running task of the Stripe feed."""

    def find() -> int | None:
        found = task(running, STRIPE, run_id, task_id)
        is_it = found["state"] == "running" and found["try_number"] > above_try
        return int(found["pid"]) if is_it and found["pid"] else None

    return int(wait_until(f"`{task_id}` runs", find, 150))


def lose(running: Stack, condition: str, *parameters: Any) -> None:
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


def forget_charges(running: Stack) -> list[tuple[Any, ...]]:
    """All charges and their cursor are lost; answers what the table held."""
    before = contents(running, "true")
    lose(running, "true")
    cursor = "delete from elt_ops.cursors where tenant = 'corner' and stream = 'charges'"
    running.rows(cursor)
    return before


def contents(running: Stack, condition: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Charges with every column that is the source's, as json text."""
    return running.rows(
        f"select id, (to_jsonb(t) - %s::text[])::text from {CHARGES} t where {condition} "
        "order by id",
        list(LINEAGE),
        *parameters,
    )


def backfill(
    running: Stack,
    first: datetime,
    last: datetime,
    *arguments: str,
    half_way: Callable[[int], None] | None = None,
) -> list[tuple[Any, ...]]:
    """Days `[first, last)` through Airflow's own command; the new ledger rows of `charges`.

    Args:
        half_way: Called with the backfill's id as soon as two of its runs have ended.
    """
    [(newest,)] = running.rows("select max(load_id) from elt_ops.loads")
    environment = local_stack.build_environment(running.facts)
    until = last - timedelta(days=1)
    command = [sys.executable, "-m", "airflow", "backfill", "create", "--dag-id", STRIPE]
    command += ["--from-date", f"{first:%Y-%m-%d}", "--to-date", f"{until:%Y-%m-%dT23:59:59}"]
    done = subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if half_way:
        [number] = [b["id"] for b in backfills(running) if not b["completed_at"]]
        wait_until("two runs of the backfill", lambda: len(backfill_runs(running, "success")) >= 2)
        half_way(number)
    finished = lambda: all(b["completed_at"] for b in backfills(running))  # noqa: E731
    wait_until("the backfill ends", finished, 420)
    assert len(backfill_runs(running, "success")) == len(backfill_runs(running)) == 7
    return running.rows(
        "select window_start, window_end, inserted + updated, read, unchanged from elt_ops.loads "
        "where load_id > %s and kind = 'backfill' and stream = 'charges' order by window_start",
        newest,
    )


def backfills(running: Stack) -> list[dict[str, Any]]:
    return list(running.api.call("GET", "/backfills", params={"dag_id": STRIPE})["backfills"])


def backfill_runs(running: Stack, *states: str) -> list[str]:
    """Ids of the feed's backfill runs in one of these states, or in any."""
    return [
        run["dag_run_id"]
        for run in running.api.runs(STRIPE, limit=50)
        if run["run_type"] == "backfill" and (not states or run["state"] in states)
    ]
