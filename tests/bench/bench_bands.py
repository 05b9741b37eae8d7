"""Learned bands: how many planted faults they find, how often they are wrong, what they cost."""

import time
from datetime import timedelta

from include.quality.bands.band import Series, judge
from tests.bench.band_replay import DAYS, START, Counts, build_replays, run_replay
from tests.bench.row import Row

SEEDS = range(5)
CLEAN_SEEDS = range(100, 105)
FEEDS = 1_000


def run() -> list[Row]:
    """Precision, recall and false alarms over several seeds; seconds for a thousand feeds."""
    faulty, clean = Counts(), Counts()
    for seed in SEEDS:
        faulty.add(run_replay(seed))
    for seed in CLEAN_SEEDS:
        clean.add(run_replay(seed, clean=True))
    return [
        Row("bands: precision, 90 days of 40 series, 5 seeds", faulty.precision, "", 0.9),
        Row("bands: recall", faulty.recall, "", 0.9),
        Row("bands: false alarms a month of 100 clean series", clean.false_a_month_of_100, "",
            1.0, False),
        Row(f"bands: {FEEDS:,} feeds of 90 days", _measure(), "s", 20.0, False),
    ]  # fmt: skip


def _measure() -> float:
    """Learn and judge today's value of every feed."""
    replays = list(build_replays(7, clean=True, series=FEEDS))
    begin = time.perf_counter()
    for one in replays:
        days = [(START + timedelta(days=n), value) for n, value in enumerate(one.values)]
        judge(Series(days[:-1], one.kind, "rows"), START + timedelta(days=DAYS - 1), days[-1][1])
    return time.perf_counter() - begin
