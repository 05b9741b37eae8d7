"""A shop with clean tables and a check of every kind, as the tests of declared checks need it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from include.config.connector_spec import Connector
from include.config.models import Feed
from include.destinations.postgres.tenant_schemas import run_ensure_schemas
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.quality.check import CheckContext, CheckOutcome, Status
from include.quality.run import run_raw_checks
from tests.unit.feed_maker import build_feed, build_tenant

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CONTEXT = CheckContext(NOW)
ROWS = 1200
SHOP = {
    "connector": "shop",
    "title": "Shop",
    "kind": "files",
    "streams": {
        "orders": {
            "primary_key": ["id"],
            "money": "total",
            "columns": {
                "id": "text",
                "email": {"type": "text", "checks": ["not_null"]},
                "customer_id": {
                    "type": "text",
                    "checks": [{"check": "refers_to", "to": "customers.id"}],
                },
                "state": {
                    "type": "text",
                    "checks": [{"check": "accepted", "values": ["paid", "open"]}, "shift"],
                },
                "total": {
                    "type": "numeric",
                    "checks": [{"check": "range", "least": 0, "most": 10000}, "shift"],
                },
                "currency": {"type": "text", "checks": ["mixed"]},
                "number": {"type": "text", "checks": ["unique", "constant"]},
                "zip": {"type": "text", "checks": [{"check": "pattern", "pattern": "^[0-9]{5}$"}]},
                "changed_at": {
                    "type": "timestamp",
                    "checks": [
                        {"check": "fresh", "hours": 30},
                        {"check": "every_day", "days": 20},
                        "ascending",
                    ],
                },
            },
            "checks": [
                {"check": "sudden_nulls", "column": "zip", "at_most": 0.2},
                {"check": "row_count", "least": 100},
                {"check": "duplicates", "columns": ["email", "total", "changed_at"]},
                {"check": "sum", "column": "total", "to": "customers.spent"},
            ],
        },
        "customers": {"primary_key": ["id"], "columns": {"id": "text", "spent": "numeric"}},
    },
}
TABLES = """
set local role elt_{tenant};
create table {schema}.orders (
    id text, email text, customer_id text, state text, total numeric, currency text, number text,
    zip text, changed_at timestamptz, _feed text, _load_id bigint, _loaded_at timestamptz,
    _deleted_at timestamptz, primary key (_feed, id)
);
create table {schema}.customers (
    id text, spent numeric, _feed text, _load_id bigint, _loaded_at timestamptz,
    _deleted_at timestamptz, primary key (_feed, id)
);
insert into {schema}.orders
select
    'o' || n, 'p' || n || '@x.example', 'c' || n % 40,
    case when n % 5 = 0 then 'open' else 'paid' end, 10 + n % 7, 'USD', 'n' || n, '80331',
    timestamptz '2026-11-01 10:00Z' - n % 60 * interval '1 day', 'feed',
    case when n % 60 = 0 then 9 else 5 end,
    timestamptz '2026-11-01 11:00Z' - n % 60 * interval '1 day', null
from generate_series(1, {rows}) n;
insert into {schema}.customers
select 'c' || n, (select sum(total) / 40 from {schema}.orders), 'feed', 5, now(), null
from generate_series(0, 39) n;
delete from elt_ops.loads;
insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, read, inserted,
    started_at, finished_at, load_id)
values ('{tenant}', 'feed', 'shop', 'orders', 'scheduled', 'loaded', {rows}, {rows},
    '2026-11-01', '2026-11-01', 9);
"""


SET = "update {schema}.orders set "


def open_shop(warehouse: str) -> Iterator[tuple[Warehouse, Feed]]:
    """A tenant of its own with clean tables."""
    house, tenant = Warehouse(warehouse), f"t{uuid4().hex[:8]}"
    schema = f"{tenant}_raw_shop"
    with house.connect() as connection:
        ddl.run_migrations(connection)
        run_ensure_schemas(connection, tenant, [schema, f"{tenant}_mart"])
        for statement in TABLES.format(tenant=tenant, schema=schema, rows=ROWS).split(";"):
            if "elt_ops" in statement:
                connection.execute("reset role")
            connection.execute(statement.encode())
    feed = replace(build_feed(Connector.model_validate(SHOP)), tenant=build_tenant(tenant))
    object.__setattr__(feed.tenant, "feeds", (feed,))
    yield house, feed


def plant(house: Warehouse, feed: Feed, *statements: str) -> None:
    with house.connect() as connection:
        for statement in statements:
            connection.execute(statement.replace("{schema}", feed.raw_schema).encode())


def run_orders(house: Warehouse, feed: Feed) -> dict[str, CheckOutcome]:
    found = run_raw_checks(house, feed, CONTEXT, ["orders"])
    return {one.name: one for one in found if one.origin.value == "declared"}


def find_failing(found: dict[str, CheckOutcome]) -> dict[str, int | None]:
    return {name: one.bad_rows for name, one in found.items() if one.status is not Status.PASSED}
