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
    started_at: datetime | None = None
    ended_at: datetime | None = None
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
        ConfigError: If one is still active after `timeout_s`, and in a quarter of that no task of
            it has moved: a busy machine is slow, not stuck. Names the DAG and its running tasks.
    """
    deadline = time.monotonic() + timeout_s
    seen: tuple[str, list[str]] | None = None
    while active := [run for run in runs if run.is_active]:
        for run in active:
            run_refresh(api, run)
        on_tick(runs)
        if time.monotonic() > deadline:
            stuck = next((run for run in runs if run.is_active), None)
            left = fetch_unfinished(api, stuck) if stuck else []
            if stuck and seen == (stuck.dag_id, left):
                raise ConfigError(
                    f"`{stuck.dag_id}` has not ended after {timeout_s:.0f} s. Unfinished tasks: "
                    f"{', '.join(left) or 'none'}."
                )
            seen = (stuck.dag_id, left) if stuck else None
            deadline = time.monotonic() + timeout_s / 4
        time.sleep(POLL_S)


def run_refresh(api: AirflowApi, run: FollowedRun) -> None:
    """Read state and duration; for a run that ended badly also which tasks failed."""
    found = api.run(run.dag_id, run.run_id)
    run.state = found["state"]
    run.seconds = float(found["duration"] or 0)
    run.started_at, run.ended_at = (
        read_instant(found[name]) for name in ("start_date", "end_date")
    )
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


def read_instant(text: str | None) -> datetime | None:
    """An instant as the API writes it; None where it writes none."""
    return datetime.fromisoformat(text) if text else None
