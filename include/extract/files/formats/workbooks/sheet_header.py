"""Where the table of a sheet begins: its header, of one row or two, below titles, over the data."""

from collections.abc import Sequence
from dataclasses import dataclass

from include.extract.files.formats.delimited.cell_kinds import (
    EMPTY,
    TEXT,
    build_profile,
    count_filled,
    find_kind,
)
from include.extract.files.formats.delimited.header_row import find_fuller
from include.extract.files.formats.delimited.labels import is_header
from include.extract.files.formats.delimited.sample_rows import SampleRow

SEARCH_ROWS = 30
# Titles are narrower than the table, a header is nearly as wide.
HEADER_SHARE = 0.6

Texts = Sequence[Sequence[str]]
# ((top, left), (bottom, right)), from 0.
Merged = Sequence[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True)
class SheetHeader:
    """The header of a sheet.

    Attributes:
        labels: One per column; empty ones for columns without.
        first_row: Index of the first row of data.
        notices: What was guessed, as ends of a sentence.
    """

    labels: list[str]
    first_row: int
    notices: tuple[str, ...] = ()


def find_sheet_header(rows: Texts, merged: Merged) -> SheetHeader | None:
    """The header among the first rows; None for a sheet without values."""
    filled = [count_filled(row) for row in rows[:SEARCH_ROWS]]
    widest = max(filled, default=0)
    if not widest:
        return None
    at = next(
        i
        for i, count in enumerate(filled)
        if count >= HEADER_SHARE * widest or _is_narrow_header(rows, merged, i, widest)
    )
    at = _find_below_settings(rows, at)
    width = len(rows[at])
    above = [f"{i + 1}" for i in range(at) if filled[i]]
    if at and _is_group_row(rows, merged, at - 1):
        at -= 1
    if at + 1 < len(rows) and _is_second_row(rows, merged, at):
        return SheetHeader(
            _join(rows[at], rows[at + 1], merged, at),
            at + 2,
            (f"rows {at + 1} and {at + 2} were taken together for the header",),
        )
    body = [row for row in rows[at + 1 : at + 1 + SEARCH_ROWS] if count_filled(row)]
    typed = any(find_kind(cell) not in (EMPTY, TEXT, "long") for cell in rows[at])
    if typed and body and not is_header(rows[at], body, width):
        return SheetHeader(
            [""] * width,
            at,
            (f"row {at + 1} holds values: the table has no header, and its columns are numbered",),
        )
    notices = []
    if above:
        some = f"row {above[0]}" if len(above) == 1 else f"rows {above[0]} to {above[-1]}"
        notices.append(f"{some} above the table: skipped")
    if filled[at] < HEADER_SHARE * widest:
        notices.append(
            f"row {at + 1} was taken for the header although it labels only some columns"
        )
    return SheetHeader(list(rows[at]), at + 1, tuple(notices))


def _find_below_settings(rows: Texts, at: int) -> int:
    """The header, where what was taken for it are settings of a report, nearly as wide."""
    near = rows[at : at + SEARCH_ROWS]
    width = max(n for row in near for n, cell in enumerate(row, 1) if cell.strip())
    sample: list[SampleRow] = []
    is_gap = False
    for number, row in enumerate(near, at):
        if count_filled(row):
            sample.append(SampleRow(number, number, tuple(row[:width]), is_gap))
        is_gap = not count_filled(row)
    return sample[find_fuller(sample, 0, width)].line


def _is_narrow_header(rows: Texts, merged: Merged, at: int, widest: int) -> bool:
    """Labels over the first columns of a wider table, right above its first row."""
    cells = rows[at]
    labels = [cell for cell in cells if cell.strip()]
    if len(labels) < 2 or len(set(labels)) < len(labels) or at + 1 >= len(rows):
        return False
    if any(top == at and right > left for (top, left), (_, right) in merged):
        return False
    if any(find_kind(cell) != TEXT for cell in labels) or not all(cells[: len(labels)]):
        return False
    below = rows[at + 1]
    body = [row for row in rows[at + 2 : at + 2 + SEARCH_ROWS] if count_filled(row)]
    is_data = count_filled(below) >= HEADER_SHARE * widest
    return is_data and not is_header(below, body, len(below))


def _is_group_row(rows: Texts, merged: Merged, at: int) -> bool:
    """`2025` and `2026` with nothing over the first column: narrower than a header, and none."""
    labels = [cell.strip().lower() for cell in rows[at + 1] if cell.strip()]
    is_repeated = len(set(labels)) < len(labels)
    return is_repeated and count_filled(rows[at]) > 1 and _is_second_row(rows, merged, at)


def _is_second_row(rows: Texts, merged: Merged, at: int) -> bool:
    """Labels below labels that span several columns."""
    second = rows[at + 1]
    if not all(find_kind(cell) in (EMPTY, TEXT) for cell in second) or not any(second):
        return False
    gaps = [
        i for i, cell in enumerate(rows[at]) if not cell.strip() and i < len(second) and second[i]
    ]
    if any(top == at == bottom and right > left for (top, left), (bottom, right) in merged):
        return bool(gaps)
    body = [row for row in rows[at + 2 : at + 2 + SEARCH_ROWS] if count_filled(row)]
    looks = build_profile(body, len(second)).columns
    over = sum(
        find_kind(cell) == TEXT and look.kind not in (EMPTY, TEXT, "long")
        for cell, look in zip(second, looks, strict=False)
    )
    return bool(gaps) and over >= 2


def _join(first: Sequence[str], second: Sequence[str], merged: Merged, at: int) -> list[str]:
    """`2025` over `Qty` and `Revenue` as `2025 Qty`, `2025 Revenue`."""
    spread = list(first)
    for column in range(1, len(spread)):
        if not spread[column].strip() and second[column].strip():
            spread[column] = spread[column - 1]
    return [
        " ".join(part for part in pair if part.strip())
        for pair in zip(spread, second, strict=False)
    ]
