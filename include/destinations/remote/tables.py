"""Raw tables follow the layout, statement by statement: additive, idempotent, never undone.

Outside of the load's transaction, for these warehouses commit at or refuse such statements in one.
"""

from include.core import naming
from include.core.streams import SchemaChange
from include.destinations.changes import build_changes, build_wanted
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.remote.dialect import Client

COMMITS = "_elt_commits"
# `deleted` last.
COUNTS = ("inserted", "updated", "unchanged", "superseded", "older", "deleted")


def run_prepare(client: Client, schema: str) -> None:
    """The schema, and its table of commit records."""
    client.run_make_schema(schema)
    columns = {"load_id": "bigint", "state": "text", "session_id": "text"}
    columns |= {"written_at": "timestamp"} | dict.fromkeys(COUNTS, "bigint")
    columns |= {"child_rows": "text"}
    client.run_make(schema, COMMITS, columns)


def run_follow(client: Client, layout: StreamLayout) -> list[SchemaChange]:
    """Create what is not there, add columns, widen; returns changes to tables that existed."""
    changes: list[SchemaChange] = []
    for table in layout.tables:
        stored = client.fetch_columns(table.schema, table.name)
        changes += build_changes(layout, table, stored)
        if stored:
            _run_change(client, layout, table, stored)
        else:
            _run_create(client, layout, table)
    return changes


def _run_create(client: Client, layout: StreamLayout, table: TableLayout) -> None:
    columns = dict(build_wanted(layout, table))
    hashed = columns.pop(naming.CHILDREN_HASH, None)
    if table is not layout.parent:
        columns[naming.POSITION] = "bigint"
    columns |= {naming.EXTRA: "json", naming.FEED: "text", naming.LOAD_ID: "bigint"}
    columns[naming.LOADED_AT] = "timestamp"
    if table is layout.parent:
        columns[naming.DELETED_AT] = "timestamp"
    if hashed:
        columns[naming.CHILDREN_HASH] = hashed
    keys = layout.primary_key if table is layout.parent else layout.key_types()
    client.run_make(table.schema, table.name, columns, [naming.FEED, *keys])


def _run_change(
    client: Client, layout: StreamLayout, table: TableLayout, stored: dict[str, str]
) -> None:
    dialect, wanted = client.dialect, build_wanted(layout, table)
    if added := {name: kind for name, kind in wanted.items() if name not in stored}:
        client.run_add(table.schema, table.name, added)
    widened = {
        name: (stored[name], kind)
        for name, kind in wanted.items()
        if name in stored and dialect.types[stored[name]] != dialect.types[kind]
    }
    if widened:
        client.run_rewrite(table.schema, table.name, widened)
