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


def run_note_filled(
    connection: Connection, table: TableLayout, column: str, records: int, load_id: int
) -> None:
    """Remember that the column was filled, as it is declared now."""
    connection.execute(
        "insert into elt_ops.filled_columns (schema_name, table_name, column_name, declaration, "
        "records, load_id) values (%s, %s, %s, %s, %s, %s) "
        "on conflict (schema_name, table_name, column_name) do update set "
        "declaration = excluded.declaration, records = excluded.records, "
        "load_id = excluded.load_id, filled_at = clock_timestamp()",
        [
            *(table.schema, table.name, column),
            *(build_declaration(table.columns[column]), records, load_id),
        ],
    )


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
    rows = connection.execute(
        "select table_name, column_name, declaration from elt_ops.filled_columns "
        "where schema_name = %s",
        [layout.parent.schema],
    ).fetchall()
    known = {(str(table), str(column)): str(text) for table, column, text in rows}
    dropped = _fetch_dropped(connection, place)
    for table in layout.children.values():
        for name in find_fillable(layout, table):
            column = table.columns[name]
            declaration = build_declaration(column)
            comes = bool(stored[table.name]) and name not in stored[table.name]
            if (table.name, column.path or name) in dropped:
                continue
            if comes or known.get((table.name, name)) == declaration:
                table.filled.add(name)


def _fetch_dropped(connection: Connection, place: LoadPlace) -> set[tuple[str, str]]:
    """(table, path) of fields that were dropped, so that `_extra` never had them."""
    rows = connection.execute(
        "select table_name, column_name from elt_ops.schema_changes "
        "where (tenant, feed, stream) = (%s, %s, %s) and change = 'discarded_field'",
        [place.tenant, place.feed, place.stream],
    ).fetchall()
    return {(str(table), str(path)) for table, path in rows}


def build_declaration(column: Column) -> str:
    """What of a declaration decides which value a column has."""
    return json.dumps([column.type, column.path, column.format])
