"""One stream of a connector through the pipeline in a process of its own: seconds and rows.

Arguments: connector, root of the page server, warehouse URL, requests a second. The seconds leave
out Python's imports: an Airflow worker is forked from a parent that has made them.
"""

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from include.config.connector_spec import RateLimit
from include.config.credentials import Credentials
from include.core.streams import LoadResult, RunKind
from include.ledger.connection import Warehouse
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed


def main(connector: str, root: str, url: str, per_second: float) -> None:
    feed = build_feed(connector)
    api = feed.connector.api
    assert api is not None
    limited = api.model_copy(update={"rate_limit": RateLimit(per_second=per_second)})
    feed = replace(
        feed,
        connector=feed.connector.model_copy(update={"api": limited}),
        start_date=(datetime.now(UTC) - timedelta(days=20)).date(),
    )
    credentials = Credentials(feed.connection_id, root, {"password": "sk_test_bench"})
    clock = time.perf_counter()
    result = run_stream_load(
        LoadRequest(feed, RunKind.SCHEDULED, ("customers",)),
        build_environment(Warehouse(url), credentials),
    )
    assert isinstance(result, LoadResult)
    print(time.perf_counter() - clock, result.inserted)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
