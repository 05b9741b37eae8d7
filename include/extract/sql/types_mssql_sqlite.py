"""Types of SQL Server, by its names for them, and of SQLite, by what tables declare.

SQL Server's moments are selected as text of microseconds: its drivers disagree about the seventh
digit. Source: learn.microsoft.com, `CAST and CONVERT` styles 23 and 126 (read 2026-11).
"""

import re

from include.config.connector_spec import ColumnType
from include.extract.sql.columns import Form, SqlColumn

_MSSQL_PLAIN: dict[str, ColumnType] = {
    "bit": "bool",
    "tinyint": "int",
    "smallint": "int",
    "int": "int",
    "bigint": "bigint",
    "real": "float",
    "float": "float",
    "char": "text",
    "varchar": "text",
    "nchar": "text",
    "nvarchar": "text",
    "text": "text",
    "ntext": "text",
    "binary": "bytes",
    "varbinary": "bytes",
    "image": "bytes",
    "timestamp": "bytes",
    "rowversion": "bytes",
}
_MOMENT = "left(convert(varchar(33), {}, 126), 26)"
_OFFSET = "left(convert(varchar(33), cast(switchoffset({}, '+00:00') as datetime2), 126), 26)"


def build_mssql_column(source: str, name: str, native: str, *, nullable: bool) -> SqlColumn:
    """One column by `system_type_name` of sp_describe_first_result_set, e.g. `decimal(10,2)`."""

    def make(kind: ColumnType, form: Form = Form.PLAIN, expression: str = "{}") -> SqlColumn:
        return SqlColumn(source, name, kind, form, expression, native, nullable=nullable)

    stem = native.split("(")[0].lower()
    if stem in _MSSQL_PLAIN:
        return make(_MSSQL_PLAIN[stem])
    if stem in ("decimal", "numeric"):
        return make("numeric", Form.DECIMAL, "convert(varchar(50), {})")
    if stem in ("money", "smallmoney"):
        return make("numeric", Form.DECIMAL, "convert(varchar(50), cast({} as decimal(19, 4)))")
    if stem == "date":
        return make("date", Form.DAY, "convert(char(10), {}, 23)")
    if stem in ("datetime", "datetime2", "smalldatetime"):
        return make("timestamp", Form.WALL, _MOMENT)
    if stem == "datetimeoffset":
        return make("timestamp", Form.UTC, _OFFSET)
    if stem == "uniqueidentifier":
        return make("text", expression="convert(char(36), {})")
    return make("text", expression="convert(nvarchar(max), {})")


# In the order SQLite itself looks for words, then what people write besides.
_SQLITE_WORDS: tuple[tuple[str, ColumnType], ...] = (
    (r"bool", "bool"),
    (r"int", "bigint"),
    (r"timestamp|datetime", "timestamp"),
    (r"date", "date"),
    (r"json", "json"),
    (r"char|clob|text|uuid|guid|time|string", "text"),
    (r"blob|binary", "bytes"),
    (r"real|floa|doub", "float"),
    (r"num|dec|money|currency", "numeric"),
)


def build_sqlite_column(source: str, name: str, native: str, *, nullable: bool) -> SqlColumn:
    """One column by its declared type; a value of another kind widens the column later."""
    kind: ColumnType = "text"
    for words, found in _SQLITE_WORDS:
        if re.search(words, native, re.IGNORECASE):
            kind = found
            break
    form = Form.WALL if kind == "timestamp" else Form.PLAIN
    return SqlColumn(source, name, kind, form, native=native, loose=True, nullable=nullable)


_KINDS: dict[type, ColumnType] = {int: "bigint", float: "numeric", str: "text", bytes: "bytes"}


def build_sampled_column(source: str, name: str, values: list[object]) -> SqlColumn:
    """A query's column by its first values: SQLite says nothing about the type of an expression."""
    kinds = {_KINDS[type(value)] for value in values if value is not None}
    kind: ColumnType = "text"
    if len(kinds) == 1:
        kind = kinds.pop()
    elif kinds == {"bigint", "numeric"}:
        kind = "numeric"
    return SqlColumn(source, name, kind, loose=True)
