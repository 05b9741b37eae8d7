"""Webhooks as a busy shop sends them: 200 signed events a second for a minute, one repeated in ten.

Receiver and sender are processes of their own, as in life. Every answer's time counts from when its
request was due, so a receiver that falls behind cannot hide it.
"""

import os
import subprocess
import sys
import time
from urllib.request import urlopen

import psycopg

from include.config.settings import ROOT
from include.local.postgres import find_free_port
from tests.bench import warehouse_server
from tests.bench.row import Row
from tests.bench.webhook_sender import Outcome, run_send

PER_SECOND = 200
SECONDS = 60
P99_MS = 100.0


def run(seconds: int = SECONDS) -> list[Row]:
    """Latency, and what is in the inbox afterwards."""
    with warehouse_server.serve() as url:
        port = find_free_port()
        command = [sys.executable, "-m", "tests.bench.webhook_process", url, str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
        try:
            _await(port)
            run_send(port, PER_SECOND, 2)  # connections, caches, the first migration
            outcome = run_send(port, PER_SECOND, seconds, first=1_000_000)
        finally:
            process.terminate()
            process.wait(20)
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "select count(*), count(distinct event_id) from elt_ops.inbox "
                "where event_id >= 'evt_1000000'"
            ).fetchone()
    assert row is not None
    return build_rows(outcome, stored=row[0], different=row[1])


def build_rows(outcome: Outcome, stored: int, different: int) -> list[Row]:
    name = f"webhooks, {PER_SECOND}/s"
    return [
        Row(f"{name}, p99", outcome.percentile_ms(0.99), "ms", P99_MS, at_least=False),
        Row(f"{name}, p50", outcome.percentile_ms(0.50), "ms"),
        Row(f"{name}, not answered 200", outcome.refused, "events", 0, at_least=False),
        Row(f"{name}, missing of {outcome.events}", outcome.events - different, "events", 0, False),
        Row(f"{name}, stored twice", stored - different, "events", 0, at_least=False),
    ]


def _await(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urlopen(f"http://127.0.0.1:{port}/webhooks/x/y", timeout=1).close()
        except OSError as error:
            if getattr(error, "code", None) == 404:
                return
            time.sleep(0.2)
    raise RuntimeError("the receiver did not start")
