"""What a window asks for, and which records of an answer are inside it."""

from datetime import UTC, datetime, timedelta

import pytest

from include.config.connector_spec import Column, Cursor, Stream
from include.core.streams import Window
from include.extract.windows import build_bound, build_filter, keep_inside, parse_cursor

START = datetime(2026, 11, 3, 14, 30, tzinfo=UTC)
END = START + timedelta(days=2)


def _stream(kind: str) -> Stream:
    columns = {"id": "text", "at": kind}
    return Stream.model_validate({"primary_key": ["id"], "columns": columns, "cursor": "at"})


def test_a_date_cursor_keeps_the_day_in_which_the_window_starts() -> None:
    """A day has no hour: read at 14:30, all of that day's records were left out."""
    records = [{"id": day, "at": f"2026-11-0{day}"} for day in "23456"]
    kept, left_out = keep_inside(records, _stream("date"), Window(START, END))
    assert [record["id"] for record in kept] == ["3", "4", "5"]
    assert left_out == 2


def test_an_instant_is_cut_exactly() -> None:
    inside = build_filter(_stream("timestamp"), Window(START, END))
    assert inside is not None
    assert inside("2026-11-03T14:30:00Z")
    assert not inside("2026-11-03T14:29:59Z")
    assert not inside("2026-11-05T14:30:00Z")


@pytest.mark.parametrize("value", [None, "", "soon"])
def test_what_has_no_readable_cursor_is_kept_for_the_loader_to_judge(value: str | None) -> None:
    inside = build_filter(_stream("timestamp"), Window(START, END))
    assert inside is not None
    assert inside(value)


@pytest.mark.parametrize(
    ("bound_format", "is_end", "expected"),
    [
        ("date", False, "2026-11-03"),
        ("date", True, "2026-11-04"),
        ("epoch_s", False, "1793716200"),
        ("epoch_s", True, "1793716201"),
    ],
)
def test_coarse_bounds_round_outwards(bound_format: str, is_end: bool, expected: str) -> None:
    """Neighbouring windows overlap and never leave a gap: half a second, or the last day."""
    cursor = Cursor(field="at", format=bound_format, why="t")
    instant = START + timedelta(microseconds=500_000)
    assert build_bound(cursor, instant, is_end=is_end) == expected


def test_an_epoch_is_read_in_its_own_unit() -> None:
    for unit, value in (("epoch_s", 1793716200), ("epoch_ms", 1793716200_000)):
        assert parse_cursor(value, Column(type="timestamp", format=unit)) == START
