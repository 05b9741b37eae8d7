"""One measured load in its own process: URL, kind of rows, tenant, rows, generation; answers JSON.

The clock starts after the imports and after JSON bodies were built; parsing them is part of it.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import orjson

from include.core.streams import Page, RunKind, Window
from include.ledger.connection import Warehouse
from include.ledger.loads import LoadPlace
from include.load.loader import LoadPlan, run_load
from tests.bench import json_pages, order_rows


def build_dict_pages(rows: int) -> Iterator[Page]:
    """The typed rows as dicts of a thousand, as dlt gets them."""
    for batch in order_rows.build_batches(rows):
        for start in range(0, batch.num_rows, 1000):
            yield Page(batch.slice(start, 1000).to_pylist())


def main(url: str, what: str, tenant: str, rows: int, generation: int) -> None:
    pages: Iterator[Page]
    stream = order_rows.STREAM
    if what == "json":
        stream, pages = json_pages.STREAM, _stream_json(rows)
    elif what == "dicts":
        # Made beforehand, because the other side's are too.
        pages = iter(list(build_dict_pages(rows)))
    else:
        pages = (Page(batch) for batch in order_rows.build_batches(rows, generation))
    # The generator's own start-up (building bodies) is not the loader's.
    first = next(pages)
    started = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=generation)
    place = LoadPlace(tenant, "shop", "shop", "orders", RunKind.SCHEDULED, Window(), started)
    plan = LoadPlan(place, stream)
    clock, cpu = time.perf_counter(), time.process_time()
    result = run_load(Warehouse(url), plan, chain([first], pages))
    measured = {
        "seconds": time.perf_counter() - clock,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": fetch_peak_mb(),
    }
    print(json.dumps(measured | result.counts()))


def fetch_peak_mb() -> float:
    """Most memory this process ever held; ru_maxrss would start at the parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _stream_json(rows: int) -> Iterator[Page]:
    bodies = json_pages.build_bodies(rows)
    for body in bodies:
        yield Page(orjson.loads(body))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
