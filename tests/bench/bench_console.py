"""The console of an agency: 1,000 tenants x 10 feeds x 90 days, 20 people at Health at once."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import psycopg

from include.config.settings import ROOT
from include.ledger import ddl
from include.local.postgres import find_free_port
from tests.bench import warehouse_server
from tests.bench.row import Row

TENANTS, FEEDS, DAYS = 1_000, 10, 90
PEOPLE, REQUESTS = 20, 200
_LOADS = """
insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, run_id, read, inserted,
    unchanged, started_at, finished_at)
select 't' || t, 'f' || f, 'webhook', 'events', 'scheduled',
    case when d = 0 and (t * 10 + f) %% 97 = 0 then 'failed' else 'loaded' end,
    'run_' || d, 100, 60, 40, at, at
from generate_series(%(days)s::int - 1, 0, -1) as d, generate_series(1, %(tenants)s::int) as t,
    generate_series(1, %(feeds)s::int) as f,
    lateral (select now() - make_interval(days => d, hours => 1)) as a (at)
"""
PATHS = {
    "Health": "/elt/?q=",
    "Health searched": "/elt/?q=t77&sort=score",
    "a feed": "/elt/tenants/t7/feeds/f3",
    "API loads": "/elt/api/v1/tenants/t7/loads?limit=50",
}


def write_world(url: str, folder: Path, tenants: int, days: int) -> None:
    """Tenant files, and a ledger with one load of each feed a day."""
    for number in range(1, tenants + 1):
        lines = [f"tenant: t{number}", f"name: T {number}", "owner: bench", "feeds:"]
        lines += [
            f"  f{feed}: {{connector: webhook, start_date: 2026-01-01, options: {{verify: hmac}}}}"
            for feed in range(1, FEEDS + 1)
        ]
        (folder / f"t{number}.yaml").write_text("\n".join(lines) + "\n")
    with psycopg.connect(url, autocommit=True) as connection:
        ddl.run_migrations(connection)
        connection.execute(_LOADS.encode(), {"tenants": tenants, "feeds": FEEDS, "days": days})
        connection.execute("vacuum analyze elt_ops.loads")


def run(tenants: int = TENANTS, days: int = DAYS, requests: int = REQUESTS) -> list[Row]:
    """p95 of each page with everybody at it, and the first page's weight."""
    with warehouse_server.serve() as url, tempfile.TemporaryDirectory() as name:
        write_world(url, Path(name), tenants, days)
        port = find_free_port()
        command = [sys.executable, "-m", "tests.bench.console_process", url, str(port)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "ELT_TENANTS_DIR": name}
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            base = f"http://127.0.0.1:{port}"
            _await(f"{base}/elt/api/v1/me")
            rows = []
            for what, path in PATHS.items():
                taken, size = _measure(base + path, requests)
                target = 100.0 if what.startswith("API") else 200.0
                label = f"console {tenants}x{FEEDS}x{days}, {what}"
                rows.append(Row(f"{label}, p95", taken * 1000, "ms", target, at_least=False))
                if what == "Health":
                    rows.append(Row(f"{label}, weight", size / 1000, "kB", 500, at_least=False))
            return rows
        finally:
            process.terminate()
            process.wait(20)


def _measure(address: str, requests: int) -> tuple[float, int]:
    def ask(_: int) -> tuple[float, int]:
        began = time.monotonic()
        with urlopen(address, timeout=60) as answer:
            size = len(answer.read())
        return time.monotonic() - began, size

    ask(0)
    with ThreadPoolExecutor(PEOPLE) as pool:
        found = list(pool.map(ask, range(requests)))
    taken = sorted(seconds for seconds, _ in found)
    return taken[int(len(taken) * 0.95)], found[0][1]


def _await(address: str) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        try:
            urlopen(address, timeout=250).close()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("the console did not start")
