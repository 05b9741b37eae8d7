"""Workbook sheets as rows of text with their row numbers.

A workbook is decoded whole by calamine, and a sheet holds a million rows at most. Merged cells give
their value to every cell they cover; formula errors are empty cells and are reported by name.
"""

import logging
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

from include.core.errors import ContractBroken
from include.extract.files.formats.delimited.csv_rows import Row
from include.extract.files.formats.detect_types import excel_text
from include.extract.files.place import Place

log = logging.getLogger(__name__)

HEADER_SEARCH_ROWS = 30
_ERROR_CELL = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+\d+)"')
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Cells = list[list[Any]]


def load_sheet_names(place: Place) -> list[str]:
    """Sheets that hold at least one cell, in workbook order.

    Raises:
        ContractBroken: If the file is no workbook, or needs a password.
    """
    with _open(place) as book:
        return [n for n in book.sheet_names if book.get_sheet_by_name(n).height]


def load_sheet(place: Place, sheet: str | None) -> tuple[list[str], list[Row]]:
    """Header cells, and the rows below as (row number, cells, None); both empty for no data.

    Raises:
        ContractBroken: If the file is no workbook or has no such sheet.
    """
    with _open(place) as book:
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise ContractBroken(
                f"workbook `{place.name}` has no sheet `{sheet}`. Sheets: {', '.join(names)}. "
                "Correct `sheet` in the tenant file."
            )
        name = sheet or next((n for n in names if book.get_sheet_by_name(n).height), names[0])
        page = book.get_sheet_by_name(name)
        cells = [list(row) for row in page.to_python(skip_empty_area=False)]
        merged = page.merged_cell_ranges or []
    _report_errors(place, name)
    header_at = _find_header(cells)
    if header_at is None:
        return [], []
    _fill_merged(cells, merged, header_at)
    return [excel_text(v) or "" for v in cells[header_at]], list(_rows(cells, header_at))


def _open(place: Place) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(place.path))
    except (CalamineError, OSError) as error:
        raise ContractBroken(
            f"file `{place.name}` is no readable workbook: {type(error).__name__}. Expected Excel "
            "or OpenDocument without a password. Save it again and replace it."
        ) from None


def _find_header(cells: Cells) -> int | None:
    """First row nearly as full as the fullest near the top: titles above it are narrower."""
    counts = [sum(v not in (None, "") for v in row) for row in cells[:HEADER_SEARCH_ROWS]]
    widest = max(counts, default=0)
    if not widest:
        return None
    return next(i for i, count in enumerate(counts) if count >= 0.6 * widest)


def _fill_merged(cells: Cells, merged: Sequence[Any], header_at: int) -> None:
    for (top, left), (bottom, right) in merged:
        if top <= header_at:
            continue
        for row in cells[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = cells[top][left]


def _rows(cells: Cells, header_at: int) -> Iterator[Row]:
    for number, row in enumerate(cells[header_at + 1 :], start=header_at + 2):
        texts = [excel_text(value) or "" for value in row]
        if any(texts):
            yield number, texts, None


def _report_errors(place: Place, sheet: str) -> None:
    names = load_error_cells(place, sheet)
    if names:
        log.warning(
            "action=formula_errors file=%s sheet=%s cells=%s count=%d read_as=null",
            place.name, sheet, ",".join(names[:20]), len(names),
        )  # fmt: skip


def load_error_cells(place: Place, sheet: str) -> list[str]:
    """Cells whose formula ended in an error (`E3`); calamine shows them as empty.

    Looks into the sheet's XML, so only .xlsx and .xlsm have an answer.
    """
    if place.suffix not in (".xlsx", ".xlsm"):
        return []
    try:
        with zipfile.ZipFile(place.path) as archive:
            part = _sheet_part(archive, sheet)
            return [m[1].decode() for m in _ERROR_CELL.finditer(archive.read(part))] if part else []
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError):
        return []


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314  no entities kept
    rels = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = {rel.get("Id"): rel.get("Target", "") for rel in rels}
    for entry in book.iter(f"{_NS}sheet"):
        if entry.get("name") == sheet:
            path = target.get(entry.get(_REL), "")
            return path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    return None
