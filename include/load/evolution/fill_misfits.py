"""Values that could not become their new column: into quarantine, under their record's key."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from psycopg import sql

from include.core import naming
from include.destinations.layout import StreamLayout, TableLayout
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace

REASON = "not_filled"
# A type that is plainly wrong makes every row a misfit; so many show what is wrong.
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Misfitted:
    """One value: `sid` is its row's address, `payload` a JSON object of path and value."""

    sid: str
    detail: str
    payload: str


def run_quarantine_misfits(
    connection: Connection,
    place: LoadPlace,
    load_id: int,
    layout: StreamLayout,
    table: TableLayout,
    misfits: Sequence[Misfitted],
) -> None:
    """Write the first of them down; a later reading of the record closes them as any other.

    Nothing of it counts in the load's books: no record was read.
    """
    first = misfits[:MOST]
    if not first:
        return
    keys = _fetch_keys(connection, layout, table, [one.sid for one in first])
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into elt_ops.quarantine as q (tenant, feed, stream, fingerprint, record_key, "
            "reason, detail, payload, form, key_values, first_seen, last_seen, load_id) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, 'text', %s, %s, %s, %s) "
            "on conflict (tenant, feed, stream, fingerprint) do update set "
            "last_seen = excluded.last_seen, seen_count = q.seen_count + 1",
            [_build_row(place, load_id, layout, one, keys[one.sid]) for one in first],
        )


def _build_row(
    place: LoadPlace, load_id: int, layout: StreamLayout, one: Misfitted, key: Sequence[str]
) -> tuple[object, ...]:
    feed, *values = key
    shown = ", ".join(f"{n}={v}" for n, v in zip(layout.primary_key, values, strict=True))
    content = "\x00".join((REASON, shown, one.payload)).encode("utf-8", "backslashreplace")
    fingerprint = hashlib.blake2b(content, digest_size=16).hexdigest()
    return (
        *(place.tenant, feed, place.stream, fingerprint, shown[:200], REASON, one.detail),
        *(one.payload, orjson.dumps(values).decode(), place.started_at, place.started_at, load_id),
    )


def _fetch_keys(
    connection: Connection, layout: StreamLayout, table: TableLayout, sids: list[str]
) -> dict[str, Sequence[str]]:
    """Row address -> feed and the texts of its (parent's) primary key."""
    names = layout.primary_key
    if table is not layout.parent:
        names = tuple(naming.parent_key_column(name) for name in names)
    columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(n)) for n in names)
    query = sql.SQL("select ctid::text, _feed, {} from {} where ctid = any(%s::tid[])").format(
        columns, sql.Identifier(table.schema, table.name)
    )
    return {sid: key for sid, *key in connection.execute(query, [sids])}
