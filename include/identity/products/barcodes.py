"""Barcodes of goods: GTIN-8, -12 (UPC-A), -13 (EAN) and -14 as one number of fourteen digits.

Source: GS1 General Specifications, 7.9 (check digit) and 3.3.2 (GTINs are padded with zeros).
"""

import re

LENGTHS = (8, 12, 13, 14)
# Below this many digits a number with a right check digit is luck, not a code that lost its zeros.
LEAST_DIGITS = 7
_SPACES = re.compile(r"[\s\-]+")
_WHOLE = re.compile(r"(\d+)(?:\.0+)?")


def check_digit(body: str) -> str:
    """The digit that follows `body`: from the right, every other digit counts three times."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body[::-1]))
    return str(-total % 10)


def read_gtin(text: str | None) -> str | None:
    """Fourteen digits, or None where `text` is no barcode.

    Zeros that a spreadsheet dropped are put back where the check digit proves it; a number in
    scientific notation has lost digits for good. A restricted number (a shop's own, from 02, 04 or
    2) is a barcode like any other: it names one thing inside one tenant.
    """
    found = _WHOLE.fullmatch(_SPACES.sub("", text or ""))
    if found is None:
        return None
    digits = found[1]
    if not digits.strip("0") or len(set(digits)) == 1:
        return None
    if len(digits) in LENGTHS and _is_right(digits):
        return digits.zfill(14)
    short = digits.lstrip("0")
    if LEAST_DIGITS <= len(short) < 14 and len(digits) not in LENGTHS and _is_right(short):
        return short.zfill(14)
    return None


def _is_right(digits: str) -> bool:
    # Zeros in front weigh nothing, so one rule holds for all lengths.
    return check_digit(digits[:-1]) == digits[-1]
