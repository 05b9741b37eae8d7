"""Which feeds a transform waits for."""

from datetime import UTC, datetime, timedelta

import pytest

from include.orchestration.operators.arrivals import (
    Arrival,
    FeedState,
    build_arrival,
    find_due,
    find_late,
    find_waited,
    is_nothing_new,
)

AT = datetime(2026, 11, 1, 4, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("case", "last", "upcoming", "due"),
    [
        ("daily, due in 32 minutes", AT - DAY + _minutes(32), AT + _minutes(32), AT + _minutes(32)),
        ("daily, due in 3 hours", AT - _minutes(21 * 60), AT + _minutes(180), None),
        ("daily, was due just now", AT - _minutes(2), AT + DAY - _minutes(2), AT - _minutes(2)),
        ("hourly, due in 2 minutes", AT - _minutes(58), AT + _minutes(2), AT + _minutes(2)),
        ("hourly, due in 10: last counts", AT - _minutes(50), AT + _minutes(10), AT - _minutes(50)),
        (
            "hourly, due in 40: last one counts",
            AT - _minutes(20),
            AT + _minutes(40),
            AT - _minutes(20),
        ),
    ],
)
def test_due(case, last, upcoming, due) -> None:
    """Hourly feeds waited for each other's next tick: marts were always an hour late."""
    assert find_due(last, upcoming, AT, HOUR) == due


@pytest.mark.parametrize(
    ("state", "now", "arrival"),
    [
        (FeedState(AT, AT + _minutes(1), True, False), AT, Arrival.LOADING),
        (FeedState(None, None, False, False), AT, Arrival.NOT_DUE),
        (FeedState(AT, AT, False, True), AT, Arrival.ARRIVED),
        (FeedState(AT, AT - _minutes(1), False, True), AT, Arrival.FAILED),
        (FeedState(AT, AT - _minutes(1), False, True, False, True), AT, Arrival.ARRIVED),
        (FeedState(AT, None, False, True, False, True), AT, Arrival.ARRIVED),
        (FeedState(AT, AT, True, True, False, True), AT, Arrival.LOADING),
        (FeedState(AT, None, False, False), AT + _minutes(4), Arrival.EXPECTED),
        (FeedState(AT, None, False, False), AT + _minutes(5), Arrival.NOT_STARTED),
        (FeedState(AT + HOUR, None, False, False), AT, Arrival.EXPECTED),
    ],
)
def test_arrival(state, now, arrival) -> None:
    assert build_arrival(state, now) is arrival


def test_a_feed_that_has_just_delivered_is_not_waited_for() -> None:
    """A catch-up load at 07:24 was not enough: marts waited for the feed's own tick at 07:30."""
    state = FeedState(AT + _minutes(6), AT, False, False, has_delivered=True)
    assert build_arrival(state, AT) is Arrival.ARRIVED
    loading_again = FeedState(AT + _minutes(6), AT, True, False, has_delivered=True)
    assert build_arrival(loading_again, AT) is Arrival.LOADING


def test_waits_for_some_until_the_grace_is_over_and_names_the_late() -> None:
    found = {state.value: state for state in Arrival}
    assert find_waited(found, AT, AT + HOUR) == ["expected", "loading"]
    assert find_waited(found, AT + HOUR, AT + HOUR) == []
    assert find_late(found) == ["expected", "failed", "loading", "not started"]


def test_a_run_with_nothing_new_is_recognised() -> None:
    assert is_nothing_new(AT, AT)
    assert is_nothing_new(None, AT)
    assert not is_nothing_new(AT, AT - _minutes(1))
    assert not is_nothing_new(AT, None)
    assert not is_nothing_new(None, None)
