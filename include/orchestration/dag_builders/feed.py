"""`ingest__<tenant>__<feed>`: a task per stream, the feed's checks, the asset.

    stream, stream, ... -> check_raw [asset raw/<tenant>/<feed>] -> all_streams_done

`stream_tasks` says how these hang together.
"""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

from airflow.sdk import (
    DAG,
    CronDataIntervalTimetable,
    DeadlineAlert,
    DeadlineReference,
    Param,
    SyncCallback,
)

from include.config.models import Feed
from include.core import naming
from include.orchestration.alerts.failure import notify_deadline
from include.orchestration.dag_builders.feed_docs import build_ingest_docs
from include.orchestration.dag_builders.stream_tasks import add_stream_tasks
from include.orchestration.dag_builders.task_defaults import (
    build_owner_links,
    build_task_defaults,
    build_weight,
    drop_inherited_params,
)
from include.orchestration.dag_builders.testable_dag import TestableDag
from include.orchestration.operators.load_and_check import ExtractLoadOperator
from include.pipeline.stream_names import build_stream_names

# A backfill's intervals and the schedule may overlap; the stream lock serialises what collides.
MAX_ACTIVE_RUNS = 2

MANUAL_PARAMS = {
    name: Param(None, type=["null", "string"], description=f"{text}, ISO date or instant, UTC.")
    for name, text in (
        ("from", "Read from here instead of the cursor"),
        ("to", "Read up to here (exclusive) instead of now"),
    )
}

RELOAD_PARAM = {
    "reload": Param(False, type="boolean", description="Read files again that were loaded before.")
}


def build_ingest_dag(feed: Feed) -> DAG:
    """The feed's DAG; the same files give the same serialized DAG, byte for byte."""
    tenant = feed.tenant
    day = feed.start_date
    dag = TestableDag(
        dag_id=feed.dag_id,
        dag_display_name=f"{tenant.id}: load {feed.name}",
        description=f"{feed.connector.title} of {tenant.spec.name} into {feed.raw_schema}",
        doc_md=build_ingest_docs(feed),
        schedule=_timetable(feed),
        start_date=datetime(day.year, day.month, day.day, tzinfo=UTC),
        catchup=False,
        max_active_runs=MAX_ACTIVE_RUNS,
        max_active_tasks=tenant.spec.limits.max_active_tasks,
        default_args={**build_task_defaults(tenant), "priority_weight": build_weight(feed)},
        tags=naming.tags(tenant.id, "ingest", feed.connector.connector),
        owner_links=build_owner_links(tenant),
        # Copies: a run writes what it was given into its DAG's own.
        params=deepcopy(MANUAL_PARAMS | (RELOAD_PARAM if feed.connector.kind == "files" else {})),
        deadline=_deadline(feed),
    )
    add_stream_tasks(dag, feed, build_stream_names(feed), ExtractLoadOperator)
    drop_inherited_params(dag)
    return dag


def _timetable(feed: Feed) -> CronDataIntervalTimetable | None:
    return CronDataIntervalTimetable(feed.schedule, timezone="UTC") if feed.schedule else None


def _deadline(feed: Feed) -> DeadlineAlert | None:
    """Measured from when the run was queued, which for a scheduled run is when it was due.

    Airflow's other clock, the logical date, is the interval's start: a day off for daily feeds.
    """
    if feed.schedule is None:
        return None
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(minutes=feed.deadline_minutes),
        callback=SyncCallback(
            notify_deadline,
            {"tenant_id": feed.tenant.id, "feed": feed.name, "minutes": feed.deadline_minutes},
        ),
        name=f"{feed.dag_id} late",
    )
