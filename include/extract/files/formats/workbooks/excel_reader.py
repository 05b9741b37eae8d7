"""Workbook sheets as rows of text with their row numbers.

A workbook is decoded whole by calamine, and a sheet holds a million rows at most. Merged cells give
their value to every cell they cover; what stands behind empty cells (errors, formulas that were
never calculated) is told by name.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from include.core.errors import ContractBroken
from include.extract.files.formats.delimited.csv_rows import Row
from include.extract.files.formats.detect_types import excel_text
from include.extract.files.formats.foreign_content import HEAD_BYTES, find_advice, name_workbook
from include.extract.files.formats.workbooks.book_kind import find_book_suffix
from include.extract.files.formats.workbooks.odd_moments import column_name, show_odd_moments
from include.extract.files.formats.workbooks.sheet_header import find_sheet_header
from include.extract.files.formats.workbooks.workbook_xml import (
    SheetMarks,
    has_spans,
    load_marks,
    require_bounds,
)
from include.extract.files.place import Place

log = logging.getLogger(__name__)

MANY_NAMES = 20
VISIBLE = SheetVisibleEnum.Visible
FIRST_LONG = 10**15
Cells = list[list[str]]


@dataclass(frozen=True)
class Sheet:
    """The table of one sheet.

    Attributes:
        labels: Header cells, as many as each row has; empty for a sheet without values.
        rows: (row number, cells, None), empty rows left out.
        notices: What was guessed or is missing: whole sentences.
    """

    labels: list[str]
    rows: list[Row]
    notices: tuple[str, ...] = ()


def load_sheet_names(place: Place) -> list[str]:
    """Sheets that hold at least one cell, in workbook order.

    Raises:
        ContractBroken: If the file is no workbook, or needs a password.
    """
    with _open(place) as book:
        return [name for name in book.sheet_names if _has_cells(place, book, name)]


def load_sheet(place: Place, sheet: str | None) -> Sheet:
    """The table of that sheet, or of the first one with values.

    Raises:
        ContractBroken: If the file is no workbook or has no such sheet, or its cells reach too far.
    """
    with _open(place) as book:
        names = book.sheet_names
        hidden = {one.name for one in book.sheets_metadata if one.visible != VISIBLE}
        if sheet is not None and sheet not in names:
            raise ContractBroken(
                f"workbook `{place.name}` has no sheet `{sheet}`. Sheets: {', '.join(names)}. "
                "Correct `sheet` in the tenant file."
            )
        name = sheet or next((n for n in names if _has_cells(place, book, n)), names[0])
        marks = load_marks(place, name)
        page = book.get_sheet_by_name(name)
        values = page.to_python(skip_empty_area=False)
        merged = page.merged_cell_ranges or []
    long, odd = _find_long(values), show_odd_moments(place, name, values)
    cells = [[excel_text(value) or "" for value in row] for row in values]
    _show_digits(cells, marks.padded)
    header = find_sheet_header(cells, merged)
    if header is None:
        return Sheet([], [])
    _fill_merged(cells, merged, header.first_row)
    labels, rows, gap = _drop_empty(header.labels, cells, header.first_row)
    notices = [*header.notices, *_word_marks(marks), *_word_long(long), *_word_odd(odd), *gap]
    if has_spans(place, name):
        notices.append(
            "merged cells give their value to the first of them alone in this format; save it as "
            ".xlsx, where each has it"
        )
    if name in hidden:
        notices.append("it is hidden in the workbook, and was read all the same")
    return Sheet(labels, rows, tuple(f"sheet `{name}` of `{place.name}`: {n}." for n in notices))


def _open(place: Place) -> CalamineWorkbook:
    require_bounds(place)
    try:
        if find_book_suffix(place) == place.suffix:
            return CalamineWorkbook.from_path(str(place.path))
        with place.path.open("rb") as stream:
            return CalamineWorkbook.from_filelike(stream)
    except PasswordError:
        raise ContractBroken(
            f"file `{place.name}` needs a password. Expected a workbook without one. Save it "
            "without and replace it."
        ) from None
    except (CalamineError, OSError) as error:
        raise _no_workbook(place, error) from None


def _no_workbook(place: Place, error: Exception) -> ContractBroken:
    """What the file is instead, where its beginning tells."""
    with place.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    what = "empty" if not head else name_workbook(head)
    reason = f"it is {what}" if what else type(error).__name__
    advice = find_advice(what or "")
    return ContractBroken(
        f"file `{place.name}` is no readable workbook: {reason}. Expected Excel or OpenDocument "
        f"without a password. {advice}"
    )


def _has_cells(place: Place, book: CalamineWorkbook, sheet: str) -> bool:
    try:
        load_marks(place, sheet)
    except ContractBroken:
        # Its own stream says why it cannot be read; the other sheets can.
        return True
    return bool(book.get_sheet_by_name(sheet).height)


def _show_digits(cells: Cells, padded: Mapping[tuple[int, int], str]) -> None:
    """A number shown with zeros in front is a code, and has them and what stands between them."""
    for (row, column), form in padded.items():
        if row < len(cells) and column < len(cells[row]) and cells[row][column].isdecimal():
            cells[row][column] = _show_code(cells[row][column], form)


def _show_code(number: str, form: str) -> str:
    """`012345678` as `000-00-0000` shows it; digits beyond the form stand in front."""
    digits = list(number.zfill(form.count("0")))
    shown = [digits.pop() if sign == "0" else sign for sign in reversed(form)]
    return "".join([*digits, *reversed(shown)])


def _fill_merged(cells: Cells, merged: Sequence[Any], first_row: int) -> None:
    for (top, left), (bottom, right) in merged:
        if top < first_row:
            continue
        for row in cells[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = cells[top][left]


def _drop_empty(
    labels: Sequence[str], cells: Cells, first_row: int
) -> tuple[list[str], list[Row], list[str]]:
    """The table without columns that have neither label nor value, and what such a gap may mean."""
    rows: list[Row] = [
        (number, row, None)
        for number, row in enumerate(cells[first_row:], start=first_row + 1)
        if any(row)
    ]
    empty = [
        at
        for at, label in enumerate(labels)
        if not label.strip() and not any(row[at] for _, row, _ in rows)
    ]
    if not empty:
        return list(labels), rows, []
    kept = [at for at in range(len(labels)) if at not in set(empty)]
    between = [at for at in empty if kept and kept[0] < at < kept[-1]]
    notices = []
    if between:
        notices.append(
            f"column {between[0] + 1} is empty: tables side by side are read as one, row by row; "
            "give each a sheet of its own"
        )
    narrowed: list[Row] = [(n, [row[at] for at in kept], None) for n, row, _ in rows]
    return [labels[at] for at in kept], narrowed, notices


def _word_marks(marks: SheetMarks) -> Iterator[str]:
    if marks.errors:
        yield f"formulas that end in an error were read as empty: {_listed(marks.errors)}"
    if marks.unsaved:
        yield (
            f"formulas without a stored result were read as empty: {_listed(marks.unsaved)}; open "
            "the file in a spreadsheet program and save it"
        )


def _find_long(values: Sequence[Sequence[Any]]) -> list[str]:
    """Cells with whole numbers of more digits than a spreadsheet keeps."""
    return [
        f"{column_name(column)}{row}"
        for row, cells in enumerate(values, start=1)
        for column, value in enumerate(cells)
        if isinstance(value, float | int) and abs(value) >= FIRST_LONG
    ]


def _word_long(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield (
            "numbers of more than 15 digits, of which a spreadsheet keeps 15, may not be what was "
            f"typed: {_listed(names)}; codes belong into cells of text"
        )


def _word_odd(names: Sequence[str]) -> Iterator[str]:
    if names:
        yield (
            "dates and times that are none (below zero, or 29 February 1900) are given as the "
            f"number or the duration in the file: {_listed(names)}"
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MANY_NAMES} more" if len(names) > MANY_NAMES else ""
    return ", ".join(names[:MANY_NAMES]) + more
