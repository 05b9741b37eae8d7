"""The books of a fleet: plans of what runs with each load and page, a night of retention, growth.

A thousand tenants of ten feeds, 90 days: of the old ones a load and a check result a day, as
retention leaves them, and one each hour of the newest. A hundred tenants without `FULL=1`.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import sql

from include.config.load import load_platform
from include.config.models import Tenant
from include.config.settings import DEMO_TENANTS, load_settings
from include.core.clock import utcnow
from include.ledger import builds, ddl, load_history
from include.ledger.connection import Warehouse
from include.ledger.retention import DENSE_DAYS
from include.ledger.trust.check_results import fetch_latest_checks, fetch_table_scores
from include.ledger.trust.metrics import fetch_daily_loads
from include.pipeline.health.tenant_health import fetch_health
from include.pipeline.retention import run_retention
from include.quality.tables import fetch_newest_loads
from tests.bench import warehouse_server
from tests.bench.row import Row
from tests.integration.load_case import build_case

FULL = os.environ.get("FULL") == "1"
TENANTS, FEEDS, DAYS = int(os.environ.get("FLEET") or (1_000 if FULL else 100)), 10, 90
WHO = "big7"
BIG = ("loads", "check_results", "scores")
# One a day of the old days, one an hour of the newest; a night has just been missed.
TIMES = f"""
    select now() - n * interval '1 day' from generate_series({DENSE_DAYS + 1}, {DAYS}) as n
    union all
    select now() - n * interval '1 hour' from generate_series(0, {24 * (DENSE_DAYS + 1) - 1}) as n
"""
FROM = f"""
    from (select at from ({TIMES}) as t (at) order by at) as d,
    generate_series(1, {TENANTS}) as t, generate_series(1, {FEEDS}) as f
"""
FILL = (
    f"""
    insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, run_id, read,
        unchanged, window_start, window_end, started_at, finished_at)
    select 'big' || t, 'f' || f, 'stripe', 'charges', 'scheduled', 'loaded', 'run' || d.at, 5, 5,
        d.at - interval '1 hour', d.at, d.at, d.at {FROM}
    """,
    f"""
    insert into elt_ops.check_results (tenant, feed, stream, layer, check_name, severity, state,
        checked_at)
    select 'big' || t, 'f' || f, 'charges', 'raw', 'not_null', 'error', 'passed', d.at {FROM}
    """,
    f"""
    insert into elt_ops.scores (tenant, feed, layer, score, checks, failed, scored_at)
    select 'big' || t, 'f' || f, 'raw', 100, 1, 0, d.at {FROM}
    """,
)


def run() -> list[Row]:
    """Rows of plans, of time, of a night, of size."""
    what = f"{TENANTS} x {FEEDS} feeds x {DAYS} days"
    with warehouse_server.serve() as url:
        _fill(url)
        sizes = _fetch_sizes(url)
        asked, scanned, seconds = _explain(url)
        print(f"   {asked} statements; read one after the other: {scanned or 'none'}", flush=True)
        began = time.monotonic()
        deleted = run_retention(Warehouse(url), DAYS)
        night = time.monotonic() - began
        print(f"   deleted by a night: {deleted}", flush=True)
    assert asked > 20
    assert deleted["loads"] > 0
    return [
        Row(f"books of {what}: statements that scan them", len(scanned), "", 0, at_least=False),
        Row(f"books of {what}: a load, its checks and a page", seconds * 1e3, "ms", 500, False),
        Row(f"books of {what}: a night of retention", night, "s", 300, False),
        *(Row(f"books: a row of {name} with its indexes", size, "bytes") for name, size in sizes),
    ]


def _fill(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        ddl.run_migrations(connection)
        for statement in FILL:
            connection.execute(statement.encode())
        for table in BIG:
            connection.execute(f"vacuum analyze elt_ops.{table}".encode())


def _fetch_sizes(url: str) -> list[tuple[str, float]]:
    query = (
        "select relname, pg_total_relation_size(oid) / reltuples from pg_class "
        "where relnamespace = 'elt_ops'::regnamespace and relname = any(%s) order by 1"
    )
    with psycopg.connect(url) as connection:
        found = connection.execute(query, [list(BIG)]).fetchall()
    return [(str(name), float(size)) for name, size in found]


def _explain(url: str) -> tuple[int, list[str], float]:
    """Statements that ran, those whose plan reads a big table as a whole, and seconds."""
    tenant, case = _tenant(), build_case(url)
    with _recorded() as statements:
        _ask(url, tenant)
        began = time.monotonic()
        _ask(url, tenant)
        seconds = time.monotonic() - began
        case.load([{"id": 1, "amount": "1", "updated_at": "2026-01-01T00:00:00Z"}])
    scanned, asked = [], 0
    with psycopg.connect(url) as connection:
        for query, values in statements:
            text = query if isinstance(query, str) else _read(query, connection)
            if not text.lstrip().lower().startswith(("select", "with", "update", "delete")):
                continue
            if "elt_ops." not in text:
                continue
            asked += 1
            explain = f"explain (format json) {text}".encode()
            try:
                plan = connection.execute(explain, values).fetchone()
            except psycopg.Error:
                connection.rollback()  # it asked a table of its own transaction
                continue
            scanned += [f"{one}: {text[:200]}" for one in _find_scans(plan)]
            connection.rollback()
    return asked, scanned, seconds


def _ask(url: str, tenant: Tenant) -> None:
    """What loads, checks, plans and pages of one tenant ask of the books."""
    with Warehouse(url).connect() as connection:
        load_history.fetch_last_sizes(connection, WHO)
        load_history.fetch_latest_loads(connection, WHO)
        load_history.fetch_loaded_at(connection, WHO)
        load_history.fetch_history(connection, [WHO])
        fetch_newest_loads(connection, WHO)
        builds.fetch_changing_loads(connection, WHO)
        fetch_latest_checks(connection, WHO)
        fetch_latest_checks(connection, WHO, feed="f3")
        fetch_table_scores(connection, WHO)
        since = (utcnow() - timedelta(days=56)).date()
        fetch_daily_loads(connection, WHO, "f3", "UTC", since)
    fetch_health(tenant, Warehouse(url))


def _tenant() -> Tenant:
    found = load_platform(replace(load_settings(), tenants_dir=DEMO_TENANTS)).tenant("corner")
    spec = found.spec.model_copy(update={"tenant": WHO})
    return Tenant(spec, found.path, found.feeds)


@contextmanager
def _recorded() -> Iterator[list[tuple[Any, Any]]]:
    """Every statement of this process meanwhile, with its values."""
    kept: list[tuple[Any, Any]] = []
    real = psycopg.Cursor.execute

    def execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        kept.append((query, params))
        return real(self, query, params, **options)

    psycopg.Cursor.execute = execute  # type: ignore[method-assign]
    try:
        yield kept
    finally:
        psycopg.Cursor.execute = real  # type: ignore[method-assign]


def _read(query: Any, connection: Any) -> str:
    if isinstance(query, bytes):
        return query.decode()
    return query.as_string(connection) if isinstance(query, sql.Composable) else str(query)


def _find_scans(plan: Any) -> list[str]:
    """Big tables that a plan reads from end to end."""
    waiting, found = [plan[0][0]["Plan"]], []
    while waiting:
        node = waiting.pop()
        if node["Node Type"] == "Seq Scan" and node.get("Relation Name") in BIG:
            found.append(str(node["Relation Name"]))
        waiting += node.get("Plans", [])
    return found
