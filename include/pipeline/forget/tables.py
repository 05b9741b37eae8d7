"""A tenant's tables as an erasure sees them: which columns are personal, which keys lead where."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from include.config.connector_spec import Stream
from include.config.models import Tenant
from include.config.personal_words import looks_personal
from include.core import naming
from include.destinations.texts import StoredTable
from include.load.privacy.person_links import PERSON_NOUNS, build_noun

LINEAGE = {
    naming.FEED, naming.LOAD_ID, naming.LOADED_AT, naming.DELETED_AT, naming.CHILDREN_HASH,
    naming.POSITION,
}  # fmt: skip
# Marked in some stream; in a table that is not one of persons they are names of other things.
NAMES_OF_ANYTHING = frozenset(
    ["name", "title", "value", "number", "content", "description", "note", "owner", "company"]
)


@dataclass
class Family:
    """A raw table with its child tables.

    Attributes:
        marked: Table -> columns that connector.yaml marks as personal.
        own: (feed, primary key values...) of rows that are the person's.
    """

    parent: StoredTable
    children: list[StoredTable]
    primary_key: tuple[str, ...]
    marked: dict[str, set[str]]
    own: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def noun(self) -> str:
        return build_noun(self.parent.name)

    @property
    def is_of_persons(self) -> bool:
        return self.noun in PERSON_NOUNS and len(self.primary_key) == 1

    def key_columns(self, table: StoredTable) -> list[str]:
        """Columns of a table of the family that say which parent row it is."""
        if table is self.parent:
            return [naming.FEED, *self.primary_key]
        return [naming.FEED, *map(naming.parent_key_column, self.primary_key)]


@dataclass(frozen=True)
class Inventory:
    """Everything of a tenant, sorted by what it is."""

    families: list[Family]
    built: list[StoredTable]
    ops: list[StoredTable]
    marked_anywhere: frozenset[str]

    def tables(self) -> list[StoredTable]:
        raw = [table for one in self.families for table in (one.parent, *one.children)]
        return [*raw, *self.built, *self.ops]

    def is_personal(self, table: StoredTable, column: str, family: Family | None) -> bool:
        """True for a column that is emptied where the row is the person's."""
        if column in LINEAGE or column == naming.EXTRA:
            return False
        plain = column.removeprefix("_parent_")
        if family is not None and column in family.marked.get(table.name, ()):
            return True
        if family is not None and column != plain:
            return plain in family.marked.get(family.parent.name, ())
        if looks_personal(column):
            return True
        if family is not None or column not in self.marked_anywhere:
            return False
        return column not in NAMES_OF_ANYTHING or build_noun(table.name) in PERSON_NOUNS


def build_inventory(tenant: Tenant, tables: Iterable[StoredTable]) -> Inventory:
    """Sort the tables; raw ones that no feed declares any more are families of one."""
    streams = {
        (feed.raw_schema, name): stream
        for feed in tenant.feeds
        for name, stream in {**feed.connector.streams, **feed.streams}.items()
    }
    raw_prefix = naming.raw_schema(tenant.id, "")
    raw: dict[tuple[str, str], StoredTable] = {}
    built, ops = [], []
    for table in tables:
        if table.schema == naming.OPS_SCHEMA:
            ops.append(table)
        elif table.schema.startswith(raw_prefix) and naming.FEED in table.columns:
            raw[table.schema, table.name] = table
        else:
            built.append(table)
    families = []
    for (schema, name), table in raw.items():
        if naming.POSITION in table.columns:
            continue
        stream = streams.get((schema, name))
        children = [
            other
            for (place, child), other in raw.items()
            if place == schema and child.startswith(f"{name}__")
        ]
        families.append(_build_family(table, children, stream))
    marked = {name for family in families for names in family.marked.values() for name in names}
    return Inventory(families, built, ops, frozenset(marked))


def _build_family(
    parent: StoredTable, children: list[StoredTable], stream: Stream | None
) -> Family:
    keys = tuple(
        column.removeprefix("_parent_")
        for child in children[:1]
        for column in child.columns
        if column.startswith("_parent_")
    )
    if stream is None:
        return Family(parent, children, keys or tuple(list(parent.columns)[:1]), {})
    marked = {parent.name: {name for name, spec in stream.columns.items() if spec.pii}}
    for name, child in stream.children.items():
        table = naming.child_table(parent.name, name)
        marked[table] = {column for column, spec in child.columns.items() if spec.pii}
    return Family(parent, children, stream.primary_key, marked)
