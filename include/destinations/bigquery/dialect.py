"""BigQuery's spelling; no type of a parameter, so that a cast says the same everywhere."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

DIGITS, SCALE = 38, 38  # BIGNUMERIC: more behind the point would be rounded in silence
STAGED_DAYS = 2


class BigQueryDialect:
    """See `include/destinations/remote/dialect.py`.

    JSON is kept as text: the type of that name writes 1.10 as 1.1 and loses digits beyond those of
    a float. Source: cloud.google.com/bigquery/docs/reference/standard-sql/data-types.
    """

    types: ClassVar = {
        "text": "STRING",
        "int": "INT64",
        "bigint": "INT64",
        "numeric": "BIGNUMERIC",
        "bool": "BOOL",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
        "json": "STRING",
        "float": "FLOAT64",
        "bytes": "BYTES",
    }
    # Parquet's wide decimals are not read everywhere, and a cast is seen.
    staged: ClassVar = {**types, "numeric": "STRING", "bytes": "STRING"}
    number_limit = (DIGITS, SCALE)
    now = "current_timestamp()"
    # Without a zone an instant in a file is a DATETIME there.
    file_zone = "UTC"

    def name(self, column: str) -> str:
        return f"`{column}`"

    def place(self, schema: str, table: str) -> str:
        return f"{self.name(schema)}.{self.name(table)}"

    def make_from(self, place: str, select: str) -> str:
        """To be sent twice without harm; what a dead process leaves goes by itself."""
        ends = f"timestamp_add(current_timestamp(), interval {STAGED_DAYS} day)"
        return (
            f"create or replace table {place} options (expiration_timestamp = {ends}) as {select}"
        )

    def typed(self, kind: str, value: str) -> str:
        if kind == "numeric":
            return f"cast({value} as BIGNUMERIC)"
        return f"from_hex(substr({value}, 3))" if kind == "bytes" else value

    def from_text(self, kind: str, value: str) -> str:
        if kind in ("json", "bytes"):
            return self.typed(kind, value)
        return value if kind == "text" else f"cast({value} as {self.types[kind]})"

    def as_text(self, kind: str, value: str) -> str:
        if kind == "timestamp":
            return f"format_timestamp('%F %H:%M:%E*S+00', {value})"
        if kind == "numeric":
            shown = rf"regexp_replace(cast({value} as STRING), r'(\.[0-9]*?)0+$', r'\1')"
            return rf"regexp_replace({shown}, r'\.$', '')"
        if kind == "bytes":
            return f"concat(r'\\x', to_hex({value}))"
        return value if kind in ("text", "json") else f"cast({value} as STRING)"

    def differs(self, kind: str, one: str, other: str) -> str:
        if kind != "json":
            return f"{one} is distinct from {other}"
        # The same document with its keys in another order; null where a number would be rounded.
        same = " = ".join(
            f"to_json_string(safe.parse_json({value}, wide_number_mode => 'exact'))"
            for value in (one, other)
        )
        return f"({one} is distinct from {other} and not coalesce({same}, false))"

    def moment(self, at: datetime) -> str:
        naive = at.astimezone(UTC).replace(tzinfo=None)
        return f"timestamp '{naive.isoformat(sep=' ', timespec='microseconds')}+00'"

    def later(self, at: str, minutes: int) -> str:
        return f"timestamp_add({at}, interval {minutes} minute)"

    def delete(self, target: str, source: str, condition: str) -> str:
        return (
            f"delete from {target} as t where exists (select 1 from {source} as s "
            f"where {condition})"
        )

    def record(self, commits: str, load_id: int, values: Mapping[str, str]) -> str:
        """The commit record; an insert, for appends of two transactions never conflict."""
        row = {"load_id": str(load_id), "state": "'done'", "written_at": self.now, **values}
        columns = ", ".join(map(self.name, row))
        return f"insert into {commits} ({columns}) select {', '.join(row.values())}"
