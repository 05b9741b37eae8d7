"""Snowflake's spelling: upper-case names, so that people, dbt and BI tools need no quotes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

DIGITS, SCALE = 26, 12  # NUMBER(38,12): more would be rounded in silence
MOMENT = "YYYY-MM-DD HH24:MI:SS.FF6"


class SnowflakeDialect:
    """See `include/destinations/remote/dialect.py`.

    Source: docs.snowflake.com/en/sql-reference/data-types-numeric, -datetime, -semistructured.
    """

    types: ClassVar = {
        "text": "VARCHAR",
        "int": "NUMBER(38,0)",
        "bigint": "NUMBER(38,0)",
        "numeric": f"NUMBER(38,{SCALE})",
        "bool": "BOOLEAN",
        "date": "DATE",
        "timestamp": "TIMESTAMP_NTZ(6)",
        "json": "VARIANT",
        "float": "FLOAT",
        "bytes": "BINARY",
    }
    staged: ClassVar = {**types, "numeric": "VARCHAR", "json": "VARCHAR", "bytes": "VARCHAR"}
    number_limit = (DIGITS, SCALE)
    now = "sysdate()"
    file_zone = None

    def name(self, column: str) -> str:
        return f'"{column.upper()}"'

    def place(self, schema: str, table: str) -> str:
        return f"{self.name(schema)}.{self.name(table)}"

    def make(self, place: str, columns: Mapping[str, str]) -> str:
        body = ", ".join(f"{self.name(column)} {kind}" for column, kind in columns.items())
        return f"create transient table {place} ({body})"

    def make_from(self, place: str, select: str) -> str:
        return f"create transient table {place} as {select}"

    def typed(self, kind: str, value: str) -> str:
        if kind == "numeric":
            return f"cast({value} as {self.types[kind]})"
        if kind == "json":
            return f"parse_json({value})"
        return f"to_binary(substr({value}, 3), 'HEX')" if kind == "bytes" else value

    def from_text(self, kind: str, value: str) -> str:
        if kind in ("json", "bytes"):
            return self.typed(kind, value)
        return value if kind == "text" else f"cast({value} as {self.types[kind]})"

    def as_text(self, kind: str, value: str) -> str:
        if kind == "json":
            return f"to_json({value})"
        if kind == "timestamp":
            return f"to_varchar({value}, '{MOMENT}') || '+00'"
        if kind == "numeric":
            return rf"regexp_replace(to_varchar({value}), '\\.?0+$', '')"
        return value if kind == "text" else f"to_varchar({value})"

    def differs(self, kind: str, one: str, other: str) -> str:
        # Two VARIANTs with their keys in another order are the same document, and the same text.
        shown = [f"to_json({value})" if kind == "json" else value for value in (one, other)]
        return f"{shown[0]} is distinct from {shown[1]}"

    def moment(self, at: datetime) -> str:
        naive = at.astimezone(UTC).replace(tzinfo=None)
        return f"cast('{naive.isoformat(sep=' ', timespec='microseconds')}' as TIMESTAMP_NTZ(6))"

    def later(self, at: str, minutes: int) -> str:
        return f"dateadd(minute, {minutes}, {at})"

    def delete(self, target: str, source: str, condition: str) -> str:
        return f"delete from {target} as t using {source} as s where {condition}"

    def record(self, commits: str, load_id: int, values: Mapping[str, str]) -> str:
        """An update of the open record, that no void stands beside: it changes one row or none."""
        name = self.name
        sets = ", ".join(f"{name(column)} = {value}" for column, value in values.items())
        return (
            f"update {commits} set {name('state')} = 'done', {sets} where {name('load_id')} = "
            f"{load_id} and {name('state')} = 'open' and not exists (select 1 from {commits} as v "
            f"where v.{name('load_id')} = {load_id} and v.{name('state')} = 'void')"
        )
