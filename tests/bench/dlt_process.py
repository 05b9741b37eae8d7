"""Runs in dlt's own environment: one resource, one pipeline, nothing configured; answers JSON."""

import json
import pickle
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def read_pages(path: str) -> Iterator[list[dict[str, Any]]]:
    with Path(path).open("rb") as stream:
        while True:
            try:
                yield pickle.load(stream)
            except EOFError:
                return


def main(path: str) -> None:
    import dlt

    pages = list(read_pages(path))
    resource = dlt.resource(iter(pages), name="orders")
    pipeline = dlt.pipeline("bench", destination="postgres", dataset_name="dlt_bench")
    clock = time.perf_counter()
    pipeline.run(resource)
    seconds = time.perf_counter() - clock
    with pipeline.sql_client() as client:
        rows = client.execute_sql("select count(*) from orders")[0][0]
    print(json.dumps({"seconds": seconds, "rows": rows}))


if __name__ == "__main__":
    main(sys.argv[1])
