"""Cells of QuickBooks exports as the loader can read them: amounts, dates, phones, names.

What cannot be understood is left as it is, so that the loader quarantines it with its text.
"""

import re
from datetime import date
from decimal import Decimal

from include.core.number_text import SIGNS, plain_number

_AMOUNT = re.compile(r"^\(?-?[$€£]?\s?\(?-?([\d.,]*\d)\s?[$€£]?\)?-?$")
_DATE = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\s+\d.*)?$")
_PHONE = re.compile(
    r"(Phone|Mobile|Fax|Other|Pager):\s*(.*?)(?=\s*(?:Phone|Mobile|Fax|Other|Pager):|$)"
)
_DELETED = " (deleted)"


def parse_amount(text: str | None, written: str | None = None) -> str | None:
    """`"$1,376.00"`, `1.376,00 €`, `(40.00)` and `-40.00` as a plain decimal; empty as None.

    Args:
        written: The number format of the file, where it proves one. Without it, what could be two
            different numbers (`1,234`) is left as it is.
    """
    value = (text or "").strip()
    if not value:
        return None
    match = _AMOUNT.match(value)
    if not match:
        return value
    digits = match[1]
    readings = {plain_number(digits, one) for one in ((written,) if written else SIGNS)} - {None}
    if len({Decimal(str(number)) for number in readings}) != 1:
        return value
    plain = str(readings.pop())
    negative = "(" in value or "-" in value
    return f"-{plain}" if negative else plain


def parse_day(text: str | None, *, day_first: bool) -> str | None:
    """`02/10/2025`, also with a time behind it, as an ISO date; empty as None."""
    value = (text or "").strip()
    match = _DATE.match(value)
    if not match:
        return value or None
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    month, day = (second, first) if day_first else (first, second)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return value


def parse_flag(text: str | None) -> str | None:
    """yes/no and Y/N as true/false."""
    value = (text or "").strip().lower()
    known = {"yes": "true", "y": "true", "tax": "true", "no": "false", "n": "false", "non": "false"}
    return known.get(value, value or None)


def parse_phones(text: str | None) -> dict[str, str]:
    """`Phone: (555) 010-1234 Mobile: ...` by kind; a bare number counts as phone."""
    value = (text or "").strip()
    found = {m[1].lower(): m[2].strip() for m in _PHONE.finditer(value) if m[2].strip()}
    return found if found or not value else {"phone": value}


def split_deleted(name: str | None) -> tuple[str | None, bool]:
    """QuickBooks appends " (deleted)" to inactive names; the name itself stays the same."""
    value = (name or "").strip()
    if value.lower().endswith(_DELETED):
        return value[: -len(_DELETED)].strip(), True
    return value or None, False
