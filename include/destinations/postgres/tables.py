"""Raw tables follow the layout: created, given new columns, widened in place, never narrowed."""

import logging

from psycopg import sql

from include.core import naming
from include.core.streams import SchemaChange
from include.destinations.changes import build_changes, build_wanted
from include.destinations.column_types import LOGICAL_TYPES, SQL_TYPES
from include.destinations.layout import LINEAGE, StreamLayout, TableLayout
from include.destinations.postgres.dependent_views import (
    fetch_dependent_views,
    run_drop_views,
    run_recreate_views,
)
from include.destinations.postgres.fill_back import FillBack
from include.destinations.postgres.names import full_name, key_columns
from include.destinations.postgres.primary_key import is_key_current, run_follow_key
from include.ledger.connection import Connection

log = logging.getLogger(__name__)


def fetch_columns(connection: Connection, table: TableLayout) -> dict[str, str]:
    """Column -> logical type of a raw table as stored; empty when there is no such table.

    A type we never create (someone altered the table) counts as text, which holds everything.
    """
    rows = connection.execute(
        "select a.attname, format_type(a.atttypid, null) from pg_attribute a "
        "join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped "
        "order by a.attnum",
        [table.schema, table.name],
    ).fetchall()
    return {str(name): LOGICAL_TYPES.get(str(kind), "text") for name, kind in rows}


def run_ensure_tables(
    connection: Connection,
    layout: StreamLayout,
    role: str | None,
    fill_back: FillBack | None = None,
) -> tuple[list[SchemaChange], list[TableLayout]]:
    """Bring the stream's tables to the layout, inside the caller's transaction.

    Args:
        role: Owner of created tables; None leaves them to the warehouse user.
        fill_back: Fills added columns with what `_extra` has for them.

    Returns:
        The changes made to tables that existed, and the tables that were created: these
        have no primary key yet, because filling first and indexing then is faster.
    """
    if all(
        _is_current(fetch_columns(connection, t), build_wanted(layout, t))
        and is_key_current(connection, layout, t)
        for t in layout.tables
    ):
        return [], []
    # Two feeds of one connector share tables: whoever comes second waits here and looks again.
    run_lock_ddl(connection, layout)
    changes: list[SchemaChange] = []
    created: list[TableLayout] = []
    for table in layout.tables:
        stored = fetch_columns(connection, table)
        if stored:
            table.join_types(stored)
            changes += _run_follow(connection, layout, table, stored, fill_back)
            changes += run_follow_key(connection, layout, table)
        else:
            run_create_table(connection, layout, table, role)
            created.append(table)
    return changes, created


def run_lock_ddl(connection: Connection, layout: StreamLayout) -> None:
    """Nobody else makes or changes the stream's tables until the transaction ends."""
    key = naming.lock_key(layout.parent.schema, "ddl", layout.parent.name)
    connection.execute("select pg_advisory_xact_lock(%s)", [key])


def run_add_primary_key(connection: Connection, layout: StreamLayout, table: TableLayout) -> None:
    """The key of a created table, after it has been filled."""
    columns = sql.SQL(", ").join(map(sql.Identifier, key_columns(layout, table)))
    statement = sql.SQL("alter table {} add primary key ({})")
    connection.execute(statement.format(full_name(table), columns))


def _is_current(stored: dict[str, str], wanted: dict[str, str]) -> bool:
    return bool(stored) and all(stored.get(name) == kind for name, kind in wanted.items())


def run_create_table(
    connection: Connection,
    layout: StreamLayout,
    table: TableLayout,
    role: str | None,
    *,
    place: sql.Identifier | None = None,
) -> None:
    """Make a table of the layout, without key.

    Args:
        place: Its name for now, in a load that adds the lineage when the rows are there; None: its
            own, with the lineage.
    """
    keys = key_columns(layout, table)
    wanted = build_wanted(layout, table)
    hashed = wanted.pop(naming.CHILDREN_HASH, None)
    lines = [
        f"{{}} {SQL_TYPES[kind]}{' not null' if name in keys else ''}"
        for name, kind in wanted.items()
    ]
    if table is not layout.parent:
        lines.append(f"{naming.POSITION} integer not null")
    lines.append(f"{naming.EXTRA} jsonb")
    if place is None:
        lines += [f"{name} {kind}" for name, kind in LINEAGE.items()]
    if table is layout.parent and place is None:
        lines.append(f"{naming.DELETED_AT} timestamptz")
    if hashed:
        lines.append(f"{naming.CHILDREN_HASH} text")
    body = sql.SQL(", ".join(lines)).format(*map(sql.Identifier, wanted))
    place = place or full_name(table)
    connection.execute(sql.SQL("create table {} ({})").format(place, body))
    if role is not None:
        owner = sql.Identifier(role)
        connection.execute(sql.SQL("alter table {} owner to {}").format(place, owner))
    log.info("table created table=%s.%s columns=%s", table.schema, table.name, len(wanted))


def _run_follow(
    connection: Connection,
    layout: StreamLayout,
    table: TableLayout,
    stored: dict[str, str],
    fill_back: FillBack | None,
) -> list[SchemaChange]:
    filled = fill_back.stage(table, stored) if fill_back else []
    wanted = build_wanted(layout, table)
    changes = build_changes(layout, table, stored)
    for name, kind in wanted.items():
        if name not in stored:
            _run_add_column(connection, table, name, SQL_TYPES[kind])
    widened = {
        name: wanted[name] for name, kind in stored.items() if wanted.get(name, kind) != kind
    }
    if widened:
        _run_widen(connection, table, widened)
    if fill_back and filled:
        changes += fill_back.write(table, filled)
    return changes


def _run_add_column(connection: Connection, table: TableLayout, name: str, kind: str) -> None:
    statement = sql.SQL("alter table {} add column {} {}")
    kind_sql = sql.SQL(kind)
    connection.execute(statement.format(full_name(table), sql.Identifier(name), kind_sql))
    log.info("column added table=%s.%s column=%s type=%s", table.schema, table.name, name, kind)


def _run_widen(connection: Connection, table: TableLayout, widened: dict[str, str]) -> None:
    """Alter all columns in one rewrite of the table; views on them step aside meanwhile."""
    views = fetch_dependent_views(connection, table.schema, table.name, list(widened))
    run_drop_views(connection, views)
    actions = [
        sql.SQL("alter column {0} type {1} using {0}::{1}").format(
            sql.Identifier(name),
            sql.SQL(SQL_TYPES[kind]),
        )
        for name, kind in widened.items()
    ]
    statement = sql.SQL("alter table {} {}")
    connection.execute(statement.format(full_name(table), sql.SQL(", ").join(actions)))
    run_recreate_views(connection, views)
    for name, kind in widened.items():
        place = f"{table.schema}.{table.name}.{name}"
        log.warning("column widened column=%s type=%s views=%s", place, kind, len(views))
