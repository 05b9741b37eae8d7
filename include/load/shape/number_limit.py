"""Numbers a warehouse would round in silence do not fit: they are refused, or stay as text."""

from decimal import Decimal
from typing import Any

import pyarrow.compute as pc

from include.config.connector_spec import Column
from include.destinations.column_types import build_next_type
from include.load.shape.columns import Converted, Values, build_column


def limit_numbers(
    made: Converted, values: Values, column: Column, limit: tuple[int, int] | None
) -> Converted:
    """The column as a warehouse can keep it.

    Args:
        limit: (digits before, digits after the point) of its numbers; None: as many as there are.
    """
    if limit is None or made.logical_type != "numeric" or made.array.null_count == len(made.array):
        return made
    whole, fraction = limit
    fits = rf"^[+-]?0*[0-9]{{0,{whole}}}(\.[0-9]{{0,{fraction}}}0*)?$"
    kept = pc.fill_null(pc.match_substring_regex(made.array, fits), True)
    if pc.all(kept).as_py() or not _find_unfit(made.array, kept, limit):
        return made
    wider = build_next_type(column, "numeric")
    if wider is not None:
        return build_column(values, column, wider)
    what = f"a number of more than {whole} digits before or {fraction} behind its point"
    misfits = dict.fromkeys(_find_unfit(made.array, kept, limit), what)
    return Converted(made.array, made.logical_type, {**misfits, **made.misfits})


def _find_unfit(array: Any, kept: Any, limit: tuple[int, int]) -> list[int]:
    """Rows whose number does not fit; those with an exponent are looked at one by one."""
    doubtful = [row for row, fits in enumerate(kept.to_pylist()) if not fits]
    return [row for row in doubtful if not _fits(Decimal(array[row].as_py()), limit)]


def _fits(number: Decimal, limit: tuple[int, int]) -> bool:
    """By the digits as written: `normalize` would round to the context's 28 of them first."""
    whole, fraction = limit
    digits, exponent = number.as_tuple()[1:]
    written = "".join(map(str, digits)).rstrip("0")
    if not written:
        return True
    if not isinstance(exponent, int):
        return False
    behind = -exponent - (len(digits) - len(written))
    return number.adjusted() < whole and behind <= fraction
