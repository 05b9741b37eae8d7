"""Rows of `<tenant>_id`, as CSV files through COPY."""

from collections.abc import Mapping
from pathlib import Path

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
    UNLIKE,
)
from include.destinations.postgres.own_tables import Scope, read_file, run_write_table
from include.ledger.connection import Connection

# What a run leaves of a kind, besides the records themselves.
LEFT = (PAIRS, CHANGES, ALIASES, SHARED_KEYS, PARAMETERS, ATTRIBUTES, UNLIKE)


# Table -> columns that tell whether a row is of a day's area, and the file with the area's ids.
AREAS = {
    "resolved": (("record_id",), "area"),
    PAIRS.name: (("left_id", "right_id"), "area"),
    ATTRIBUTES.name: (("entity_id",), "entities"),
}


def build_scope(name: str, folder: Path) -> Scope | None:
    """The part of a table that a run's files are about; None: they are about all of it."""
    columns, ids = AREAS.get(name, ((), ""))
    path = folder / f"{ids}.csv"
    return Scope(columns, path) if columns and path.exists() else None


def run_write_resolved(connection: Connection, tenant: str, kind: Kind, path: Path) -> int:
    """Make the records' table what a CSV file without a header says; how many rows that changed."""
    schema, scope = naming.identity_schema(tenant), build_scope("resolved", path.parent)
    return run_write_table(connection, schema, RESOLVED[kind], read_file(path), scope=scope)


def run_write_left(
    connection: Connection, tenant: str, kind: str, files: Mapping[str, Path]
) -> dict[str, int]:
    """Make the other tables of a kind what these files (by table's name) say.

    Returns:
        Table -> rows added, changed and removed.
    """
    schema = naming.identity_schema(tenant)
    return {
        table.name: run_write_table(
            connection,
            schema,
            table,
            read_file(files[table.name]),
            {"kind": kind},
            build_scope(table.name, files[table.name].parent),
        )
        for table in LEFT
        if table.name in files
    }
