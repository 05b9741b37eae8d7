"""From a row of a mart to the raw records it was made of: by the ids it carries."""

import re
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A raw record that an id may be of.

    Attributes:
        place: Where it lies in its table, while nobody changes it.
        told: How many of the columns that the id is made of stand in it as they are.
    """

    place: str
    told: int
    row: RawRow


def parse_tenant_wide(value: object) -> TenantWideId | None:
    """The parts of a tenant-wide id; None for any other value."""
    match = _TENANT_WIDE.match(value) if isinstance(value, str) else None
    return TenantWideId(*match.groups()) if match else None


def fetch_ids(
    connection: Connection, schema: str, table: str, key: str, value: str
) -> list[dict[str, Any]]:
    """Rows of a table by their key, keys and ids only; a hundred at most."""
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


def fetch_candidates(
    connection: Connection, schema: str, table: str, columns: Sequence[str], one: TenantWideId
) -> list[Candidate]:
    """All records of a feed, those first of which most columns stand in the id.

    Args:
        columns: Those the id is made of; the first one names the record in the answer.
    """
    told = [
        sql.SQL("coalesce(({0}::text <> '' and position({0}::text in %(id)s) > 0)::int, 0)").format(
            sql.Identifier(column)
        )
        for column in columns
    ]
    query = sql.SQL(
        "select ctid::text, {}, coalesce({}::text, ''), {}, {} from {} where {} = %(feed)s "
        "order by 2 desc, 1"
    ).format(
        sql.SQL(" + ").join(told),
        *map(sql.Identifier, (columns[0], naming.LOAD_ID, naming.LOADED_AT)),
        *(sql.Identifier(schema, table), sql.Identifier(naming.FEED)),
    )
    found = connection.execute(query, {"id": one.source_id, "feed": one.feed}).fetchall()
    return [
        Candidate(place, count, RawRow(f"{schema}.{table}", columns[0], value, one.feed, *load))
        for place, count, value, *load in found
    ]


def narrow(schema: str, table: str) -> str:
    """The select of some of a raw table's rows, by their places: `has_row` fills them in."""
    at = "ctid = any(%(places)s::text[]::tid[])"
    return f'select * from "{schema}"."{table}" where {at}'  # noqa: S608


def has_row(
    connection: Connection, probe: str, key: str, one: TenantWideId, places: Sequence[str]
) -> bool:
    """Whether a model's select has the id when its raw table has these rows alone.

    Args:
        probe: A statement of `build_probe`, its own percent signs doubled.
        key: Column of the model that holds the source's id.
    """
    where = f'where wanted."{naming.FEED}" = %(feed)s and wanted."{key}"::text = %(id)s limit 1'
    filled = {"feed": one.feed, "id": one.source_id, "places": list(places)}
    return bool(connection.execute(f"{probe} {where}".encode(), filled).fetchall())
