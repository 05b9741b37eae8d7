"""One clock, always UTC; instants survive the way to text and back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.core.clock import format_instant, frozen, parse_instant, utcnow

NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)


def test_now_is_aware_and_utc() -> None:
    assert utcnow().utcoffset() == timedelta(0)


def test_frozen_holds_the_clock_and_lets_it_go_even_after_an_error() -> None:
    with pytest.raises(KeyError), frozen(NOON):
        assert utcnow() == utcnow() == NOON
        with frozen(NOON + timedelta(days=1)):
            assert utcnow() == NOON + timedelta(days=1)
        assert utcnow() == NOON
        raise KeyError
    assert utcnow() != NOON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-31T12:00:00Z", NOON),
        ("2026-10-31T12:00:00", NOON),
        ("2026-10-31T06:00:00-06:00", NOON),
        ("2026-10-31", datetime(2026, 10, 31, tzinfo=UTC)),
    ],
)
def test_text_becomes_a_utc_instant(text: str, expected: datetime) -> None:
    assert parse_instant(text) == expected
    assert parse_instant(text).utcoffset() == timedelta(0)


def test_other_text_is_refused() -> None:
    with pytest.raises(ValueError, match="31/10/2026"):
        parse_instant("31/10/2026")


@given(st.datetimes(), st.integers(-14 * 60, 14 * 60))
def test_an_instant_survives_text(naive: datetime, offset: int) -> None:
    try:
        instant = naive.replace(tzinfo=timezone(timedelta(minutes=offset)))
        text = format_instant(instant)
    except OverflowError:  # year 1 or 9999 shifted out of the calendar
        return
    assert text.endswith("Z")
    assert parse_instant(text) == instant
