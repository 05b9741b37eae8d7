"""One measured feed load of connector `sql` in its own process: source, warehouse, streams.

Answers JSON by stream: seconds, rows, and the process's peak memory.
"""

import json
import sys
import time
from dataclasses import replace

from include.config.credentials import Credentials
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import run_feed_load
from include.pipeline.load_request import LoadRequest
from tests.bench.load_process import fetch_peak_mb
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed, build_tenant


def main(source: str, warehouse: str, *streams: str) -> None:
    feed = replace(build_feed("sql"), tenant=build_tenant("bench"))
    house = Warehouse(warehouse, tenant_roles=False)
    clock, cpu = time.perf_counter(), time.process_time()
    done = run_feed_load(
        LoadRequest(feed, RunKind.SCHEDULED, streams),
        build_environment(house, Credentials("bench", fields={"url": source})),
    )
    if done.failed:
        raise next(iter(done.failed.values()))
    measured = {
        "seconds": time.perf_counter() - clock,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": fetch_peak_mb(),
        "rows": sum(load.inserted for load in done.loaded.values()),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
