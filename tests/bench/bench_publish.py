"""Publishing marts: how long readers may wait for the swap, small and large."""

import time
from dataclasses import replace

import psycopg

from include.core import naming
from include.destinations.postgres.marts.publisher import PostgresMarts
from include.destinations.postgres.tenant_schemas import DBT_LAYERS, run_ensure_schemas
from include.ledger import ddl
from include.ledger.connection import Connection, Warehouse
from tests.bench.row import Row
from tests.bench.warehouse_server import serve

TENANT = "benchco"
TABLES, VIEWS = 60, 20
SIZES = (1_000, 2_000_000)
TARGET_S = 1.0


def run() -> list[Row]:
    """The second swap of each size: the first has nothing to move out of the way."""
    rows = []
    for size in SIZES:
        with serve() as url:
            house = replace(Warehouse(url), tenant_roles=True)
            _run_make_schemas(house)
            marts = PostgresMarts(house, TENANT)
            _publish(marts, size)
            with psycopg.connect(url, autocommit=True) as connection:
                for number in range(VIEWS):
                    view = f"create view {TENANT}_bi.seen_{number} as select * from {_mart(number)}"
                    connection.execute(f"set role {naming.tenant_role(TENANT)}".encode())
                    connection.execute(view.encode())
            seconds, held = _publish(marts, size)
            what = f"publish {TABLES} marts, one of {size:,} rows"
            rows += [
                Row(f"{what}: the swap", seconds, "s", TARGET_S, False),
                Row("  of it, readers may have waited", held, "s"),
            ]
    return rows


def _mart(number: int) -> str:
    return f"{naming.dbt_schema(TENANT, 'mart')}.mart_{number}"


def _run_make_schemas(house: Warehouse) -> None:
    schemas = [naming.dbt_schema(TENANT, layer) for layer in DBT_LAYERS]
    with house.connect() as connection:
        ddl.run_migrations(connection)
        run_ensure_schemas(connection, TENANT, schemas, tenant_roles=True)


def _publish(marts: PostgresMarts, size: int) -> tuple[float, float]:
    """Make the next marts and publish them: (seconds of the swap, seconds it held locks)."""
    marts.run_prepare()
    schema = naming.dbt_schema(TENANT, "next")
    with marts.warehouse.connect() as connection:
        connection.execute(f"set local role {naming.tenant_role(TENANT)}".encode())
        for number in range(TABLES):
            connection.execute(f"drop view if exists {schema}.mart_{number}".encode())
            rows = size if number == 0 else min(size, 1_000)
            made = f"create table {schema}.mart_{number} as select n as id, md5(n::text) as name"
            connection.execute(f"{made} from generate_series(1, {rows}) as n".encode())
    began = time.perf_counter()
    done = marts.run_publish(_note)
    seconds = time.perf_counter() - began
    if len(done.tables) != TABLES or done.lost:
        raise RuntimeError(f"not all was published: {done}")
    return seconds, done.held_s


def _note(_connection: Connection) -> None:
    """The bench keeps no state of its marts."""
