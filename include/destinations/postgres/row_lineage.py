"""From a row of a mart to the raw records it was made of: by the ids it carries."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from include.core import naming
from include.ledger.connection import Connection

# `<connector>:<feed>:<id>`, as union_concept writes it.
_TENANT_WIDE = re.compile(r"^([a-z][a-z0-9_]*):([a-z][a-z0-9_]*):(.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TenantWideId:
    connector: str
    feed: str
    source_id: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """One raw record."""

    table: str
    column: str
    source_id: str
    feed: str
    load_id: int
    loaded_at: datetime


def parse_tenant_wide(value: object) -> TenantWideId | None:
    """The parts of a tenant-wide id; None for any other value."""
    match = _TENANT_WIDE.match(value) if isinstance(value, str) else None
    return TenantWideId(*match.groups()) if match else None


def fetch_ids(
    connection: Connection, schema: str, table: str, key: str, value: str
) -> list[dict[str, Any]]:
    """Rows of a table by their key, ids and lineage columns only."""
    names = sql.SQL("select * from {} where {}::text = %s limit 100").format(
        sql.Identifier(schema, table), sql.Identifier(key)
    )
    cursor = connection.execute(names, [value])
    columns = [one.name for one in cursor.description or ()]
    kept = [n for n in columns if n.endswith(("_id", "_key", "_sk"))]
    return [
        {name: found for name, found in zip(columns, row, strict=True) if name in kept}
        for row in cursor.fetchall()
    ]


def fetch_raw_rows(
    connection: Connection, schema: str, table: str, column: str, one: TenantWideId
) -> list[RawRow]:
    """Records of a raw table that have this id; child rows are as many as the list had."""
    query = sql.SQL("select {}, {} from {} where {} = %s and {}::text = %s order by 1 limit 100")
    filled = query.format(
        *map(sql.Identifier, (naming.LOAD_ID, naming.LOADED_AT)),
        sql.Identifier(schema, table),
        *map(sql.Identifier, (naming.FEED, column)),
    )
    rows = connection.execute(filled, [one.feed, one.source_id]).fetchall()
    return [RawRow(f"{schema}.{table}", column, one.source_id, one.feed, *row) for row in rows]
