"""Raw columns to staging columns: names by house rules, grouped as every staging model is."""

from dataclasses import dataclass

from include.config.connector_spec import Column, Stream
from include.core import naming

CALCULATED = "calculated"
GROUPS = ("ids", "text", "numbers", "booleans", "times", CALCULATED)
_GROUP_OF = {
    "text": "text",
    "json": "text",
    "bytes": "text",
    "int": "numbers",
    "bigint": "numbers",
    "numeric": "numbers",
    "float": "numbers",
    "bool": "booleans",
    "date": "times",
    "timestamp": "times",
}


@dataclass(frozen=True, slots=True)
class StagedColumn:
    """One line of a staging select: `expression` as `name`, under the comment of its group."""

    name: str
    expression: str
    group: str
    link: str | None = None  # the staging model whose key it names

    @property
    def sql(self) -> str:
        return self.name if self.expression == self.name else f"{self.expression} as {self.name}"

    @property
    def raw(self) -> str:
        """The raw column the expression reads."""
        return self.expression.removeprefix("cast(").split(" ")[0]


def singular(noun: str) -> str:
    """`companies` -> `company`, `addresses` -> `address`, `items` -> `item`."""
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    is_plural = noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
    return noun[:-1] if is_plural else noun


def build_stream_columns(stream_name: str, stream: Stream) -> list[StagedColumn]:
    """Staging columns of a stream in the order they are written, lineage left out."""
    keys = frozenset(stream.primary_key)
    staged = _stage(stream.columns, keys, singular(stream_name))
    # A source may say so itself; the view has one column for both.
    told = stream.columns.get("is_deleted")
    gone = "_deleted_at is not null"
    if told is not None:
        staged = [column for column in staged if column.name != "is_deleted"]
        if told.type == "bool":
            gone = f"coalesce(is_deleted, false) or {gone}"
        else:
            staged.append(StagedColumn("told_deleted", "is_deleted", _GROUP_OF[told.type]))
    staged.append(StagedColumn("is_deleted", gone, CALCULATED))
    return _grouped(staged)


def build_child_columns(stream_name: str, stream: Stream, child: str) -> list[StagedColumn]:
    """Staging columns of a child table: the parent's key, the position, then its own."""
    parent = singular(stream_name)
    staged = [
        StagedColumn(_id_name(key, parent), _id_sql(naming.parent_key_column(key), column), "ids")
        for key, column in stream.columns.items()
        if key in stream.primary_key
    ]
    staged.append(StagedColumn("line_position", naming.POSITION, "ids"))
    taken = {column.name for column in staged}
    own = _stage(stream.children[child].columns, frozenset(), singular(child))
    return _grouped([*staged, *(column for column in own if column.name not in taken)])


def _stage(columns: dict[str, Column], keys: frozenset[str], entity: str) -> list[StagedColumn]:
    """Each column renamed where the rules ask for it and no other column has that name."""
    staged: list[StagedColumn] = []
    taken = set(columns)
    for name, column in columns.items():
        is_id = name in keys or name == "id" or name.endswith("_id")
        wanted = _id_name(name, entity) if is_id else _ruled_name(name, column)
        if wanted != name and wanted in taken:
            wanted = name
        taken.add(wanted)
        expression = _id_sql(name, column) if is_id else name
        staged.append(StagedColumn(wanted, expression, "ids" if is_id else _GROUP_OF[column.type]))
    return staged


def _id_name(name: str, entity: str) -> str:
    return f"{entity}_id" if name == "id" else name


def _id_sql(name: str, column: Column) -> str:
    """Identifiers are text: two feeds' numbers must not add up, and vendors change their minds."""
    return name if column.type == "text" else _as_text(name)


def _as_text(name: str) -> str:
    """The cast as dbt writes it: the type's name differs between warehouses."""
    return f"cast({name} as {{{{ type_of('text') }}}})"


def key_forms(key: str) -> set[str]:
    """The expressions under which a key column may stand in a staging select."""
    return {key, _as_text(key)}


def _ruled_name(name: str, column: Column) -> str:
    if column.type == "bool" and not name.startswith(("is_", "has_")):
        return f"is_{name}"
    if column.type == "timestamp" and not name.endswith("_at"):
        return f"{name}_at"
    if column.type == "date" and not name.endswith("_on"):
        return f"{name.removesuffix('_date')}_on"
    return name


def _grouped(columns: list[StagedColumn]) -> list[StagedColumn]:
    return sorted(columns, key=lambda column: GROUPS.index(column.group))
