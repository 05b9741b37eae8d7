"""Names of raw tables and columns as SQL."""

from psycopg import sql

from include.core import naming
from include.destinations.layout import StreamLayout, TableLayout

# The temporary table of what a merge found of each staged row.
VERDICTS = "elt_stage_verdicts"
# The index of a large staging table's keys.
STAGE_KEY = "elt_stage_key"


def full_name(table: TableLayout) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)


def key_columns(layout: StreamLayout, table: TableLayout) -> list[str]:
    """Primary key columns of a raw table.

    `_feed` comes last: it has few values, and an index that compares it first makes a mass update
    a fifth slower.
    """
    if table is layout.parent:
        return [*layout.primary_key, naming.FEED]
    return [*layout.key_types(), naming.POSITION, naming.FEED]
