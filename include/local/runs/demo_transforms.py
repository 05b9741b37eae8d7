"""Which transform has seen what the feeds brought; the feeds' assets alone start them."""

import time
from collections.abc import Callable, Mapping, Sequence

from include.core.errors import ConfigError
from include.local.airflow_api import AirflowApi
from include.local.runs.demo_runs import POLL_S, FollowedRun, read_instant, run_refresh


def run_await_transform(
    api: AirflowApi,
    tenant: str,
    dag_id: str,
    wanted: Sequence[FollowedRun],
    on_tick: Callable[[list[FollowedRun]], None],
    timeout_s: float,
) -> FollowedRun:
    """Wait until asset-triggered runs that have seen what all `wanted` ingest runs brought ended.

    Returns:
        The newest run that did the work: one that skipped because all was built is passed over.

    Raises:
        ConfigError: If that has not happened after `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    consumed: dict[str, set[tuple[str, str]]] = {}
    while time.monotonic() < deadline:
        runs = [
            FollowedRun(
                *(tenant, None, dag_id, run["dag_run_id"], run["state"]),
                started_at=read_instant(run["start_date"]),
            )
            for run in api.runs(dag_id)
            if run["run_type"] == "asset_triggered"
        ]
        for run in runs:
            if run.run_id not in consumed:
                consumed[run.run_id] = api.consumed_events(dag_id, run.run_id)
        ours, missing = find_seen(runs, consumed, wanted)
        on_tick(ours)
        if ours and not missing and not any(run.is_active for run in ours):
            return _pick_worker(api, ours)
        time.sleep(POLL_S)
    raise ConfigError(
        f"`{dag_id}` has not built the marts {timeout_s:.0f} s after its feeds arrived. "
        f"Waiting for: {', '.join(sorted(run.dag_id for run in wanted))}. "
        "See .local/logs/scheduler.log."
    )


def fetch_told(api: AirflowApi, runs: Sequence[FollowedRun]) -> list[FollowedRun]:
    """Those that ended well and told of something to build; the others wake no transform."""
    return [
        run for run in runs if run.state == "success" and api.has_sent_event(run.dag_id, run.run_id)
    ]


def find_seen(
    runs: Sequence[FollowedRun],
    consumed: Mapping[str, set[tuple[str, str]]],
    wanted: Sequence[FollowedRun],
) -> tuple[list[FollowedRun], list[FollowedRun]]:
    """Runs that have seen what at least one ingest run brought, and ingest runs none has seen.

    A run sees the events it consumed, and all that was loaded before it started: events that come
    while a run is queued belong to none, yet that run builds what they tell of.
    """

    def has_seen(run: FollowedRun, ingest: FollowedRun) -> bool:
        if (ingest.dag_id, ingest.run_id) in consumed[run.run_id]:
            return True
        return bool(run.started_at and ingest.ended_at and run.started_at >= ingest.ended_at)

    ours = [run for run in runs if any(has_seen(run, ingest) for ingest in wanted)]
    missing = [ingest for ingest in wanted if not any(has_seen(run, ingest) for run in ours)]
    return ours, missing


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
