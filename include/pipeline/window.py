"""Which window a load reads. Pure, so that every rule of promise 2 (no gaps) is a unit test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from include.config.connector_spec import Stream
from include.core.clock import format_instant, parse_instant
from include.core.streams import RunKind, Window


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """What to read and where the cursor stands afterwards.

    Attributes:
        cursor_after: ISO instant written with the rows; None leaves the stored cursor alone.
    """

    window: Window
    cursor_after: str | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing to do for this stream in this run, and that is right."""

    reason: str


def build_window(
    stream: Stream,
    kind: RunKind,
    *,
    interval: Window | None,
    start: datetime,
    cursor: str | None,
    now: datetime,
) -> WindowPlan | Skipped:
    """Decide the window of one load.

    A scheduled or manual run continues from the committed cursor minus the stream's lookback, so a
    paused DAG catches up by itself. A run with an explicit interval (backfill, or a manual run with
    from/to) reads exactly that and leaves the cursor alone: moving it would open a gap or close one
    that is still there.

    Args:
        interval: The backfill's data interval or the manual run's from/to; None otherwise.
        start: The feed's start date as UTC midnight.
        cursor: Committed cursor (ISO instant) of the stream, None before its first load.

    Raises:
        ValueError: If a backfill comes without an interval.
    """
    if kind is RunKind.BACKFILL and interval is None:
        raise ValueError("a backfill needs its data interval")
    if interval is not None:
        return _explicit(stream, kind, interval, start, now)
    if start > now:
        return Skipped(f"the feed starts on {start:%Y-%m-%d}, which is in the future")
    if stream.cursor is None:
        return WindowPlan(Window(None, now), None)
    since = start if cursor is None else parse_instant(cursor) - timedelta(hours=stream.lookback_h)
    if cursor is not None and _is_date(stream):
        # A date names a whole day: records of the cursor's own day may still have been arriving.
        since = since.replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(max(since, start), now)
    return WindowPlan(Window(since, now), format_instant(now))


def _explicit(
    stream: Stream, kind: RunKind, interval: Window, start: datetime, now: datetime
) -> WindowPlan | Skipped:
    if stream.cursor is None:
        if kind is RunKind.BACKFILL:
            return Skipped(
                "the stream has no time cursor, so it has no part that belongs to an interval; "
                "scheduled runs read it in full"
            )
        return WindowPlan(Window(None, now), None)
    since = interval.start or start
    return WindowPlan(Window(since, interval.end or max(now, since)), None)


def _is_date(stream: Stream) -> bool:
    return stream.cursor is not None and stream.columns[stream.cursor.field].type == "date"
