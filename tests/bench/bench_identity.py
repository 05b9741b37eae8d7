"""Identity: one resolve of made-up people from nothing, and a day of new ones on a known base."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb

from include.core.clock import utcnow
from include.identity.normalise.lookups import load_lookups
from include.identity.resolve import run_resolve
from include.identity.settings import IdentitySettings
from include.identity.tables import prepare_tables
from tests.bench.identity_people import add_people
from tests.bench.identity_splink import find_pairs
from tests.bench.row import Row
from tests.integration.test_identity_labelled import f1_of, resolve_febrl

SMALL, BASE, DAY = 50_000, 1_000_000, 5_000
SMALL_S, BASE_S, DAY_S, BASE_MB = 30.0, 600.0, 30.0, 4096.0
# Beside the memory DuckDB counts stand Python, the edges and the libraries' lists.
MEMORY = "2500MB"
_REMEMBERED = (("known", "resolved"), ("known_pairs", "pairs"), ("known_aliases", "aliases"))


def run() -> list[Row]:
    """Seconds, memory, F1; each size in a process of its own, so that its peak is its own."""
    small = _measure(SMALL, 0)
    large = _measure(BASE, DAY)
    return [
        Row(f"identity: {SMALL:,} records of people", small["seconds"], "s", SMALL_S, False),
        Row(f"identity: {BASE:,} records of people", large["seconds"], "s", BASE_S, False),
        Row(f"identity: peak memory of {BASE:,} records", large["mb"], "MB", BASE_MB, False),
        Row(f"identity: {DAY:,} new records on {BASE:,}", large["day"], "s", DAY_S, False),
        Row("identity: CPU of the day's run", large["day_cpu"], "s"),
        Row("identity: CPU of the whole base", large["cpu"], "s"),
        *_compare(),
    ]


def _compare() -> list[Row]:
    found, true = resolve_febrl("dataset3")
    rival = f1_of(set(find_pairs("dataset3")), true)
    return [
        Row("identity: F1 on Febrl 3", f1_of(found, true), "", 0.99),
        Row("identity: F1 on Febrl 3, Splink", rival, ""),
    ]


def _measure(records: int, day: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_identity", str(records), str(day)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _timed(step: Callable[[], object]) -> tuple[float, float]:
    """(seconds, CPU seconds)."""
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - wall, time.process_time() - cpu


def _resolve(records: int, day: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        db = duckdb.connect(str(Path(folder) / "bench.duckdb"))
        prepare_tables(db)
        load_lookups(db)
        add_people(db, 0, records, records * 6 // 10)
        settings = IdentitySettings(threads=2, memory=MEMORY)
        seconds, cpu = _timed(lambda: run_resolve(db, "people", settings))
        found = {"seconds": seconds, "cpu": cpu}
        if day:
            for table, source in _REMEMBERED:
                db.execute(f"create or replace table {table} as from {source}")
            db.execute("create or replace table parameters as from new_parameters")
            add_people(db, records, records + day, records * 6 // 10)
            tomorrow = IdentitySettings(threads=2, memory=MEMORY, now=utcnow() + timedelta(days=1))
            found["day"], found["day_cpu"] = _timed(lambda: run_resolve(db, "people", tomorrow))
        return {**found, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    print(json.dumps(_resolve(int(sys.argv[1]), int(sys.argv[2]))))
