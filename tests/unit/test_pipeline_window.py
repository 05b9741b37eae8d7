"""Every rule of a load's window, whole answers compared."""

from datetime import UTC, datetime, timedelta

import pytest

from include.config.connector_spec import Stream
from include.core.clock import format_instant
from include.core.streams import RunKind, Window
from include.pipeline.window import (
    CLOCK_TOLERANCE,
    Asked,
    Skipped,
    WindowPlan,
    build_stateful_window,
    build_window,
)

START = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, 14, 30, tzinfo=UTC)
DAY = Window(datetime(2026, 10, 3, 4, 37, tzinfo=UTC), datetime(2026, 10, 4, 4, 37, tzinfo=UTC))


def _stream(cursor_type: str | None = "timestamp", lookback_h: float = 0) -> Stream:
    return Stream.model_validate(
        {
            "primary_key": ["id"],
            "columns": {"id": "text", "updated_at": cursor_type or "timestamp"},
            "cursor": {"field": "updated_at", "why": "test"} if cursor_type else None,
            "lookback_h": lookback_h,
        }
    )


def _plan(stream: Stream, kind: RunKind = RunKind.SCHEDULED, **given: object) -> object:
    values: dict = {"cursor": None, "interval": None, "start": START, "now": NOW, **given}
    asked = Asked(*(values.pop(name) for name in ("interval", "start", "now")))
    return build_window(stream, kind, asked, **values)


@pytest.mark.parametrize("kind", [RunKind.SCHEDULED, RunKind.MANUAL])
def test_first_load_reads_from_the_start_date(kind: RunKind) -> None:
    assert _plan(_stream(), kind) == WindowPlan(Window(START, NOW), "2026-11-01T14:30:00Z")


def test_next_load_continues_at_the_cursor_minus_the_lookback() -> None:
    plan = _plan(_stream(lookback_h=2), cursor="2026-10-31T06:00:00Z")
    since = datetime(2026, 10, 31, 4, tzinfo=UTC)
    assert plan == WindowPlan(Window(since, NOW), "2026-11-01T14:30:00Z")


def test_lookback_never_reaches_before_the_start_date() -> None:
    plan = _plan(_stream(lookback_h=48), cursor="2025-01-01T06:00:00Z")
    assert plan == WindowPlan(Window(START, NOW), "2026-11-01T14:30:00Z")


def test_a_date_cursor_reads_its_own_day_again() -> None:
    """A file's rows of 31 October kept arriving after a load at 14:00 that day; they were lost when
    the next load began at 14:00, because a date compares as its midnight."""
    plan = _plan(_stream("date"), cursor="2026-10-31T14:00:00Z")
    since = datetime(2026, 10, 31, tzinfo=UTC)
    assert plan == WindowPlan(Window(since, NOW), "2026-11-01T14:30:00Z")


def test_a_cursor_a_little_ahead_of_the_clock_gives_an_empty_window() -> None:
    """Two workers' clocks differ by seconds; that is no fault to report."""
    for ahead in (timedelta(minutes=3), CLOCK_TOLERANCE):
        plan = _plan(_stream(), cursor=format_instant(NOW + ahead))
        assert plan == WindowPlan(Window(NOW, NOW), "2026-11-01T14:30:00Z")


def test_a_cursor_in_the_future_is_reported_and_not_believed() -> None:
    """A worker whose clock was a year ahead moved the cursor there, and every run until then read
    an empty window: nothing was loaded for a year, without an error."""
    believed = datetime(2026, 10, 31, 6, tzinfo=UTC)
    plan = _plan(_stream(lookback_h=2), cursor="2027-11-01T00:00:00Z", believed=believed)
    assert isinstance(plan, WindowPlan)
    assert plan.window == Window(datetime(2026, 10, 31, 4, tzinfo=UTC), NOW)
    assert plan.cursor_after == "2026-11-01T14:30:00Z"
    assert "`2027-11-01T00:00:00Z` lay ahead of the clock" in plan.notices[0]
    assert "`2026-10-31T06:00:00Z`" in plan.notices[0]


def test_of_a_cursor_in_the_future_that_nobody_knows_about_everything_is_read() -> None:
    plan = _plan(_stream(), cursor="2027-11-01T00:00:00Z")
    assert isinstance(plan, WindowPlan)
    assert plan.window == Window(START, NOW)
    assert "from the feed's start" in plan.notices[0]


def test_a_sweep_reads_from_the_start_without_an_end_and_moves_no_cursor() -> None:
    stream = _stream().model_copy(update={"sweep": "all"})
    plan = _plan(stream, RunKind.SWEEP, cursor="2026-10-31T06:00:00Z")
    assert plan == WindowPlan(Window(START, None), None)


def test_a_sweep_takes_nothing_for_gone_that_the_source_no_longer_keeps() -> None:
    stream = _stream().model_copy(update={"sweep": "all"})
    kept = stream.cursor.model_copy(update={"keep_days": 30})  # type: ignore[union-attr]
    plan = _plan(stream.model_copy(update={"cursor": kept}), RunKind.SWEEP)
    assert plan == WindowPlan(Window(NOW - timedelta(days=29), None), None)


@pytest.mark.parametrize(("cursor", "word"), [(None, "in full"), ("timestamp", "sweep: all")])
def test_a_sweep_of_other_streams_is_skipped(cursor: str | None, word: str) -> None:
    plan = _plan(_stream(cursor), RunKind.SWEEP)
    assert isinstance(plan, Skipped)
    assert word in plan.reason


@pytest.mark.parametrize("kind", [RunKind.SCHEDULED, RunKind.MANUAL])
def test_a_source_with_a_state_of_its_own_reads_on_from_there(kind: RunKind) -> None:
    plan = build_stateful_window(kind, Asked(None, START, NOW))
    assert plan == WindowPlan(Window(START, NOW), None)


@pytest.mark.parametrize(
    ("kind", "interval"),
    [(RunKind.BACKFILL, DAY), (RunKind.MANUAL, DAY), (RunKind.SWEEP, None)],
)
def test_a_source_with_a_state_of_its_own_reads_no_interval(
    kind: RunKind, interval: Window | None
) -> None:
    plan = build_stateful_window(kind, Asked(interval, START, NOW))
    assert isinstance(plan, Skipped)
    assert "keeps its own state" in plan.reason


def test_a_stream_without_cursor_is_read_in_full_and_keeps_no_cursor() -> None:
    assert _plan(_stream(None)) == WindowPlan(Window(None, NOW), None)


def test_a_backfill_reads_exactly_its_interval_and_leaves_the_cursor() -> None:
    plan = _plan(_stream(lookback_h=5), RunKind.BACKFILL, interval=DAY, cursor="2026-11-01")
    assert plan == WindowPlan(DAY, None)


def test_a_backfill_of_a_stream_without_cursor_is_skipped_with_the_reason() -> None:
    plan = _plan(_stream(None), RunKind.BACKFILL, interval=DAY)
    assert isinstance(plan, Skipped)
    assert "no time cursor" in plan.reason


def test_a_backfill_without_interval_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="interval"):
        _plan(_stream(), RunKind.BACKFILL)


def test_a_manual_run_with_from_and_to_leaves_the_cursor() -> None:
    assert _plan(_stream(), RunKind.MANUAL, interval=DAY) == WindowPlan(DAY, None)


def test_a_manual_run_with_only_one_side_takes_the_natural_other_one() -> None:
    since = _plan(_stream(), RunKind.MANUAL, interval=Window(DAY.start, None))
    until = _plan(_stream(), RunKind.MANUAL, interval=Window(None, DAY.end))
    assert since == WindowPlan(Window(DAY.start, NOW), None)
    assert until == WindowPlan(Window(START, DAY.end), None)


def test_a_manual_interval_still_reads_a_stream_without_cursor_in_full() -> None:
    assert _plan(_stream(None), RunKind.MANUAL, interval=DAY) == WindowPlan(Window(None, NOW), None)


def test_a_feed_starts_at_its_own_midnight() -> None:
    assert _plan(_stream(), start=NOW) == WindowPlan(Window(NOW, NOW), format_instant(NOW))


def test_a_feed_that_starts_in_the_future_waits() -> None:
    plan = _plan(_stream(), start=datetime(2027, 1, 1, tzinfo=UTC))
    assert plan == Skipped("the feed starts on 2027-01-01, which is in the future")
