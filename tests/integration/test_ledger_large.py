"""A ledger of 90 days and many feeds: what runs with each load or page reads its own rows."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from include.config.load import load_platform
from include.config.models import Tenant
from include.core.streams import RunKind
from include.ledger import load_history, loads
from include.ledger.connection import Warehouse
from include.ledger.ddl import run_migrations
from include.pipeline.health.tenant_health import fetch_health
from tests.conftest import new_warehouse
from tests.integration.load_case import build_case

# Tenants x feeds x streams x loads. A scan of the whole shows in a hundredth of the real size.
TENANTS, FEEDS, LOADS = 200, 10, 90
ROWS = TENANTS * FEEDS * LOADS
FILL = (
    f"""
    insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, run_id, read,
        unchanged, started_at, finished_at)
    select 'big' || t, 'f' || f, 'stripe', 'charges', 'scheduled', 'loaded', 'run' || n, 5, 5,
        now() - n * interval '1 day', now() - n * interval '1 day'
    from generate_series(1, {LOADS}) as n, generate_series(1, {TENANTS}) as t,
        generate_series(1, {FEEDS}) as f
    """,
    f"""
    insert into elt_ops.check_results (tenant, feed, stream, layer, check_name, severity, state,
        checked_at)
    select 'big' || t, 'f' || f, 'charges', 'raw', 'not_null', 'error', 'passed',
        now() - n * interval '1 day'
    from generate_series(1, {LOADS}) as n, generate_series(1, {TENANTS}) as t,
        generate_series(1, {FEEDS}) as f
    """,
)


@pytest.fixture(scope="module")
def large(postgres_url: str, warehouse_role: str) -> Iterator[str]:
    with new_warehouse(postgres_url, warehouse_role) as url:
        with Warehouse(url).connect() as connection:
            run_migrations(connection)
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in FILL:
                connection.execute(statement.encode())
            connection.execute("analyze")
        yield url


def _tenant() -> Tenant:
    [found] = [tenant for tenant in load_platform().tenants if tenant.id == "corner"]
    spec = found.spec.model_copy(update={"tenant": "big7"})
    return Tenant(spec, found.path, found.feeds)


def _count_scanned(url: str, act: Callable[[Any], Any]) -> dict[str, int]:
    """Rows that `act` had read one after the other, by table."""
    query = (
        "select relname, seq_tup_read from pg_stat_user_tables where schemaname = 'elt_ops' "
        "and relname in ('loads', 'check_results')"
    )
    with psycopg.connect(url, autocommit=True) as watcher:
        watcher.execute("select pg_stat_force_next_flush()")
        before = dict(watcher.execute(query).fetchall())
        with Warehouse(url).connect() as connection:
            act(connection)
            connection.execute("select pg_stat_force_next_flush()")
        watcher.execute("select pg_stat_clear_snapshot()")
        after = dict(watcher.execute(query).fetchall())
    return {name: after[name] - before[name] for name in after}


ASKED: dict[str, Callable[[Any], Any]] = {
    "sizes before": lambda c: load_history.fetch_last_sizes(c, "big7"),
    "newest loads": lambda c: load_history.fetch_latest_loads(c, "big7"),
    "last complete reads": lambda c: load_history.fetch_loaded_at(c, "big7"),
}


@pytest.mark.parametrize("what", ASKED)
def test_one_tenants_history_is_found_by_an_index(what: str, large: str) -> None:
    """Read one after the other, the ledger of a thousand tenants is read by each of their tasks."""
    assert ASKED[what] is not None
    scanned = _count_scanned(large, ASKED[what])
    assert max(scanned.values()) < ROWS / 10, scanned


def test_a_tenants_health_is_found_by_indexes(large: str) -> None:
    scanned = _count_scanned(large, lambda _: fetch_health(_tenant(), Warehouse(large)))
    assert max(scanned.values()) < ROWS / 10, scanned


def test_a_load_reads_no_other_loads(large: str) -> None:
    case = build_case(large)
    record = {"id": 1, "amount": "1", "updated_at": "2026-01-01T00:00:00Z"}
    case.load([record])
    scanned = _count_scanned(large, lambda _: case.load([record]))
    assert max(scanned.values()) < ROWS / 10, scanned
    with Warehouse(large).connect() as connection:
        assert loads.fetch_is_latest(connection, case.plan(kind=RunKind.SCHEDULED).place)


def test_the_measure_sees_a_whole_read(large: str) -> None:
    """The tests above would pass on a counter that stands still."""
    scanned = _count_scanned(large, lambda c: c.execute("select max(read) from elt_ops.loads"))
    assert scanned["loads"] >= ROWS
