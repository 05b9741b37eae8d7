"""A throw-away PostgreSQL with the settings `make demo` uses, and processes that load into it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

from include.config.settings import ROOT
from include.local import postgres
from include.local.tuning import build_laptop_settings


@contextmanager
def serve() -> Iterator[str]:
    """URL of database `bench` on a fresh server; stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix=f"elt-test-postgres-{os.getpid()}-"))
    server = postgres.PostgresServer(folder, postgres.find_free_port(), postgres.build_password())
    try:
        postgres.run_initdb(server, build_laptop_settings(psutil.virtual_memory().total))
        postgres.run_start(server)
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("create database bench")
        yield server.url("bench")
    finally:
        postgres.run_remove(server)


def run_load_process(
    url: str, what: str, tenant: str, rows: int, generation: int
) -> dict[str, Any]:
    """Load in a process of its own; returns seconds, cpu_seconds, peak_mb and the counts."""
    arguments = [sys.executable, "-m", "tests.bench.load_process"]
    arguments += [url, what, tenant, str(rows), str(generation)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"load process ended with {done.returncode}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
