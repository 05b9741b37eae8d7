"""Identity: one resolve of made-up people from nothing, and the public labelled sets.

A million people and a day of new ones on them is a part of its own (`people`).
"""

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
import pytest

from include.core.clock import utcnow
from include.identity.days.day import run_resolve_people
from include.identity.normalise.lookups import load_lookups
from include.identity.settings import IdentitySettings
from include.identity.tables import prepare_tables
from tests.bench.identity_people import add_people
from tests.bench.identity_splink import find_pairs
from tests.bench.row import Row
from tests.integration.test_identity_labelled import f1_of, resolve_febrl

SMALL, SMALL_S = 50_000, 30.0
# Beside the memory DuckDB counts stand Python, the edges and the libraries' lists.
MEMORY = "2500MB"


def run() -> list[Row]:
    """Seconds and F1 of what takes a minute."""
    small = measure(SMALL, 0)
    return [
        Row(f"identity: {SMALL:,} records of people", small["seconds"], "s", SMALL_S, False),
        *_compare(),
    ]


def _compare() -> list[Row]:
    try:
        found, true = resolve_febrl("dataset3")
    except pytest.skip.Exception as error:
        print(f"   F1 on Febrl 3 is not measured: {error}")
        return []
    rival = f1_of(set(find_pairs("dataset3")), true)
    return [
        Row("identity: F1 on Febrl 3", f1_of(found, true), "", 0.99),
        Row("identity: F1 on Febrl 3, Splink", rival, ""),
    ]


def measure(records: int, day: int) -> dict[str, float]:
    """Seconds, CPU seconds and memory, in a process whose peak is its own.

    Args:
        day: New records on top of the base; 0: none.
    """
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
        seconds, cpu = _timed(lambda: run_resolve_people(db, settings, is_synced=False))
        found = {"seconds": seconds, "cpu": cpu}
        if day:
            db.execute("create or replace table parameters as from new_parameters")
            load_lookups(db)
            add_people(db, records, records + day, records * 6 // 10)
            tomorrow = IdentitySettings(threads=2, memory=MEMORY, now=utcnow() + timedelta(days=1))
            found["day"], found["day_cpu"] = _timed(
                lambda: run_resolve_people(db, tomorrow, is_synced=True)
            )
            assert db.execute("select count(*) < ? from area", [records]).fetchall() == [(True,)]
        return {**found, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    print(json.dumps(_resolve(int(sys.argv[1]), int(sys.argv[2]))))
