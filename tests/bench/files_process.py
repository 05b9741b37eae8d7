"""One measured load of a folder in its own process: URL, tenant, folder; answers JSON."""

import json
import sys
import time
from dataclasses import replace

from include.config.credentials import Credentials
from include.core.streams import LoadResult, RunKind
from include.ledger.connection import Warehouse
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.bench.load_process import fetch_peak_mb
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed, build_tenant

STREAMS = {"orders": {"files": "orders.csv", "primary_key": ["order_id"]}}


def main(url: str, tenant: str, folder: str) -> None:
    feed = replace(build_feed("files", path=folder, streams=STREAMS), tenant=build_tenant(tenant))
    clock = time.perf_counter()
    done = run_stream_load(
        LoadRequest(feed, RunKind.SCHEDULED, ("orders",)),
        build_environment(Warehouse(url), Credentials("none")),
    )
    seconds = time.perf_counter() - clock
    assert isinstance(done, LoadResult)
    print(json.dumps({"seconds": seconds, "peak_mb": fetch_peak_mb(), **done.counts()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
