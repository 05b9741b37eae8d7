"""`sweep__<tenant>__<feed>`: what is gone at the source, found by reading it whole now and then.

    stream, stream, ... -> check_raw [asset raw/<tenant>/<feed>] -> all_streams_done

The same shape as the feed's ingest DAG, on a schedule of its own. Only streams that are read by
time take part: the others are read in full by every ingest run, which finds it too.
"""

from copy import deepcopy
from datetime import UTC, datetime

from airflow.sdk import DAG, CronTriggerTimetable, Param

from include.config.models import Feed
from include.core import naming
from include.orchestration.dag_builders.stream_tasks import add_stream_tasks
from include.orchestration.dag_builders.task_defaults import (
    build_owner_links,
    build_task_defaults,
    build_weight,
)
from include.orchestration.operators.load_and_check import SweepOperator
from include.orchestration.run_request import ACCEPT_DELETES
from include.pipeline.stream_names import build_swept_names

PARAMS = {
    ACCEPT_DELETES: Param(
        False,
        type="boolean",
        description="However much is missing is really gone: mark it deleted without asking.",
    )
}
DOCS = """
# What is gone from {title}

Reads these streams of feed `{feed}` whole and gives `_deleted_at` to rows the source no longer has:
{streams}. Runs {schedule}; the cursors stay, so that ingest runs are not disturbed.

A sweep that would delete more than a stream's `sweep_limit_share` stops and changes nothing. Look
at the source; if it is right, trigger this DAG with `accept_deletes`, or run
`elt run --tenant {tenant} --feed {feed} --step sweep --accept-deletes`.
"""


def build_sweep_dag(feed: Feed) -> DAG:
    """The feed's second DAG; only for feeds with a `sweep_schedule`."""
    tenant, day = feed.tenant, feed.start_date
    dag = DAG(
        dag_id=feed.sweep_dag_id,
        dag_display_name=f"{tenant.id}: sweep {feed.name}",
        description=f"Rows of {feed.raw_schema} that {feed.connector.title} no longer has",
        doc_md=_build_docs(feed),
        schedule=CronTriggerTimetable(feed.sweep_schedule or "", timezone="UTC"),
        start_date=datetime(day.year, day.month, day.day, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        max_active_tasks=tenant.spec.limits.max_active_tasks,
        default_args={**build_task_defaults(tenant), "priority_weight": build_weight(feed)},
        tags=naming.tags(tenant.id, "sweep", feed.connector.connector),
        owner_links=build_owner_links(tenant),
        params=deepcopy(PARAMS),
    )
    add_stream_tasks(dag, feed, build_swept_names(feed), SweepOperator)
    return dag


def _build_docs(feed: Feed) -> str:
    names = ", ".join(f"`{name}`" for name in build_swept_names(feed))
    return DOCS.format(
        title=f"{feed.connector.title} of {feed.tenant.spec.name}",
        feed=feed.name,
        tenant=feed.tenant.id,
        streams=names or "all that have a cursor and `sweep: all`",
        schedule=f"`{feed.sweep_schedule}` (UTC)",
    )
