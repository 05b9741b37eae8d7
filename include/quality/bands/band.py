"""A day's band, and what is said of a value beside it.

Three looks at each day: the day itself against the band of its weekday; the day and the one before
it, which may each be off by less when both are; and the last seven days together against the weeks
before them, which finds what drifts too slowly for any single day.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from include.quality.bands.model import (
    LEARN_DAYS,
    Kind,
    Model,
    Point,
    build_model,
    from_scale,
    is_month_end,
    to_scale,
)

SPREADS = 5.0
# Two days in a row on the same side.
TWICE_SPREADS = 3.1
# A week's median moves less than a day: what it may do is told by its own spread.
WEEK_SPREADS = 4.9
WEEK = 7
_LEAST_DRIFT = {"count": math.log(1.2), "amount": math.log(1.3), "share": 0.07}
_UNKNOWN_MONTH_END = math.log(3)
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


class Finding(StrEnum):
    """What came of a day."""

    LEARNING = "learning"
    QUIET = "quiet"
    USUAL = "usual"
    LOW = "low"
    HIGH = "high"
    DRIFTING = "drifting"


@dataclass(frozen=True, slots=True)
class Series:
    """One number by day.

    Attributes:
        history: Days before the judged one, oldest first; days nobody looked at are not there.
        noun: What the number counts: `orders`, `of orders lack email`.
        holiday: Day -> name of the holiday that it is, or none.
    """

    history: Sequence[Point]
    kind: Kind
    noun: str
    holiday: Callable[[date], str | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Judged:
    """A value and its band.

    Attributes:
        low: Lowest value that is no surprise; None where there is no band.
        missing_share: How far outside of the band it is, as a share of what was expected, 0 to 1.
        words: Why, for a person.
    """

    finding: Finding
    words: str
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    missing_share: float = 0.0

    @property
    def is_anomaly(self) -> bool:
        return self.finding in (Finding.LOW, Finding.HIGH, Finding.DRIFTING)


def judge(series: Series, day: date, value: float) -> Judged:
    """What to say of a day's value."""
    holiday = _holiday_near(series, day)
    if holiday:
        return Judged(Finding.QUIET, f"{holiday}: a holiday is not measured by other days.")
    known = [point for point in series.history if not _holiday_near(series, point[0])]
    known = _without_catching_up(known, series.kind)
    if series.kind == "count" and _catches_up([*series.history, (day, value)])[-1]:
        return Judged(Finding.QUIET, "The days before were not looked at: this one catches up.")
    model = build_model(known, series.kind)
    if model is None:
        words = f"Still learning: {len(known)} of {LEARN_DAYS} days seen."
        return Judged(Finding.LEARNING, words)
    low, high = build_band(model, day)
    expected = from_scale(model.expect(day), series.kind)
    if low <= value <= high and known and known[-1][0] == day - timedelta(days=1):
        low, high = _narrow_by_yesterday(model, known[-1], day, (low, high))
    if low <= value <= high:
        return _judge_week(series, known, day, value) or Judged(
            Finding.USUAL, _say(series, day, low, high, value), low, high, expected
        )
    finding = Finding.LOW if value < low else Finding.HIGH
    share = _missing_share(value, expected, series.kind)
    return Judged(finding, _say(series, day, low, high, value), low, high, expected, share)


def _narrow_by_yesterday(
    model: Model, yesterday: Point, day: date, band: tuple[float, float]
) -> tuple[float, float]:
    """A side that yesterday was nearly outside of is nearer today."""
    before = build_band(model, yesterday[0], TWICE_SPREADS)
    narrow = build_band(model, day, TWICE_SPREADS)
    low = narrow[0] if yesterday[1] < before[0] else band[0]
    high = narrow[1] if yesterday[1] > before[1] else band[1]
    return low, high


def build_band(model: Model, day: date, spreads: float = SPREADS) -> tuple[float, float]:
    """(lowest, highest) value that is no surprise on that day."""
    middle = model.expect(day)
    reach = spreads * model.spread * (1 + 3 / model.days + 80 / model.days**2)
    low, high = middle - reach, middle + reach
    if is_month_end(day) and model.month_end is None and model.kind != "share":
        low, high = low - _UNKNOWN_MONTH_END, high + _UNKNOWN_MONTH_END
    lowest, highest = from_scale(low, model.kind), from_scale(high, model.kind)
    if model.kind == "count":
        # Chance alone: on the logarithm's scale few orders a day fall further than they rise.
        expected = max(0.0, from_scale(middle, model.kind))
        lowest = max(0.0, min(lowest, expected - spreads * math.sqrt(expected)))
        highest = max(highest, expected + spreads * math.sqrt(expected + 1))
    return lowest, highest


def _judge_week(series: Series, known: Sequence[Point], day: date, value: float) -> Judged | None:
    """The last seven days against what the weeks before them let expect; None when all is well."""
    begin = day - timedelta(days=WEEK - 1)
    before = [point for point in known if point[0] < begin]
    week = [point for point in known if point[0] >= begin] + [(day, value)]
    model = build_model(before, series.kind) if len(week) >= WEEK - 2 else None
    if model is None or model.days < 2 * LEARN_DAYS:
        return None
    off = median(to_scale(found, series.kind) - model.expect(at) for at, found in week)
    # Median of a week, the level's own error, and a slope that may be a chance.
    spread = model.spread * math.sqrt(1.57 / len(week) + 1.57 / 28 + 0.10)
    if abs(off) < max(WEEK_SPREADS * spread, _LEAST_DRIFT[series.kind]):
        return None
    expected = median(from_scale(model.expect(at), series.kind) for at, _ in week)
    found = median(value for _, value in week)
    share = _missing_share(found, expected, series.kind)
    how = "more" if off > 0 else "less"
    if series.kind == "share":
        words = (
            f"In the last {WEEK} days {found:.1%} {series.noun}, after {expected:.1%} "
            "in the weeks before: it drifts."
        )
    else:
        words = (
            f"The last {WEEK} days bring {share:.0%} {how} {series.noun} than the weeks before "
            f"let expect (about {_number(found)} a day instead of {_number(expected)}): it drifts."
        )
    return Judged(Finding.DRIFTING, words, expected=expected, missing_share=share)


def _missing_share(value: float, expected: float, kind: Kind) -> float:
    if kind == "share":
        return min(1.0, abs(value - expected))
    size = max(abs(expected), abs(value))
    return min(1.0, abs(value - expected) / size) if size else 0.0


def _without_catching_up(points: Sequence[Point], kind: Kind) -> list[Point]:
    """The first day after a pause brings several days' rows: nothing to learn from."""
    if kind != "count":
        return list(points)
    late = _catches_up(points)
    return [point for point, is_late in zip(points, late, strict=True) if not is_late]


def _catches_up(points: Sequence[Point]) -> list[bool]:
    """Whether more days lie before a point than usual on its weekday: some feeds rest on Sundays,
    some run once a week."""
    gaps = [1, *((b[0] - a[0]).days for a, b in pairwise(points))]
    by_weekday: dict[int, list[int]] = {}
    for (day, _), gap in zip(points, gaps, strict=False):
        by_weekday.setdefault(day.weekday(), []).append(gap)
    usual = {day: median(found) for day, found in by_weekday.items()}
    return [gap > usual[day.weekday()] for (day, _), gap in zip(points, gaps, strict=False)]


def _holiday_near(series: Series, day: date) -> str | None:
    """The day's holiday, or the day before's: a load brings what happened yesterday."""
    return series.holiday(day) or series.holiday(day - timedelta(days=1))


def _say(series: Series, day: date, low: float, high: float, value: float) -> str:
    when = WEEKDAYS[day.weekday()]
    if is_month_end(day):
        when = "The last and first days of a month"
    if series.kind == "share":
        return f"{when}: {low:.1%} to {high:.1%} {series.noun}; today {value:.1%}."
    return f"{when} bring {_number(low)} to {_number(high)} {series.noun}; today {_number(value)}."


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:,.1f}".removesuffix(".0")
