"""Types of detected columns, on everything a stream has shown: the column first, then its file.

What decides nothing is no reason to guess: 03/04/2026 stays text until something proves whether the
day or the month comes first, and so does 1.234 where nothing tells a thousand from a decimal.
Columns typed here are marked `detected`: a later value that does not fit widens them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from include.config.connector_spec import Column, ColumnType
from include.core.clock import ZONED
from include.core.number_text import COMMA_NUMBERS, POINT_NUMBERS
from include.extract.files.formats.detect_types import (
    DAY_FIRST,
    DECIMAL_COMMA,
    DECIMAL_POINT,
    MOMENTS,
    MONTH_FIRST,
    Seen,
)

# What every column typed here is marked as.
GUESS = {"detected": True, "guessed": True}
ORDERS = (DAY_FIRST, MONTH_FIRST)
STYLES = {DECIMAL_POINT: POINT_NUMBERS, DECIMAL_COMMA: COMMA_NUMBERS}
PLAIN_NUMBERS = frozenset({"int", "bigint", "numeric"})
NUMBERS = PLAIN_NUMBERS | {"pointed", "commaed", "comma", "point"}

# A pair of types that meet in a wider one; every other mixture is text.
_WIDER: dict[frozenset[str], ColumnType] = {
    frozenset(("int", "bigint")): "bigint",
    frozenset(("int", "numeric")): "numeric",
    frozenset(("bigint", "numeric")): "numeric",
    frozenset(("date", "timestamp")): "timestamp",
}


@dataclass(frozen=True)
class Decision:
    """A column's type.

    Attributes:
        doubt: Why it stays text although it looks like more, as the end of a sentence.
    """

    column: Column
    doubt: str | None = None


def decide_column(
    seen: Seen, around: frozenset[str] = frozenset(), said: str | None = None
) -> Decision:
    """The narrowest type that fits every value seen, and is proven.

    Args:
        around: Proofs of the columns beside it.
        said: DAY_FIRST or MONTH_FIRST, when the tenant file says so.
    """
    if seen.kinds == {"slashed"}:
        return _decide_day(seen, around, said)
    if seen.kinds <= NUMBERS and seen.kinds:
        return _decide_number(seen, around)
    if seen.kinds == {"zoned"}:
        return Decision(_column("timestamp", ZONED))
    return Decision(_column(widest(seen.kinds)), _find_doubt(seen.kinds))


def _find_doubt(kinds: frozenset[str]) -> str | None:
    """Why values that all look like times, or all like numbers, are kept as text."""
    if len(kinds) > 1 and kinds <= MOMENTS and "slashed" in kinds:
        return "writes its dates in several ways"
    if len(kinds) > 1 and kinds <= MOMENTS and "zoned" in kinds:
        return "holds instants with a time zone and others without"
    if "scientific" in kinds and kinds <= NUMBERS | {"scientific", "dressed"}:
        return "holds numbers such as 1.2E+15, of which a spreadsheet may have cut the digits"
    if "dressed" in kinds and kinds <= NUMBERS | {"dressed"}:
        return "holds numbers with money signs, percent, parentheses, a minus behind or blanks"
    return None


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
    try:
        return Column(type=found or "text").type
    except ValueError:
        return "text"


def _decide_day(seen: Seen, around: frozenset[str], said: str | None) -> Decision:
    proven = [order for order in ORDERS if order in seen.proofs]
    if len(seen.marks) > 1:
        return Decision(_column("text"), "writes its dates in several ways")
    if len(proven) > 1:
        return Decision(_column("text"), "holds dates with the day first and others with the month")
    if said and proven and proven != [said]:
        return Decision(_column("text"), f"holds dates that are not `{said}`")
    (mark,) = seen.marks
    beside = [order for order in ORDERS if order in around]
    order = said or (proven[0] if proven else None)
    if order is None and mark == ".":
        # A dotted date is European.
        order = DAY_FIRST
    if order is None and len(beside) == 1:
        order = beside[0]
    if order is None:
        return Decision(
            _column("text"), "holds dates of which nothing proves whether day or month comes first"
        )
    first, second = ("%d", "%m") if order == DAY_FIRST else ("%m", "%d")
    return Decision(_column("date", f"{first}{mark}{second}{mark}%Y"))


def _decide_number(seen: Seen, around: frozenset[str]) -> Decision:
    own = [style for style in STYLES if style in seen.proofs]
    beside = [style for style in STYLES if style in around]
    style = own[0] if len(own) == 1 else beside[0] if not own and len(beside) == 1 else None
    if len(own) > 1:
        return Decision(_column("text"), "holds decimal points and decimal commas")
    if seen.kinds <= PLAIN_NUMBERS:
        # A plain integer today may be a grouped one tomorrow: the file says how to read it.
        written = STYLES[style] if style == DECIMAL_COMMA else None
        return Decision(_column(widest(seen.kinds), written))
    if style is None:
        return Decision(
            _column("text"),
            "holds numbers of which nothing proves what their points and commas are",
        )
    if style == DECIMAL_POINT and seen.kinds <= PLAIN_NUMBERS | {"pointed"}:
        return Decision(_column("numeric"))
    return Decision(_column("numeric", STYLES[style]))


def _column(kind: str, written: str | None = None) -> Column:
    return Column.model_validate({"type": kind, "format": written, **GUESS})
