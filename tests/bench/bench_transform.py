"""Transforms and a quiet feed in a real Airflow, which is started for this and stopped after it.

What Airflow adds is measured against the same build without it, both of them full; CPU is what
the processes take beyond what the same ones take idle for as long.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from include.commands.screen.output import say
from include.config.load import load_platform
from include.core import naming
from include.ledger.connection import Warehouse
from include.local import postgres, processes
from include.local.runs.demo_runs import run_start_feeds
from include.local.stack import AIRFLOW_PROCESSES, SANDBOX
from include.pipeline.dbt.transform import run_transform
from tests.bench.airflow_stack import POLL_S, BenchStack, count_seconds, running_stack
from tests.bench.process_cpu import measure_cpu
from tests.bench.row import Row

LIMIT_S = 3_000
TENANT, QUIET_FEED = "acme", "shopify"
TOGETHER = ("bazaar", "corner", "summit")
CHANGED_FEED, CHANGES = "stripe", 20
NO_NEWS_RUNS = QUIET_RUNS = 3


def run() -> list[Row]:
    """All rows; each full build comes after one that has filled dbt's parse cache."""
    with running_stack([(TENANT, QUIET_FEED)]) as stack:
        _load_and_build_first(stack)
        stack.wait_for_dags()
        build_rows, full = _measure_full(stack)
        return [
            *build_rows,
            *_measure_no_news(stack),
            _measure_one_feed(stack, full),
            *_measure_together(stack),
            *_measure_quiet_feed(stack),
        ]


def _load_and_build_first(stack: BenchStack) -> None:
    """Two tenants at once: this is not measured yet."""
    say(f"{TENANT}, {', '.join(TOGETHER)}: first load and build")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: _run_elt(stack, "run", "--tenant", one), (TENANT, *TOGETHER)))


def _run_elt(stack: BenchStack, *words: str) -> None:
    command = [sys.executable, "-m", "include.cli", *words]
    done = subprocess.run(
        command, env=stack.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def _run_full(stack: BenchStack, *tenants: str) -> list[dict[str, Any]]:
    """Full builds of these at once, to their ends."""
    dag_ids = [naming.transform_dag_id(tenant) for tenant in tenants]
    started = [(dag_id, stack.api.trigger(dag_id, {"full": True})) for dag_id in dag_ids]
    return [stack.follow(*one) for one in started]


def _measure_full(stack: BenchStack) -> tuple[list[Row], float]:
    """The rows, and the seconds of a full build in its DAG."""
    say(f"{TENANT}: a full build bare, and one in its DAG")
    tenant = load_platform().tenant(TENANT)
    began = time.monotonic()
    run_transform(tenant, Warehouse(stack.facts.warehouse_url), full=True)
    bare = time.monotonic() - began
    full = count_seconds(_run_full(stack, TENANT))
    return [
        Row(f"full build of {TENANT} without Airflow", bare, "s", 60, False),
        Row(f"transform DAG of {TENANT}, everything built", full, "s"),
        Row("transform DAG over the same build without Airflow", full / bare, "x", 1.8, False),
    ], full


def _run_by_event(stack: BenchStack, feed: str) -> dict[str, Any]:
    """The run of the transform that a feed's event starts: nobody has asked for it by hand."""
    dag_id = naming.transform_dag_id(TENANT)
    return stack.follow(dag_id, stack.trigger_event(dag_id, naming.raw_asset(TENANT, feed)))


def _build_states(stack: BenchStack, run: dict[str, Any]) -> set[str]:
    tasks = stack.api.tasks(run["dag_id"], run["dag_run_id"])
    return {task["state"] for task in tasks if task["task_id"] == "dbt_build"}


def _measure_no_news(stack: BenchStack) -> list[Row]:
    """An event, and nothing new in the warehouse: the middle of a few runs."""
    say(f"{TENANT}: {NO_NEWS_RUNS} runs without news")
    scheduler = list(_pids(stack, "scheduler"))
    seconds, cpu = [], []
    for _ in range(NO_NEWS_RUNS):
        spent, run = measure_cpu(
            scheduler, lambda: _run_by_event(stack, CHANGED_FEED), lambda: _look(stack)
        )
        assert _build_states(stack, run) == {"skipped"}, "nothing is built"
        seconds.append(count_seconds([run]))
        cpu.append(spent)
    return [
        Row("transform without news, start to end", median(seconds), "s", 3, False),
        Row(
            "  CPU of scheduler and all it started, less the idle rate", median(cpu), "s", 1, False
        ),
    ]


def _measure_one_feed(stack: BenchStack, full: float) -> Row:
    say(f"{TENANT}: {CHANGED_FEED} changes")
    stack.advance(TENANT, CHANGES)
    _run_elt(stack, "run", "--tenant", TENANT, "--feed", CHANGED_FEED, "--step", "ingest")
    run = _run_by_event(stack, CHANGED_FEED)
    assert _build_states(stack, run) == {"success"}, "something is built"
    feeds = len(load_platform().tenant(TENANT).feeds)
    share = 100 * count_seconds([run]) / full
    return Row(
        f"one feed of {feeds} changed ({CHANGED_FEED}), of a full build", share, "%", 30, False
    )


def _measure_together(stack: BenchStack) -> list[Row]:
    say(f"{', '.join(TOGETHER)}: one after the other, and at once")
    apart = sum(count_seconds(_run_full(stack, tenant)) for tenant in TOGETHER)
    together = count_seconds(_run_full(stack, *TOGETHER))
    count = len(TOGETHER)
    return [
        Row(f"{count} tenants built one after the other", apart, "s"),
        Row(f"{count} tenants built at once, over one by one", together / apart, "x", 1.0, False),
    ]


def _measure_quiet_feed(stack: BenchStack) -> list[Row]:
    """A feed that finds nothing, in one task and in a task per stream."""
    say(f"{TENANT}: {QUIET_FEED} without news")
    feed = next(f for f in load_platform().tenant(TENANT).feeds if f.name == QUIET_FEED)
    # What has happened meanwhile is not for a measured run.
    _run_elt(stack, "run", "--tenant", TENANT)
    dag_id = naming.transform_dag_id(TENANT)
    stack.wait_for("no transform runs", lambda: not _active(stack, dag_id))
    [due] = run_start_feeds(stack.api, [feed])
    stack.follow(due.dag_id, due.run_id)
    known = len(stack.api.runs(dag_id, 100))
    in_one = _measure_quiet_runs(stack, feed.dag_id)
    woken = len(stack.api.runs(dag_id, 100)) - known
    stack.draw_feed(feed, "stream")
    apart = _measure_quiet_runs(stack, feed.dag_id)
    count = len(feed.streams)
    return [
        Row(f"feed of {count} streams in one task, no news, CPU", in_one, "s", 2, False),
        Row("  the same feed with a task per stream", apart, "s"),
        Row(f"  transforms that {QUIET_RUNS} such runs have woken", woken, "runs", 0, False),
    ]


def _measure_quiet_runs(stack: BenchStack, dag_id: str) -> float:
    """CPU seconds of a run, the middle of a few: PostgreSQL's and the vendor's are in it.

    The DAG processor's are not: no run asks it for anything, and it parses every half minute, for
    longer than such a run takes.
    """
    names = [name for name in AIRFLOW_PROCESSES if name != "dag-processor"]
    pids = [*_pids(stack, *names, SANDBOX)]
    pids.append(postgres.fetch_running_pid(stack.facts.state.postgres / "data") or 0)

    def run() -> None:
        stack.follow(dag_id, stack.api.trigger(dag_id))

    spent = [measure_cpu(pids, run, lambda: _look(stack))[0] for _ in range(QUIET_RUNS)]
    return median(spent)


def _active(stack: BenchStack, dag_id: str) -> bool:
    return any(run["state"] in ("queued", "running") for run in stack.api.runs(dag_id))


def _look(stack: BenchStack) -> None:
    """What waiting for a run costs the API server."""
    stack.api.runs(naming.transform_dag_id(TENANT))
    time.sleep(POLL_S)


def _pids(stack: BenchStack, *names: str) -> Iterator[int]:
    for name in names:
        record = processes.load_record(stack.facts.state, name)
        assert record, f"`{name}` has ended"
        yield record.pid
