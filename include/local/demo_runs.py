"""Start DAG runs and follow them to their end, through Airflow's REST API alone."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from include.config.models import Feed
from include.core.clock import utcnow
from include.core.errors import ConfigError
from include.local.airflow_api import AirflowApi

ACTIVE = frozenset({"queued", "running"})
POLL_S = 1.0


@dataclass
class FollowedRun:
    """One DAG run the demo waits for; `state` and `seconds` are filled in while it runs."""

    tenant: str
    feed: str | None
    dag_id: str
    run_id: str
    state: str = "queued"
    seconds: float = 0.0
    failed_tasks: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE


def run_start_feeds(api: AirflowApi, feeds: Sequence[Feed]) -> list[FollowedRun]:
    """Get one run of every feed going: the one that is due, or else one by hand.

    Unpausing a DAG whose interval has passed makes the scheduler create that run by itself. A
    manual run on top would load the feed twice, so whether one is due is read before unpausing.
    All are unpaused before the first is waited for: the transforms see one burst, not a trickle.
    """
    starts = [_build_start(api, feed) for feed in feeds]
    for start in starts:
        api.unpause(start.feed.dag_id)
    found = []
    for start in starts:
        dag_id = start.feed.dag_id
        run_id = start.active or (
            _await_new_run(api, dag_id, start.known) if start.is_due else None
        )
        run_id = run_id or api.trigger(dag_id)
        found.append(FollowedRun(start.feed.tenant.id, start.feed.name, dag_id, run_id))
    return found


@dataclass(frozen=True)
class _Start:
    """What Airflow knew of a feed's DAG before the demo touched it."""

    feed: Feed
    known: frozenset[str]
    active: str | None
    is_due: bool


def _build_start(api: AirflowApi, feed: Feed) -> _Start:
    dag = api.dag(feed.dag_id)
    if dag is None:
        raise ConfigError(f"Airflow has lost `{feed.dag_id}`. See .local/logs/dag-processor.log.")
    runs = api.runs(feed.dag_id)
    known = frozenset(run["dag_run_id"] for run in runs)
    active = next((run["dag_run_id"] for run in runs if run["state"] in ACTIVE), None)
    return _Start(feed, known, active, dag["is_paused"] and _is_past(dag["next_dagrun_run_after"]))


def run_follow(
    api: AirflowApi,
    runs: list[FollowedRun],
    on_tick: Callable[[list[FollowedRun]], None],
    timeout_s: float,
) -> None:
    """Wait until no run is active; `on_tick` sees them about once a second.

    Raises:
        ConfigError: If one is still active after `timeout_s`; names the DAG and its running tasks.
    """
    deadline = time.monotonic() + timeout_s
    while active := [run for run in runs if run.is_active]:
        for run in active:
            run_refresh(api, run)
        on_tick(runs)
        if time.monotonic() > deadline:
            stuck = next((run for run in runs if run.is_active), None)
            if stuck:
                raise ConfigError(
                    f"`{stuck.dag_id}` has not ended after {timeout_s:.0f} s. Unfinished tasks: "
                    f"{', '.join(fetch_unfinished(api, stuck)) or 'none'}."
                )
        time.sleep(POLL_S)


def run_refresh(api: AirflowApi, run: FollowedRun) -> None:
    """Read state and duration; for a run that ended badly also which tasks failed."""
    found = api.run(run.dag_id, run.run_id)
    run.state = found["state"]
    run.seconds = float(found["duration"] or 0)
    if run.state == "failed":
        run.failed_tasks = [
            (task["task_id"], task["try_number"])
            for task in api.tasks(run.dag_id, run.run_id)
            if task["state"] == "failed"
        ]


def fetch_unfinished(api: AirflowApi, run: FollowedRun) -> list[str]:
    """`task (state)` of every task that has begun but not ended, or waits to be tried again."""
    busy = ("running", "queued", "scheduled", "up_for_retry", "up_for_reschedule", "deferred")
    return [
        f"{task['task_id']} ({task['state']})"
        for task in api.tasks(run.dag_id, run.run_id)
        if task["state"] in busy
    ]


def run_await_transform(
    api: AirflowApi,
    tenant: str,
    dag_id: str,
    wanted: set[tuple[str, str]],
    on_tick: Callable[[list[FollowedRun]], None],
    timeout_s: float,
) -> FollowedRun:
    """Wait until asset-triggered runs that consumed all `wanted` ingest runs' events have ended.

    Returns:
        The newest run that did the work: one that skipped because all was built is passed over.

    Raises:
        ConfigError: If that has not happened after `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    consumed: dict[str, set[tuple[str, str]]] = {}
    while time.monotonic() < deadline:
        runs = [
            FollowedRun(tenant, None, dag_id, run["dag_run_id"], run["state"])
            for run in api.runs(dag_id)
            if run["run_type"] == "asset_triggered"
        ]
        for run in runs:
            if run.run_id not in consumed:
                consumed[run.run_id] = api.consumed_events(dag_id, run.run_id)
        ours = [run for run in runs if consumed[run.run_id] & wanted]
        missing = wanted - set().union(*(consumed[run.run_id] for run in ours))
        on_tick(ours)
        if ours and not missing and not any(run.is_active for run in ours):
            return _pick_worker(api, ours)
        time.sleep(POLL_S)
    raise ConfigError(
        f"`{dag_id}` has not built the marts {timeout_s:.0f} s after its feeds arrived. "
        f"Waiting for: {', '.join(sorted(dag for dag, _ in wanted))}. "
        "See .local/logs/scheduler.log."
    )


def _pick_worker(api: AirflowApi, runs: list[FollowedRun]) -> FollowedRun:
    """A failed run first, else the newest run of which anything but the wait succeeded."""
    for run in runs:
        run_refresh(api, run)
    failed = [run for run in runs if run.state != "success"]
    if failed:
        return failed[0]
    for run in runs:
        states = [task["state"] for task in api.tasks(run.dag_id, run.run_id)]
        if states.count("success") > 1:
            return run
    return runs[0]


def _await_new_run(api: AirflowApi, dag_id: str, known: frozenset[str]) -> str | None:
    """The run the scheduler creates after unpausing; None when it makes none within 30 s."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for run in api.runs(dag_id):
            if run["dag_run_id"] not in known:
                return str(run["dag_run_id"])
        time.sleep(0.5)
    return None


def _is_past(instant: str | None) -> bool:
    return instant is not None and datetime.fromisoformat(instant) <= utcnow()
