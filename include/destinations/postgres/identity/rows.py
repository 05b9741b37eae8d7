"""Rows of `<tenant>_id` and of what identity resolution reads, as CSV files through COPY.

Set-wise in both directions: a million records never pass through Python one by one. What comes back
is compared with what is there, and rows that did not change are not written.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from psycopg import sql

from include.config.tenant.identity import Kind
from include.core import naming
from include.destinations.postgres.identity.tables import (
    ALIASES,
    ATTRIBUTES,
    CHANGES,
    PAIRS,
    PARAMETERS,
    RESOLVED,
    SHARED_KEYS,
    IdentityTable,
)
from include.ledger.connection import Connection

CHUNK = 1 << 20
_STAGE = sql.Identifier("elt_identity_stage")
# What a run leaves of a kind, besides the records themselves.
LEFT = (PAIRS, CHANGES, ALIASES, SHARED_KEYS, PARAMETERS, ATTRIBUTES)


def fetch_csv(connection: Connection, query: sql.Composable, path: Path) -> str:
    """Write a query's rows with a header line; null is empty, empty text is quoted.

    Returns:
        A hash of the rows, which the query orders.
    """
    digest = hashlib.sha256()
    statement = sql.SQL("copy ({}) to stdout (format csv, header)").format(query)
    with path.open("xb") as file, connection.cursor().copy(statement) as copy:
        for chunk in copy:
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def run_write_resolved(connection: Connection, tenant: str, kind: Kind, path: Path) -> int:
    """Make the records' table what a CSV file without a header says; how many rows that changed."""
    return _run_write(connection, tenant, RESOLVED[kind], None, path)


def run_write_left(
    connection: Connection, tenant: str, kind: str, files: Mapping[str, Path]
) -> dict[str, int]:
    """Make the other tables of a kind what these files (by table's name) say.

    Returns:
        Table -> rows added, changed and removed.
    """
    return {
        table.name: _run_write(connection, tenant, table, kind, files[table.name])
        for table in LEFT
        if table.name in files
    }


def _run_write(
    connection: Connection, tenant: str, table: IdentityTable, kind: str | None, path: Path
) -> int:
    """In the caller's transaction."""
    target = _place(tenant, table)
    columns = [name for name in table.columns if name != "kind"]
    statement = sql.SQL("create temporary table {} (like {} including defaults) on commit drop")
    connection.execute(statement.format(_STAGE, target))
    if kind is not None:
        default = sql.SQL("alter table {} alter column kind set default {}")
        connection.execute(default.format(_STAGE, sql.Literal(kind)))
    _run_copy_in(connection, columns, path)
    changed = 0 if table.is_log else _run_remove(connection, target, table, kind)
    changed += _run_upsert(connection, target, table)
    connection.execute(sql.SQL("drop table {}").format(_STAGE))
    return changed


def _run_copy_in(connection: Connection, columns: list[str], path: Path) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(_STAGE, names)
    with path.open("rb") as file, connection.cursor().copy(statement) as copy:
        while chunk := file.read(CHUNK):
            copy.write(chunk)
    connection.execute(sql.SQL("analyze {}").format(_STAGE))


def _run_remove(
    connection: Connection, target: sql.Identifier, table: IdentityTable, kind: str | None
) -> int:
    """Rows of the kind that are no more."""
    same = sql.SQL(" and ").join(
        sql.SQL("old.{0} = new.{0}").format(sql.Identifier(name)) for name in table.key
    )
    own = sql.SQL("true") if kind is None else sql.SQL("kind = {}").format(sql.Literal(kind))
    statement = sql.SQL(
        "delete from {} as old where {} and not exists (select from {} as new where {})"
    )
    return connection.execute(statement.format(target, own, _STAGE, same)).rowcount


def _run_upsert(connection: Connection, target: sql.Identifier, table: IdentityTable) -> int:
    names = list(table.columns)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    key = sql.SQL(", ").join(map(sql.Identifier, table.key))
    values = [sql.Identifier(name) for name in names if name not in table.key]
    head = sql.SQL("insert into {} as old ({}) select {} from {} on conflict ({}) do ").format(
        target, columns, columns, _STAGE, key
    )
    if table.is_log or not values:
        return connection.execute(head + sql.SQL("nothing")).rowcount
    sets = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in values)
    old = sql.SQL(", ").join(sql.SQL("old.{}").format(name) for name in values)
    new = sql.SQL(", ").join(sql.SQL("excluded.{}").format(name) for name in values)
    tail = sql.SQL("update set {} where ({}) is distinct from ({})").format(sets, old, new)
    return connection.execute(head + tail).rowcount


def _place(tenant: str, table: IdentityTable) -> sql.Identifier:
    return sql.Identifier(naming.identity_schema(tenant), table.name)
