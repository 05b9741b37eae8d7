"""The whole platform on this machine: start what is missing, stop what is ours, say what runs."""

import socket
import sys
import time
from collections.abc import Mapping, Sequence

from include.commands.screen.output import say
from include.config.load import load_platform
from include.config.settings import child_environment, load_local_settings, load_settings
from include.core import naming
from include.local import postgres, processes
from include.local.airflow_api import AirflowApi
from include.local.airflow_env import (
    ADMIN,
    HOST,
    Ports,
    StackFacts,
    build_airflow_environment,
    write_env_file,
)
from include.local.preparation import WAREHOUSE_DATABASE, run_ensure_server, run_prepare
from include.local.state import (
    LocalState,
    load_state,
    run_ensure_folders,
    run_ensure_secrets,
)

SANDBOX = "sandbox"
WATCH = "watch"
API_SERVER = "api-server"
AIRFLOW_PROCESSES = (API_SERVER, "scheduler", "dag-processor", "triggerer")
# Task logs are read from the shared folder, so the little log servers are not needed.
EXTRA_ARGUMENTS = {"scheduler": ["--skip-serve-logs"], "triggerer": ["--skip-serve-logs"]}
START_TIMEOUT_S = 240


def load_facts() -> StackFacts:
    """Paths, secrets and ports; running processes keep their ports, the others get free ones."""
    settings, state = load_settings(), load_state()
    run_ensure_folders(state)
    secrets = run_ensure_secrets(state)
    ports = _choose_ports(state)
    embedded = state.server(secrets, ports.postgres).url(
        WAREHOUSE_DATABASE, WAREHOUSE_DATABASE, secrets.warehouse
    )
    # `source .local/env` leaves the embedded URL behind, maybe with yesterday's port.
    wanted = settings.warehouse_url
    external = wanted is not None and f":{secrets.warehouse}@" not in wanted
    url = wanted if wanted and external else embedded
    parallelism = load_local_settings().parallelism
    tenants = settings.tenants_dir.resolve()
    return StackFacts(settings.root, state, secrets, ports, url, parallelism, tenants)


def build_environment(facts: StackFacts) -> dict[str, str]:
    """What every child process gets: the caller's environment with ours on top."""
    return child_environment(**build_airflow_environment(facts, load_platform()))


def run_up(size: str | None = None, *, sandbox: bool = True) -> StackFacts:
    """Start what does not run yet and wait until all of it answers."""
    began = time.monotonic()
    facts = load_facts()
    started = run_ensure_server(facts)
    _report(began, "postgresql", facts.ports.postgres, started)
    run_prepare(facts, build_environment(facts), size, sandbox=sandbox)
    # Again: the sandbox's credentials are known only now.
    environment = build_environment(facts)
    write_env_file(facts, build_airflow_environment(facts, load_platform()))
    if sandbox:
        _start_sandbox(facts, environment, began)
    _start_airflow(facts, environment, began)
    _start_watch(facts, environment)
    _set_pools(facts)
    return facts


def run_down() -> list[str]:
    """Stop what `run_up` started, and name it; the API server after those that report to it."""
    state = load_state()
    run_ensure_folders(state)
    stopped: list[str] = []
    for names in ((WATCH,), ("scheduler", "dag-processor", "triggerer"), (API_SERVER, SANDBOX)):
        stopped += processes.run_stop_processes(state, names)
    if postgres.run_stop(state.server(run_ensure_secrets(state), 0)):
        stopped.append("postgresql")
    return stopped


def run_servers_only(size: str | None = None, *, sandbox: bool | None = None) -> dict[str, str]:
    """PostgreSQL and the sandbox without Airflow, for `make run`: the environment.

    Args:
        sandbox: None: where the demo's tenants are run.
    """
    facts = load_facts()
    sandbox = load_settings().is_demo if sandbox is None else sandbox
    run_ensure_server(facts)
    run_prepare(facts, build_environment(facts), size, sandbox=sandbox, airflow=False)
    environment = build_environment(facts)
    write_env_file(facts, build_airflow_environment(facts, load_platform()))
    if sandbox:
        _start_sandbox(facts, environment, time.monotonic())
    return environment


def build_api(facts: StackFacts) -> AirflowApi:
    return AirflowApi(f"http://{HOST}:{facts.ports.airflow}", ADMIN, facts.secrets.admin)


def _start_sandbox(facts: StackFacts, environment: Mapping[str, str], began: float) -> None:
    port = facts.ports.sandbox
    command = [sys.executable, "-m", "include.sandbox", "serve"]
    command += ["--port", str(port), "--world", str(facts.state.sandbox)]
    started = _start(facts, SANDBOX, command, environment, port)
    processes.run_wait(facts.state, SANDBOX, lambda: _listens(port), 60)
    _report(began, SANDBOX, port, started)


def _start_airflow(facts: StackFacts, environment: Mapping[str, str], began: float) -> None:
    api = build_api(facts)
    started = False
    for name in AIRFLOW_PROCESSES:
        command = [sys.executable, "-m", "airflow", name, *EXTRA_ARGUMENTS.get(name, [])]
        port = facts.ports.airflow if name == API_SERVER else None
        started = _start(facts, name, command, environment, port) or started
    # Whoever dies first ends the wait; the API server only reports the others' health.
    for name in AIRFLOW_PROCESSES:
        processes.run_wait(facts.state, name, api.is_healthy, START_TIMEOUT_S)
    api.log_in()
    _report(began, "airflow", facts.ports.airflow, started)


def _start_watch(facts: StackFacts, environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "include.orchestration.watch"]
    own = build_watch_environment(facts, environment)
    _start(facts, WATCH, command, {**environment, **own}, None)


def build_watch_environment(facts: StackFacts, environment: Mapping[str, str]) -> dict[str, str]:
    """What the watcher has besides: it alone may also reach Airflow's own API."""
    airflow = f"{HOST}:{facts.ports.airflow}"
    return {
        "ELT_AIRFLOW_URL": f"http://{airflow}",
        "ELT_AIRFLOW_USER": ADMIN,
        "ELT_AIRFLOW_PASSWORD": facts.secrets.admin,
        "ELT_ALLOWED_HOSTS": f"{environment.get('ELT_ALLOWED_HOSTS', '')},{airflow}",
    }


def _start(
    facts: StackFacts,
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    port: int | None,
) -> bool:
    if processes.load_record(facts.state, name):
        return False
    processes.run_start_process(facts.state, name, command, environment, port)
    return True


def _set_pools(facts: StackFacts) -> None:
    api = build_api(facts)
    api.log_in()
    for name, connector in sorted(load_platform().connectors.items()):
        api.set_pool(naming.pool(name), connector.pool_slots, f"Parallel loads of {name}")


def _choose_ports(state: LocalState) -> Ports:
    wishes = load_local_settings()
    running = postgres.fetch_running_port(state.postgres / "data")
    return Ports(
        airflow=_port_of(state, API_SERVER, wishes.airflow_port),
        postgres=running or postgres.find_free_port(wishes.postgres_port),
        sandbox=_port_of(state, SANDBOX, wishes.sandbox_port),
    )


def _port_of(state: LocalState, name: str, wish: int) -> int:
    record = processes.load_record(state, name)
    return record.port if record and record.port else postgres.find_free_port(wish)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _report(began: float, what: str, port: int, started: bool) -> None:
    word = "started" if started else "runs already"
    say(f"[{time.monotonic() - began:5.1f} s] {what} {word} on port {port}")
