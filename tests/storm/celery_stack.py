"""CeleryExecutor with real processes: two schedulers, two workers, Redis, PostgreSQL.

As docker-compose.yaml has it, on this machine and with a state of its own; waits that are hours or
minutes there are short here, so that a storm of minutes sees what comes after them.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import requests

from include.core import naming
from include.core.clock import format_instant, utcnow
from include.local import postgres, processes, stack
from include.local.airflow_api import AirflowApi
from include.local.airflow_env import HOST, StackFacts
from include.local.postgres import find_free_port
from include.local.preparation import run_ensure_server, run_prepare

SIZE = "small"
EVERY_MINUTE = "* * * * *"
TENANTS = {
    "corner": ("single", "stripe", "charges, customers, products, refunds"),
    "acme": ("single", "stripe", "charges, customers, refunds"),
}
TENANT = """
tenant: {name}
name: {name}
owner: storm
render: {render}
grace_minutes: 0
alerts: {{webhook: true}}
feeds:
  {feed}:
    schedule: "{schedule}"
    start_date: 2025-01-01
    streams: [{streams}]
"""
# tenant, feed, stream whose vendor lets nobody in while the storm lasts.
REFUSED = ("acme", "attio", "tasks")
REFUSED_FEED = """  {feed}:
    schedule: "{schedule}"
    start_date: 2025-01-01
    streams: [{stream}]
"""
API, SANDBOX, REDIS, WATCH = "api-server", "sandbox", "redis", "watch"
# As docker-compose.yaml has it, longer than any task: the broker hands a task to another worker
# when nobody has said for so long that it is done, and Airflow takes the second start for a failure
# and ends the first. At 90 s a build beside other work was ended again and again.
VISIBILITY_S = 366 * 24 * 3600
SHORT_WAITS = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "45",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "60",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "15",
    "AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES": "10",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "20",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "20",
    "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT": str(VISIBILITY_S),
}


@dataclass(frozen=True)
class CeleryStack:
    """What runs; every process can be killed and started again by its name.

    Attributes:
        watcher: What the environment of the process that tells of alerts has besides.
    """

    facts: StackFacts
    api: AirflowApi
    environment: dict[str, str]
    commands: dict[str, list[str]]
    watcher: dict[str, str]
    held: set[str] = field(default_factory=set)

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Start again what has ended by itself, as Docker's or Kubernetes' restart policy does.

        A scheduler that loses its database ends; so do others. Who is `held` stays down.
        """
        done = threading.Event()

        def look() -> None:
            while not done.wait(3):
                for name in self.commands:
                    if name not in self.held and not processes.load_record(self.facts.state, name):
                        self.start(name)

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join(30)

    def start(self, name: str) -> None:
        """Start it, and no longer hold it down."""
        if name == "postgresql":
            postgres.run_start(self.facts.state.server(self.facts.secrets, self._postgres_port))
            self.held.discard(name)
            return
        port = self.facts.ports.airflow if name == API else None
        environment = self.environment | (self.watcher if name == WATCH else {})
        processes.run_start_process(self.facts.state, name, self.commands[name], environment, port)
        self.held.discard(name)

    @property
    def _postgres_port(self) -> int:
        return self.facts.ports.postgres

    def kill(self, name: str) -> None:
        """As a machine that loses power: the process and all it has started, at once."""
        self.held.add(name)
        if name == "postgresql":
            server = self.facts.state.server(self.facts.secrets, self._postgres_port)
            pid = postgres.fetch_running_pid(server.data)
            if pid:
                # Its crash: no checkpoint, every connection cut; the next start recovers.
                psutil.Process(pid).send_signal(signal.SIGQUIT)
                psutil.Process(pid).wait(30)
            return
        record = processes.load_record(self.facts.state, name)
        process = processes.fetch_process(record) if record else None
        if process is None:
            return
        family = [process, *process.children(recursive=True)]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(family, timeout=10)

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with psycopg.connect(self.facts.warehouse_url) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]

    def metadata(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask Airflow's own database."""
        with psycopg.connect(metadata_url(self.facts)) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[arg-type]

    def advance(self, tenant: str, changes: int) -> None:
        """Let things happen in a made-up business, up to now."""
        url = f"http://{HOST}:{self.facts.ports.sandbox}/_sandbox/advance"
        body = {"tenant": tenant, "changes": changes, "at": format_instant(utcnow())}
        requests.post(url, json=body, timeout=60).raise_for_status()


def metadata_url(facts: StackFacts) -> str:
    server = facts.state.server(facts.secrets, facts.ports.postgres)
    return server.url("airflow", "airflow", facts.secrets.airflow_database)


def find_redis() -> str | None:
    """The broker's program; Debian: `apt-get install redis-server`."""
    return shutil.which("redis-server")


@contextmanager
def running_celery() -> Iterator[CeleryStack]:
    """Everything started and healthy, every DAG known; stopped at the end or on an error."""
    folder = Path(tempfile.mkdtemp(prefix="elt-storm-"))
    folder.chmod(0o755)
    before = dict(os.environ)
    os.environ |= {
        "ELT_STATE_DIR": str(folder / "state"),
        "ELT_TENANTS_DIR": str(folder / "tenants"),
        "AIRFLOW_PORT": str(find_free_port(18080)),
        "POSTGRES_PORT": str(find_free_port(15433)),
        "SANDBOX_PORT": str(find_free_port(18900)),
    }
    os.environ.pop("WAREHOUSE_URL", None)
    _write_tenants(folder / "tenants")
    found: CeleryStack | None = None
    try:
        found = _build(folder)
        for name in found.commands:
            found.start(name)
        for name in found.commands:
            processes.run_wait(found.facts.state, name, found.api.is_healthy, 300)
        found.api.log_in()
        for connector in ("stripe", REFUSED[1]):
            found.api.set_pool(naming.pool(connector), 4, connector)
        yield found
    finally:
        if found:
            processes.run_stop_processes(found.facts.state, list(found.commands))
            postgres.run_stop(found.facts.state.server(found.facts.secrets, 0))
        os.environ.clear()
        os.environ.update(before)
        # ELT_STORM_KEEP=1 leaves logs and database for a look.
        if not os.environ.get("ELT_STORM_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


def _write_tenants(folder: Path) -> None:
    folder.mkdir()
    for name, (render, feed, streams) in TENANTS.items():
        text = TENANT.format(
            name=name, render=render, feed=feed, streams=streams, schedule=EVERY_MINUTE
        )
        if name == REFUSED[0]:
            text += REFUSED_FEED.format(feed=REFUSED[1], stream=REFUSED[2], schedule=EVERY_MINUTE)
        (folder / f"{name}.yaml").write_text(text)


def _build(folder: Path) -> CeleryStack:
    facts = stack.load_facts()
    run_ensure_server(facts)
    run_prepare(facts, stack.build_environment(facts), SIZE, sandbox=True)
    port = find_free_port(16379)
    database = metadata_url(facts)
    environment = stack.build_environment(facts) | {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://{HOST}:{port}/0",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{database}",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
        "ELT_ALLOWED_HOSTS": f"{HOST}:{facts.ports.sandbox}",
        **{f"AIRFLOW_CONN_{name.upper()}__ALERTS": _inbox(facts) for name in TENANTS},
        **SHORT_WAITS,
    }
    commands = _commands(facts, folder / "redis", port)
    watcher = stack.build_watch_environment(facts, environment)
    return CeleryStack(facts, stack.build_api(facts), environment, commands, watcher)


def _inbox(facts: StackFacts) -> str:
    address = f"http://{HOST}:{facts.ports.sandbox}/_sandbox/inbox/storm"
    return json.dumps({"conn_type": "http", "password": address})


def _commands(facts: StackFacts, data: Path, port: int) -> dict[str, list[str]]:
    data.mkdir()
    airflow = [sys.executable, "-m", "airflow"]
    redis = [find_redis() or "redis-server", "--port", str(port), "--bind", HOST]
    worker = [*airflow, "celery", "worker", "--skip-serve-logs", "--celery-hostname"]
    sandbox = [sys.executable, "-m", "include.sandbox", "serve", "--port"]
    return {
        REDIS: [*redis, "--dir", str(data), "--appendonly", "yes", "--save", ""],
        SANDBOX: [*sandbox, str(facts.ports.sandbox), "--world", str(facts.state.sandbox)],
        API: [*airflow, "api-server"],
        "scheduler-1": [*airflow, "scheduler", "--skip-serve-logs"],
        "scheduler-2": [*airflow, "scheduler", "--skip-serve-logs"],
        "dag-processor": [*airflow, "dag-processor"],
        "triggerer": [*airflow, "triggerer", "--skip-serve-logs"],
        "worker-1": [*worker, "worker-1"],
        "worker-2": [*worker, "worker-2"],
        WATCH: [sys.executable, "-m", "include.orchestration.watch"],
    }


def wait_for(what: str, holds: Any, timeout_s: float = 300) -> Any:
    """The first answer that is true; a database that is down answers nothing."""
    give_up_at = time.monotonic() + timeout_s
    while True:
        with suppress(psycopg.OperationalError):
            if found := holds():
                return found
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"{what}: not after {timeout_s:.0f} s")
        time.sleep(1)
