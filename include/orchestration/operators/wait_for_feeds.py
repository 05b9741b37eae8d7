"""First task of a transform: waits for the feeds of this cycle, then plans what there is to build.

Whom to wait for it asks Airflow (runs, asset events), which knows of runs that have not written
anything yet; what has changed it asks the ledger. Nothing changed: the run ends here.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import Asset, BaseSensorOperator, PokeReturnValue
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.exceptions import AirflowSkipException, DownstreamTasksSkipped

from include.config.lookup import load_one_tenant
from include.core import naming
from include.core.clock import format_instant, parse_instant, utcnow
from include.orchestration.connections import build_warehouse
from include.orchestration.operators import arrivals
from include.orchestration.operators.arrivals import Arrival, FeedState
from include.orchestration.operators.node_report import PLAN
from include.orchestration.run_request import check_conf

log = logging.getLogger(__name__)
CHECK_TASK = "check_marts"
FULL = "full"

# A reschedule costs a scheduler loop and a fresh process, so the first minute is spent looking.
BURST = timedelta(seconds=60)
LOOK_S = 3
RESCHEDULE_S = 30
A_MOMENT = timedelta(microseconds=1)
ACTIVE = ["queued", "running"]
ENDED, ENDED_WELL = ["success", "failed"], ["success"]
RAW_UNTIL = "raw_until"


class WaitForFeedsSensor(BaseSensorOperator):
    """Waits for a tenant's feeds; skips the run when nothing came in since the last transform.

    A run started by hand waits for nothing. Pushes which feeds were late and the newest raw event.
    """

    def __init__(
        self,
        *,
        tenant: str,
        schedules: Mapping[str, str | None],
        grace_minutes: int,
        **kwargs: Any,
    ) -> None:
        """Make the sensor.

        Args:
            tenant: Tenant id.
            schedules: Feed name -> cron line; None for feeds that run by hand only.
            grace_minutes: Longest wait, counted from the trigger.
            **kwargs: Airflow's.
        """
        self.grace = timedelta(minutes=grace_minutes)
        super().__init__(
            mode="reschedule",
            # A busy scheduler may take seconds to read that the last look has ended; if the task is
            # queued again by then it calls it failed: 40 s lost to a retry.
            poke_interval=RESCHEDULE_S,
            # The grace ends the wait; this only ends a sensor that no one ends.
            timeout=self.grace + timedelta(hours=1),
            **kwargs,
        )
        self.tenant = tenant
        self.schedules = dict(schedules)

    def poke(self, context: Mapping[str, Any]) -> PokeReturnValue:
        """Look; soon after the trigger several times, for a burst of feeds ends within a minute.

        Raises:
            AirflowSkipException: If the newest raw event is in the marts already.
            ConfigError: If the run's conf asks for something that nothing reads.
        """
        check_conf(context, (FULL,))
        while True:
            found = self.look(context)
            if found.is_done:
                self.run_plan(context, found.xcom_value)
                return found
            if utcnow() > context["dag_run"].run_after + BURST:
                return found
            time.sleep(LOOK_S)

    def run_plan(self, context: Mapping[str, Any], found: Any) -> None:
        """Push what is to be built (XCom `plan`).

        Args:
            found: What the wait has found, for `check_marts`.

        Raises:
            DownstreamTasksSkipped: If there is less to do than everything, with the models that are
                not built; when there is nothing, with all tasks but the checks a person asked for.
        """
        from include.config.settings import load_settings
        from include.pipeline.dbt.plan import fetch_plan

        tenant = load_one_tenant(self.tenant)
        full = bool((context.get("params") or {}).get(FULL))
        plan = fetch_plan(tenant, build_warehouse(tenant), load_settings(), full=full)
        log.info("transform tenant=%s %s", self.tenant, plan.reason)
        context["ti"].xcom_push(key=PLAN, value=asdict(plan))
        if plan.nodes is None:
            return
        task = context["ti"].task
        if plan.is_nothing:
            kept = {CHECK_TASK} if _is_by_hand(context["dag_run"]) else set()
            skipped = task.get_flat_relative_ids(upstream=False) - kept
        else:
            skipped = {one.task_id for one in task.dag.tasks if _is_left_out(one, plan.nodes)}
        if skipped:
            context["ti"].xcom_push(key=BaseXCom.XCOM_RETURN_KEY, value=found)
            raise DownstreamTasksSkipped(tasks=sorted(skipped))

    def look(self, context: Mapping[str, Any]) -> PokeReturnValue:
        """Ask Airflow once; raises as `poke` does."""
        run = context["dag_run"]
        events = {feed: self._last_event(context, feed) for feed in self.schedules}
        newest = max((event for event in events.values() if event), default=None)
        by_hand = _is_by_hand(run)
        if not by_hand and arrivals.is_nothing_new(newest, self._last_transformed(context)):
            raise AirflowSkipException("every raw event so far is in the marts already")
        now = utcnow()
        found = {
            feed: arrivals.build_arrival(self._state(context, feed, run.run_after, event), now)
            for feed, event in events.items()
        }
        waited = [] if by_hand else arrivals.find_waited(found, now, run.run_after + self.grace)
        log.info("feeds tenant=%s waiting=%s %s", self.tenant, ",".join(waited) or "-", _say(found))
        if waited:
            return PokeReturnValue(is_done=False)
        late = arrivals.find_late(found)
        if late:
            log.warning("marts are built without tenant=%s feeds=%s", self.tenant, ",".join(late))
        until = format_instant(newest) if newest else None
        return PokeReturnValue(is_done=True, xcom_value={"late": late, RAW_UNTIL: until})

    def _state(
        self, context: Mapping[str, Any], feed: str, triggered_at: datetime, event: datetime | None
    ) -> FeedState:
        count = context["ti"].get_dr_count
        dag_id = naming.ingest_dag_id(self.tenant, feed)
        due_at, logical_date = self._due(feed, triggered_at)
        ended, well = (
            logical_date is not None
            and bool(count(dag_id, logical_dates=[logical_date], states=states))
            for states in (ENDED, ENDED_WELL)
        )
        delivered = event is not None and event >= triggered_at - BURST
        active = bool(count(dag_id, states=ACTIVE))
        return FeedState(due_at, event, active, ended, delivered, well)

    def _due(
        self, feed: str, triggered_at: datetime
    ) -> tuple[datetime, datetime] | tuple[None, None]:
        """Due instant, and its run's logical date: the start of the interval that ends when due."""
        cron = self.schedules[feed]
        if cron is None:
            return None, None
        from croniter import croniter  # kept out of DAG parsing

        last: datetime = croniter(cron, triggered_at + A_MOMENT).get_prev(datetime)
        upcoming: datetime = croniter(cron, triggered_at).get_next(datetime)
        due_at = arrivals.find_due(last, upcoming, triggered_at, self.grace)
        if due_at is None:
            return None, None
        return due_at, croniter(cron, due_at).get_prev(datetime)

    def _last_event(self, context: Mapping[str, Any], feed: str) -> datetime | None:
        event = _newest(context, naming.raw_asset(self.tenant, feed))
        return event.timestamp if event else None

    def _last_transformed(self, context: Mapping[str, Any]) -> datetime | None:
        event = _newest(context, naming.mart_asset(self.tenant))
        until = (event.extra or {}).get(RAW_UNTIL) if event else None
        return parse_instant(until) if until else None


def build_asset(name: str) -> Asset:
    """An asset of ours by its name; the URI follows from it."""
    return Asset(name=name, uri=naming.asset_uri(name))


def _is_left_out(task: Any, planned: Mapping[str, str]) -> bool:
    """Whether it is a model's task, and the model is not planned."""
    node = getattr(task, "unique_id", None)
    return node is not None and node not in planned


def _is_by_hand(run: Any) -> bool:
    return getattr(run.run_type, "value", run.run_type) != "asset_triggered"


def _newest(context: Mapping[str, Any], name: str) -> Any | None:
    events = context["inlet_events"][build_asset(name)].ascending(False).limit(1)
    return events[0] if len(events) else None


def _say(found: Mapping[str, Arrival]) -> str:
    return " ".join(f"{feed}={arrival.value!r}" for feed, arrival in sorted(found.items()))
