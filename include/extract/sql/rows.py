"""Rows of MySQL, SQL Server and SQLite, streamed by their drivers, as columns or as dicts.

One connection, one transaction, one snapshot per read; the session may not write.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from include.extract.sql.columns import Form, SqlColumn
from include.extract.sql.database import MYSQL_WRITE_TIMEOUT_S, Database
from include.extract.sql.errors import translated
from include.extract.sql.select import Select

log = logging.getLogger(__name__)

BATCH_ROWS = 10_000
_ARROW = {
    "int": pa.int64(),
    "bigint": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "bytes": pa.binary(),
}
_ARROW_OF_FORM = {Form.FLAG: pa.int64(), Form.BITS: pa.binary()}


class RowReader:
    """Reads statements one after the other on one connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def read(self, select: Select) -> Iterator[list[tuple[Any, ...]]]:
        """Rows in batches; the server's answer is never held as a whole."""
        cursor = self._connection.cursor()
        cursor.arraysize = BATCH_ROWS
        cursor.execute(select.text, *([select.values] if select.values else []))
        while rows := cursor.fetchmany(BATCH_ROWS):
            yield list(rows)
        cursor.close()


def build_arrays(columns: Sequence[SqlColumn], rows: list[tuple[Any, ...]]) -> list[Any]:
    """Rows as Arrow columns: numbers and bytes as such, all else as the server's text."""
    return [
        _build_array(column, values)
        for column, values in zip(columns, zip(*rows, strict=True), strict=True)
    ]


def _build_array(column: SqlColumn, values: tuple[Any, ...]) -> Any:
    kind = _ARROW_OF_FORM.get(column.form) or _ARROW.get(column.type)
    if kind is not None:
        return pa.array(values, kind)
    texts = [v if v is None or type(v) is str else _to_text(v) for v in values]
    return pa.array(texts, pa.string())


def _to_text(value: Any) -> str:
    # A column whose collation is not what the connection speaks arrives as bytes.
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@contextmanager
def open_rows(database: Database) -> Iterator[RowReader]:
    """A reader in a snapshot of its own.

    Raises:
        EltError: Whatever the driver says.
    """
    with translated(database):
        connection = _CONNECT[database.dialect](database)
        try:
            yield RowReader(connection)
        finally:
            connection.close()


def _connect_mysql(database: Database) -> Any:
    from pymysql import converters
    from pymysql.constants import FIELD_TYPE
    from pymysql.cursors import SSCursor

    whole = ("TINY", "SHORT", "LONG", "LONGLONG", "INT24", "YEAR")
    # Without a decoder a value stays the text the server sent: exact, and 0000-00-00 is no crash.
    decoders: dict[Any, Any] = {getattr(FIELD_TYPE, name): int for name in whole}
    decoders |= {FIELD_TYPE.FLOAT: float, FIELD_TYPE.DOUBLE: float}
    conv = {**converters.encoders, **decoders}
    connection = _connect_driver(database, cursorclass=SSCursor, conv=conv)
    cursor = connection.cursor()
    for statement in (
        "set time_zone = '+00:00'",
        f"set session net_write_timeout = {MYSQL_WRITE_TIMEOUT_S}",
        "set session transaction isolation level repeatable read",
        "start transaction with consistent snapshot, read only",
    ):
        cursor.execute(statement)
    cursor.close()
    return connection


def _connect_driver(database: Database, **connect_args: Any) -> Any:
    """The driver's own connection, made as SQLAlchemy makes it."""
    held = database.engine(**connect_args).raw_connection()
    connection = held.dbapi_connection
    held.detach()
    return connection


def _connect_sqlite(database: Database) -> Any:
    connection = database.connect_sqlite()
    connection.execute("begin")
    return connection


def _connect_mssql(database: Database) -> Any:
    connection = _connect_driver(database)
    cursor = connection.cursor()
    cursor.execute("select snapshot_isolation_state from sys.databases where database_id = db_id()")
    row = cursor.fetchone()
    connection.rollback()
    if row and row[0] == 1:
        cursor.execute("set transaction isolation level snapshot")
    else:
        # Repeatable read would lock out the database's own users for as long as we read.
        log.warning("read without snapshot reason=ALLOW_SNAPSHOT_ISOLATION_is_off")
    return connection


_CONNECT = {"mysql": _connect_mysql, "sqlite": _connect_sqlite, "mssql": _connect_mssql}
