"""How a company writes its numbers and days: each export shows it, none says it.

QuickBooks writes as the browser of whoever exported does, so that `50,00` is fifty in one company's
files and `5,000.00` five thousand in another's, and the day comes first in one and the month in the
other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from include.config.models import Feed
from include.core.errors import ConfigError
from include.core.number_text import COMMA_NUMBERS, POINT_NUMBERS
from include.extract.files.formats.delimited.csv_rows import Dialect, iter_rows
from include.extract.files.formats.detect_types import (
    DAY_FIRST,
    DECIMAL_COMMA,
    DECIMAL_POINT,
    MONTH_FIRST,
    see_texts,
)
from include.extract.files.formats.recoded import load_readable
from include.extract.files.place import Place

MAX_LINE_BYTES = 4_000_000
ORDERS = (DAY_FIRST, MONTH_FIRST)


@dataclass(frozen=True)
class Habits:
    """How the exports of a stream are written.

    Attributes:
        numbers: A number format by file name; absent where a file proves none.
        is_day_first: 03/04 is the third of April.
        notices: What was taken without proof.
    """

    numbers: dict[str, str]
    is_day_first: bool
    notices: tuple[str, ...] = ()


def require_dates(feed: Feed) -> str | None:
    """Option `dates`; None: what the files prove.

    Raises:
        ConfigError: If it is no order.
    """
    said = feed.options.get("dates")
    if said not in (None, *ORDERS):
        raise ConfigError(
            f"option `dates` is `{said}`. Expected one of {', '.join(ORDERS)}, or nothing where "
            "the exports prove it. Correct the tenant file."
        )
    return said


def load_habits(places: Sequence[Place], encoding: str, said: str | None) -> Habits:
    """Look at every cell of the exports.

    Args:
        said: DAY_FIRST or MONTH_FIRST, when the tenant file says so.

    Raises:
        UpstreamUnavailable: If a file cannot be read.
    """
    proofs = {place.name: _load_proofs(place, encoding) for place in places}
    numbers = {}
    for name, found in proofs.items():
        if len(found & {DECIMAL_COMMA, DECIMAL_POINT}) == 1:
            numbers[name] = COMMA_NUMBERS if DECIMAL_COMMA in found else POINT_NUMBERS
    orders = [order for order in ORDERS if any(order in found for found in proofs.values())]
    if said or len(orders) == 1:
        return Habits(numbers, (said or orders[0]) == DAY_FIRST)
    is_comma = COMMA_NUMBERS in numbers.values()
    taken = DAY_FIRST if is_comma else MONTH_FIRST
    why = "as decimal commas go with it" if is_comma else "as QuickBooks writes by default"
    notice = (
        f"nothing in the exports proves whether day or month comes first: `{taken}` was taken, "
        f"{why}. Say it with option `dates`."
    )
    return Habits(numbers, is_comma, (notice,))


def _load_proofs(place: Place, encoding: str) -> frozenset[str]:
    place, facts, _ = load_readable(place, encoding, MAX_LINE_BYTES)
    if facts.size == 0:
        return frozenset()
    proofs: frozenset[str] = frozenset()
    for _, cells, _ in iter_rows(place, facts, Dialect(), MAX_LINE_BYTES):
        proofs |= see_texts([cell.strip().split(" ")[0] for cell in cells]).proofs
    return proofs
