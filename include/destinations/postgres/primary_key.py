"""A stream whose primary key changed at the source: the stored table follows where its rows allow.

Merging by a key the table does not have ends in a unique violation that names no cause, at every
load for ever.
"""

import logging

from psycopg import errors, sql

from include.core.errors import ContractBroken
from include.core.streams import SchemaChange
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.postgres.names import full_name, key_columns
from include.ledger.connection import Connection

log = logging.getLogger(__name__)


def fetch_key(connection: Connection, table: TableLayout) -> tuple[str | None, tuple[str, ...]]:
    """Name and columns of a stored table's primary key; None when it has none yet."""
    row = connection.execute(
        "select k.conname, array_agg(a.attname order by p.place) from pg_constraint as k "
        "cross join lateral unnest(k.conkey) with ordinality as p (attnum, place) "
        "join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = p.attnum "
        "where k.contype = 'p' and k.conrelid = to_regclass(%s) group by k.conname",
        [full_name(table).as_string(connection)],
    ).fetchone()
    return (str(row[0]), tuple(row[1])) if row else (None, ())


def is_key_current(connection: Connection, layout: StreamLayout, table: TableLayout) -> bool:
    """False when the table is kept under another key than the stream has now."""
    name, stored = fetch_key(connection, table)
    return name is None or set(stored) == set(key_columns(layout, table))


def run_follow_key(
    connection: Connection, layout: StreamLayout, table: TableLayout
) -> list[SchemaChange]:
    """Give the table the stream's key, inside the caller's transaction.

    Raises:
        ContractBroken: The stored rows are not told apart by it, or lack a part of it; says what
            to do. Nothing was changed.
    """
    name, stored = fetch_key(connection, table)
    wanted = tuple(key_columns(layout, table))
    if name is None or set(stored) == set(wanted):
        return []
    place = full_name(table)
    change = sql.SQL("alter table {} drop constraint {}, add primary key ({})").format(
        place, sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, wanted))
    )
    try:
        with connection.transaction():
            connection.execute(change)
    except (errors.UniqueViolation, errors.NotNullViolation) as error:
        raise ContractBroken(
            f"the primary key of `{table.schema}.{table.name}` changed from "
            f"`{', '.join(stored)}` to `{', '.join(wanted)}`, by which the rows stored so far are "
            "not told apart. Expected the key they were loaded under. If the source really has "
            f"another key now, set the old table aside (`alter table {table.schema}.{table.name} "
            f"rename to {table.name}_before`) and read the stream anew (`cursors rewind`); else "
            "name the old key in the feed's `primary_key`."
        ) from error
    log.warning("primary key follows table=%s.%s key=%s", table.schema, table.name, wanted)
    return [
        SchemaChange(table.name, ", ".join(wanted), "rekeyed", ", ".join(stored), ", ".join(wanted))
    ]
