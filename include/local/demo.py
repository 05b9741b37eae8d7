"""`make demo`: every tenant from source to marts through Airflow, then the numbers.

DAGs are paused when they are created, so that nothing runs before the demo says so. The demo
unpauses a feed and takes the run that is due (the real scheduled one), or triggers one when none
is. The transforms are never triggered: the feeds' assets wake them.
"""

import json
import time
from collections.abc import Callable

from include.commands.screen.output import complain, say
from include.commands.screen.tables import say_table
from include.config.load import load_platform
from include.config.models import Platform
from include.config.settings import load_settings
from include.core import naming
from include.core.errors import ConfigError
from include.ledger.connection import Warehouse
from include.local import demo_report
from include.local.airflow_api import AirflowApi
from include.local.airflow_env import DEMO_USERS, StackFacts
from include.local.demo_numbers import (
    TenantNumbers,
    fetch_loads_of_runs,
    fetch_stream_counts,
    fetch_tenant_numbers,
)
from include.local.runs.demo_runs import (
    FollowedRun,
    fetch_unfinished,
    run_follow,
    run_start_feeds,
)
from include.local.runs.demo_transforms import fetch_told, run_await_transform
from include.local.stack import build_api, run_up
from include.pipeline.health.tenant_health import fetch_health

PARSE_TIMEOUT_S = 180
INGEST_TIMEOUT_S = 1200
TRANSFORM_TIMEOUT_S = 1200
QUIET_S = 15


class Progress:
    """Says what happens while it happens: a line per committed load, and a sign of life."""

    def __init__(self, api: AirflowApi, warehouse: Warehouse, began: float) -> None:
        self._api, self._warehouse, self._began = api, warehouse, began
        self._seen: set[int] = set()
        self._last_line = time.monotonic()
        self._states: dict[str, str] = {}
        self.first_rows_s: float | None = None

    def line(self, text: str) -> None:
        self._last_line = time.monotonic()
        say(f"[{self._last_line - self._began:6.1f} s] {text}")

    def tick(self, runs: list[FollowedRun]) -> None:
        """New loads, changed run states; what is running when nothing was said for a while."""
        self._say_loads([run.run_id for run in runs])
        for run in runs:
            if self._states.get(run.run_id + run.dag_id, "queued") != run.state:
                self.line(f"{run.dag_id:<32} {run.state}")
            self._states[run.run_id + run.dag_id] = run.state
        active = [run for run in runs if run.is_active]
        if active and time.monotonic() - self._last_line > QUIET_S:
            tasks = [task for run in active for task in fetch_unfinished(self._api, run)]
            more = f" and {len(tasks) - 4} more" if len(tasks) > 4 else ""
            self.line(f"... {active[0].dag_id}: {', '.join(tasks[:4]) or 'queued'}{more}")

    def _say_loads(self, run_ids: list[str]) -> None:
        with self._warehouse.connect() as connection:
            found = fetch_loads_of_runs(connection, run_ids)
        for load_id, tenant, feed, stream, state, read, loaded in found:
            if load_id in self._seen:
                continue
            self._seen.add(load_id)
            place = f"{tenant}/{feed}/{stream}"
            self.line(f"{place:<48} {read:>9,} read {loaded:>9,} loaded  {state}")
            if loaded and self.first_rows_s is None:
                self.first_rows_s = self._last_line - self._began


def run_demo(size: str | None) -> int:
    """Run everything and report; 0 when every run succeeded."""
    began = time.monotonic()
    facts = run_up(size)
    platform = load_platform()
    api = build_api(facts)
    api.log_in()
    warehouse = Warehouse(facts.warehouse_url)
    progress = Progress(api, warehouse, began)
    _await_dags(api, platform)
    ingests = _run_ingests(api, platform, progress)
    transforms = _run_transforms(api, ingests, progress)
    code = _report(facts, platform, ingests, transforms, time.monotonic() - began)
    if progress.first_rows_s is not None:
        say(f"The first rows were there after {progress.first_rows_s:.0f} s.")
    return code


def _await_dags(api: AirflowApi, platform: Platform) -> None:
    """Wait until Airflow knows every DAG of the files.

    Raises:
        ConfigError: If a DAG file does not import, a demo tenant is broken, or it takes too long.
    """
    if platform.broken:
        raise ConfigError(
            f"the demo's tenants `{', '.join(platform.broken)}` have problems. Expected none. "
            f"The first: {platform.problems[0]}"
        )
    wanted = {feed.dag_id for feed in platform.feeds}
    wanted |= {naming.transform_dag_id(tenant.id) for tenant in platform.tenants}
    deadline = time.monotonic() + PARSE_TIMEOUT_S
    while missing := sorted(dag_id for dag_id in wanted if api.dag(dag_id) is None):
        errors = api.import_errors()
        if errors or time.monotonic() > deadline:
            reason = "; ".join(f"{path}: {line}" for path, line in errors) or "no import error"
            raise ConfigError(
                f"`{', '.join(missing[:3])}` did not appear in Airflow: {reason}. "
                "See the dag-processor's log: `make logs NAME=dag-processor`."
            )
        time.sleep(1)


def _run_ingests(api: AirflowApi, platform: Platform, progress: Progress) -> list[FollowedRun]:
    # The marts' DAGs first, so that no event of a feed falls on a paused one.
    for tenant in platform.tenants:
        api.unpause(naming.transform_dag_id(tenant.id))
    # Events sent to /elt/webhooks become rows within seconds.
    api.unpause(naming.ops_dag_id("webhook_drain"))
    runs = run_start_feeds(api, platform.feeds)
    progress.line(f"{len(runs)} feeds of {len(platform.tenants)} tenants are running")
    run_follow(api, runs, progress.tick, INGEST_TIMEOUT_S)
    return runs


def _run_transforms(
    api: AirflowApi, ingests: list[FollowedRun], progress: Progress
) -> dict[str, FollowedRun]:
    """The transform run of each tenant that got something to build from at least one feed."""
    found = {}
    for tenant in sorted({run.tenant for run in ingests}):
        arrived = fetch_told(api, [run for run in ingests if run.tenant == tenant])
        if arrived:
            dag_id = naming.transform_dag_id(tenant)
            tick: Callable[[list[FollowedRun]], None] = progress.tick
            found[tenant] = run_await_transform(
                api, tenant, dag_id, arrived, tick, TRANSFORM_TIMEOUT_S
            )
    return found


def _report(
    facts: StackFacts,
    platform: Platform,
    ingests: list[FollowedRun],
    transforms: dict[str, FollowedRun],
    seconds: float,
) -> int:
    tenants: dict[str, TenantNumbers] = {}
    manifest = load_settings().dbt_manifest
    warehouse = Warehouse(facts.warehouse_url)
    with warehouse.connect() as connection:
        feeds = [(r, fetch_stream_counts(connection, r.dag_id, r.run_id)) for r in ingests]
        for tenant in platform.tenants:
            health = fetch_health(tenant, warehouse)
            tenants[tenant.id] = fetch_tenant_numbers(connection, health, manifest)
    answer = demo_report.build_demo_json(seconds, feeds, tenants, facts.ui)
    facts.state.demo_file.write_text(json.dumps(answer, indent=2) + "\n")
    for table in (
        demo_report.build_stream_table(feeds),
        demo_report.build_tenant_table(tenants, transforms),
        demo_report.build_revenue_table(tenants),
        demo_report.build_people_table(tenants),
    ):
        say()
        say_table(*table, spare=("filtered", "run", "tests"))
    failures = demo_report.build_failures(
        [*ingests, *transforms.values()], facts.state.airflow_home
    )
    say(f"\n{demo_report.build_change_line(feeds)} Took {seconds:.0f} s.")
    say(f"Airflow: {facts.ui}   user admin   password {facts.secrets.admin}")
    say(f"Console: {facts.ui}/elt/   as admin, or:")
    for name, (role, password) in list(facts.users.items())[1:]:
        tenants = DEMO_USERS[name][1].replace("*", "every tenant")
        say(f"    user {name}   password {password}   {role} of {tenants}")
    say("It stays up until `make down`. Numbers for programs: .local/demo.json")
    say("By hand: make run TENANT=acme FEED=shopify, or source .local/demo/env")
    say(
        "What goes wrong, on purpose: make mishap (checks, refused marts, alerts), make mishap-heal"
    )
    for line in failures:
        complain(f"failed: {line}")
    return 1 if failures else 0
