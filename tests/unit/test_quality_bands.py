"""Learned bands: what is said of a day, and that planted faults are found without crying wolf."""

import random
from datetime import date, timedelta

import pytest

from include.quality.bands.band import Finding, Series, judge
from include.quality.bands.model import LEARN_DAYS, build_model, is_month_end
from tests.bench.band_replay import Counts, build_replays, replay, run_replay

MONDAY = date(2026, 3, 2)


def _history(days: int, end: date = MONDAY, noise: float = 0.03) -> list[tuple[date, float]]:
    """Weekdays bring 400, Sundays a tenth, give or take a little."""
    dice = random.Random(1)
    found = []
    for back in range(days, 0, -1):
        day = end - timedelta(days=back)
        size = 400 * (0.1 if day.weekday() == 6 else 1.0)
        found.append((day, float(round(size * (1 + dice.uniform(-noise, noise))))))
    return found


def test_the_reason_is_in_words() -> None:
    """`41 is outside of 212.33 to 702.91` made nobody look."""
    day = MONDAY + timedelta(days=7)
    judged = judge(Series(_history(60, day), "count", "orders"), day, 41)
    assert judged.finding is Finding.LOW
    assert judged.words.startswith("Mondays bring ")
    assert judged.words.endswith(" orders; today 41.")
    assert judged.low is not None
    assert 290 < judged.low < 400 < (judged.high or 0) < 560
    assert judged.missing_share == pytest.approx(0.9, abs=0.02)


def test_weekdays_have_bands_of_their_own() -> None:
    sunday = MONDAY + timedelta(days=6)
    history = _history(60, sunday)
    assert judge(Series(history, "count", "orders"), sunday, 41).finding is Finding.USUAL
    assert judge(Series(history, "count", "orders"), sunday, 400).finding is Finding.HIGH


def test_before_two_weeks_it_is_still_learning() -> None:
    few = Series(_history(LEARN_DAYS - 1), "count", "orders")
    judged = judge(few, MONDAY, 0)
    assert (judged.finding, judged.is_anomaly) == (Finding.LEARNING, False)
    assert judged.words == "Still learning: 13 of 14 days seen."
    assert judge(Series(_history(LEARN_DAYS), "count", "orders"), MONDAY, 0).is_anomaly
    assert build_model([], "count") is None


def test_holidays_are_no_anomalies_and_nothing_to_learn_from() -> None:
    day = MONDAY + timedelta(days=14)
    names = {day: "Labour Day"}
    series = Series(_history(60, day), "count", "orders", names.get)
    assert judge(series, day, 0).finding is Finding.QUIET
    assert judge(series, day, 0).words.startswith("Labour Day")
    # A load of the day after brings what happened on the holiday.
    assert judge(series, day + timedelta(days=1), 3).finding is Finding.QUIET


def test_a_paused_feed_is_no_anomaly_and_what_it_catches_up_neither() -> None:
    history = _history(60, MONDAY)
    later = MONDAY + timedelta(days=9)
    assert judge(Series(history, "count", "orders"), later, 3900).finding is Finding.QUIET
    after = [*history, (later, 3900.0)]
    usual = judge(Series(after, "count", "orders"), later + timedelta(days=1), 395)
    assert usual.finding is Finding.USUAL
    assert usual.high is not None
    assert usual.high < 600


def test_a_feed_that_runs_on_mondays_alone_is_judged_by_mondays() -> None:
    days = [(MONDAY + timedelta(days=7 * n), 400.0 + n) for n in range(30)]
    judged = judge(Series(days[:-1], "count", "orders"), days[-1][0], 12)
    assert judged.finding is Finding.LOW


def test_growth_is_no_anomaly() -> None:
    days = [(MONDAY + timedelta(days=n), 100 * 1.01**n) for n in range(80)]
    assert judge(Series(days[:-1], "count", "orders"), days[-1][0], days[-1][1]).finding is (
        Finding.USUAL
    )


def test_a_month_end_it_has_not_seen_may_be_three_times_a_day() -> None:
    end = date(2026, 3, 31)
    assert is_month_end(end)
    assert is_month_end(date(2026, 3, 1))
    assert not is_month_end(date(2026, 3, 30))
    few = Series(_history(25, end), "count", "orders")
    assert judge(few, end, 1000).finding is Finding.USUAL
    assert judge(few, end - timedelta(days=1), 1000).is_anomaly


def test_what_drifts_slowly_is_found_before_it_is_gone() -> None:
    history = _history(50, noise=0.08)
    for step in range(1, 20):
        day = MONDAY + timedelta(days=step - 1)
        usual = 40 if day.weekday() == 6 else 400
        value = float(round(usual * 0.975**step))
        judged = judge(Series(history, "count", "orders"), day, value)
        if judged.is_anomaly:
            break
        history.append((day, value))
    assert judged.finding is Finding.DRIFTING
    assert "it drifts" in judged.words
    assert step <= 16


def test_shares_are_said_as_percent() -> None:
    days = [(MONDAY + timedelta(days=n), 0.02 + 0.001 * (n % 3)) for n in range(40)]
    judged = judge(Series(days[:-1], "share", "of orders lack email"), days[-1][0], 0.31)
    assert judged.finding is Finding.HIGH
    assert "of orders lack email; today 31.0%." in judged.words
    assert judged.missing_share == pytest.approx(0.29, abs=0.01)


def test_planted_faults_are_found_and_clean_days_are_left_alone() -> None:
    """Three seeds of a fifth of the bench's replay; the bench holds the promise itself."""
    total, clean = Counts(), Counts()
    for seed in (11, 12, 13):
        total.add(run_replay(seed, series=8))
        clean.add(run_replay(seed + 50, clean=True, series=4))
    assert total.planted >= 25
    assert total.precision >= 0.9, total
    assert total.recall >= 0.85, total.missed
    assert clean.false <= 1


def test_the_replay_can_fail() -> None:
    """A measure that an idle detector passes measures nothing."""
    one = next(iter(build_replays(1, series=1)))
    assert replay(one).planted == len(one.faults) > 0
    from tests.bench.band_replay import count

    assert count(one, []).recall == 0.0
    assert count(one, [20, 28]).false == 2
