"""How people write numbers: with a decimal point or a decimal comma, and groups between.

A column's `format` names one of the two by an example; what it does not describe stays as it is, so
that it is refused or kept as text and never becomes another number.
"""

import re

POINT_NUMBERS = "1,234.56"
COMMA_NUMBERS = "1.234,56"
# What stands between groups, and before decimals.
SIGNS = {POINT_NUMBERS: (",", "."), COMMA_NUMBERS: (".", ",")}

# Groups of three, or India's: two but for the last. A number without groups is one of either; one
# that begins with a needless zero is a code.
_WHOLE = r"0|[1-9]\d{0,279}|[1-9]\d{0,2}(?:G\d{3}){1,90}"
_INDIAN = r"[1-9]\d?(?:,\d\d){1,90},\d{3}"
PATTERNS = {
    POINT_NUMBERS: rf"^-?(?:{_WHOLE}|[1-9]\d?(?:,\d\d){{1,90}},\d{{3}})?(?:\.\d{{1,20}})?$".replace(
        "G", ","
    ),
    COMMA_NUMBERS: rf"^-?(?:{_WHOLE})?(?:,\d{{1,20}})?$".replace("G", r"\."),
}
_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}


def plain_number(text: str, written: str) -> str | None:
    """A number written that way, with a point and no groups; None if it is not written so."""
    if not text.isascii() or not _COMPILED[written].match(text) or not text.strip("-.,"):
        return None
    group, point = SIGNS[written]
    return text.replace(group, "").replace(point, ".")
