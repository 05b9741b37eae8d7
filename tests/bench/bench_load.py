"""Loading against PostgreSQL's own COPY: the same rows into an identical table, in the same run.

Every measurement is the better of two rounds: other programs only ever slow one down.
"""

import time
from typing import Any

import psycopg

from tests.bench.row import Row
from tests.bench.warehouse_server import run_load_process, serve

ROWS = 1_000_000
MANY_ROWS = 5_000_000
JSON_ROWS = 200_000
ROUNDS = 2


def run() -> list[Row]:
    """Ratios to COPY, peak memory at 1M and 5M rows, JSON pages per second of one core."""
    with serve() as url:
        found = [_measure_round(url, f"round{number}") for number in range(ROUNDS)]
        best = {name: min(one[name] for one in found) for name in found[0]}
        small = max(one["peak_mb"] for one in found)
        large = run_load_process(url, "typed", "large", MANY_ROWS, 0)["peak_mb"]
        _drop(url, "large")
        pages = [run_load_process(url, "json", f"json{n}", JSON_ROWS, 0) for n in range(ROUNDS)]
    copy, tag = best["copy"], "1M typed rows x 13"
    json_cpu = min(page["cpu_seconds"] for page in pages)
    json_wall = min(page["seconds"] for page in pages)
    return [
        Row(f"COPY of {tag} into the table with its key", ROWS / copy, "rows/s"),
        Row(f"first load of {tag}, share of COPY's rate", copy / best["first"], "x", 0.9),
        Row(f"merge of {tag}, all changed, share of COPY", copy / best["changed"], "x", 0.5),
        Row(f"merge of {tag}, none changed, share of COPY", copy / best["unchanged"], "x", 1.5),
        Row("peak memory of the loading process, 1M rows", small, "MB", 160, at_least=False),
        Row("peak memory of the loading process, 5M rows", large, "MB", 160, at_least=False),
        Row("peak memory at 5M over 1M rows", large / small, "x", 1.15, at_least=False),
        Row("JSON pages to rows, per second of one core", JSON_ROWS / json_cpu, "rows/s", 80_000),
        Row("JSON pages to committed rows, wall clock", JSON_ROWS / json_wall, "rows/s"),
    ]


def _measure_round(url: str, tenant: str) -> dict[str, float]:
    first = run_load_process(url, "typed", tenant, ROWS, 0)
    copy = _measure_copy(url, tenant)
    unchanged = run_load_process(url, "typed", tenant, ROWS, 0)
    changed = run_load_process(url, "typed", tenant, ROWS, 1)
    copy = min(copy, _measure_copy(url, tenant))
    _expect(first["loaded"] == ROWS and unchanged["unchanged"] == ROWS, (first, unchanged))
    _expect(changed["loaded"] == ROWS, changed)
    _drop(url, tenant)
    peak = max(one["peak_mb"] for one in (first, unchanged, changed))
    seconds = {"first": first, "unchanged": unchanged, "changed": changed}
    return {name: one["seconds"] for name, one in seconds.items()} | {
        "copy": copy,
        "peak_mb": peak,
    }


def _measure_copy(url: str, tenant: str) -> float:
    return measure_copy_of(url, f"{tenant}_raw_shop.orders")


def measure_copy_of(url: str, table: str) -> float:
    """Seconds of COPY of a loaded table's own rows into a table made like it, key and all."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("set time zone 'UTC'")
        with cursor.copy(f"copy {table} to stdout (format csv)") as copy:
            rows = [bytes(row) for row in copy]
        chunks = [b"".join(rows[at : at + 10_000]) for at in range(0, len(rows), 10_000)]
        cursor.execute(f"create table public.copied (like {table} including all)")
        connection.commit()
        clock = time.perf_counter()
        with cursor.copy("copy public.copied from stdin (format csv)") as copy:
            for chunk in chunks:
                copy.write(chunk)
        connection.commit()
        seconds = time.perf_counter() - clock
        cursor.execute("drop table public.copied")
    return seconds


def _drop(url: str, tenant: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop schema {tenant}_raw_shop cascade")
        connection.execute("checkpoint")


def _expect(held: bool, shown: Any) -> None:
    if not held:
        raise RuntimeError(f"the benchmark did not load what it should: {shown}")
