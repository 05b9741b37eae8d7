"""Rows of a batch that are no records of their table, found column by column.

Each answer is None or empty for nearly every batch, at the cost of a look at one column.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from include.extract.files.formats.delimited.cell_kinds import (
    DATE,
    NUMBER,
    TEXT,
    Profile,
    find_kind,
)
from include.extract.files.formats.delimited.total_words import (
    TOTAL_BEGINNINGS,
    begins_like_total,
    ends_like_total,
    is_total,
)

# First bytes of those words: a look at one byte spares most rows the pattern.
_FIRST_BYTES = sorted({word.encode()[:1] for word in TOTAL_BEGINNINGS})


def find_other_header(
    table: Any, lines: Sequence[int], profile: Profile, header: Sequence[str]
) -> int | None:
    """Where another table as wide as this one begins: behind a blank line, over other values."""
    if isinstance(lines, range) or table.num_columns != profile.width:
        return None
    gaps = [row for row, (a, b) in enumerate(pairwise(lines), 1) if b - a > 1]
    for row in gaps:
        cells = cells_of(table, row)
        if tuple(cells) == tuple(header) or not profile.is_foreign(cells):
            continue
        if row + 1 < table.num_rows and profile.count_misfits(cells_of(table, row + 1)):
            return row
    return None


def find_repeats(table: Any, header: Sequence[str]) -> Any:
    """Rows that say what the header says."""
    if len(header) != table.num_columns or not any(header):
        return None
    mask = None
    for column, label in zip(table.columns, header, strict=True):
        if label:
            same = pc.fill_null(pc.equal(column, label), False)
            mask = same if mask is None else pc.and_(mask, same)
            if not pc.any(mask).as_py():
                return None
    return mask


def find_totals(table: Any, profile: Profile) -> list[int]:
    """Rows that begin like totals and have a cell that does not fit its column, or that add up.

    A cell that lacks where none did is one; of what only looks like a total, as `North Total`
    does, in a column that was seen often enough.
    """
    if table.num_columns != profile.width or not profile.rows:
        return []
    first = table.column(0)
    byte = pc.binary_slice(first.cast(pa.binary()), 0, 1)
    likely = pc.indices_nonzero(
        pc.fill_null(pc.is_in(byte, pa.array(_FIRST_BYTES, pa.binary())), False)
    )
    found: list[int] = []
    for row, cell in zip(likely.to_pylist(), first.take(likely).to_pylist(), strict=True):
        if not begins_like_total(cell):
            continue
        cells = cells_of(table, row)
        is_odd = profile.count_misfits(cells) or (is_total(cell) and profile.count_gaps(cells))
        if is_odd or (is_total(cell) and _adds_up(table, profile, found, row)):
            found.append(row)
    return sorted({*found, *_find_group_totals(table, profile)})


def _adds_up(table: Any, profile: Profile, totals: Sequence[int], row: int) -> bool:
    """Each number of a row is the sum of those above it, back to the total before or the first."""
    first = totals[-1] + 1 if totals else 0
    rows = range(first, row)
    numbers = [at for at, look in enumerate(profile.columns) if look.kind == NUMBER]
    for at in numbers:
        texts = [table.column(at)[one].as_py() or "0" for one in (*rows, row)]
        try:
            *parts, whole = map(Decimal, texts)
        except InvalidOperation:
            return False
        if sum(parts) != whole:
            return False
    return bool(numbers) and bool(rows)


def _find_group_totals(table: Any, profile: Profile) -> list[int]:
    lacking = None
    for column, look in zip(table.columns[1:], profile.columns[1:], strict=True):
        if look.is_filled and column.null_count:
            lacking = either(lacking, column.is_null())
    if lacking is None:
        return []
    first = table.column(0)
    rows = pc.indices_nonzero(lacking).to_pylist()
    return [row for row in rows if ends_like_total(first[row].as_py() or "")]


def find_headings(table: Any, profile: Profile) -> list[int]:
    """Rows with a word in a first column of values and nothing behind it: groups, notes."""
    looks = profile.columns
    if len(looks) < 3 or looks[0].kind not in (DATE, NUMBER, "moment"):
        return []
    mask = None
    for column in table.columns[1:]:
        if not column.null_count:
            return []
        mask = column.is_null() if mask is None else pc.and_(mask, column.is_null())
    rows = pc.indices_nonzero(mask).to_pylist()
    cells = [(row, table.column(0)[row].as_py() or "") for row in rows]
    return [row for row, cell in cells if find_kind(cell) in (TEXT, "long")]


def find_empty(table: Any) -> Any:
    """Rows of nothing but empty cells."""
    mask = None
    for column in table.columns:
        if not column.null_count:
            return None
        mask = column.is_null() if mask is None else pc.and_(mask, column.is_null())
    return mask if mask is not None and pc.any(mask).as_py() else None


def cells_of(table: Any, row: int) -> list[str]:
    """A row as the csv module would have given it."""
    return [column[row].as_py() or "" for column in table.columns]


def build_mask(rows: Sequence[int], length: int) -> Any:
    """True where the row's number is one of those."""
    wanted = set(rows)
    return pa.array([row in wanted for row in range(length)], pa.bool_())


def either(first: Any, second: Any) -> Any:
    """Of two masks, or none."""
    if first is None or second is None:
        return second if first is None else first
    return pc.or_(first, second)
