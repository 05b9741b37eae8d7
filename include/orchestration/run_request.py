"""What an Airflow run asks for, as the pipeline's words. Pure apart from reading the context."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.core.clock import parse_instant
from include.core.errors import ConfigError
from include.core.streams import RunKind, Window
from include.pipeline.load_request import RunOrigin

ACCEPT_DELETES = "accept_deletes"


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Kind of a run and, for backfills and manual runs with from/to, exactly what to read.

    Attributes:
        reload: Read files again that were loaded before.
        may_shrink: A person accepts that much of a stream is gone.
    """

    kind: RunKind
    window: Window | None
    reload: bool = False
    may_shrink: bool = False


def build_run_request(
    run_type: str,
    interval_start: datetime | None,
    interval_end: datetime | None,
    params: Mapping[str, Any],
) -> RunRequest:
    """Backfill: its data interval exactly. Scheduled: continue at the cursor. Else: params from/to.

    Raises:
        ConfigError: If `from` or `to` is not an ISO date or instant, or they are swapped.
    """
    if run_type == "backfill":
        return RunRequest(RunKind.BACKFILL, Window(interval_start, interval_end))
    if run_type == "scheduled":
        return RunRequest(RunKind.SCHEDULED, None)
    since, until = _instant(params, "from"), _instant(params, "to")
    if since is None and until is None:
        return RunRequest(RunKind.MANUAL, None, reload=bool(params.get("reload")))
    if since and until and since >= until:
        raise ConfigError(f"`from` is `{since}`, `to` is `{until}`. Expected `from` before `to`.")
    return RunRequest(RunKind.MANUAL, Window(since, until))


def build_sweep_request(params: Mapping[str, Any]) -> RunRequest:
    """A sweep, however its run was started; only a person sets `accept_deletes`."""
    return RunRequest(RunKind.SWEEP, None, may_shrink=params.get(ACCEPT_DELETES) is True)


def read_run_request(context: Mapping[str, Any]) -> RunRequest:
    """The request of the running task's DAG run."""
    run = context["dag_run"]
    return build_run_request(
        getattr(run.run_type, "value", run.run_type),
        run.data_interval_start,
        run.data_interval_end,
        context.get("params") or {},
    )


def read_origin(context: Mapping[str, Any]) -> RunOrigin:
    """Where this task's rows come from."""
    ti = context["ti"]
    return RunOrigin(ti.dag_id, ti.run_id, ti.task_id, ti.try_number)


def _instant(params: Mapping[str, Any], name: str) -> datetime | None:
    value = params.get(name)
    if value in (None, ""):
        return None
    try:
        return parse_instant(str(value))
    except ValueError:
        raise ConfigError(
            f"parameter `{name}` is `{value}`. Expected an ISO date or instant such as "
            "`2026-10-01` or `2026-10-01T06:00:00Z`."
        ) from None
