"""A column of days or moments at once, as far as Arrow reads them as `values` does."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from include.core.clock import ZONED

FIRST_MOMENT = -62135596800000000  # 0001-01-01 in microseconds since 1970
LAST_MOMENT = 253402300799999999  # 9999-12-31 23:59:59.999999
FIRST_DAY, LAST_DAY = -719162, 2932896
MICROSECONDS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}


def cast_timestamp(array: Any, pattern: str | None) -> Any | None:
    """Moments as naive UTC; None where they must be looked at one by one."""
    if pattern in MICROSECONDS and not pt.is_timestamp(array.type):
        if not pt.is_integer(array.type):
            return None
        factor = pa.scalar(MICROSECONDS[pattern], pa.int64())
        return _in_years(pc.multiply_checked(array.cast(pa.int64()), factor))
    if pt.is_timestamp(array.type):
        same_zone = pa.timestamp("us", array.type.tz)
        return _in_years(array.cast(same_zone, safe=False).cast(pa.int64()))
    if pt.is_date(array.type):
        return array.cast(pa.timestamp("us"))
    if not pt.is_string(array.type):
        return None
    return _parse_timestamp(array, pattern)


def _parse_timestamp(array: Any, pattern: str | None) -> Any | None:
    if pattern == ZONED:
        return _parse_iso(array, [pa.timestamp("us", "UTC")])
    if pattern:
        made = pc.strptime(array, pattern, "us", error_is_null=True)
        if made.null_count != array.null_count or not _are_written_so(made, array, pattern):
            return None
        return _in_years(made.cast(pa.int64()))
    return _parse_iso(array, (pa.timestamp("us", "UTC"), pa.timestamp("us")))


def _are_written_so(made: Any, array: Any, pattern: str) -> bool:
    """True when the moments, written by the pattern, are the texts but for zeros in front.

    Arrow makes 2 March of 30/02/2026 and the year 26 of 01/02/26; Python refuses both.
    """
    shown = pc.strftime(made.cast(pa.timestamp("s")), pattern)
    # Of years it makes 4 of 04 and of 0004: those are compared as they stand.
    if "%y" not in pattern and (pc.min(pc.year(made)).as_py() or 1000) >= 1000:
        shown, array = _without_zeros(shown), _without_zeros(array)
    alike = pc.equal(pc.ascii_lower(shown), pc.ascii_lower(array))
    return pc.all(alike).as_py() is not False


def _without_zeros(array: Any) -> Any:
    return pc.replace_substring_regex(array, r"\b0+([0-9])", r"\1")


def _parse_iso(array: Any, kinds: Sequence[Any]) -> Any | None:
    """As the first kind that fits all: Arrow takes no text without a zone for an instant in one."""
    for kind in kinds:
        try:
            return _in_years(array.cast(kind).cast(pa.int64()))
        except pa.ArrowInvalid:
            continue
    return None


def guess_timestamp(array: Any, pattern: str | None) -> Any | None:
    """Instants with a zone, or without: what a column was taken for, never both."""
    if pattern in (None, ZONED) and pt.is_string(array.type):
        return _parse_iso(array, [pa.timestamp("us", "UTC" if pattern else None)])
    return cast_timestamp(array, pattern)


def _in_years(micros: Any) -> Any | None:
    if micros.null_count < len(micros):
        bounds = pc.min_max(micros).as_py()
        if bounds["min"] < FIRST_MOMENT or bounds["max"] > LAST_MOMENT:
            return None
    return micros.cast(pa.timestamp("us"))


def cast_date(array: Any, pattern: str | None) -> Any | None:
    """Days; None where they must be looked at one by one, as all that a pattern describes."""
    if not (pt.is_date(array.type) or (pt.is_string(array.type) and pattern is None)):
        return None
    made = array.cast(pa.date32())
    if made.null_count < len(made):
        bounds = pc.min_max(made.cast(pa.int32())).as_py()
        if bounds["min"] < FIRST_DAY or bounds["max"] > LAST_DAY:
            return None
    return made
