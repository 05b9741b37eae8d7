"""A generated fleet, found by a real DAG processor and kept in a real metadata database.

A hundred tenants (with `FULL=1` the thousand that the targets are for, `FLEET=` any other number)
of `FEEDS=10` feeds each, `RENDER=` how their transforms are drawn. Nothing runs: all DAGs are
paused. On a machine that does other things too, the CPU seconds are what to compare.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
import psycopg

from include.config.settings import ROOT, child_environment, load_settings
from include.local import processes, stack
from include.local.airflow_env import StackFacts
from tests.bench.airflow_stack import own_state
from tests.bench.process_cpu import count_cpu_seconds
from tests.bench.row import Row

TENANTS = int(os.environ.get("FLEET") or (1_000 if os.environ.get("FULL") == "1" else 100))
FEEDS = int(os.environ.get("FEEDS") or 10)
RENDER = os.environ.get("RENDER") or "models"
CONNECTORS = (
    *("stripe", "shopify", "square", "quickbooks", "attio", "callrail", "gohighlevel"),
    *("salesforce", "meta_ads", "stripe"),
)
STEADY_S = float(os.environ.get("STEADY") or 60)
CYCLES, CYCLED = int(os.environ.get("CYCLES") or 100), 2
TIMEOUT_S = 1200.0
LIMIT_S = 3_600
PROCESSOR = "dag-processor"

TASK_START = """
import json, resource, sys, time
import include.orchestration.dag_builders.tenant
from airflow.dag_processing.dagbag import BundleDagBag
from include.orchestration.dag_files.bundle import TenantDagBundle
def cpu(): return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
began = cpu()
bundle = TenantDagBundle(name="tenants")
bundle.initialize()
bag = BundleDagBag(dag_folder=str(bundle.path / "tenants" / "t0.py"), safe_mode=False,
                   load_op_links=False, bundle_path=bundle.path, bundle_name="tenants")
assert len(bag.dags) == 1, bag.import_errors
print(cpu() - began)
"""


def run() -> list[Row]:
    """Rows of discovery, of the steady state, of a task's start and of the page that lists DAGs."""
    with own_state() as folder:
        tenants = Path(os.environ["ELT_TENANTS_DIR"])
        _write_fleet(tenants, 1)
        alone = _measure_task_start()
        _write_fleet(tenants, TENANTS)
        among_all = _measure_task_start()
        facts = stack.run_up(sandbox=False)
        record = processes.load_record(facts.state, PROCESSOR)
        assert record
        rows = [
            Row("a task's start beside the fleet, of alone", among_all / alone, "x", 1.1, False)
        ]
        with psycopg.connect(_metadata_url(facts), autocommit=True) as connection:
            rows += _say(_measure_discovery(connection, record, tenants))
            rows += _say(_measure_steady_state(connection, record))
            rows += _say(_measure_pages(facts))
            rows += _say(_measure_versions(connection, facts, folder))
    return rows


def _say(rows: list[Row]) -> list[Row]:
    """Shown at once: what comes next may take long, or break."""
    for row in rows:
        print(f"   {row.name}: {row.value:.2f} {row.unit}", flush=True)
    return rows


def _write_fleet(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        _write_tenant(folder, number, FEEDS)


def _write_tenant(folder: Path, number: int, feeds: int) -> None:
    lines = [f"tenant: t{number}", f"name: Tenant {number}", "owner: bench", f"render: {RENDER}"]
    lines.append("feeds:")
    for feed, connector in enumerate(CONNECTORS[:feeds]):
        lines.append(
            f"  f{feed}: {{connector: {connector}, schedule: hourly, start_date: 2025-01-01}}"
        )
    (folder / f"t{number}.yaml").write_text("\n".join(lines) + "\n")


def _metadata_url(facts: StackFacts) -> str:
    server = facts.state.server(facts.secrets, facts.ports.postgres)
    return server.url("airflow", "airflow", facts.secrets.airflow_database)


def _measure_discovery(
    connection: psycopg.Connection[Any], record: processes.Record, tenants: Path
) -> list[Row]:
    wanted = TENANTS * (FEEDS + 1)
    asked = "select count(*) from dag where bundle_name = 'tenants' and not is_stale"
    _wait(lambda: _ask(connection, asked) >= wanted)
    cold = time.time() - record.started
    busy = count_cpu_seconds([record.pid])
    one = "select count(*) from dag where dag_id = 'ingest__t0__more' and not is_stale"
    path = tenants / "t0.yaml"
    before = path.read_text()
    path.write_text(f"{before}  more: {{connector: stripe, start_date: 2025-01-01}}\n")
    changed = time.monotonic()
    _wait(lambda: _ask(connection, one) == 1)
    seen = time.monotonic() - changed
    path.write_text(before)
    changed = time.monotonic()
    _wait(lambda: _ask(connection, one) == 0)
    dropped = time.monotonic() - changed
    what = f"{TENANTS} x {FEEDS} feeds"
    return [
        Row(f"cold start until all DAGs of {what} are there", cold, "s", 300, False),
        Row(f"DAG processor's work until then, {what}", busy, "CPU s"),
        Row(f"a feed added to one of {what} is there after", seen, "s", 60, False),
        Row(f"a feed dropped from one of {what} is gone after", dropped, "s", 180, False),
    ]


def _measure_steady_state(
    connection: psycopg.Connection[Any], record: processes.Record
) -> list[Row]:
    before, began = count_cpu_seconds([record.pid]), time.monotonic()
    memory = 0.0
    while time.monotonic() < began + STEADY_S:
        memory = max(memory, _count_memory(record.pid))
        time.sleep(2)
    share = (count_cpu_seconds([record.pid]) - before) / (time.monotonic() - began) * 100
    return [
        Row(
            f"DAG processor, {TENANTS} x {FEEDS} feeds, nothing changing",
            share,
            "% core",
            50,
            False,
        ),
        Row(f"DAG processor and children, {TENANTS} x {FEEDS} feeds", memory, "MB", 1000, False),
    ]


def _measure_versions(
    connection: psycopg.Connection[Any], facts: StackFacts, folder: Path
) -> list[Row]:
    """Nothing changes, so nothing may become another version.

    A hundred cycles of two tenants, then one of all of them by another process: within one, every
    parse is a fork and has the same order of sets.
    """
    versions = _ask(connection, "select count(*) from dag_version")
    loaders = sorted((folder / "state" / "dag_files" / "tenants" / "tenants").glob("*.py"))
    began = time.monotonic()
    for _ in range(CYCLES):
        _parse_again(connection, loaders[:: max(1, len(loaders) - 1)][:CYCLED])
    print(f"   {CYCLES} cycles took {time.monotonic() - began:.0f} s", flush=True)
    cycled = _ask(connection, "select count(*) from dag_version") - versions
    processes.run_stop_processes(facts.state, [PROCESSOR])
    stopped = time.monotonic()
    stack.run_up(sandbox=False)
    _wait_until_parsed(connection, stopped, TENANTS * (FEEDS + 1))
    again = _ask(connection, "select count(*) from dag_version") - versions
    record = processes.load_record(facts.state, PROCESSOR)
    assert record
    memory = _count_memory(record.pid)
    what = f"{TENANTS} x {FEEDS} feeds"
    return [
        Row(f"new DAG versions, {CYCLES} cycles of {CYCLED} tenants", cycled, "", 0, False),
        Row(f"new DAG versions, {what} parsed by a new process", again, "", 0, False),
        Row("DAG processor and children, after parsing all", memory, "MB", 1000, False),
    ]


def _parse_again(connection: psycopg.Connection[Any], loaders: Sequence[Path]) -> None:
    """A cycle of these tenants: make them look changed, and wait until each has been parsed."""
    began = time.monotonic()
    for path in loaders:
        os.utime(path)
    _wait_until_parsed(connection, began, len(loaders) * (FEEDS + 1))


def _wait_until_parsed(connection: psycopg.Connection[Any], began: float, dags: int) -> None:
    """Until so many DAGs of tenants have been parsed since then."""
    parsed = (
        "select count(*) from dag where bundle_name = 'tenants' and "
        "last_parsed_time > now() - interval '{:.1f} s'"
    )
    _wait(lambda: _ask(connection, parsed.format(time.monotonic() - began)) >= dags)


def _measure_pages(facts: StackFacts) -> list[Row]:
    api = stack.build_api(facts)
    api.log_in()
    pages = {"/dags": "API's list", "/../../ui/dags": "UI's page"}
    rows = []
    for path, what in pages.items():
        seconds = []
        for _ in range(5):
            began = time.monotonic()
            api.call("GET", path, params={"limit": 50, "order_by": "dag_display_name"})
            seconds.append(time.monotonic() - began)
        name = f"{what} of 50 DAGs among {TENANTS * (FEEDS + 1)}"
        rows.append(Row(name, statistics.median(seconds), "s", 2, False))
    return rows


def _measure_task_start() -> float:
    """CPU seconds beyond imports in which a task's process has its DAG; best of three."""
    environment = child_environment(
        PYTHONPATH=str(ROOT),
        AIRFLOW_HOME=str(load_settings().state_dir),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        _AIRFLOW_PARSING_CONTEXT_DAG_ID="ingest__t0__f0",
    )
    found = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", TASK_START],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(float(done.stdout.splitlines()[-1]))
    return min(found)


def _count_memory(pid: int) -> float:
    """MB of a process and what it has started; what they share counts once."""
    parent = psutil.Process(pid)
    total = 0
    for process in (parent, *parent.children(recursive=True)):
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 1e6


def _ask(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else -1


def _wait(find: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + TIMEOUT_S
    while not find():
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"not after {TIMEOUT_S:.0f} s")
        time.sleep(0.5)
