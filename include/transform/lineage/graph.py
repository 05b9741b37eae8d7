"""The path of one mart column: select by select down to raw tables.

Data flow: a column -> the select of its table -> columns of other tables -> ... -> columns no
select makes: raw ones, and those a step in Python writes. What cannot be followed is a node that
says so, never a silent end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from include.transform.lineage.statement import (
    ANY,
    Leaf,
    UnreadableSelect,
    find_tables,
    trace_select,
)

Table = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """One table that a select makes.

    Attributes:
        sql: None: nobody has compiled it here.
        columns: As its contract lists them; empty when it has none.
    """

    name: str
    sql: str | None
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Step:
    """One column on the way.

    Attributes:
        sources: What it is made of, each once in the whole answer: its steps are under the first.
        note: Why it ends here: a constant, a step in Python, or what could not be followed.
    """

    table: Table
    column: str
    sources: list[Leaf] = field(default_factory=list)
    note: str = ""


class Graph:
    """Selects and their tables.

    Args:
        made: (schema, table) -> what makes it.
        find_columns: Columns of a table no select makes; empty: unknown.
    """

    def __init__(
        self, made: Mapping[Table, Made], find_columns: Callable[[Table], tuple[str, ...]]
    ) -> None:
        self._made = made
        self._find_columns = find_columns
        self._traced: dict[Table, dict[str, frozenset[Leaf]] | str] = {}

    def trace(self, table: Table, column: str) -> dict[Leaf, Step]:
        """Every step of the way by its column, the asked one first."""
        found: dict[Leaf, Step] = {}
        queue = [(*table, column)]
        while queue:
            leaf = queue.pop(0)
            if leaf not in found:
                found[leaf] = self._step(leaf)
                queue.extend(found[leaf].sources)
        return found

    def columns_of(self, table: Table) -> tuple[str, ...]:
        """Columns of any table, made or not; empty when nobody knows."""
        if table not in self._made:
            return self._find_columns(table)
        traced = self._select(table)
        return self._made[table].columns if isinstance(traced, str) else tuple(traced)

    def _step(self, leaf: Leaf) -> Step:
        schema, name, column = leaf
        table = (schema, name)
        if table not in self._made:
            return Step(table, column)
        traced = self._select(table)
        if isinstance(traced, str):
            return Step(table, column, note=f"cannot be followed: {traced}")
        if column not in traced:
            return Step(table, column, note="cannot be followed: the select has no such column")
        sources = sorted(traced[column])
        return Step(table, column, sources, "" if sources else "a constant, or a count of rows")

    def _select(self, table: Table) -> dict[str, frozenset[Leaf]] | str:
        if table not in self._traced:
            self._traced[table] = "it reads itself"
            self._traced[table] = self._trace_select(self._made[table])
        return self._traced[table]

    def _trace_select(self, made: Made) -> dict[str, frozenset[Leaf]] | str:
        if made.sql is None:
            return f"`{made.name}` has not been compiled here"
        try:
            schema: dict[str, dict[str, dict[str, str]]] = {}
            for place, name in find_tables(made.sql):
                columns = self.columns_of((place, name))
                if columns:  # of an unknown one, columns written with its name are followed
                    schema.setdefault(place, {})[name] = dict.fromkeys(columns, ANY)
            return trace_select(made.sql, schema)
        except UnreadableSelect as error:
            return str(error)
