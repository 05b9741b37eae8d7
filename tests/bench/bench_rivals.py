"""Shopify's and Stripe's customers through this platform, an Airbyte source and a Singer tap.

All three read the same prepared pages from one local server and write to one PostgreSQL, one after
the other in one run; the row counts must be equal. Rivals come from the package index in
environments of their own, at their best settings: PyAirbyte's Postgres cache, and the tap piped
into a target that uses COPY. Theirs is the time of a process, since each of their syncs starts
some; ours is the time of the load, since it runs in a worker forked warm. Ours with a cold start is
shown as well.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from include.config.settings import ROOT, load_settings
from tests.bench.environments import ensure_environment
from tests.bench.row import Row
from tests.bench.warehouse_server import serve

FULL_ONLY = "Airbyte and Singer come from the package index, which takes minutes."
ROWS = int(os.environ.get("BENCH_RIVAL_ROWS", "30000"))
PYAIRBYTE = "airbyte==0.71.3"
TARGET = "meltanolabs-target-postgres==0.8.1"
# The local server has no limit. The tap keeps none itself, and Airbyte's own (100 a second) is
# never reached; so ours is lifted too.
PER_SECOND = 10_000.0
LEAST = 5.0
START = datetime.now(UTC) - timedelta(days=20)


@dataclass(frozen=True)
class Vendor:
    """One vendor's packages and their settings; `customers` is a stream of all three."""

    name: str
    source: str
    tap: str
    source_config: dict[str, Any]
    tap_config: dict[str, Any]


VENDORS = (
    Vendor(
        "stripe",
        "airbyte-source-stripe==5.14.1",
        "tap-stripe==3.3.0",
        {
            "client_secret": "sk_test_bench", "account_id": "acct_bench",
            "start_date": START.strftime("%Y-%m-%dT00:00:00Z"),
        },
        {
            "client_secret": "sk_test_bench", "account_id": "acct_bench",
            "start_date": START.strftime("%Y-%m-%dT00:00:00Z"),
        },
    ),
    Vendor(
        "shopify",
        "airbyte-source-shopify==4.3.0",
        "tap-shopify==3.13.0",
        {
            "shop": "bench", "start_date": START.strftime("%Y-%m-%d"),
            "credentials": {"auth_method": "api_password", "api_password": "shpat_bench"},
        },
        {
            "shop": "bench", "api_key": "shpat_bench",
            "start_date": START.strftime("%Y-%m-%dT00:00:00Z"),
        },
    ),
)  # fmt: skip


def run() -> list[Row]:
    """Rows a second of each, and how many times faster this platform is."""
    rows: list[Row] = []
    with serve() as url, _serve_pages() as root:
        for vendor in VENDORS:
            # Before and after the others, so that all meet the same machine.
            before, cold = _run_ours(vendor.name, root, url, "before")
            airbyte = _run_airbyte(vendor, root, url)
            singer = _run_singer(vendor, root, url)
            ours = (before + _run_ours(vendor.name, root, url, "after")[0]) / 2
            title = vendor.name.capitalize()
            rows += [
                Row(f"{title}, {ROWS // 1000}k customers, this platform", ROWS / ours, "rows/s"),
                Row(f"{title}, the same with a cold start", ROWS / cold, "rows/s"),
                Row(f"{title}, {vendor.source}", ROWS / airbyte, "rows/s"),
                Row(f"{title}, {vendor.tap}", ROWS / singer, "rows/s"),
                Row(f"{title}, this platform over the Airbyte source", airbyte / ours, "x", LEAST),
                Row(f"{title}, this platform over the Singer tap", singer / ours, "x", LEAST),
            ]
    return rows


@contextmanager
def _serve_pages() -> Iterator[str]:
    """Root address of the page server."""
    command = [sys.executable, "-m", "tests.bench.rivals.vendor_pages", str(ROWS)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def _run_ours(connector: str, root: str, url: str, mark: str) -> tuple[float, float]:
    """Seconds of the load and of its whole process; each call loads into an empty database."""
    database = f"ours_{connector}_{mark}"
    target = _run_create_database(url, database)
    arguments = [sys.executable, "-m", "tests.bench.rivals.our_process"]
    clock = time.perf_counter()
    seconds, loaded = _run([*arguments, connector, root, target, str(PER_SECOND)], {}).split()
    cold = time.perf_counter() - clock
    _require_all(connector, "this platform", int(loaded))
    return float(seconds), cold


def _run_airbyte(vendor: Vendor, root: str, url: str) -> float:
    """Seconds of one PyAirbyte process that reads the source into its Postgres cache."""
    driver = ensure_environment("pyairbyte", PYAIRBYTE)
    source = ensure_environment(vendor.source.split("==")[0], vendor.source)
    name = vendor.source.split("==")[0].removeprefix("airbyte-")
    target = _run_create_database(url, f"airbyte_{vendor.name}")
    script = str(ROOT / "tests" / "bench" / "rivals" / "airbyte_process.py")
    command = [str(driver / "python"), script, name, str(source / name)]
    config = json.dumps(vendor.source_config)
    clock = time.perf_counter()
    _run([*command, config, target, "airbyte"], _redirected(root))
    seconds = time.perf_counter() - clock
    _require_all(vendor.name, vendor.source, _count(target, "airbyte"))
    return seconds


def _run_singer(vendor: Vendor, root: str, url: str) -> float:
    """Seconds of `tap | target`."""
    tap = ensure_environment(vendor.tap.split("==")[0], vendor.tap)
    target = ensure_environment("target-postgres", TARGET) / "target-postgres"
    database = _run_create_database(url, f"singer_{vendor.name}")
    folder = load_settings().state_dir / "bench" / f"singer-{vendor.name}"
    folder.mkdir(parents=True, exist_ok=True)
    parts = urlsplit(database)
    _write(folder / "tap.json", vendor.tap_config)
    settings = {
        "host": parts.hostname, "port": parts.port, "user": parts.username,
        "password": parts.password, "database": parts.path.strip("/"),
        "default_target_schema": "singer", "use_copy": True,
    }  # fmt: skip
    _write(folder / "target.json", settings)
    program = str(tap / vendor.tap.split("==")[0])
    discover = [program, "-c", str(folder / "tap.json"), "--discover"]
    environment = _redirected(root)
    catalog = json.loads(_run(discover, environment))
    _write(folder / "catalog.json", _select_customers(catalog))
    clock = time.perf_counter()
    _run_piped(
        [program, "-c", str(folder / "tap.json"), "--catalog", str(folder / "catalog.json")],
        [str(target), "--config", str(folder / "target.json")],
        environment,
    )
    seconds = time.perf_counter() - clock
    _require_all(vendor.name, vendor.tap, _count(database, "singer"))
    return seconds


def _select_customers(catalog: dict[str, Any]) -> dict[str, Any]:
    """The catalog with stream `customers` selected, as the tap's users do by hand."""
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if stream["tap_stream_id"] == "customers":
                entry["metadata"]["selected"] = True
    return catalog


def _redirected(root: str) -> dict[str, str]:
    hosts = ROOT / "tests" / "bench" / "rivals" / "hosts"
    return {
        "PYTHONPATH": str(hosts), "VENDOR_PAGES": root,
        "DO_NOT_TRACK": "1", "AIRBYTE_OFFLINE_MODE": "1",
    }  # fmt: skip


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _run_piped(tap: list[str], target: list[str], environment: dict[str, str]) -> None:
    settings: dict[str, Any] = {"env": {**os.environ, **environment}}
    log = load_settings().state_dir / "bench" / "singer.log"
    with log.open("wb") as errors:
        first = subprocess.Popen(tap, stdout=subprocess.PIPE, stderr=errors, **settings)
        second = subprocess.run(
            target, stdin=first.stdout, stdout=errors, stderr=errors, check=False, **settings
        )
        codes = (first.wait(), second.returncode)
    if any(codes):
        raise RuntimeError(f"tap and target ended with {codes}: {log.read_text()[-2000:]}")


def _run_create_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _count(url: str, schema: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"select count(*) from {schema}.customers".encode()).fetchone()
    return int(row[0]) if row else 0


def _require_all(vendor: str, who: str, rows: int) -> None:
    if rows != ROWS:
        raise RuntimeError(f"{who} loaded {rows} of {ROWS} {vendor} customers")


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content))
