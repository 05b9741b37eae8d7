"""MySQL's and MariaDB's types, by what the protocol says of a result's fields.

Source: dev.mysql.com/doc/dev/mysql-server (field_types.h, mysql_com.h), read 2026-11.
"""

from typing import Any

from include.config.connector_spec import ColumnType
from include.extract.sql.columns import Form, SqlColumn

UNSIGNED, NOT_NULL = 32, 1
BINARY_CHARSET = 63
TINY, SHORT, LONG, FLOAT, DOUBLE, TIMESTAMP, LONGLONG, INT24 = 1, 2, 3, 4, 5, 7, 8, 9
DATE, DATETIME, YEAR, NEWDATE, BIT, JSON = 10, 12, 13, 14, 16, 245
DECIMALS = (0, 246)
STRINGS = (15, 249, 250, 251, 252, 253, 254)
GEOMETRY = 255
INTEGERS = (TINY, SHORT, LONG, LONGLONG, INT24, YEAR)


def build_mysql_column(field: Any, name: str, *, tinyint1_is_bool: bool) -> SqlColumn:
    """One column by the field of an (empty) result.

    Args:
        field: PyMySQL's field descriptor.
    """
    code = field.type_code

    def make(kind: ColumnType, form: Form = Form.PLAIN, expression: str = "{}") -> SqlColumn:
        nullable = not field.flags & NOT_NULL
        return SqlColumn(field.name, name, kind, form, expression, str(code), nullable=nullable)

    if code in INTEGERS:
        if code == TINY and field.length == 1 and tinyint1_is_bool:
            return make("bool", Form.FLAG)
        return _build_integer(code, bool(field.flags & UNSIGNED), make)
    if code in DECIMALS:
        return make("numeric", Form.DECIMAL)
    if code == FLOAT:
        # Its text has six digits; the number it is compared with has all.
        return make("float", expression="({} + 0e0)")
    if code == DOUBLE:
        return make("float")
    if code == BIT:
        if field.length == 1:
            return make("bool", Form.BITS)
        return make("bigint" if field.length < 64 else "numeric", Form.BITS)
    if code in (DATE, NEWDATE):
        return make("date", Form.DAY)
    if code in (TIMESTAMP, DATETIME):
        return make("timestamp", Form.UTC if code == TIMESTAMP else Form.WALL)
    if code == JSON:
        return make("json")
    if code == GEOMETRY or (code in STRINGS and field.charsetnr == BINARY_CHARSET):
        return make("bytes")
    return make("text")


def _build_integer(code: int, unsigned: bool, make: Any) -> SqlColumn:
    if code == LONGLONG:
        found: SqlColumn = make("numeric" if unsigned else "bigint")
    else:
        found = make("bigint" if code == LONG and unsigned else "int")
    return found
