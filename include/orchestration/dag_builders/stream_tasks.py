"""What a feed's ingest and sweep DAGs have in common: a task per stream, its checks, the asset.

    stream, stream, ... -> check_raw [asset raw/<tenant>/<feed>] -> all_streams_done

The asset's event is sent through an alias, when the tenant's marts have something to build.
`check_raw` runs once every stream has ended and at least one has loaded, so that a failed stream
neither hides the checks of the others nor keeps their rows from the marts: the asset is its outlet.
A feed whose checks fail does not wake the marts. `all_streams_done` does nothing; Airflow takes a
run's state from its leaves, and without it a run with a failed stream would be green.

One task takes all streams where the feed says `tasks: feed`, and where only discovery knows them.
It runs the checks itself, and the asset is its outlet: no other process starts. `check_raw` is left
for a run in which streams failed: it checks the others and sends them on.

    all_streams [asset] -> check_raw [asset], when a stream has failed -> all_streams_done
"""

from collections.abc import Sequence

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TriggerRule

from include.config.models import Feed
from include.core import naming
from include.orchestration.operators.load_and_check import (
    ExtractLoadOperator,
    QualityCheckOperator,
    SweepOperator,
)
from include.orchestration.operators.news import build_news_outlet

CHECK_TASK = "check_raw"
DONE_TASK = "all_streams_done"
DISCOVERED_TASK = "all_streams"
RESERVED_TASKS = frozenset({CHECK_TASK, DONE_TASK, DISCOVERED_TASK})


def add_stream_tasks(
    dag: DAG,
    feed: Feed,
    streams: Sequence[str],
    operator: type[ExtractLoadOperator] | type[SweepOperator],
) -> None:
    """Fill the DAG; without streams it gets one task that takes whatever discovery finds."""
    is_one_task = feed.tasks == "feed" or not streams
    outlet = build_news_outlet(feed)
    tasks = [
        operator(
            task_id=_build_task_id(stream),
            tenant=feed.tenant.id,
            feed=feed.name,
            stream=stream,
            checks=is_one_task,
            pool=naming.pool(feed.connector.connector),
            outlets=[outlet] if is_one_task else [],
            dag=dag,
        )
        for stream in ([None] if is_one_task else streams)
    ]
    rule = TriggerRule.ONE_FAILED if is_one_task else TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
    check = QualityCheckOperator(
        task_id=CHECK_TASK,
        tenant=feed.tenant.id,
        feed=feed.name,
        after_failures=is_one_task,
        trigger_rule=rule,
        outlets=[outlet],
        dag=dag,
    )
    done = EmptyOperator(task_id=DONE_TASK, trigger_rule=TriggerRule.NONE_FAILED, dag=dag)
    tasks >> check
    [*tasks, check] >> done


def _build_task_id(stream: str | None) -> str:
    if stream is None:
        return DISCOVERED_TASK
    return f"stream_{stream}" if stream in RESERVED_TASKS else stream
