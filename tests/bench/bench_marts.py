"""A tenant's marts as its rows grow: a full build, ten times the rows, a day's news.

Each size is a world of its own, its business loaded through the vendors' APIs: a hundred customers
and a thousand, with `FULL=1` ten thousand, whose world alone takes minutes to make. A day is what
happens in it on one: customers, refunds, edits and orders in proportion to its size, then every
feed loaded, then the build that is planned, the new date included. Wall time of the build alone;
beside it what PostgreSQL computes of it, which is the most that making fewer rows could save.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import requests

from include.commands.screen.output import say
from include.config.load import load_platform
from include.config.models import Tenant
from include.core.clock import format_instant, utcnow
from include.ledger.connection import Warehouse
from include.local import postgres
from include.local.stack import load_facts
from include.pipeline.dbt.transform import run_transform
from tests.bench.airflow_stack import running_servers
from tests.bench.process_cpu import count_cpu_seconds
from tests.bench.row import Row

LIMIT_S = 5_400
TENANT = "acme"
TIMES = 10
SIZES = (100, 1_000, 10_000) if os.environ.get("FULL") == "1" else (100, 1_000)
DEMO_SIZE = 1_000
# Of the demo's size: a day has seven orders, and as many refunds, edits and changed customers.
CHANGES_A_DAY = 28


@dataclass(frozen=True)
class Build:
    """One build.

    Attributes:
        nodes: Models and tests.
        database_s: CPU seconds of PostgreSQL.
    """

    seconds: float
    nodes: int
    database_s: float


@dataclass(frozen=True)
class Measured:
    """Builds of one size.

    Attributes:
        orders: Rows of fct_orders, to tell the sizes apart.
    """

    full: Build
    day: Build
    orders: int


def run() -> list[Row]:
    """A full build and a day of each size."""
    found = {size: _measure(size) for size in SIZES}
    rows = []
    for size, measured in found.items():
        limit = 60 if size == DEMO_SIZE else None
        name = f"full build of {TENANT}, {size:,} customers, {measured.orders:,} orders"
        full, day = measured.full, measured.day
        rows.append(Row(name, full.seconds, "s", limit, False))
        if size // TIMES in found:
            times = full.seconds / found[size // TIMES].full.seconds
            rows.append(Row(f"  over {TIMES}x fewer", times, "x", 12, False))
        rows += [
            Row("  CPU of PostgreSQL in it", full.database_s, "s"),
            Row("  a day in all feeds, of it", 100 * day.seconds / full.seconds, "%", 20, False),
            Row("  its models and tests, of all", 100 * day.nodes / full.nodes, "%"),
            Row("  CPU of PostgreSQL in a day", day.database_s, "s"),
        ]
    return rows


def _measure(size: int) -> Measured:
    with running_servers(str(size)) as environment:
        os.environ |= environment
        say(f"{TENANT} of {size:,} customers: first load and build")
        _run_ingest(environment)
        tenant = load_platform().tenant(TENANT)
        warehouse = Warehouse(load_facts().warehouse_url)
        # The first build creates what later ones find; dbt's parse is kept from here on.
        run_transform(tenant, warehouse, full=True)
        full = _measure_build(tenant, warehouse, full=True)
        _run_day(environment, size)
        day = _measure_build(tenant, warehouse, full=False)
        return Measured(full, day, _count_orders(warehouse))


def _run_ingest(environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "include.cli", "run", "--tenant", TENANT, "--step", "ingest"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def _measure_build(tenant: Tenant, warehouse: Warehouse, *, full: bool) -> Build:
    server = [postgres.fetch_running_pid(load_facts().state.postgres / "data") or 0]
    before, began = count_cpu_seconds(server), time.monotonic()
    done = run_transform(tenant, warehouse, full=full)
    seconds = time.monotonic() - began
    return Build(seconds, done.models + done.tests, count_cpu_seconds(server) - before)


def _run_day(environment: Mapping[str, str], size: int) -> None:
    """Yesterday's build is what is remembered, and a day's news are loaded."""
    changes = max(4, CHANGES_A_DAY * size // DEMO_SIZE)
    facts = load_facts()
    body = {
        "tenant": TENANT,
        "changes": changes,
        "at": format_instant(utcnow() - timedelta(seconds=2 * changes)),
    }
    url = f"http://127.0.0.1:{facts.ports.sandbox}/_sandbox/advance"
    requests.post(url, json=body, timeout=300).raise_for_status()
    _run_ingest(environment)
    with psycopg.connect(facts.warehouse_url) as connection:
        connection.execute("update elt_ops.dbt_builds set built_at = built_at - interval '1 day'")


def _count_orders(warehouse: Warehouse) -> int:
    with warehouse.connect() as connection:
        [[count]] = connection.execute(f"select count(*) from {TENANT}_mart.fct_orders").fetchall()
    return int(count)
