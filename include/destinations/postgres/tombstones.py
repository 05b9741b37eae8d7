"""Deletions a source names: the row stays, gets `_deleted_at`, and no older version revives it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from psycopg import sql

from include.core.streams import Tombstone
from include.destinations.column_types import SQL_TYPES
from include.destinations.layout import StreamLayout
from include.destinations.postgres.merge import LATER
from include.destinations.postgres.names import full_name
from include.destinations.protocol import LoadStamp
from include.ledger.connection import Connection

MARK = """
with gone as ({gone})
update {t} as t set _deleted_at = coalesce(t._deleted_at, %(started_at)s),
    _load_id = %(load_id)s, _loaded_at = %(started_at)s {newer}
from gone as g where t._feed = %(feed)s and {same_key} and {applies}
"""
# Without it, a creation that arrives after its own deletion would bring the record to life.
KEEP = """
insert into {t} ({columns}, _feed, _load_id, _loaded_at, _deleted_at)
select {values}, %(feed)s, %(load_id)s, %(started_at)s, %(started_at)s
from ({gone}) as g
where g.version is not null
and not exists (select 1 from {t} as t where t._feed = %(feed)s and {same_key})
"""


def run_tombstones(
    connection: Connection,
    layout: StreamLayout,
    tombstones: Sequence[Tombstone],
    stamp: LoadStamp,
) -> int:
    """Mark the named records inside the caller's transaction, after the merge; returns how many.

    With a version, a deletion loses against a newer version of its record, and is kept as a bare
    key when the record was never seen. Without one, the later load wins.
    """
    if not tombstones:
        return 0
    keys = layout.primary_key
    values: dict[str, Any] = asdict(stamp)
    for place in range(len(keys)):
        values[f"key{place}"] = [str(one.key[place]) for one in tombstones]
    values["version"] = [None if one.version is None else str(one.version) for one in tombstones]
    parts = _build_parts(layout)
    marked = connection.execute(sql.SQL(MARK).format(**parts), values).rowcount
    if layout.version:
        marked += connection.execute(sql.SQL(KEEP).format(**parts), values).rowcount
    return marked


def _build_parts(layout: StreamLayout) -> dict[str, sql.Composable]:
    keys, version = layout.primary_key, layout.version
    kind = SQL_TYPES[layout.parent.types[version]] if version else "text"
    same = [
        sql.SQL("t.{} = g.{}").format(sql.Identifier(key), sql.Identifier(f"key{place}"))
        for place, key in enumerate(keys)
    ]
    parts: dict[str, sql.Composable] = {
        "t": full_name(layout.parent),
        "gone": _build_gone(layout, kind),
        "same_key": sql.SQL(" and ").join(same),
        "newer": sql.SQL(""),
        "applies": sql.SQL("t._deleted_at is null and not " + LATER),
        "columns": sql.SQL(", ").join(map(sql.Identifier, keys)),
        "values": sql.SQL(", ").join(sql.Identifier("g", f"key{p}") for p in range(len(keys))),
    }
    if version:
        column = sql.Identifier(version)
        parts["newer"] = sql.SQL(", {0} = coalesce(g.version, t.{0})").format(column)
        parts["applies"] = sql.SQL(
            "case when g.version is null or t.{0} is null then t._deleted_at is null "
            "else t.{0} < g.version or (t.{0} = g.version and t._deleted_at is null) end"
        ).format(column)
        parts["columns"] = sql.SQL("{}, {}").format(parts["columns"], column)
        parts["values"] = sql.SQL("{}, g.version").format(parts["values"])
    return parts


def _build_gone(layout: StreamLayout, version_kind: str) -> sql.Composable:
    """Each key once with its newest version, in the types of the table."""
    count = len(layout.primary_key)
    names = sql.SQL(", ").join(sql.Identifier(f"key{place}") for place in range(count))
    typed = sql.SQL(", ").join(
        sql.SQL("{0}::{1} as {0}").format(
            sql.Identifier(f"key{place}"), sql.SQL(SQL_TYPES[layout.parent.types[key]])
        )
        for place, key in enumerate(layout.primary_key)
    )
    arrays = sql.SQL(", ").join(sql.SQL(f"%(key{place})s::text[]") for place in range(count))
    return sql.SQL(
        "select {names}, max(version) as version from ("
        "select {typed}, version::{kind} as version "
        "from unnest({arrays}, %(version)s::text[]) as u ({names}, version)) as each "
        "group by {names}"
    ).format(names=names, typed=typed, kind=sql.SQL(version_kind), arrays=arrays)
