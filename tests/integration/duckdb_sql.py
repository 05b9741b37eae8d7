"""Types, names and errors of DuckDB as the tests' second destination uses them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from include.core.errors import WarehouseUnavailable
from include.destinations.layout import TableLayout

TYPES = {
    "text": "VARCHAR",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "numeric": "DECIMAL(38,12)",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "json": "JSON",
    "float": "DOUBLE",
    "bytes": "BLOB",
}
LOGICAL = {name: logical for logical, name in TYPES.items()}
COMMITS = """
create table if not exists {schema}._elt_commits (
    load_id bigint primary key, state varchar not null, inserted bigint, updated bigint,
    unchanged bigint, superseded bigint, older bigint, deleted bigint, child_rows varchar)
"""
COUNTS = ("inserted", "updated", "unchanged", "superseded", "older")


@contextmanager
def errors() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        kind = type(error).__name__
        raise WarehouseUnavailable(f"the other warehouse refused: {kind}") from error


def full(table: TableLayout) -> str:
    return f'"{table.schema}"."{table.name}"'


def same_key(keys: Sequence[str]) -> str:
    return " and ".join(f't."{key}" = s."{key}"' for key in keys)
