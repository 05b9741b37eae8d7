"""Which rows of a raw table a row of a model needs, asked with the model's own selects.

Ids are put together of several columns, hashed, or made of a word and a number; no rule takes them
apart again. But a row that is needed can be found: without it, its id is not among the model's.
Data flow: compiled selects from the model down to raw tables -> one statement of which one raw
table may be narrowed -> halves of its rows, until those are left that none can be taken from.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from include.transform.lineage.graph import Made, Table
from include.transform.lineage.statement import UnreadableSelect, find_tables

Row = TypeVar("Row")
# Of an id that is nobody's alone, such as a sum's, so many records are told and no more.
MAX_NEEDED = 100


def build_probe(made: Mapping[Table, Made], model: Table, raw: Table, narrowed: str) -> str:
    """`with ... select 1 from <model> as wanted`, of all selects between it and a raw table.

    Args:
        narrowed: The select that stands in the raw table's place.

    Raises:
        UnreadableSelect: A select on the way is unknown or cannot be read.
    """
    names: dict[Table, str] = {raw: "narrowed_0"}
    parts = [f"narrowed_0 as ({narrowed})"]
    for table in _order_selects(made, model, raw):
        names[table] = f"narrowed_{len(names)}"
        sql = _rename(made[table].sql or "", {k: v for k, v in names.items() if k != table})
        parts.append(f"{names[table]} as (\n{sql}\n)")
    ends = f"select 1 from {names[model]} as wanted"  # noqa: S608
    return f"with {', '.join(parts)} {ends}"


def find_needed(rows: Sequence[Row], is_there: Callable[[Sequence[Row]], bool]) -> list[Row]:
    """The rows that all of the others cannot replace; empty when none is needed.

    Args:
        is_there: Whether the wanted row comes about with these alone.
    """
    if not is_there(rows) or is_there(()):
        return []
    kept: list[Row] = []
    left = list(rows)
    while left and len(kept) < MAX_NEEDED and not is_there(kept):
        # The shortest beginning that is enough, with what is kept: its last row is needed.
        low, high = 0, len(left)
        while high - low > 1:
            middle = (low + high) // 2
            if is_there([*kept, *left[:middle]]):
                high = middle
            else:
                low = middle
        kept.append(left[high - 1])
        left = left[: high - 1]
    return kept


def _order_selects(made: Mapping[Table, Made], model: Table, raw: Table) -> list[Table]:
    """The model and what of its makings reads the raw table, each behind what it reads."""
    found: list[Table] = []
    reads: dict[Table, bool] = {raw: True}

    def visit(table: Table) -> bool:
        if table not in reads:
            reads[table] = False
            one = made.get(table)
            if one is None or one.sql is None:
                return False
            # All are visited: `any` of a generator would stop at the first.
            below = [visit(under) for under in sorted(find_tables(one.sql))]
            if any(below):
                reads[table] = True
                found.append(table)
        return reads[table]

    if not visit(model):
        raise UnreadableSelect(f"`{model[1]}` does not read `{raw[1]}`")
    return found


def _rename(sql: str, names: Mapping[Table, str]) -> str:
    """The select with other tables in the place of these; columns named by them still find them."""
    for (schema, name), new in names.items():
        quoted = rf'(?:"[^"]+"\.)?"{re.escape(schema)}"\."{re.escape(name)}"'
        sql = re.sub(rf"{quoted}(?=\s+as\s)", new, sql, flags=re.IGNORECASE)
        sql = re.sub(quoted, f'{new} as "{name}"', sql)
    return sql
