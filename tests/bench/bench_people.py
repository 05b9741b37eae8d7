"""Identity at size: a million people from nothing, and a day of new ones on the known base."""

from tests.bench.bench_identity import measure
from tests.bench.row import Row

FULL_ONLY = "A million people take some five minutes."
BASE, DAY = 1_000_000, 5_000
BASE_S, DAY_S, BASE_MB = 600.0, 30.0, 4096.0


def run() -> list[Row]:
    """Seconds and memory."""
    found = measure(BASE, DAY)
    return [
        Row(f"identity: {BASE:,} records of people", found["seconds"], "s", BASE_S, False),
        Row(f"identity: peak memory of {BASE:,} records", found["mb"], "MB", BASE_MB, False),
        Row(f"identity: {DAY:,} new records on {BASE:,}", found["day"], "s", DAY_S, False),
        Row("identity: CPU of the day's run", found["day_cpu"], "s"),
        Row("identity: CPU of the whole base", found["cpu"], "s"),
    ]
