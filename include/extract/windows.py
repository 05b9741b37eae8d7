"""Is this record inside the window? The same answer for APIs and files."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from include.config.connector_spec import Column, Cursor, Stream
from include.core.clock import ZONED, format_instant, parse_instant, utcnow
from include.core.streams import Window
from include.extract.record_path import pick

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def build_bound(cursor: Cursor, instant: datetime, *, is_end: bool) -> str:
    """A window bound as the API writes it; coarse formats round outwards.

    Rounding asks for a little too much on both sides; `build_filter` then cuts exactly, so that
    neighbouring windows neither overlap nor leave a gap.
    """
    if cursor.format == "epoch_s":
        seconds = (instant - _EPOCH) // timedelta(seconds=1)
        return str(seconds + 1 if is_end and instant.microsecond else seconds)
    if cursor.format == "date":
        if is_end and cursor.end_included:
            return (instant.astimezone(UTC) - timedelta(microseconds=1)).date().isoformat()
        day = instant.astimezone(UTC).date()
        return (day + timedelta(days=1) if is_end else day).isoformat()
    return format_instant(instant)


def build_whole_seconds(window: Window) -> Window | None:
    """The whole seconds inside a window; None where one is not bounded, or holds none.

    Counted after the read, it can only hold fewer records than were read: what changes meanwhile
    leaves it.
    """
    if window.end is None:
        return None
    end, start = window.end.replace(microsecond=0), window.start
    if start is not None and start.microsecond:
        start = start.replace(microsecond=0) + timedelta(seconds=1)
    return Window(start, end) if start is None or start < end else None


def build_asked_window(cursor: Cursor, window: Window) -> Window:
    """The window as the source accepts it: what it no longer keeps is not asked for."""
    if cursor.keep_days is None:
        return window
    now = utcnow()
    oldest = now - timedelta(days=cursor.keep_days)
    end = max(window.end or now, oldest)
    return Window(min(max(window.start or oldest, oldest), end), end)


def parse_cursor(value: Any, column: Column) -> datetime | None:
    """The cursor value as an aware instant, None when it is null or unreadable."""
    try:
        if value is None or value == "":
            return None
        if column.format == "epoch_s":
            return _EPOCH + timedelta(seconds=int(value))
        if column.format == "epoch_ms":
            return _EPOCH + timedelta(milliseconds=int(value))
        if column.format and column.format != ZONED:
            # Naive on purpose: the pattern says whether there is an offset.
            return _aware(datetime.strptime(str(value), column.format))  # noqa: DTZ007
        if isinstance(value, datetime):
            return _aware(value)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        return parse_instant(str(value))
    except (ValueError, TypeError, OverflowError):
        return None


def build_filter(stream: Stream, window: Window) -> Callable[[Any], bool] | None:
    """A test for cursor values; None when the stream is always read in full.

    Null and unreadable values pass: the loader must see them to count or quarantine them. A `date`
    cursor counts whole days, so the day in which the window starts is inside.
    """
    if stream.cursor is None or (window.start is None and window.end is None):
        return None
    column = stream.columns[stream.cursor.field]
    bounds = day_window(window) if column.type == "date" else window

    def inside(value: Any) -> bool:
        instant = parse_cursor(value, column)
        return instant is None or bounds.contains(instant)

    return inside


def day_window(window: Window) -> Window:
    """The window with its start moved back to midnight UTC."""
    start = window.start
    if start is not None:
        start = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Window(start, window.end)


def keep_inside(
    records: list[dict[str, Any]], stream: Stream, window: Window
) -> tuple[list[dict[str, Any]], int]:
    """Records of the window, and how many were left out."""
    inside = build_filter(stream, window)
    if inside is None or stream.cursor is None:
        return records, 0
    path = stream.columns[stream.cursor.field].path or stream.cursor.field
    kept = [record for record in records if inside(pick(record, path))]
    return kept, len(records) - len(kept)


def _aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value
