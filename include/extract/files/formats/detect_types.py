"""What the values of a column look like, in files nobody described; `decide_types` decides.

Nothing is decided here: what a value looks like is a fact of its file and kept with it, while its
type rests on everything a stream has shown so far. A leading zero, a plus sign or an exponent makes
a text: it is information that a number would lose.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

INT4_MAX = 2**31 - 1
INT8_MAX = 2**63 - 1
DAY_FIRST, MONTH_FIRST = "day_first", "month_first"
DECIMAL_POINT, DECIMAL_COMMA = "decimal_point", "decimal_comma"

_INT = re.compile(r"-?[1-9]\d*|0")
# One group of three behind a point: 1.234 is a thousand here and a little over one there.
_POINTED = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_COMMAED = re.compile(r"-?[1-9]\d{0,2},\d{3}")
_POINT_DECIMAL = re.compile(r"-?(0|[1-9]\d*)?\.\d+")
_COMMA_DECIMAL = re.compile(r"-?(0|[1-9]\d*)?,\d+")
_POINT_GROUPED = re.compile(
    r"-?[1-9]\d{0,2}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,}|(?:,\d\d)+,\d{3}(\.\d+)?)"
)
_COMMA_GROUPED = re.compile(r"-?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})")
_NEGATIVE_ZERO = re.compile(r"-[0.,]*")
# Signs of money and percent prove nothing of themselves, but the number between them may.
_AROUND = re.compile(r"^[\s(\-+$€£¥₹%]+|[\s)\-+$€£¥₹%]+$|(?<=\d)['’\s](?=\d{3})")
_BOOL = frozenset({"true", "false"})
_ISO_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_ISO_TIMESTAMP = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3]):[0-5]\d"
    r"(:[0-5]\d(\.\d{1,6})?)?(?P<zone>Z|[+-]\d\d(:?\d\d)?)?"
)
# 1.23E+15: what a spreadsheet leaves of a long number.
_SCIENTIFIC = re.compile(r"-?\d(?:[.,]\d+)?[eE][+-]?\d{1,3}")
_MONEY = r"(?:[$€£¥₹%]|EUR|USD|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|INR)"
# A number and nothing but what surrounds or groups numbers; `_see_text` knows the plain ones.
_DRESSED = re.compile(
    rf"\s*[-(\u2212\u2013]?\s*{_MONEY}?\s*[-(\u2212\u2013]?\s*"
    r"(?:0|[1-9]\d*|[1-9]\d{0,2}(?:(?P<group>[.,'\u2019\s])\d{3})(?:(?P=group)\d{3})*)(?:[.,]\d+)?"
    rf"\s*{_MONEY}?\s*[-)\u2212\u2013]?\s*"
)
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2\d{4}")
# Kinds of values that say when.
MOMENTS = frozenset({"date", "timestamp", "zoned", "slashed"})
_NUMBER_START = frozenset("0123456789.,-")


@dataclass(frozen=True)
class Seen:
    """What the values of one column look like.

    Attributes:
        kinds: Of values: a type's name, `zoned` (an instant that names its zone), `slashed`
            (03/04/2026), `pointed` (1.234), `commaed` (1,234), `comma` and `point` (grouped, or
            with a decimal comma), `scientific` (1.2E+15), `dressed` (a number with money signs,
            percent, parentheses, a minus behind or blanks).
        marks: What stands between day and month.
        proofs: DAY_FIRST, MONTH_FIRST, DECIMAL_POINT, DECIMAL_COMMA: what some value can only be.
    """

    kinds: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    proofs: frozenset[str] = frozenset()

    @property
    def is_mixed(self) -> bool:
        """Written in several ways, which no further value can mend."""
        moments = self.kinds & MOMENTS
        return (
            len(self.marks) > 1
            or len(self.proofs) > 1
            or (len(moments) > 1 and not moments.isdisjoint(("zoned", "slashed")))
            or not self.kinds.isdisjoint(("scientific", "dressed"))
        )

    def __or__(self, other: "Seen") -> "Seen":
        return Seen(self.kinds | other.kinds, self.marks | other.marks, self.proofs | other.proofs)


def see_texts(values: Iterable[str | None]) -> Seen:
    """Look at the cells of a column; empty ones say nothing."""
    kinds: set[str] = set()
    marks: set[str] = set()
    proofs: set[str] = set()
    for value in set(values):
        if not value:
            continue
        match = _SLASHED.fullmatch(value)
        if match:
            kinds.add(_see_day(int(match[1]), int(match[3]), proofs))
            marks.add(match[2])
        else:
            kinds.add(_see_text(value, proofs))
    return Seen(frozenset(kinds), frozenset(marks), frozenset(proofs))


def see_json(values: Iterable[Any]) -> Seen:
    """Look at the values of a JSON field; in quotes only dates are more than text."""
    kinds: set[str] = set()
    texts: list[str] = []
    for value in values:
        if isinstance(value, str):
            texts.append(value)
        elif value is not None:
            kinds.add(_json_kind(value))
    if not texts:
        return Seen(frozenset(kinds))
    seen = see_texts(texts)
    if kinds or not seen.kinds <= {"date", "timestamp", "zoned", "slashed"}:
        # "00123" and "12" in quotes were written as text on purpose.
        return Seen(frozenset(kinds | {"json"} if "json" in kinds else {"text"}))
    return seen


def _see_day(first: int, second: int, proofs: set[str]) -> str:
    if max(first, second) > 31 or min(first, second) > 12 or 0 in (first, second):
        return "text"
    if first > 12:
        proofs.add(DAY_FIRST)
    elif second > 12:
        proofs.add(MONTH_FIRST)
    return "slashed"


def _see_text(value: str, proofs: set[str]) -> str:
    if value[0] in _NUMBER_START:
        if _INT.fullmatch(value):
            return _int_kind(int(value))
        kind = _see_number(value, proofs)
        if kind:
            return kind
        if _ISO_DATE.fullmatch(value):
            return "date" if _is_day(value) else "text"
        if moment := _ISO_TIMESTAMP.fullmatch(value):
            return _see_moment(value, moment["zone"])
        if _SCIENTIFIC.fullmatch(value):
            return "scientific"
    elif value.lower() in _BOOL:
        return "bool"
    if len(value) < 40:
        if value[-1] in "0123456789%)-€$£¥₹":
            _see_number(_AROUND.sub("", value), proofs)
        if _DRESSED.fullmatch(value) and not _NEGATIVE_ZERO.fullmatch(value):
            return "dressed"
    return "text"


def _see_moment(value: str, zone: str | None) -> str:
    if not _is_day(value[:10]):
        return "text"
    return "zoned" if zone else "timestamp"


def _see_number(value: str, proofs: set[str]) -> str | None:
    """The kind of a number that is no plain integer; None for anything else."""
    if _POINTED.fullmatch(value):
        return "pointed"
    if _COMMAED.fullmatch(value):
        return "commaed"
    if _NEGATIVE_ZERO.fullmatch(value):
        return None
    if _POINT_DECIMAL.fullmatch(value):
        proofs.add(DECIMAL_POINT)
        return "numeric"
    if _COMMA_DECIMAL.fullmatch(value) or _COMMA_GROUPED.fullmatch(value):
        proofs.add(DECIMAL_COMMA)
        return "comma"
    if _POINT_GROUPED.fullmatch(value):
        proofs.add(DECIMAL_POINT)
        return "point"
    return None


def _int_kind(value: int) -> str:
    size = abs(value)
    return "int" if size <= INT4_MAX else "bigint" if size <= INT8_MAX else "numeric"


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        # Ids grow: JSON numbers start at eight bytes.
        return "bigint" if abs(value) <= INT8_MAX else "numeric"
    return "numeric" if isinstance(value, float | Decimal) else "json"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def excel_text(value: Any) -> str | None:
    """A cell as text: whole numbers without `.0`, others without exponent, dates in ISO form."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, timedelta):
        return _duration_text(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return str(value)


def _duration_text(value: timedelta) -> str:
    """Hours as a spreadsheet counts them, beyond a day: `36:00:00`."""
    sign = "-" if value < timedelta(0) else ""
    seconds, rest = divmod(abs(value), timedelta(seconds=1))
    fraction = f".{rest.microseconds:06}".rstrip("0") if rest else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def _float_text(value: float) -> str:
    """The shortest decimal that is this number; Excel itself keeps 15 digits."""
    if value.is_integer() and abs(value) < 1e17:
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text and "n" not in text else text
