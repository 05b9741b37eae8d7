"""Columns as a driver delivers them to Arrow columns the loader takes, nothing lost on the way.

A value the warehouse's type cannot hold (date infinity, 0000-00-00, a year BC, NaN in a numeric, a
2 in a tinyint(1)) is odd: its column becomes null and what the database wrote goes, beside the
undeclared fields, into `_extra` as `<column>_as_written`. Rows with odd values leave their batch as
dicts; all others stay columns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from include.extract.sql.columns import Form, SqlColumn
from include.extract.sql.wall_clock import build_instants

FIRST_MOMENT = -62135596800000000  # 0001-01-01 in microseconds since 1970
LAST_MOMENT = 253402300799999999
FIRST_DAY, LAST_DAY = -719162, 2932896
# PostgreSQL counts from 2000; what it calls infinity has wrapped around when it arrives here.
_EPOCH_2000 = {"date": (10957, 32), "timestamp": (946_684_800_000_000, 64)}
AS_WRITTEN = "_as_written"


@dataclass(frozen=True, slots=True)
class Fitted:
    """One column of a batch and, by row, the text of what does not fit its type."""

    array: Any
    odd: dict[int, str]


def build_records(
    columns: Sequence[SqlColumn], arrays: Sequence[Any], zone: ZoneInfo
) -> Iterator[Any]:
    """The batch as a table, then rows with odd values as a list of dicts."""
    fitted = [_fit(column, array, zone) for column, array in zip(columns, arrays, strict=True)]
    names = [column.name for column in columns]
    table = pa.table([one.array for one in fitted], names=names)
    rows = sorted({row for one in fitted for row in one.odd})
    if not rows:
        yield table
        return
    is_odd = pc.is_in(pa.array(range(table.num_rows)), pa.array(rows))
    yield table.filter(pc.invert(is_odd))
    records = table.take(rows).to_pylist()
    for record, row in zip(records, rows, strict=True):
        for name, one in zip(names, fitted, strict=True):
            if row in one.odd:
                record[f"{name}{AS_WRITTEN}"] = one.odd[row]
    yield records


def has_unbelieved(records: Any, name: str, first: datetime, last: datetime) -> bool:
    """Whether a time in this column lies outside what is believed, or could not be kept at all.

    Args:
        records: One of `build_records`' answers.
        name: The cursor's column.
    """
    if isinstance(records, list):
        return any(
            f"{name}{AS_WRITTEN}" in record or not _is_between(record.get(name), first, last)
            for record in records
        )
    bounds = pc.min_max(records[name]).as_py()
    return not all(_is_between(bounds[side], first, last) for side in ("min", "max"))


def _is_between(value: Any, first: datetime, last: datetime) -> bool:
    if isinstance(value, datetime):
        return first <= value.replace(tzinfo=value.tzinfo or UTC) < last
    return not isinstance(value, date) or first.date() <= value < last.date()


def _fit(column: SqlColumn, array: Any, zone: ZoneInfo) -> Fitted:
    if pt.is_null(array.type) or column.loose:
        return Fitted(array, {})
    if pt.is_date(array.type) or pt.is_timestamp(array.type):
        return _fit_moments(column, array, zone)
    if column.form in (Form.WALL, Form.UTC, Form.DAY):
        return _fit_texts(column, array, zone)
    if column.form is Form.DECIMAL:
        return _fit_decimals(array)
    if column.form is Form.PADDED:
        return Fitted(pc.utf8_rtrim(array, characters=" "), {})
    if column.form is Form.FLAG:
        is_odd = pc.invert(pc.is_in(array, pa.array([0, 1, None], array.type)))
        kept, odd = _split(array, is_odd, lambda value: str(value.as_py()))
        return Fitted(kept.cast(pa.bool_()), odd)
    if column.form is Form.BITS:
        return _fit_bits(column, array)
    return Fitted(array, {})


def _fit_moments(column: SqlColumn, array: Any, zone: ZoneInfo) -> Fitted:
    """Dates and timestamps in Arrow's form; those outside the years 1 to 9999 are odd."""
    is_day = pt.is_date(array.type)
    numbers = array.cast(pa.int32()).cast(pa.int64()) if is_day else array.cast(pa.int64())
    first, last = (FIRST_DAY, LAST_DAY) if is_day else (FIRST_MOMENT, LAST_MOMENT)
    odd: dict[int, str] = {}
    bounds = pc.min_max(numbers).as_py()
    if bounds["min"] is not None and (bounds["min"] < first or bounds["max"] > last):
        is_odd = pc.or_(pc.less(numbers, first), pc.greater(numbers, last))
        kept, odd = _split(numbers, is_odd, lambda v: _write_moment(v.as_py(), is_day=is_day))
        array = (kept.cast(pa.int32()) if is_day else kept).cast(array.type)
    return Fitted(build_instants(array, zone) if column.form is Form.WALL else array, odd)


def _write_moment(number: int, *, is_day: bool) -> str:
    offset, bits = _EPOCH_2000["date" if is_day else "timestamp"]
    half = 1 << (bits - 1)
    own = (number - offset + half) % (2 * half) - half
    if own in (half - 1, -half):
        return "infinity" if own > 0 else "-infinity"
    days, micros = (number, 0) if is_day else divmod(number, 86_400_000_000)
    return _write_day(days) + ("" if is_day else f" {timedelta(microseconds=micros)}")


def _write_day(days: int) -> str:
    """ISO 8601 with astronomical years (0000 is 1 BC): 400 years of the calendar are one cycle."""
    cycles, rest = divmod(days - FIRST_DAY, 146_097)
    day = date(1, 1, 1) + timedelta(days=rest)
    year = day.year + 400 * cycles
    return f"{'-' if year < 0 else ''}{abs(year):04d}-{day.month:02d}-{day.day:02d}"


def _fit_texts(column: SqlColumn, array: Any, zone: ZoneInfo) -> Fitted:
    """Moments as ISO text; what cannot be read as one (0000-00-00) is odd."""
    kind = pa.date32() if column.form is Form.DAY else pa.timestamp("us")
    odd: dict[int, str] = {}
    try:
        made = array.cast(kind)
    except pa.ArrowInvalid:
        is_odd = pa.array([not _is_moment(value, kind) for value in array], pa.bool_())
        array, odd = _split(array, is_odd, lambda value: str(value.as_py()))
        made = array.cast(kind)
    return Fitted(build_instants(made, zone) if column.form is Form.WALL else made, odd)


def _is_moment(value: Any, kind: Any) -> bool:
    try:
        value.cast(kind)
    except pa.ArrowInvalid:
        return False
    return True


def _fit_decimals(array: Any) -> Fitted:
    """NaN and Infinity end in a letter; every other number in a digit."""
    is_odd = pc.fill_null(pc.or_(pc.ends_with(array, "N"), pc.ends_with(array, "y")), False)
    if not pc.any(is_odd).as_py():
        return Fitted(array, {})
    return Fitted(*_split(array, is_odd, lambda value: str(value.as_py())))


def _fit_bits(column: SqlColumn, array: Any) -> Fitted:
    numbers = [None if v is None else int.from_bytes(v, "big") for v in array.to_pylist()]
    if column.type == "bool":
        return Fitted(pa.array([None if n is None else bool(n) for n in numbers], pa.bool_()), {})
    if column.type == "numeric":
        return Fitted(pa.array([None if n is None else str(n) for n in numbers], pa.string()), {})
    return Fitted(pa.array(numbers, pa.int64()), {})


def _split(array: Any, is_odd: Any, write: Any) -> tuple[Any, dict[int, str]]:
    """The array with odd values nulled, and their texts by row."""
    is_odd = pc.fill_null(is_odd, False)
    rows = pc.indices_nonzero(is_odd).to_pylist()
    texts = {row: write(array[row]) for row in rows}
    return pc.if_else(is_odd, pa.scalar(None, array.type), array), texts
