"""Header cells to column names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from include.config.connector_spec import Column
from include.core import naming


@dataclass(frozen=True)
class Header:
    """Column names in file order.

    Attributes:
        names: Unique; declared names where a spelling matched, else the header in snake case.
        repeated: Headers that stood more than once; the later ones carry a suffix `_2`, `_3`.
    """

    names: tuple[str, ...]
    repeated: tuple[str, ...]


def build_header(
    cells: Sequence[str | None],
    columns: Mapping[str, Column] | None = None,
    reserved: Sequence[str] = (),
) -> Header:
    """Match header cells to declared columns by spelling, in declared order; name the others.

    `reserved` names are given to no cell.
    """
    keys = [naming.snake(cell or "") for cell in cells]
    taken: dict[int, str] = {}
    for name, column in (columns or {}).items():
        for spelling in (*column.header, name):
            wanted = naming.snake(spelling)
            place = next((i for i, k in enumerate(keys) if k == wanted and i not in taken), None)
            if place is not None:
                taken[place] = name
                break
    used = set(columns or ()) | set(taken.values()) | set(reserved)
    names, repeated = [], []
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key and key in seen:
            repeated.append(cells[index] or "")
        seen.add(key)
        name = taken.get(index) or _free_name(_column_name(key, index), used)
        used.add(name)
        names.append(name)
    return Header(tuple(names), tuple(repeated))


def _column_name(key: str, index: int) -> str:
    """A name the pattern allows: `2024_q1` becomes `col_2024_q1`, an empty header `column_3`."""
    if not key:
        return f"column_{index + 1}"
    name = f"col{key}" if key.startswith("_") else key
    # Room for a suffix below the 63 bytes PostgreSQL keeps.
    return name[:56].rstrip("_")


def _free_name(name: str, used: set[str]) -> str:
    if name not in used:
        return name
    number = 2
    while f"{name}_{number}" in used:
        number += 1
    return f"{name}_{number}"
