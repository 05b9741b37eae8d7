"""What has to exist before anything starts: databases, the made-up world, the dbt manifest.

The three slow steps (Airflow's tables, the world, the manifest) do not need each other and run side
by side; each is skipped when its result is already there.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import psutil

from include.core.errors import ConfigError
from include.ledger.connection import Warehouse
from include.ledger.ddl import run_migrations
from include.local import postgres
from include.local.airflow_env import StackFacts
from include.local.processes import build_log_tail, log_path
from include.local.state import LocalState, load_json, write_private
from include.local.tuning import build_laptop_settings

METADATA_DATABASE = METADATA_ROLE = "airflow"
WAREHOUSE_DATABASE = WAREHOUSE_ROLE = "warehouse"
SEED = 7


class Job(NamedTuple):
    """A command that runs to its end before the stack starts, with its own log."""

    name: str
    command: Sequence[str]


def run_ensure_server(facts: StackFacts) -> bool:
    """Start the embedded server unless it runs, with both databases; True when it was started."""
    server = facts.state.server(facts.secrets, facts.ports.postgres)
    if postgres.fetch_running_pid(server.data) is not None:
        return False
    postgres.run_initdb(server, build_laptop_settings(psutil.virtual_memory().total))
    postgres.run_start(server)
    secrets = facts.secrets
    postgres.run_ensure_role(server, METADATA_ROLE, secrets.airflow_database)
    # CREATEROLE: the loader gives every tenant a role of its own. Superuser is never needed.
    postgres.run_ensure_role(server, WAREHOUSE_ROLE, secrets.warehouse, "createrole")
    postgres.run_ensure_database(server, METADATA_DATABASE, METADATA_ROLE)
    postgres.run_ensure_database(server, WAREHOUSE_DATABASE, WAREHOUSE_ROLE)
    return True


def run_prepare(
    facts: StackFacts,
    environment: Mapping[str, str],
    size: str | None,
    *,
    sandbox: bool,
    airflow: bool = True,
) -> None:
    """Airflow's tables, the world, the manifest and the warehouse's own tables.

    Raises:
        ConfigError: If a step fails; the message names its log file and ends with its last lines.
    """
    jobs = [Job("manifest", [sys.executable, "-m", "include.local", "manifest"])]
    jobs += _migration(facts) if airflow else []
    jobs += _world(facts.state, size) if sandbox else []
    _run_jobs(facts, jobs, environment)
    if airflow:
        _stamp(facts.state).write_text(version("apache-airflow-core"))
    passwords = {name: password for name, (_, password) in facts.users.items()}
    write_private(facts.passwords_file, json.dumps(passwords) + "\n")
    with Warehouse(facts.warehouse_url).connect() as connection:
        run_migrations(connection)


def _migration(facts: StackFacts) -> list[Job]:
    """`airflow db migrate` costs 15 s, so it runs once per Airflow version and cluster."""
    stamp = _stamp(facts.state)
    if stamp.exists() and stamp.read_text() == version("apache-airflow-core"):
        return []
    return [Job("db-migrate", [sys.executable, "-m", "airflow", "db", "migrate"])]


def _stamp(state: LocalState) -> Path:
    return state.postgres / "airflow-migrated"


def _world(state: LocalState, size: str | None) -> list[Job]:
    """The world is made once; a different size later would leave rows no source knows any more."""
    world = load_json(state.sandbox / "world.json")
    command = [sys.executable, "-m", "include.sandbox", "generate"]
    command += ["--out", str(state.sandbox), "--size", size or "default", "--seed", str(SEED)]
    if world is None:
        return [Job("world", command)]
    wanted = {"small": 100, "default": 1000}.get(size or "", size)
    if size and str(wanted) != str(world.get("size")):
        raise ConfigError(
            f"the sandbox world has size `{world.get('size')}`, not `{wanted}`. Its rows are "
            "loaded already. Run `make clean` first, or leave SIZE away."
        )
    return []


def _run_jobs(facts: StackFacts, jobs: Sequence[Job], environment: Mapping[str, str]) -> None:
    running = []
    for job in jobs:
        path = log_path(facts.state, job.name)
        with path.open("wb") as stream:
            process = subprocess.Popen(
                job.command,
                env=dict(environment),
                cwd=facts.root,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        running.append((job, process, path))
    codes = [(job, process.wait(), path) for job, process, path in running]
    for job, code, path in codes:
        if code:
            raise ConfigError(
                f"`{job.name}` ended with {code}. Its log {path}:\n{build_log_tail(path)}"
            )
