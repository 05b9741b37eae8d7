"""Schema `<tenant>_id`: what identity resolution says of a tenant's records.

Idempotent: missing tables are made, missing columns added. The platform's login owns it and writes
it; the tenant's role reads it, so no model or check can change who is who.
"""

from dataclasses import dataclass

from psycopg import sql

from include.config.tenant.identity import Kind
from include.core import naming
from include.ledger.connection import Connection
from include.ledger.locks import run_lock_ddl

PEOPLE: Kind = "people"
COMPANIES: Kind = "companies"
PRODUCTS: Kind = "products"
KINDS: tuple[Kind, ...] = (PEOPLE, COMPANIES, PRODUCTS)
# Column of the entity's id in the table of each kind.
ENTITY_COLUMNS = {PEOPLE: "person_id", COMPANIES: "company_id", PRODUCTS: "product_id"}


@dataclass(frozen=True, slots=True)
class IdentityTable:
    """One table of the schema.

    Attributes:
        columns: Name -> PostgreSQL type with its constraints, in order.
        key: Columns of the primary key.
        is_log: Rows are only added.
    """

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    is_log: bool = False


def _records(kind: Kind) -> IdentityTable:
    columns = {
        "record_id": "text not null", ENTITY_COLUMNS[kind]: "text not null",
        "confidence": "double precision not null", "how": "text", "content_hash": "text",
        "first_seen_at": "timestamptz",
    }  # fmt: skip
    return IdentityTable(kind, columns, ("record_id",))


_KIND = {"kind": "text not null"}
RESOLVED = {kind: _records(kind) for kind in KINDS}
PAIRS = IdentityTable(
    "pairs",
    {
        **_KIND, "left_id": "text not null", "right_id": "text not null",
        "score": "double precision", "band": "text not null", "decided_by": "text",
        "evidence": "text",
    },
    ("kind", "left_id", "right_id"),
)  # fmt: skip
CHANGES = IdentityTable(
    "changes",
    {
        **_KIND, "change_id": "text not null", "at": "timestamptz not null",
        "what": "text not null", "entity_id": "text not null", "other_entity_id": "text",
        "record_id": "text", "reason": "text",
    },
    ("kind", "change_id"),
    is_log=True,
)  # fmt: skip
ALIASES = IdentityTable(
    "aliases",
    {**_KIND, "old_id": "text not null", "entity_id": "text not null"},
    ("kind", "old_id"),
)
SHARED_KEYS = IdentityTable(
    "shared_keys",
    {
        **_KIND, "key_kind": "text not null", "value": "text not null", "records": "bigint",
        "names": "bigint", "treatment": "text", "reason": "text",
    },
    ("kind", "key_kind", "value"),
)  # fmt: skip
PARAMETERS = IdentityTable(
    "parameters", {**_KIND, "trained_at": "timestamptz not null", "body": "text"}, ("kind",)
)
ATTRIBUTES = IdentityTable(
    "attributes",
    {
        **_KIND, "entity_id": "text not null", "attribute": "text not null", "value": "text",
        "record_id": "text",
    },
    ("kind", "entity_id", "attribute"),
)  # fmt: skip
OVERRIDES = IdentityTable(
    "overrides",
    {
        "override_id": "text not null", **_KIND, "left_id": "text not null",
        "right_id": "text not null", "verdict": "text not null", "who": "text", "at": "timestamptz",
        "why": "text", "origin": "text not null default 'console'",
        "is_active": "boolean not null default true",
    },
    ("override_id",),
)  # fmt: skip
RUNS = IdentityTable(
    "runs",
    {
        "run_id": "bigint generated always as identity", **_KIND,
        "at": "timestamptz not null default clock_timestamp()", "records": "bigint not null",
        "entities": "bigint not null", "candidates": "bigint", "scored": "bigint",
        "accepted": "bigint", "review": "bigint", "seconds": "double precision",
        "inputs_hash": "text", "is_full": "boolean not null default false",
        "warnings": "text[] not null default '{}'",
    },
    ("run_id",),
    is_log=True,
)  # fmt: skip
TABLES = (
    *RESOLVED.values(), PAIRS, CHANGES, ALIASES, SHARED_KEYS, PARAMETERS, ATTRIBUTES, OVERRIDES,
    RUNS,
)  # fmt: skip
# How a person or company is found by one of its records, and pairs by either side.
_INDEXES = (
    *((kind, ENTITY_COLUMNS[kind]) for kind in KINDS),
    ("pairs", "right_id"),
    ("pairs", "left_id"),
)


def run_ensure_identity(connection: Connection, tenant: str, role: str | None) -> None:
    """Make the tenant's schema and tables as they are declared here.

    Args:
        role: The tenant's role, which exists; it may read. None: tenants have no roles.
    """
    schema = naming.identity_schema(tenant)
    if _is_complete(connection, schema, role):
        return
    with connection.transaction():
        run_lock_ddl(connection, "identity")
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        for table in TABLES:
            _run_ensure_table(connection, schema, table)
        for name, column in _INDEXES:
            statement = sql.SQL("create index if not exists {} on {} ({})")
            index, place = sql.Identifier(f"{name}_{column}"), sql.Identifier(schema, name)
            connection.execute(statement.format(index, place, sql.Identifier(column)))
        if role is not None:
            names = sql.Identifier(schema), sql.Identifier(role)
            for grant in (
                "grant usage on schema {} to {}",
                "grant select on all tables in schema {} to {}",
            ):
                connection.execute(sql.SQL(grant).format(*names))


def _is_complete(connection: Connection, schema: str, role: str | None) -> bool:
    rows = connection.execute(
        "select table_name, column_name from information_schema.columns where table_schema = %s",
        [schema],
    ).fetchall()
    wanted = {(table.name, column) for table in TABLES for column in table.columns}
    if not wanted <= {(str(table), str(column)) for table, column in rows}:
        return False
    if role is None:
        return True
    row = connection.execute(
        "select bool_and(has_table_privilege(%s, format('%%I.%%I', schemaname, tablename), "
        "'select')) and has_schema_privilege(%s, %s, 'usage') from pg_tables where schemaname = %s",
        [role, role, schema, schema],
    ).fetchone()
    return bool(row and row[0])


def _run_ensure_table(connection: Connection, schema: str, table: IdentityTable) -> None:
    name = sql.Identifier(schema, table.name)
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in table.columns.items()
    ]
    key = sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, table.key)))
    body = sql.SQL(", ").join([*columns, key])
    connection.execute(sql.SQL("create table if not exists {} ({})").format(name, body))
    for column in columns:
        statement = sql.SQL("alter table {} add column if not exists {}")
        connection.execute(statement.format(name, column))
