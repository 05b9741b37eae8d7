"""Numbers shown as dates or times that are none: below zero, and 29 February 1900.

calamine makes a time of day of a negative number (`-0.25` as hours becomes 18:00, `-5` as a day
midnight) and 28 February of number 60, which Excel calls 29 February 1900. What stands in the file
is given instead. Only .xlsx and .xlsm say what that is.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree

from include.extract.files.formats.workbooks.book_kind import find_book_suffix
from include.extract.files.formats.workbooks.workbook_xml import XML_SUFFIXES, load_sheet_xml
from include.extract.files.place import Place

_NUMBER = re.compile(
    rb'<c\b(?![^>]*\bt="(?!n"))[^>]*?\br="([A-Z]+\d+)"[^>]*>'
    rb"\s*(?:<f\b[^>]*/>|<f\b[^>]*>[^<]*</f>)?\s*<v>([^<]+)</v>"
)
# The day that Excel's calendar has and no other.
FIRST_MISSING, LAST_MISSING = 60, 61
BEFORE_MISSING = date(1900, 2, 28)

Values = Sequence[list[Any]]


def show_odd_moments(place: Place, sheet: str, values: Values) -> list[str]:
    """Put what stands in the file in place of moments that are none; names of their cells."""
    suspects = {column_name(x) + str(y + 1): (y, x) for y, x in _find_suspects(values)}
    if not suspects or find_book_suffix(place) not in XML_SUFFIXES:
        return []
    found = []
    for name, number in _load_numbers(place, sheet):
        if name not in suspects:
            continue
        row, column = suspects[name]
        shown = _show(number, values[row][column])
        if shown is not None:
            values[row][column] = shown
            found.append(name)
    return found


def column_name(column: int) -> str:
    """`A` for 0, `AB` for 27."""
    letters = ""
    while column >= 0:
        letters, column = chr(65 + column % 26) + letters, column // 26 - 1
    return letters


def _find_suspects(values: Values) -> Iterator[tuple[int, int]]:
    for row, cells in enumerate(values):
        for column, value in enumerate(cells):
            if isinstance(value, time) or _day_of(value) == BEFORE_MISSING:
                yield row, column


def _day_of(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _load_numbers(place: Place, sheet: str) -> Iterator[tuple[str, str]]:
    try:
        data = load_sheet_xml(place, sheet)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError):
        return
    for name, number in _NUMBER.findall(data):
        yield name.decode(), number.decode().strip()


def _show(text: str, value: Any) -> Any | None:
    """Less than a day below zero is a duration, as workbooks that count from 1904 show it."""
    try:
        number = float(text)
    except ValueError:
        return None
    if isinstance(value, time):
        if number >= 0:
            return None
        return timedelta(seconds=round(number * 86_400)) if number > -1 else number
    return number if FIRST_MISSING <= number < LAST_MISSING else None
