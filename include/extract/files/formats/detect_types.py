"""Column types of files nobody described, guessed from a sample and never trusted blindly.

Columns typed here are marked `detected`, so a later value that does not fit widens the column
instead of quarantining its record. When in doubt a column stays text: a leading zero, a plus sign,
an exponent or a thousands separator is information that a number would lose.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from include.config.connector_spec import Column, ColumnType

_INT = re.compile(r"^-?(0|[1-9]\d*)$")
_NUMERIC = re.compile(r"^-?(0|[1-9]\d*)?\.\d+$")
_BOOL = frozenset({"true", "false"})
_ISO_DATE = re.compile(r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
_ISO_TIMESTAMP = re.compile(
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3]):[0-5]\d"
    r"(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?$"
)
_SLASHED = re.compile(r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})$")
INT4_MAX = 2**31 - 1
INT8_MAX = 2**63 - 1

# A pair of types that meet in a wider one; every other mixture is text.
_WIDER: dict[frozenset[str], ColumnType] = {
    frozenset(("int", "bigint")): "bigint",
    frozenset(("int", "numeric")): "numeric",
    frozenset(("bigint", "numeric")): "numeric",
    frozenset(("date", "timestamp")): "timestamp",
}


def detect_text_column(values: Iterable[str | None], *, day_first: bool = False) -> Column:
    """The narrowest type that fits every non-empty value; text when there is none to see."""
    kinds: set[str] = set()
    formats: set[str] = set()
    sure = day_first
    for value in values:
        if value is None or value == "":
            continue
        match = _SLASHED.match(value)
        if match:
            kinds.add("slashed")
            formats.add(match[2])
            first, second = int(match[1]), int(match[3])
            if first > 12:
                sure = True
            if max(first, second) > 31 or min(first, second) > 12 or 0 in (first, second):
                kinds.add("text")
        else:
            kinds.add(_kind(value))
        if len(kinds) > 3:
            break
    if kinds == {"slashed"}:
        return _slashed_column(formats, sure)
    found = widest(kinds - {"slashed"} | ({"text"} if "slashed" in kinds else set()))
    return Column(type=found, detected=True)


def detect_json_column(values: Iterable[Any], *, day_first: bool = False) -> Column:
    """Type of a JSON field from its values; objects and lists stay json."""
    kinds: set[str] = set()
    texts: list[str] = []
    for value in values:
        if value is None:
            continue
        if isinstance(value, str):
            texts.append(value)
        else:
            kinds.add(_json_kind(value))
    if texts and not kinds:
        column = detect_text_column(texts, day_first=day_first)
        # "00123" and "12" in quotes were written as text on purpose.
        dated = column.type in ("date", "timestamp")
        return column if dated else Column(type="text", detected=True)
    if texts:
        kinds.add("json" if "json" in kinds else "text")
    return Column(type=widest(kinds), detected=True)


def widest(kinds: Iterable[str]) -> ColumnType:
    """The type that holds all of them; text for none at all."""
    found: str | None = None
    for kind in kinds:
        if found is None or found == kind:
            found = kind
        elif "json" in (found, kind):
            found = "json"
        else:
            found = _WIDER.get(frozenset((found, kind)), "text")
    return Column(type=found or "text").type


def unite(first: Column, second: Column) -> Column:
    """One column for two files; different date patterns meet in text."""
    if first.type == second.type and first.format == second.format:
        return first
    if first.format or second.format:
        return Column(type="text", detected=True)
    return Column(type=widest([first.type, second.type]), detected=True)


def _kind(value: str) -> str:
    if _INT.match(value):
        return _int_kind(int(value))
    if _NUMERIC.match(value):
        return "numeric"
    if _ISO_DATE.match(value):
        return "date" if _is_day(value) else "text"
    if _ISO_TIMESTAMP.match(value):
        return "timestamp" if _is_day(value[:10]) else "text"
    return "bool" if value.lower() in _BOOL else "text"


def _int_kind(value: int) -> str:
    size = abs(value)
    return "int" if size <= INT4_MAX else "bigint" if size <= INT8_MAX else "numeric"


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        # Ids grow: JSON numbers start at eight bytes.
        return "bigint" if abs(value) <= INT8_MAX else "numeric"
    return "numeric" if isinstance(value, float) else "json"


def _slashed_column(separators: set[str], day_first: bool) -> Column:
    if len(separators) > 1:
        return Column(type="text", detected=True)
    mark = separators.pop()
    # A dotted date is European; with slashes only a day above 12 or the option tells.
    order = ("%d", "%m") if day_first or mark == "." else ("%m", "%d")
    return Column(type="date", format=f"{order[0]}{mark}{order[1]}{mark}%Y", detected=True)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def excel_text(value: Any) -> str | None:
    """A cell as text: whole numbers without `.0`, dates in ISO form, empty as None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)
