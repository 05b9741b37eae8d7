"""The one place that says how Airflow is configured on this machine.

Every process of the stack, `make run` and `source .local/env` get exactly this environment.
Source: airflow 3.3.2, config_templates/config.yml (read 2026-11-21).
"""

import hashlib
import hmac
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.config.models import Platform
from include.config.settings import load_settings
from include.core import naming
from include.local.state import LocalSecrets, LocalState, load_json, write_private
from include.sandbox.serve.connections import build_connection, find_vendor

# Name -> class; the first is Airflow's own, for dags/.
BUNDLES = [
    {"name": name, "classpath": classpath, "kwargs": {}}
    for name, classpath in (
        ("dags-folder", "airflow.dag_processing.bundles.local.LocalDagBundle"),
        ("tenants", "include.orchestration.dag_files.bundle.TenantDagBundle"),
    )
]
ADMIN = "admin"
# The demo's further users: Airflow role, and the tenants the console shows them (docs/console.md).
DEMO_USERS = {"vera": ("viewer", "*"), "olga": ("user", "acme")}
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    airflow: int
    postgres: int
    sandbox: int


@dataclass(frozen=True, repr=False)
class StackFacts:
    """Everything the environment depends on.

    Attributes:
        warehouse_url: libpq URL; the embedded server's unless WAREHOUSE_URL names another.
    """

    root: Path
    state: LocalState
    secrets: LocalSecrets
    ports: Ports
    warehouse_url: str
    parallelism: int
    tenants_dir: Path

    @property
    def ui(self) -> str:
        return f"http://localhost:{self.ports.airflow}"

    @property
    def users(self) -> dict[str, tuple[str, str]]:
        """Name -> Airflow role and password, the administrator first."""
        found = {ADMIN: ("admin", self.secrets.admin)}
        for name, (role, _) in DEMO_USERS.items() if load_settings().is_demo else ():
            made = hmac.new(self.secrets.admin.encode(), name.encode(), hashlib.sha256)
            found[name] = (role, made.hexdigest()[:32])
        return found

    @property
    def passwords_file(self) -> Path:
        return self.state.airflow_home / "passwords.json"


def build_airflow_environment(facts: StackFacts, platform: Platform) -> dict[str, str]:
    """All variables on top of the caller's environment; holds secrets, so never logged."""
    return {
        **_our_variables(facts),
        **_airflow_settings(facts),
        **_metadata_settings(facts),
        **_connections(facts, platform),
    }


def _our_variables(facts: StackFacts) -> dict[str, str]:
    return {
        "ELT_ROOT": str(facts.root),
        "ELT_STATE_DIR": str(facts.state.folder),
        "ELT_TENANTS_DIR": str(facts.tenants_dir),
        "WAREHOUSE_URL": facts.warehouse_url,
        # The made-up vendors answer on this machine; nothing else of it may be reached.
        "ELT_ALLOWED_HOSTS": ",".join(_allowed_hosts(facts)),
        **_members(),
        "PYTHONPATH": str(facts.root),
        "DO_NOT_TRACK": "1",
        # Empty is off: without bytecode each process compiles Airflow anew, 10 s instead of 3.
        "PYTHONDONTWRITEBYTECODE": "",
        "TZ": "UTC",
    }


def _members() -> dict[str, str]:
    if not load_settings().is_demo:
        return {}
    words = (f"{name}={tenants}" for name, (_, tenants) in DEMO_USERS.items())
    return {"ELT_TENANT_MEMBERS": ",".join(words)}


def _allowed_hosts(facts: StackFacts) -> list[str]:
    settings = load_settings()
    sandbox = [f"{HOST}:{facts.ports.sandbox}"] if settings.is_demo else []
    return [*settings.allowed_hosts, *sandbox]


def _airflow_settings(facts: StackFacts) -> dict[str, str]:
    api = f"http://{HOST}:{facts.ports.airflow}"
    settings = {
        ("core", "dags_folder"): facts.root / "dags",
        ("core", "plugins_folder"): facts.root / "plugins",
        ("core", "executor"): "LocalExecutor",
        # The scheduler forks its workers at once: each is a process, so near twice the cores.
        ("core", "parallelism"): facts.parallelism,
        ("core", "load_examples"): False,
        # A new tenant does not start loading because somebody ran `make up`; `make demo` unpauses.
        ("core", "dags_are_paused_at_creation"): True,
        # Our plugin imports Cosmos in the scheduler before it forks, which halves a dbt run.
        ("core", "lazy_load_plugins"): False,
        ("core", "mp_start_method"): "fork",
        ("core", "execution_api_server_url"): f"{api}/execution/",
        ("core", "simple_auth_manager_users"): ",".join(
            f"{name}:{role}" for name, (role, _) in facts.users.items()
        ),
        ("core", "simple_auth_manager_passwords_file"): facts.passwords_file,
        ("api", "base_url"): facts.ui,
        ("api", "host"): HOST,
        ("api", "port"): facts.ports.airflow,
        ("api", "workers"): 1,
        # A DAG file for each tenant, beside those of dags/.
        ("dag_processor", "dag_bundle_config_list"): json.dumps(BUNDLES),
        # A changed tenant shows after seconds instead of five minutes, being parsed then; what did
        # not change need not be parsed again.
        ("dag_processor", "refresh_interval"): 15,
        ("dag_processor", "min_file_process_interval"): 3600,
        # A DAG that its file no longer has goes within a minute, as it comes.
        ("dag_processor", "stale_dag_threshold"): 5,
        ("scheduler", "parsing_cleanup_interval"): 20,
        # Two cores: one parser, so that parsing never takes both from the tasks.
        ("dag_processor", "parsing_processes"): 1,
        # Chains of short dbt tasks wait for the next loop of the scheduler at every step.
        ("scheduler", "scheduler_idle_sleep_time"): 0.3,
        # A killed task's supervisor stops reporting; found out after 90 s instead of 5 min.
        ("scheduler", "task_instance_heartbeat_timeout"): 90,
        ("cosmos", "enable_telemetry"): False,
    }
    return {
        "AIRFLOW_HOME": str(facts.state.airflow_home),
        **{f"AIRFLOW__{s.upper()}__{key.upper()}": str(v) for (s, key), v in settings.items()},
    }


def _metadata_settings(facts: StackFacts) -> dict[str, str]:
    secrets = facts.secrets
    return {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{_metadata_place(facts)}",
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet,
        "AIRFLOW__API__SECRET_KEY": secrets.api,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.jwt,
    }


def _metadata_place(facts: StackFacts) -> str:
    return f"airflow:{facts.secrets.airflow_database}@{HOST}:{facts.ports.postgres}/airflow"


def _connections(facts: StackFacts, platform: Platform) -> dict[str, str]:
    """`AIRFLOW_CONN_*` of both databases and of every feed the sandbox plays the vendor for."""
    base = f"http://{HOST}:{facts.ports.sandbox}"
    metadata = f"postgresql://{_metadata_place(facts)}"
    found = {
        naming.WAREHOUSE_CONNECTION: facts.warehouse_url,
        naming.METADATA_CONNECTION: metadata,
    }
    for name, connection in build_sandbox_connections(facts.state, platform, base).items():
        found[name] = json.dumps(connection)
    return {f"AIRFLOW_CONN_{name.upper()}": value for name, value in sorted(found.items())}


def build_sandbox_connections(
    state: LocalState, platform: Platform, base: str
) -> dict[str, dict[str, Any]]:
    """By id, sorted: connections of the feeds whose vendor the generated world plays at `base`."""
    world = load_json(state.sandbox / "world.json") or {}
    credentials: Mapping[str, Mapping[str, Mapping[str, Any]]] = world.get("credentials", {})
    found: dict[str, dict[str, Any]] = {}
    for feed in platform.feeds:
        vendor = find_vendor(feed.connector.connector, feed.name)
        fields = credentials.get(vendor, {}).get(feed.tenant.id)
        if fields:
            found[feed.connection_id] = build_connection(base, vendor, fields)
    return dict(sorted(found.items()))


def write_env_file(facts: StackFacts, environment: Mapping[str, str]) -> None:
    """`source .local/env`: the same environment for a person, with both tools on the path."""
    lines = ["# Written by make up. Holds secrets; source it, do not share it."]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in sorted(environment.items())]
    lines.append(f'export PATH={shlex.quote(str(facts.root / ".venv/bin"))}:"$PATH"')
    write_private(facts.state.env_file, "\n".join(lines) + "\n")
