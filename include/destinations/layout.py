"""The tables of one stream: their columns, keys and the types these columns have right now.

Types start as declared, are joined with what the warehouse already has, and grow while batches are
shaped. Everybody who writes SQL or Arrow for a load reads them here.
"""

from dataclasses import dataclass, field

from include.config.connector_spec import Column, Stream
from include.core import naming
from include.destinations.column_types import build_joined_type

LINEAGE = {
    naming.FEED: "text not null",
    naming.LOAD_ID: "bigint not null",
    naming.LOADED_AT: "timestamptz not null",
}


@dataclass
class TableLayout:
    """One raw table.

    Attributes:
        path: Dotted path of the list for a child table, None for the parent.
        columns: Declared columns in yaml order.
        types: Logical type of every declared column as of now.
        stage: Name of the temporary table its rows are copied into.
        filled: Columns whose older rows were filled from `_extra`; see filled_columns.py.
    """

    schema: str
    name: str
    columns: dict[str, Column]
    stage: str
    path: str | None = None
    types: dict[str, str] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.types = {name: column.type for name, column in self.columns.items()}

    def join_types(self, stored: dict[str, str]) -> None:
        """Widen to what the warehouse has: a column never becomes narrower again."""
        for name, current in self.types.items():
            if name in stored:
                self.types[name] = build_joined_type(current, stored[name])


@dataclass
class StreamLayout:
    """The parent table of a stream and its child tables by child name.

    Attributes:
        number_limit: (digits before, digits after the point) the destination keeps of a number.
    """

    parent: TableLayout
    children: dict[str, TableLayout]
    primary_key: tuple[str, ...]
    version: str | None
    number_limit: tuple[int, int] | None = None

    @property
    def tables(self) -> list[TableLayout]:
        return [self.parent, *self.children.values()]

    def child_of(self, table: TableLayout) -> str | None:
        """Name of the child whose table this is; None for the parent."""
        return next((name for name, child in self.children.items() if child is table), None)

    def all_types(self) -> dict[str, dict[str, str]]:
        """A copy of every table's types by table name."""
        return {table.name: dict(table.types) for table in self.tables}

    def key_types(self) -> dict[str, str]:
        """Child-table columns that hold the parent's key, with the key's type as of now."""
        types = self.parent.types
        return {naming.parent_key_column(key): types[key] for key in self.primary_key}


def build_layout(
    tenant: str,
    connector: str,
    name: str,
    stream: Stream,
    *,
    name_bytes: int = naming.MAX_IDENTIFIER_BYTES,
) -> StreamLayout:
    """Layout of a stream as declared.

    Args:
        name_bytes: Longest name the destination keeps; PostgreSQL's limit holds everywhere, so
            that a tenant can move.

    Raises:
        ValueError: If a name is longer.
    """
    schema = naming.raw_schema(tenant, connector)
    parent = TableLayout(schema, name, dict(stream.columns), "elt_stage")
    children = {
        child_name: TableLayout(
            schema,
            naming.child_table(name, child_name),
            dict(child.columns),
            f"elt_stage_child_{number}",
            child.path,
        )
        for number, (child_name, child) in enumerate(stream.children.items())
    }
    for table in (parent, *children.values()):
        for each in (table.name, *table.columns):
            naming.check_identifier(each, name_bytes)
    return StreamLayout(parent, children, stream.primary_key, stream.version)
