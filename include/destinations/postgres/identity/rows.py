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
)
from include.destinations.postgres.own_tables import read_file, run_write_table
from include.ledger.connection import Connection

# What a run leaves of a kind, besides the records themselves.
LEFT = (PAIRS, CHANGES, ALIASES, SHARED_KEYS, PARAMETERS, ATTRIBUTES)


def run_write_resolved(connection: Connection, tenant: str, kind: Kind, path: Path) -> int:
    """Make the records' table what a CSV file without a header says; how many rows that changed."""
    schema = naming.identity_schema(tenant)
    return run_write_table(connection, schema, RESOLVED[kind], read_file(path))


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
            connection, schema, table, read_file(files[table.name]), {"kind": kind}
        )
        for table in LEFT
        if table.name in files
    }
