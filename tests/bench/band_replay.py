"""Ninety made-up days of forty series, some with planted faults, told to the bands day by day.

Labels: a fault is found when a day of it, or one of the two after it, raises an alarm. Alarms
closer than three days are one. An alarm is false when it lies in no fault and in none of the seven
days after one, while the week's median still holds what was wrong.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from include.quality.bands.band import Series, judge
from include.quality.bands.model import LEARN_DAYS, Kind, Point

START = date(2026, 1, 5)
DAYS = 90
FIRST_FAULT = 35
SERIES = 40
AFTER, GRACE, APART = 7, 2, 3
FAULTS = {
    "count": ("drop", "spike", "stall", "duplicates", "drift"),
    "amount": ("drop", "spike", "stall", "duplicates", "drift"),
    "share": ("spike", "drift"),
}


@dataclass(frozen=True)
class Fault:
    kind: str
    first: int
    last: int


@dataclass
class Replay:
    """One series with what is wrong in it."""

    kind: Kind
    values: list[float]
    faults: list[Fault] = field(default_factory=list)


@dataclass
class Counts:
    """What a replay came to."""

    found: int = 0
    planted: int = 0
    alarms: int = 0
    false: int = 0
    days: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return (self.alarms - self.false) / self.alarms if self.alarms else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def false_a_month_of_100(self) -> float:
        return self.false / self.days * 30 * 100 if self.days else 0.0

    def add(self, other: "Counts") -> None:
        for name in ("found", "planted", "alarms", "false", "days"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.missed += other.missed


def build_replays(seed: int, *, clean: bool = False, series: int = SERIES) -> Iterator[Replay]:
    """The same for the same seed."""
    for number in range(series):
        dice = random.Random(f"{seed}/{number}")
        kind: Kind = ("count", "amount", "count", "share")[number % 4]  # type: ignore[assignment]
        values = list(_draw(dice, kind))
        faults = [] if clean else _plan(dice, kind)
        for fault in faults:
            _plant(dice, kind, values, fault)
        yield Replay(kind, values, faults)


def replay(one: Replay) -> Counts:
    """Tell the days one by one; nothing later is known."""
    history: list[Point] = []
    alarms: list[int] = []
    for number, value in enumerate(one.values):
        day = START + timedelta(days=number)
        series = Series(history, one.kind, "rows")
        if number >= LEARN_DAYS and judge(series, day, value).is_anomaly:
            alarms.append(number)
        history.append((day, value))
    return count(one, alarms)


def count(one: Replay, alarms: list[int]) -> Counts:
    groups: list[list[int]] = []
    for at in alarms:
        if groups and at - groups[-1][-1] <= APART:
            groups[-1].append(at)
        else:
            groups.append([at])
    counts = Counts(planted=len(one.faults), alarms=len(groups), days=DAYS - LEARN_DAYS)
    for fault in one.faults:
        if any(fault.first <= at <= fault.last + GRACE for at in alarms):
            counts.found += 1
        else:
            counts.missed.append(f"{one.kind} {fault.kind}")
    for group in groups:
        if not any(fault.first <= at <= fault.last + AFTER for fault in one.faults for at in group):
            counts.false += 1
    return counts


def run_replay(seed: int, *, clean: bool = False, series: int = SERIES) -> Counts:
    """All series of a seed."""
    total = Counts()
    for one in build_replays(seed, clean=clean, series=series):
        total.add(replay(one))
    return total


def _draw(dice: random.Random, kind: Kind) -> Iterator[float]:
    """Weekdays, growth, month ends, chance: what shops' numbers are like."""
    base = math.exp(dice.uniform(math.log(40), math.log(5000)))
    growth = dice.choice([0.0, 0.0, 0.002, 0.006, -0.002])
    weekday = [dice.uniform(0.7, 1.4) for _ in range(7)]
    if dice.random() < 0.3:
        weekday[6] = weekday[5] * 0.2
    month_end = dice.choice([1.0, 1.0, 1.5])
    noise = dice.uniform(0.03, 0.12)
    nulls = dice.uniform(0.002, 0.15)
    for number in range(DAYS):
        day = START + timedelta(days=number)
        level = base * (1 + growth) ** number * weekday[day.weekday()]
        if day.day == 1 or (day + timedelta(days=1)).day == 1:
            level *= month_end
        level *= math.exp(dice.gauss(0, noise))
        rows = _poisson(dice, level)
        if kind == "count":
            yield rows
        elif kind == "amount":
            yield rows * 60 * math.exp(dice.gauss(0, 0.6 / math.sqrt(max(rows, 1))))
        else:
            many = max(rows, 200)
            share = nulls * math.exp(dice.gauss(0, 0.15))
            yield min(1.0, _poisson(dice, many * share) / many)


def _plan(dice: random.Random, kind: Kind) -> list[Fault]:
    """One or two faults, three weeks apart, after the first five weeks."""
    found: list[Fault] = []
    first = FIRST_FAULT + dice.randint(0, 10)
    for _ in range(dice.choice([1, 1, 2])):
        what = dice.choice(FAULTS[kind])
        length = {"stall": dice.randint(2, 4), "drift": 16, "duplicates": 2}.get(what, 1)
        if first + length + 3 >= DAYS:
            break
        found.append(Fault(what, first, first + length - 1))
        first += length + 21 + dice.randint(0, 4)
    return found


def _plant(dice: random.Random, kind: Kind, values: list[float], fault: Fault) -> None:
    size = {
        "drop": dice.uniform(0.1, 0.4),
        "spike": dice.uniform(2.5, 5),
        "stall": 0.0,
        "duplicates": 2.0,
    }.get(fault.kind, 1.0)
    for number in range(fault.first, fault.last + 1):
        step = number - fault.first + 1
        if kind == "share":
            more = 0.02 * step if fault.kind == "drift" else dice.uniform(0.2, 0.5)
            values[number] = min(1.0, values[number] + more)
        elif fault.kind == "drift":
            values[number] *= 0.95**step
        else:
            values[number] = float(round(values[number] * size))


def _poisson(dice: random.Random, level: float) -> float:
    if level > 60:
        return float(max(0, round(dice.gauss(level, math.sqrt(level)))))
    limit, product, found = math.exp(-level), dice.random(), 0
    while product > limit:
        product *= dice.random()
        found += 1
    return float(found)
