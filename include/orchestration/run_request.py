"""What an Airflow run asks for, in the pipeline's words. Pure: it only reads the context."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from include.config.explain import did_you_mean
from include.config.models import Feed
from include.core.clock import parse_instant
from include.core.errors import ConfigError
from include.core.streams import RunKind, RunOrigin, Window
from include.pipeline.load_request import LoadRequest

ACCEPT_DELETES = "accept_deletes"
LOAD_PARAMETERS = ("from", "to", "reload")
SWEEP_PARAMETERS = (ACCEPT_DELETES,)


class DagRun(Protocol):
    """What of Airflow's DAG run decides about a load.

    Attributes:
        run_type: `scheduled`, `backfill`, `manual` and others.
        data_interval_start: None for runs that have no interval.
    """

    run_type: Any
    data_interval_start: datetime | None
    data_interval_end: datetime | None


def build_load_request(feed: Feed, run: DagRun, params: Mapping[str, Any]) -> LoadRequest:
    """Backfill: its data interval exactly. Scheduled: continue at the cursor. Else: params from/to.

    Raises:
        ConfigError: If `from` or `to` is not an ISO date or instant, or they are swapped.
    """
    run_type = getattr(run.run_type, "value", run.run_type)
    if run_type == "backfill":
        interval = Window(run.data_interval_start, run.data_interval_end)
        return LoadRequest(feed, RunKind.BACKFILL, window=interval)
    if run_type == "scheduled":
        return LoadRequest(feed, RunKind.SCHEDULED)
    since, until = _instant(params, "from"), _instant(params, "to")
    if since and until and since >= until:
        raise ConfigError(f"`from` is `{since}`, `to` is `{until}`. Expected `from` before `to`.")
    window = Window(since, until) if since or until else None
    return LoadRequest(feed, RunKind.MANUAL, window=window, reload=_flag(params, "reload"))


def build_sweep_request(feed: Feed, params: Mapping[str, Any]) -> LoadRequest:
    """A sweep, however its run was started; only a person sets `accept_deletes`."""
    return LoadRequest(feed, RunKind.SWEEP, may_shrink=_flag(params, ACCEPT_DELETES))


def check_conf(context: Mapping[str, Any], own: Iterable[str] = ()) -> None:
    """Refuse a run that was asked for something nobody reads; Airflow itself takes any JSON.

    Args:
        own: What the operator reads, for DAGs written by hand that declare no params.

    Raises:
        ConfigError: If a key of the run's conf is no param of its DAG, or a backfill has one: it
            reads exactly its interval.
    """
    conf = getattr(context.get("dag_run"), "conf", None) or {}
    known = set(getattr(context.get("dag"), "params", None) or own)
    unknown = sorted(set(conf) - known)
    if unknown:
        name = unknown[0]
        expected = ", ".join(f"`{one}`" for one in sorted(known)) or "none"
        raise ConfigError(
            f"the run's conf has `{name}`, which nothing reads.{did_you_mean(name, known)} "
            f"Expected params of the DAG: {expected}. Trigger it again without it."
        )
    run_type = getattr(context.get("dag_run"), "run_type", None)
    if conf and getattr(run_type, "value", run_type) == "backfill":
        raise ConfigError(
            f"a backfill run's conf has `{sorted(conf)[0]}`. Expected none: it reads exactly its "
            "data interval. Create the backfill without it, or trigger the DAG by hand."
        )


def read_origin(context: Mapping[str, Any]) -> RunOrigin:
    """Where this task's rows come from."""
    ti = context["ti"]
    return RunOrigin(ti.dag_id, ti.run_id, ti.task_id, ti.try_number)


def _flag(params: Mapping[str, Any], name: str) -> bool:
    value = params.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ConfigError(f"parameter `{name}` is `{value!r}`. Expected true or false, without quotes.")


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
