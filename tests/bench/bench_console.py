"""The console of an agency: 1,000 tenants x 10 feeds x 90 days, 20 people at Health at once."""

import os
import shutil
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
from tests.bench.process_cpu import count_cpu_seconds
from tests.bench.row import Row

TENANTS, FEEDS, DAYS = 1_000, 10, 90
PEOPLE, REQUESTS, LOOKS = 20, 200, 5
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
    **{
        f"API {path.partition('?')[0]}": f"/elt/api/v1/{path}"
        for path in (
            *("tenants/t7", "tenants/t7/feeds", "tenants/t7/streams", "tenants/t7/runs"),
            *("tenants/t7/loads?limit=50", "tenants/t7/schema-changes", "tenants/t7/quarantine"),
            *("tenants/t7/checks", "tenants/t7/scores", "tenants/t7/alerts", "metrics/t7"),
            *("tenants/t7/identity/reviews", "tenants/t7/configured", "tenants/t7/audit"),
            *("organisations", "feeds", "tenants", "me"),
        )
    },
}
PAINT = """
const found = performance.getEntriesByName('first-contentful-paint');
return found.length ? found[0].startTime : null;
"""
WEIGHT = """
return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, one) => sum + one.transferSize, 0);
"""


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
    """p95 of each page and read with everybody at it, and Health in a browser."""
    with warehouse_server.serve() as url, tempfile.TemporaryDirectory() as name:
        write_world(url, Path(name), tenants, days)
        port = find_free_port()
        command = [sys.executable, "-m", "tests.bench.console_process", url, str(port)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "ELT_TENANTS_DIR": name}
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            base = f"http://127.0.0.1:{port}"
            _await(f"{base}/elt/api/v1/me")
            label, rows = f"console {tenants}x{FEEDS}x{days}", []
            for what, path in PATHS.items():
                before = count_cpu_seconds([process.pid])
                taken = _measure(base + path, requests)
                spent = (count_cpu_seconds([process.pid]) - before) / (requests + 1)
                target = 100.0 if what.startswith("API") else 200.0
                name = f"{label}, {what}"
                rows.append(Row(f"{name}, p95", taken * 1000, "ms", target, at_least=False))
                rows.append(Row(f"{name}, CPU a request", spent * 1000, "ms"))
            return rows + _look(base + PATHS["Health"], label)
        finally:
            process.terminate()
            process.wait(20)


def _measure(address: str, requests: int) -> float:
    def ask(_: int) -> float:
        began = time.monotonic()
        with urlopen(address, timeout=60) as answer:
            answer.read()
        return time.monotonic() - began

    ask(0)
    with ThreadPoolExecutor(PEOPLE) as pool:
        taken = sorted(pool.map(ask, range(requests)))
    return taken[int(len(taken) * 0.95)]


def _look(address: str, label: str) -> list[Row]:
    """What a browser that has nothing of it yet says of Health; no rows without a Chromium."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        return []
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(word)
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        paints, weight = [], 0.0
        for _ in range(LOOKS):
            browser.execute_cdp_cmd("Network.clearBrowserCache", {})
            browser.get(address)
            until = time.monotonic() + 20
            while (paint := browser.execute_script(PAINT)) is None and time.monotonic() < until:
                time.sleep(0.05)
            paints.append(float(paint or 20_000))
            weight = float(browser.execute_script(WEIGHT))
    finally:
        browser.quit()
    return [
        Row(f"{label}, Health, first paint", sorted(paints)[LOOKS // 2], "ms", 1000, False),
        Row(f"{label}, Health, weight with all it loads", weight / 1000, "kB", 500, False),
    ]


def _await(address: str) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        try:
            urlopen(address, timeout=250).close()
            return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("the console did not start")
