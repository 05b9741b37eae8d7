"""Rows a complete read no longer holds get `_deleted_at`; nothing is ever removed from raw."""

from dataclasses import asdict
from typing import Any

from psycopg import sql

from include.destinations.column_types import SQL_TYPES
from include.destinations.layout import StreamLayout
from include.destinations.postgres.merge import LATER
from include.destinations.postgres.names import full_name
from include.destinations.protocol import LoadStamp, Sweep, Swept
from include.ledger.connection import Connection
from include.ledger.rejects import REJECTS


def run_sweep(
    connection: Connection, layout: StreamLayout, sweep: Sweep, stamp: LoadStamp
) -> Swept:
    """Mark live rows that are neither staged nor quarantined.

    Rows changed by a load that began after this one stay: this read may be older than they are.
    So do rows of which a record was rejected now: it exists at the source.
    """
    table, stage = full_name(layout.parent), sql.Identifier(layout.parent.stage)
    same_key = sql.SQL(" and ").join(
        sql.SQL("s.{0} = t.{0}").format(sql.Identifier(key)) for key in layout.primary_key
    )
    scope = _build_scope(sweep, stage)
    values = asdict(stamp) | {"complete": list(sweep.complete), "since": sweep.since}
    statement = sql.SQL(
        "update {t} as t set _deleted_at = %(started_at)s, _load_id = %(load_id)s, "
        "_loaded_at = %(started_at)s "
        "where t._feed = %(feed)s and t._deleted_at is null and not {later} "
        "and {scope} and not exists (select 1 from {stage} as s where {same_key}) "
        "and not {rejected}"
    ).format(
        t=table,
        scope=scope,
        stage=stage,
        same_key=same_key,
        rejected=build_is_rejected(layout, "t"),
        later=sql.SQL(LATER),
    )
    marked = connection.execute(statement, values).rowcount
    return Swept(marked, _fetch_left(connection, table, sweep, scope, values) if marked else 0)


def _fetch_left(
    connection: Connection,
    table: sql.Identifier,
    sweep: Sweep,
    scope: sql.Composable,
    values: dict[str, Any],
) -> int:
    live = "select count(*) from {} as t where t._feed = %(feed)s and t._deleted_at is null"
    inside = sql.SQL(" and {}").format(scope) if sweep.is_narrow else sql.SQL("")
    row = connection.execute(sql.SQL(live).format(table) + inside, values).fetchone()
    return int(row[0]) if row else 0


def _build_scope(sweep: Sweep, stage: sql.Identifier) -> sql.Composable:
    """Condition on `t` for the rows the read speaks about."""
    column = sql.Identifier(sweep.column)
    if sweep.column == "all":
        scope: sql.Composable = sql.SQL("true")
    elif sweep.complete:
        scope = sql.SQL("t.{}::text = any(%(complete)s)").format(column)
    else:
        scope = sql.SQL("t.{0} in (select s.{0} from {1} as s)").format(column, stage)
    if sweep.since is None or sweep.cursor is None:
        return scope
    # A null cursor cannot be asked for by time, so its absence says nothing.
    within = sql.SQL("({} and t.{} >= %(since)s)")
    return within.format(scope, sql.Identifier(sweep.cursor))


def build_is_rejected(layout: StreamLayout, alias: str) -> sql.Composable:
    """Condition: the row of table `alias` has the key of a staged reject.

    Only rejects whose key is known can say so: ask `fetch_has_unkeyed` first.
    """
    same = [
        sql.SQL("{}.{} = (r.key_values::jsonb ->> {})::{}").format(
            sql.Identifier(alias),
            sql.Identifier(key),
            sql.Literal(number),
            sql.SQL(SQL_TYPES[layout.parent.types[key]]),
        )
        for number, key in enumerate(layout.primary_key)
    ]
    made = "exists (select 1 from {} as r where r.key_values is not null and {})"
    return sql.SQL(made).format(sql.Identifier(REJECTS), sql.SQL(" and ").join(same))
