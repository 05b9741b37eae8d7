"""An interval cut into chunks: no gap, no overlap, borders where people expect them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.config.connector_spec import Stream
from include.core.errors import ConfigError
from include.core.streams import Window
from include.pipeline.backfill import build_chunks, find_time_streams

START = datetime(2026, 1, 15, 6, 30, tzinfo=UTC)


def _cut(end: datetime, size: str, start: datetime = START) -> list[str]:
    return [
        f"{c.start:%m-%d %H:%M}..{c.end:%m-%d %H:%M}"
        for c in build_chunks(Window(start, end), size)
    ]


def test_borders_are_those_of_the_calendar() -> None:
    assert _cut(datetime(2026, 3, 2, tzinfo=UTC), "month") == [
        "01-15 06:30..02-01 00:00",
        "02-01 00:00..03-01 00:00",
        "03-01 00:00..03-02 00:00",
    ]
    assert _cut(datetime(2026, 1, 26, tzinfo=UTC), "week") == [
        "01-15 06:30..01-19 00:00",
        "01-19 00:00..01-26 00:00",
    ]
    assert _cut(datetime(2026, 1, 16, 1, tzinfo=UTC), "day") == [
        "01-15 06:30..01-16 00:00",
        "01-16 00:00..01-16 01:00",
    ]
    assert _cut(datetime(2026, 2, 10, 6, 30, tzinfo=UTC), "10d") == [
        "01-15 06:30..01-25 06:30",
        "01-25 06:30..02-04 06:30",
        "02-04 06:30..02-10 06:30",
    ]


@given(
    st.timedeltas(timedelta(0), timedelta(days=3000)).map(lambda since: START + since),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=1500)),
    st.sampled_from(["day", "week", "month", "1d", "17d", "400d"]),
)
def test_chunks_cover_the_interval_exactly(start: datetime, length: timedelta, size: str) -> None:
    chunks = build_chunks(Window(start, start + length), size)
    assert (chunks[0].start, chunks[-1].end) == (start, start + length)
    assert all(a.end == b.start for a, b in pairwise(chunks))
    assert all(c.start < c.end for c in chunks)


@pytest.mark.parametrize("size", ["hour", "0d", "", "d", "-3d", "2 d", "10000d"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(ConfigError, match="no size"):
        build_chunks(Window(START, START + timedelta(days=1)), size)


def test_a_century_by_day_is_refused() -> None:
    with pytest.raises(ConfigError, match="larger size"):
        build_chunks(Window(START, START + timedelta(days=36_500)), "day")


def test_only_streams_read_by_time_can_be_backfilled() -> None:
    columns = {"id": "int", "at": "timestamp"}
    whole = Stream.model_validate({"primary_key": ["id"], "columns": columns})
    cursor = {"field": "at", "why": "test"}
    timed = Stream.model_validate({"primary_key": ["id"], "columns": columns, "cursor": cursor})
    assert find_time_streams({"b": timed, "a": whole, "c": timed}) == (["b", "c"], ["a"])
