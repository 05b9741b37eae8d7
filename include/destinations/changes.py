"""What of stored tables has to change for a layout."""

from collections.abc import Mapping

from include.core import naming
from include.core.streams import SchemaChange
from include.destinations.column_types import SQL_TYPES
from include.destinations.layout import StreamLayout, TableLayout


def build_wanted(layout: StreamLayout, table: TableLayout) -> dict[str, str]:
    """Columns that depend on the stream, with their logical types: all but the lineage."""
    if table is not layout.parent:
        return {**table.types, **layout.key_types()}
    return {**table.types, **({naming.CHILDREN_HASH: "text"} if layout.children else {})}


def build_changes(
    layout: StreamLayout, table: TableLayout, stored: Mapping[str, str]
) -> list[SchemaChange]:
    """Columns to add to a table and to widen in it; none when it does not exist yet.

    Args:
        stored: Column -> logical type as it is.
    """
    changes = []
    for name, kind in build_wanted(layout, table).items() if stored else ():
        if name in stored and stored[name] != kind:
            old, new = SQL_TYPES[stored[name]], SQL_TYPES[kind]
            changes.append(SchemaChange(table.name, name, "widened", old, new))
        elif name not in stored and name != naming.CHILDREN_HASH:
            changes.append(SchemaChange(table.name, name, "added", None, SQL_TYPES[kind]))
    return changes


def is_made(change: SchemaChange, stored: Mapping[str, Mapping[str, str]]) -> bool:
    """True when the tables have it."""
    kind = stored.get(change.table, {}).get(change.column)
    return kind is not None and SQL_TYPES[kind] == change.new_type
