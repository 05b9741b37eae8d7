"""The seasonal level of a series, robust against the very days that were wrong.

Values are taken to logarithms (shares to square roots), where a weekday or a growing shop is a
sum: level + slope + weekday. Medians and Theil and Sen's slope take no notice of single bad days;
the spread is the median absolute deviation, never less than what chance alone does to a count.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Literal

Kind = Literal["count", "amount", "share"]
Point = tuple[date, float]

LEARN_DAYS = 14
WINDOW = 56
MONTH_ENDS = 4
# Spread that is taken for granted: nobody is called for a day 4 % off.
_LEAST_SPREAD = {"count": 0.05, "amount": 0.08, "share": 0.012}
# So many days of no weekday's habit are believed in before any is seen.
_DRAWN = {"count": 0.3, "amount": 0.3, "share": 4.0}
_MAD = 1.4826
_LONGEST_SLOPE = 42


@dataclass(frozen=True, slots=True)
class Model:
    """What has been learned.

    Attributes:
        days: How many days it was learned from.
        weekday: Offset of each weekday it knows, on the scale of `kind`.
        month_end: Offset of a month's last and first day; None while it has seen too few.
        spread: Of a single day about its expectation, on the same scale.
    """

    kind: Kind
    days: int
    last: date
    level: float
    slope: float
    weekday: dict[int, float]
    month_end: float | None
    spread: float

    def expect(self, day: date) -> float:
        """The day's expectation on the scale of `kind`."""
        end = self.month_end if self.month_end is not None and is_month_end(day) else 0.0
        ahead = (day - self.last).days
        return self.level + self.slope * ahead + self.weekday.get(day.weekday(), 0.0) + end


def build_model(history: Sequence[Point], kind: Kind) -> Model | None:
    """Learn from a history, oldest first; None while it has fewer than 14 days."""
    points = [(day, to_scale(value, kind)) for day, value in history][-WINDOW:]
    if len(points) < LEARN_DAYS:
        return None
    last = points[-1][0]
    offsets = _weekdays(points, _DRAWN[kind])
    flat = [(day, value - offsets.get(day.weekday(), 0.0)) for day, value in points]
    plain = [point for point in flat if not is_month_end(point[0])]
    slope = _slope(plain[-_LONGEST_SLOPE:])
    level = median(value + slope * (last - day).days for day, value in plain[-28:])
    rest = [(day, value - (level - slope * (last - day).days)) for day, value in flat]
    ends = [value for day, value in rest if is_month_end(day)]
    month_end = median(ends) if len(ends) >= MONTH_ENDS else None
    usual = [abs(value) for day, value in rest if not is_month_end(day)]
    # What was fitted to so few days says less about the next one than about themselves.
    fitted = math.sqrt(len(points) / max(1, len(points) - len(offsets) - 1))
    spread = max(_MAD * median(usual) * fitted, _LEAST_SPREAD[kind])
    if kind == "count":
        spread = max(spread, 1 / math.sqrt(from_scale(level, kind) + 1))
    return Model(kind, len(points), last, level, slope, offsets, month_end, spread)


def is_month_end(day: date) -> bool:
    """Last or first day of a month: salaries, rents and invoices fall on them."""
    return day.day == 1 or (day.toordinal() + 1 - day.replace(day=1).toordinal()) == _length(day)


def to_scale(value: float, kind: Kind) -> float:
    """Where sizes become sums; a share's square root has one spread wherever it lies."""
    if kind == "share":
        return math.sqrt(min(1.0, max(0.0, value)))
    return math.copysign(math.log1p(abs(value)), value)


def from_scale(value: float, kind: Kind) -> float:
    """Inverse of `to_scale`."""
    if kind == "share":
        return min(1.0, max(0.0, value)) ** 2
    return math.copysign(math.expm1(min(abs(value), 600.0)), value)


def _length(day: date) -> int:
    month = day.replace(day=28).toordinal() + 4
    return date.fromordinal(month).replace(day=1).toordinal() - day.replace(day=1).toordinal()


def _weekdays(points: Sequence[Point], drawn: float) -> dict[int, float]:
    """Offset of each weekday from the median of the week about it, drawn to nothing by few."""
    found: dict[int, list[float]] = {}
    values = [value for _, value in points]
    for place, (day, value) in enumerate(points):
        if is_month_end(day):
            continue
        low = max(0, min(place - 3, len(values) - 7))
        found.setdefault(day.weekday(), []).append(value - median(values[low : low + 7]))
    return {
        day: median(offsets) * len(offsets) / (len(offsets) + drawn)
        for day, offsets in found.items()
        if len(offsets) >= 2
    }


def _slope(points: Sequence[Point]) -> float:
    """Theil and Sen's, drawn to nothing where there is little to see."""
    if len(points) < LEARN_DAYS:
        return 0.0
    rises = [
        (later - value) / (day_after - day).days
        for place, (day, value) in enumerate(points)
        for day_after, later in points[place + 7 :: 3]
    ]
    if not rises:
        return 0.0
    reach = (points[-1][0] - points[0][0]).days
    return median(rises) * min(1.0, reach / _LONGEST_SLOPE)
