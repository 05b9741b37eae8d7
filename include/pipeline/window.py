"""Which window a load reads. Pure, so that every rule of promise 2 (no gaps) is a unit test."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from include.config.connector_spec import Stream
from include.core.clock import format_instant, parse_instant
from include.core.streams import RunKind, Window
from include.ledger.cursors import CLOCK_TOLERANCE


@dataclass(frozen=True, slots=True)
class Asked:
    """What time a run is asked to read, and when.

    Attributes:
        interval: The backfill's data interval or the manual run's from/to; None otherwise.
        start: The feed's start date as UTC midnight.
    """

    interval: Window | None
    start: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """What to read and where the cursor stands afterwards.

    Attributes:
        cursor_after: ISO instant written with the rows; None leaves the stored cursor alone.
        notices: What a person should know about how the window came about.
    """

    window: Window
    cursor_after: str | None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Nothing to do for this stream in this run, and that is right."""

    reason: str


def build_window(
    stream: Stream,
    kind: RunKind,
    asked: Asked,
    *,
    cursor: str | None,
    believed: datetime | None = None,
) -> WindowPlan | Skipped:
    """Decide the window of one load.

    A scheduled or manual run continues from the committed cursor minus the stream's lookback, so a
    paused DAG catches up by itself. A run with an explicit interval (backfill, or a manual run with
    from/to) reads exactly that and leaves the cursor alone: moving it would open a gap or close one
    that is still there. A sweep reads everything since the feed's start, without an end: a record
    edited while it is read must not be taken for gone.

    Args:
        cursor: Committed cursor (ISO instant) of the stream, None before its first load.
        believed: Until when the stream is loaded by the warehouse's clock, for a cursor that lies
            ahead of ours; None: nobody knows, so everything is read.

    Raises:
        ValueError: If a backfill comes without an interval.
    """
    interval, start, now = asked.interval, asked.start, asked.now
    if kind is RunKind.BACKFILL and interval is None:
        raise ValueError("a backfill needs its data interval")
    if kind is RunKind.SWEEP:
        return _sweep(stream, start, now)
    if interval is not None:
        return _explicit(stream, kind, interval, start, now)
    if start > now:
        return Skipped(f"the feed starts on {start:%Y-%m-%d}, which is in the future")
    if stream.cursor is None:
        return WindowPlan(Window(None, now), None)
    reached, notices = _reached(cursor, now, believed)
    since = start if reached is None else reached - timedelta(hours=stream.lookback_h)
    if reached is not None and _is_date(stream):
        # A date names a whole day: records of the cursor's own day may still have been arriving.
        since = since.replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(max(since, start), now)
    return WindowPlan(Window(since, now), format_instant(now), notices)


def build_stateful_window(kind: RunKind, asked: Asked) -> WindowPlan | Skipped:
    """The window of a source that keeps its own state: it reads on from there, whatever we ask."""
    start, now = asked.start, asked.now
    if kind is RunKind.SWEEP or asked.interval is not None:
        return Skipped(
            "the source keeps its own state and reads on from there, so it cannot read an interval "
            "or everything; to read again from the start, rewind the cursor and run the feed"
        )
    if start > now:
        return Skipped(f"the feed starts on {start:%Y-%m-%d}, which is in the future")
    return WindowPlan(Window(start, now), None)


def is_ahead(cursor: str | None, now: datetime) -> bool:
    """True when a cursor lies further ahead of the clock than clocks differ."""
    return cursor is not None and parse_instant(cursor) > now + CLOCK_TOLERANCE


def _reached(
    cursor: str | None, now: datetime, believed: datetime | None
) -> tuple[datetime | None, tuple[str, ...]]:
    """Until when the stream is loaded; a cursor ahead of the clock is reported, not believed."""
    if cursor is None:
        return None, ()
    if not is_ahead(cursor, now):
        return parse_instant(cursor), ()
    reached = None if believed is None else min(believed, now)
    since = "the feed's start" if reached is None else f"`{format_instant(reached)}`"
    return reached, (
        f"the cursor `{cursor}` lay ahead of the clock (`{format_instant(now)}`); the stream was "
        f"read from {since} on instead. Check the clocks of the workers.",
    )


def _sweep(stream: Stream, start: datetime, now: datetime) -> WindowPlan | Skipped:
    if stream.cursor is None:
        return Skipped("the stream is read in full by every run, which finds what is gone")
    if stream.sweep != "all":
        return Skipped("the stream does not declare `sweep: all`")
    if stream.cursor.keep_days is not None:
        # What the source no longer keeps is not gone; a day of margin, as its days are not ours.
        start = max(start, now - timedelta(days=stream.cursor.keep_days - 1))
    return WindowPlan(Window(min(start, now), None), None)


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
