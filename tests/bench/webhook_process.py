"""The receiver alone, for `bench_webhooks`: `python -m tests.bench.webhook_process URL PORT`."""

import os
import sys
import tempfile
from pathlib import Path

import uvicorn

from include.config.credentials import Credentials
from include.console.app import build_app
from include.console.doors import Doors

SECRET = "whsec_bench"
TENANT = """
tenant: shop
name: Shop
owner: bench
feeds:
  stripe: {start_date: 2026-01-01, options: {webhooks: true}}
"""


async def nobody(request: object) -> None:
    return None


def main(url: str, port: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "shop.yaml").write_text(TENANT)
        os.environ["ELT_TENANTS_DIR"] = folder
        doors = Doors(
            fetch_credentials=lambda feed: Credentials("x", fields={"webhook_secret": SECRET}),
            fetch_warehouse_url=lambda tenant: url,
            fetch_person=nobody,
            wake_drain=lambda places: None,
        )
        uvicorn.run(build_app(doors), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
