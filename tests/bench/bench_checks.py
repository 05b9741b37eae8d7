"""A thousand checks of fifty tables: what one check run of a feed costs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from include.config.connector_spec import Connector
from include.config.models import Feed, Tenant, TenantFile
from include.core.clock import utcnow
from include.destinations.postgres.tenant_schemas import run_ensure_schemas
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.quality.check import CheckContext, Origin, Status
from include.quality.run import run_raw_checks
from tests.bench.row import Row
from tests.bench.warehouse_server import serve

TABLES, ROWS = 50, 20_000
CHECKS = [
    ("id", "unique"),
    *((f"text_{n}", "not_null") for n in range(5)),
    *((f"text_{n}", {"check": "accepted", "values": ["a", "b", "c"]}) for n in range(3)),
    *((f"text_{n}", {"check": "pattern", "pattern": "^[a-z]$"}) for n in range(3)),
    *((f"number_{n}", {"check": "range", "least": 0, "most": 1000}) for n in range(4)),
    ("text_0", "shift"),
    ("number_0", "shift"),
    ("at", {"check": "fresh", "hours": 48}),
    ("at", {"check": "every_day", "days": 14}),
]
DECLARED = TABLES * len(CHECKS)


def run() -> list[Row]:
    """Seconds of all checks, declared and built in, as the tenant's own login."""
    with _loaded() as (house, feed):
        begin = time.perf_counter()
        found = run_raw_checks(house, feed, CheckContext(utcnow()))
        seconds = time.perf_counter() - begin
    declared = [one for one in found if one.origin is Origin.DECLARED]
    wrong = [one.name for one in declared if one.status is not Status.PASSED]
    assert len(declared) == DECLARED, len(declared)
    assert not wrong, wrong[:5]
    many = f"checks: {DECLARED:,} declared of {TABLES} tables, {ROWS:,} rows each"
    return [Row(many, seconds, "s", 30.0, False), Row("checks: with built-in ones", len(found), "")]


def _connector() -> Connector:
    columns: dict[str, dict[str, object]] = {"id": {"type": "text"}, "at": {"type": "timestamp"}}
    columns |= {f"text_{n}": {"type": "text"} for n in range(5)}
    columns |= {f"number_{n}": {"type": "numeric"} for n in range(4)}
    for name, check in CHECKS:
        columns[name].setdefault("checks", [])
        columns[name]["checks"].append(check)  # type: ignore[attr-defined]
    stream = {"primary_key": ["id"], "columns": columns}
    streams = {f"things_{n}": stream for n in range(TABLES)}
    return Connector.model_validate(
        {"connector": "many", "title": "Many", "kind": "files", "streams": streams}
    )


@contextmanager
def _loaded() -> Iterator[tuple[Warehouse, Feed]]:
    connector = _connector()
    feeds = {"many": {"start_date": date(2025, 1, 1)}}
    file = TenantFile(tenant="benchco", name="B", owner="b", feeds=feeds)
    tenant = Tenant(file, Path("benchco.yaml"))
    feed = Feed(
        tenant, "many", connector, dict(connector.streams), {}, (), None, date(2025, 1, 1), 5,
        enabled=True, deadline_minutes=60,
    )  # fmt: skip
    object.__setattr__(tenant, "feeds", (feed,))
    with serve() as url:
        house = replace(Warehouse(url), tenant_roles=True)
        with house.connect() as connection:
            ddl.run_migrations(connection)
            run_ensure_schemas(connection, "benchco", [feed.raw_schema])
            connection.execute("set local role elt_benchco")
            for name in feed.streams:
                connection.execute(_table(feed.raw_schema, name).encode())
        with house.connect(autocommit=True) as connection:
            connection.execute("analyze")
        yield house, feed


def _table(schema: str, name: str) -> str:
    letters = ", ".join(f"chr(97 + n % 3) as text_{n}" for n in range(5))
    numbers = ", ".join(f"(n % 997)::numeric as number_{n}" for n in range(4))
    return (
        f"create table {schema}.{name} as select n::text as id, "
        f"now() - n % 60 * interval '1 day' as at, {letters}, {numbers}, 'many'::text as _feed, "
        "1::bigint as _load_id, now() - n % 60 * interval '1 day' as _loaded_at, "
        f"null::timestamptz as _deleted_at from generate_series(0, {ROWS - 1}) n; "
        f"alter table {schema}.{name} add primary key (_feed, id)"
    )
