"""Which columns were filled from `_extra` when they were declared.

Children are replaced when the hash of their parent's lists changes, and how their columns are
declared is part of that hash. A column that was filled is left out of it: its rows are right
already, and replacing them would tell everybody downstream of changes that never were.
"""

import json

from include.config.connector_spec import Column
from include.destinations.layout import StreamLayout, TableLayout
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.ledger.schema_changes import fetch_dropped, fetch_filled


def find_fillable(layout: StreamLayout, table: TableLayout) -> list[str]:
    """Columns whose whole value would have been kept in `_extra` before they were declared.

    Not so where another column stands above or below in the record: it has taken its part.
    """
    paths = {name: column.path or name for name, column in table.columns.items()}
    taken = [child.path or "" for child in layout.children.values()]
    if table is not layout.parent:
        taken = []
    return [
        name
        for name, path in paths.items()
        if not any(
            _overlap(path, other) for other in [*(p for n, p in paths.items() if n != name), *taken]
        )
    ]


def _overlap(path: str, other: str) -> bool:
    return path != other and (path.startswith(f"{other}.") or other.startswith(f"{path}."))


def run_mark_filled(
    connection: Connection,
    place: LoadPlace,
    layout: StreamLayout,
    stored: dict[str, dict[str, str]],
) -> None:
    """Tell the child tables' layouts which columns were filled, or will be by this load.

    Args:
        stored: Table -> the columns it has now; empty where there is no such table yet.
    """
    if not layout.children:
        return
    known = fetch_filled(connection, layout.parent.schema)
    dropped = fetch_dropped(connection, place)
    for table in layout.children.values():
        for name in find_fillable(layout, table):
            column = table.columns[name]
            declaration = build_declaration(column)
            comes = bool(stored[table.name]) and name not in stored[table.name]
            if (table.name, column.path or name) in dropped:
                continue
            if comes or known.get((table.name, name)) == declaration:
                table.filled.add(name)


def build_declaration(column: Column) -> str:
    """What of a declaration decides which value a column has."""
    return json.dumps([column.type, column.path, column.format])
