"""A stack of its own for one benchmark: PostgreSQL, the sandbox, Airflow; stopped whatever happens.

The tenants of `running_stack` are the demo's, small. Their feeds are due at New Year, so that
nothing runs, and no transform waits for a feed, but when the benchmark says so.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import requests
import yaml

from include.config.load import load_platform
from include.config.models import Feed
from include.config.settings import DEMO_TENANTS, load_settings
from include.core import naming
from include.core.clock import format_instant, utcnow
from include.local import stack
from include.local.airflow_api import AirflowApi
from include.local.airflow_env import HOST, StackFacts
from include.local.postgres import find_free_port

SIZE = "small"
AT_NEW_YEAR = "0 0 1 1 *"
TIMEOUT_S = 1800
POLL_S = 0.5
ENDED = ("success", "failed")


@dataclass(frozen=True)
class BenchStack:
    facts: StackFacts
    api: AirflowApi
    environment: dict[str, str]

    def wait_for(self, what: str, find: Callable[[], Any]) -> Any:
        """The first answer that is true."""
        give_up_at = time.monotonic() + TIMEOUT_S
        while not (found := find()):
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"{what}: not after {TIMEOUT_S} s")
            time.sleep(POLL_S)
        return found

    def wait_for_dags(self) -> None:
        """Until Airflow knows every DAG of the tenants; the transforms are unpaused then."""
        platform = load_platform()
        transforms = [naming.transform_dag_id(tenant.id) for tenant in platform.tenants]
        for dag_id in [*transforms, *(feed.dag_id for feed in platform.feeds)]:
            self.wait_for(f"`{dag_id}` appears", partial(self.api.dag, dag_id))
        for dag_id in transforms:
            self.api.unpause(dag_id)

    def follow(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """The run as it is when it has ended well."""

        def find() -> dict[str, Any] | None:
            run = self.api.run(dag_id, run_id)
            return run if run["state"] in ENDED else None

        run: dict[str, Any] = self.wait_for(f"the end of {dag_id} {run_id}", find)
        assert run["state"] == "success", f"{dag_id} {run_id} failed"
        return run

    def trigger_event(self, dag_id: str, asset: str) -> str:
        """Say that a feed has brought something, as its task would; the run that answers."""
        known = {run["dag_run_id"] for run in self.api.runs(dag_id)}
        found = self.api.call("GET", "/assets", params={"name_pattern": asset, "limit": 100})
        [number] = [one["id"] for one in found["assets"] if one["name"] == asset]
        self.api.call("POST", "/assets/events", json={"asset_id": number, "extra": {}})

        def find() -> str | None:
            new = [r["dag_run_id"] for r in self.api.runs(dag_id) if r["dag_run_id"] not in known]
            return str(new[0]) if new else None

        return str(self.wait_for(f"`{asset}` wakes {dag_id}", find))

    def draw_feed(self, feed: Feed, tasks: str) -> None:
        """Change a feed's `tasks`, and wait until Airflow knows its DAG so."""
        path = load_settings().tenants_dir / f"{feed.tenant.id}.yaml"
        tenant = yaml.safe_load(path.read_text())
        tenant["feeds"][feed.name]["tasks"] = tasks
        path.write_text(yaml.safe_dump(tenant, sort_keys=False))
        wanted = "all_streams" if tasks == "feed" else sorted(feed.streams)[0]

        def find() -> bool:
            found = self.api.call("GET", f"/dags/{feed.dag_id}/tasks")["tasks"]
            return wanted in {task["task_id"] for task in found}

        self.wait_for(f"`{feed.dag_id}` has task `{wanted}`", find)

    def advance(self, tenant: str, changes: int) -> None:
        """Let things happen in a made-up business, since the last load and not after now."""
        url = f"http://{HOST}:{self.facts.ports.sandbox}/_sandbox/advance"
        first = utcnow() - timedelta(seconds=2 * changes)
        body = {"tenant": tenant, "changes": changes, "at": format_instant(first)}
        requests.post(url, json=body, timeout=60).raise_for_status()


@contextmanager
def running_stack(in_one_task: Sequence[tuple[str, str]]) -> Iterator[BenchStack]:
    """The demo's businesses with all they need.

    Args:
        in_one_task: (tenant, feed) of the feeds that get `tasks: feed`.
    """
    with own_state() as folder:
        _write_tenants(folder, in_one_task)
        facts = stack.run_up(SIZE)
        api = stack.build_api(facts)
        api.log_in()
        yield BenchStack(facts, api, stack.build_environment(facts))


@contextmanager
def running_servers(size: str) -> Iterator[dict[str, str]]:
    """The demo's businesses, with PostgreSQL and the sandbox alone: the environment of programs."""
    with own_state() as folder:
        _write_tenants(folder, ())
        yield stack.run_servers_only(size, sandbox=True)


@contextmanager
def own_state() -> Iterator[Path]:
    """A folder and an environment for a stack of its own; stops it at the end or on an error."""
    # Open to others: as root the server runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="elt-bench-"))
    folder.chmod(0o755)
    before = dict(os.environ)
    sandbox = find_free_port(18900)
    os.environ |= {
        "ELT_STATE_DIR": str(folder / "state"),
        "ELT_TENANTS_DIR": str(folder / "tenants"),
        "AIRFLOW_PORT": str(find_free_port(18080)),
        "POSTGRES_PORT": str(find_free_port(15433)),
        "SANDBOX_PORT": str(sandbox),
        "ELT_ALLOWED_HOSTS": f"{HOST}:{sandbox}",
    }
    for name in ("WAREHOUSE_URL", "AIRFLOW_CONN_WAREHOUSE", "ELT_DBT_MANIFEST"):
        os.environ.pop(name, None)
    try:
        yield folder
    finally:
        stack.run_down()
        os.environ.clear()
        os.environ.update(before)
        # ELT_BENCH_KEEP=1 leaves logs and database for a look.
        if not os.environ.get("ELT_BENCH_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


def _write_tenants(folder: Path, in_one_task: Sequence[tuple[str, str]]) -> None:
    (folder / "tenants").mkdir()
    for path in DEMO_TENANTS.glob("*.yaml"):
        text = path.read_text().replace(".local/sandbox", str(folder / "state" / "sandbox"))
        tenant = yaml.safe_load(text)
        for name, feed in tenant["feeds"].items():
            one = (tenant["tenant"], name) in in_one_task
            feed |= {"schedule": AT_NEW_YEAR, "tasks": "feed" if one else "stream"}
        (folder / "tenants" / path.name).write_text(yaml.safe_dump(tenant, sort_keys=False))


def count_seconds(runs: Sequence[dict[str, Any]]) -> float:
    """From the start of the first of these runs to the end of the last."""
    began = min(datetime.fromisoformat(run["start_date"]) for run in runs)
    return (max(datetime.fromisoformat(run["end_date"]) for run in runs) - began).total_seconds()
