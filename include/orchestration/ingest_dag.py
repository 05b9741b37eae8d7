"""`ingest__<tenant>__<feed>`: a task per stream, the feed's checks, the asset.

    stream, stream, ... -> check_raw [asset raw/<tenant>/<feed>] -> all_streams_done

`check_raw` runs once every stream has ended and at least one has loaded, so that a failed stream
neither hides the checks of the others nor keeps their rows from the marts: the asset is its outlet.
A feed whose checks fail does not wake the marts. `all_streams_done` does nothing; Airflow takes a
run's state from its leaves, and without it a run with a failed stream would be green.
"""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import (
    DAG,
    Asset,
    CronDataIntervalTimetable,
    DeadlineAlert,
    DeadlineReference,
    Param,
    SyncCallback,
    TriggerRule,
)

from include.config.models import Feed
from include.core import naming
from include.orchestration.failure_callback import notify_deadline
from include.orchestration.ingest_docs import build_ingest_docs
from include.orchestration.operators import ExtractLoadOperator, QualityCheckOperator
from include.orchestration.task_defaults import build_owner_links, build_task_defaults
from include.orchestration.testable_dag import TestableDag
from include.pipeline.stream_names import build_stream_names

CHECK_TASK = "check_raw"
DONE_TASK = "all_streams_done"
DISCOVERED_TASK = "all_streams"
RESERVED_TASKS = frozenset({CHECK_TASK, DONE_TASK, DISCOVERED_TASK})

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
        default_args={**build_task_defaults(tenant), "priority_weight": feed.priority},
        tags=naming.tags(tenant.id, "ingest", feed.connector.connector),
        owner_links=build_owner_links(tenant),
        params=MANUAL_PARAMS | (RELOAD_PARAM if feed.connector.kind == "files" else {}),
        deadline=_deadline(feed),
    )
    loads = [_load_task(dag, feed, name) for name in build_stream_names(feed) or (None,)]
    check = QualityCheckOperator(
        task_id=CHECK_TASK,
        tenant=tenant.id,
        feed=feed.name,
        trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
        outlets=[build_raw_asset(feed)],
        dag=dag,
    )
    done = EmptyOperator(task_id=DONE_TASK, trigger_rule=TriggerRule.NONE_FAILED, dag=dag)
    loads >> check
    [*loads, check] >> done
    return dag


def build_raw_asset(feed: Feed) -> Asset:
    """The asset that says: new rows of this feed are committed and checked."""
    name = naming.raw_asset(feed.tenant.id, feed.name)
    return Asset(name=name, uri=naming.asset_uri(name))


def _load_task(dag: DAG, feed: Feed, stream: str | None) -> ExtractLoadOperator:
    """One stream's task; for `None` one task that loads whatever discovery finds."""
    task_id = stream or DISCOVERED_TASK
    if stream in RESERVED_TASKS:
        task_id = f"stream_{stream}"
    return ExtractLoadOperator(
        task_id=task_id,
        tenant=feed.tenant.id,
        feed=feed.name,
        stream=stream,
        pool=naming.pool(feed.connector.connector),
        dag=dag,
    )


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
