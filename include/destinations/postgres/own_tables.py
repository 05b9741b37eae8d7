"""Tables that steps of a build write and dbt reads: who is who, and what was fitted.

The platform's login owns them and writes them; the tenant's role reads them, so no model or check
can change what a step has said. Set-wise in both directions, as CSV through COPY: a million rows
never pass through Python one by one. What comes back is compared with what is there, and rows that
did not change are not written.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from include.ledger.connection import Connection
from include.ledger.locks import run_lock_ddl

CHUNK = 1 << 20
_STAGE = sql.Identifier("elt_own_stage")
_SCOPE = sql.Identifier("elt_own_scope")


@dataclass(frozen=True, slots=True)
class OwnTable:
    """One such table.

    Attributes:
        columns: Name -> PostgreSQL type with its constraints, in order.
        key: Columns of the primary key.
        is_log: Rows are only added.
    """

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    is_log: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of a table: rows outside of it stay as they are.

    Attributes:
        columns: A row belongs to the part when all of these hold one of the ids.
        ids: CSV of one column without a header.
    """

    columns: tuple[str, ...]
    ids: Path


def run_ensure_own_tables(
    connection: Connection,
    schema: str,
    tables: Iterable[OwnTable],
    role: str | None,
    indexes: Iterable[tuple[str, str]] = (),
) -> None:
    """Make a schema and its tables as they are declared; missing columns are added.

    Args:
        role: The tenant's role, which exists; it may read. None: tenants have no roles.
        indexes: (table, column) besides the keys.
    """
    tables = tuple(tables)
    if _is_complete(connection, schema, tables, role):
        return
    with connection.transaction():
        run_lock_ddl(connection, "own_tables")
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        for table in tables:
            _run_ensure_table(connection, schema, table)
        for name, column in indexes:
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


def read_file(path: Path) -> Iterator[bytes]:
    """A file in pieces."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def run_write_table(
    connection: Connection,
    schema: str,
    table: OwnTable,
    csv: Iterable[bytes],
    fixed: Mapping[str, str] | None = None,
    scope: Scope | None = None,
) -> int:
    """Make a table what CSV without a header says, in the caller's transaction.

    Args:
        fixed: Columns with one value that the CSV leaves out: rows with other values stay.
        scope: The part of the table that the CSV is about; None: all of it.

    Returns:
        Rows added, changed and removed.
    """
    target, fixed = sql.Identifier(schema, table.name), dict(fixed or {})
    columns = [name for name in table.columns if name not in fixed]
    statement = sql.SQL("create temporary table {} (like {} including defaults) on commit drop")
    connection.execute(statement.format(_STAGE, target))
    for name, value in fixed.items():
        default = sql.SQL("alter table {} alter column {} set default {}")
        connection.execute(default.format(_STAGE, sql.Identifier(name), sql.Literal(value)))
    _run_copy_in(connection, columns, csv)
    if scope:
        connection.execute(
            sql.SQL("create temporary table {} (id text primary key) on commit drop").format(_SCOPE)
        )
        _run_copy_in(connection, ["id"], read_file(scope.ids), _SCOPE)
    within = scope.columns if scope else ()
    changed = 0 if table.is_log else _run_remove(connection, target, table, fixed, within)
    changed += _run_upsert(connection, target, table)
    for place in (_STAGE, _SCOPE):
        connection.execute(sql.SQL("drop table if exists pg_temp.{}").format(place))
    return changed


def _run_copy_in(
    connection: Connection,
    columns: list[str],
    csv: Iterable[bytes],
    place: sql.Identifier = _STAGE,
) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(place, names)
    with connection.cursor().copy(statement) as copy:
        for chunk in csv:
            copy.write(chunk)
    connection.execute(sql.SQL("analyze {}").format(place))


def _run_remove(
    connection: Connection,
    target: sql.Identifier,
    table: OwnTable,
    fixed: Mapping[str, str],
    within: tuple[str, ...],
) -> int:
    """Rows, of those with the fixed values and of the scope, that are no more."""
    same = sql.SQL(" and ").join(
        sql.SQL("old.{0} = new.{0}").format(sql.Identifier(name)) for name in table.key
    )
    own = [
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in fixed.items()
    ]
    own += [
        sql.SQL("{} in (select id from {})").format(sql.Identifier(name), _SCOPE) for name in within
    ]
    statement = sql.SQL(
        "delete from {} as old where {} and not exists (select from {} as new where {})"
    )
    condition = sql.SQL(" and ").join(own) if own else sql.SQL("true")
    return connection.execute(statement.format(target, condition, _STAGE, same)).rowcount


def _run_upsert(connection: Connection, target: sql.Identifier, table: OwnTable) -> int:
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


def _is_complete(
    connection: Connection, schema: str, tables: tuple[OwnTable, ...], role: str | None
) -> bool:
    rows = connection.execute(
        "select table_name, column_name from information_schema.columns where table_schema = %s",
        [schema],
    ).fetchall()
    wanted = {(table.name, column) for table in tables for column in table.columns}
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


def _run_ensure_table(connection: Connection, schema: str, table: OwnTable) -> None:
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
