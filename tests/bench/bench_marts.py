"""A tenant's marts as its rows grow: a full build, ten times the rows, a day's news.

Each size is a world of its own, its business loaded through the vendors' APIs: a hundred customers
and a thousand, with `FULL=1` ten thousand, whose world alone takes minutes to make. A day is what
happens in it on one: customers, refunds, edits and orders in proportion to its size, then every
feed loaded, then the build that is planned, the new date included. Wall time of the build alone.
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
from include.local.stack import load_facts
from include.pipeline.dbt.transform import run_transform
from tests.bench.airflow_stack import running_servers
from tests.bench.row import Row

LIMIT_S = 5_400
TENANT = "acme"
TIMES = 10
SIZES = (100, 1_000, 10_000) if os.environ.get("FULL") == "1" else (100, 1_000)
DEMO_SIZE = 1_000
# Of the demo's size: a day has seven orders, and as many refunds, edits and changed customers.
CHANGES_A_DAY = 28


@dataclass(frozen=True)
class Measured:
    """Seconds of builds, and how many models and tests each had.

    Attributes:
        orders: Rows of the largest business object, to tell the sizes apart.
    """

    full_s: float
    day_s: float
    full_nodes: int
    day_nodes: int
    orders: int


def run() -> list[Row]:
    """A full build and a day of each size."""
    found = {size: _measure(size) for size in SIZES}
    rows = []
    for size, measured in found.items():
        limit = 60 if size == DEMO_SIZE else None
        name = f"full build of {TENANT}, {size:,} customers, {measured.orders:,} orders"
        rows.append(Row(name, measured.full_s, "s", limit, False))
        if size // TIMES in found:
            times = measured.full_s / found[size // TIMES].full_s
            rows.append(Row(f"  over {TIMES}x fewer", times, "x", 12, False))
        share = 100 * measured.day_s / measured.full_s
        nodes = 100 * measured.day_nodes / measured.full_nodes
        rows += [
            Row("  a day in all feeds, of it", share, "%", 20, False),
            Row("  its models and tests, of all", nodes, "%"),
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
        full_s, full_nodes = _measure_build(tenant, warehouse, full=True)
        _run_day(environment, size)
        day_s, day_nodes = _measure_build(tenant, warehouse, full=False)
        return Measured(full_s, day_s, full_nodes, day_nodes, _count_orders(warehouse))


def _run_ingest(environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "include.cli", "run", "--tenant", TENANT, "--step", "ingest"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def _measure_build(tenant: Tenant, warehouse: Warehouse, *, full: bool) -> tuple[float, int]:
    began = time.monotonic()
    done = run_transform(tenant, warehouse, full=full)
    return time.monotonic() - began, done.models + done.tests


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
