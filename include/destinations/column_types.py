"""Logical types, their PostgreSQL names, and which type a value may widen a column to.

A declared column is a contract: only numbers widen (int, bigint, numeric). A detected column is a
guess, so its data wins and it may end as text.
"""

import pyarrow as pa

from include.config.connector_spec import Column

SQL_TYPES = {
    "text": "text",
    "int": "integer",
    "bigint": "bigint",
    "numeric": "numeric",
    "bool": "boolean",
    "date": "date",
    "timestamp": "timestamp with time zone",
    "json": "jsonb",
    "float": "double precision",
    "bytes": "bytea",
}
LOGICAL_TYPES = {sql: logical for logical, sql in SQL_TYPES.items()} | {
    "smallint": "int",
    "character varying": "text",
    "real": "float",
}

# What travels to COPY: text where PostgreSQL's own parser is exact (numeric, json, bytes), naive
# UTC instants because rendering a zone costs twenty times as much.
ARROW_TYPES = {
    "text": pa.string(),
    "int": pa.int64(),
    "bigint": pa.int64(),
    "numeric": pa.string(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "json": pa.string(),
    "float": pa.float64(),
    "bytes": pa.string(),
}

NUMBERS = ("int", "bigint", "numeric")
DETECTED_NEXT = {
    "int": "bigint",
    "bigint": "numeric",
    "numeric": "text",
    "date": "timestamp",
    "timestamp": "text",
    "bool": "text",
    "float": "text",
    "json": "text",
    "bytes": "text",
}


def build_next_type(column: Column, current: str) -> str | None:
    """The type to try after `current` for a value that does not fit; None: the record is bad."""
    if column.detected:
        return DETECTED_NEXT.get(current)
    if current in NUMBERS[:-1]:
        return NUMBERS[NUMBERS.index(current) + 1]
    return None


def build_joined_type(declared: str, stored: str) -> str:
    """The narrowest type that holds both; text when they have nothing in common."""
    if declared == stored:
        return declared
    if declared in NUMBERS and stored in NUMBERS:
        return max(declared, stored, key=NUMBERS.index)
    if {declared, stored} == {"date", "timestamp"}:
        return "timestamp"
    if {declared, stored} <= {*NUMBERS, "float"}:
        return "float"
    return "text"
