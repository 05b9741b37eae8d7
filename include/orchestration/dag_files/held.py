# ruff: noqa: TID251  in the DAG processor, which has the database; no task imports this
"""DAGs that Airflow starts no run of, since it remembers one as running that has ended.

`dag.exceeds_max_non_backfill` is written when a DAG is parsed and when the scheduler ends a run,
and read before a run is created. Left true after the last active run are a DAG parsed in the moment
its run ends, and one whose run a person marks or deletes. The next parse mends it: that is half a
minute in Airflow's own setting and an hour in ours. Source: airflow 3.3.2,
dag_processing/collection.py, jobs/scheduler_job_runner.py, models/dag.py (read 2026-12-01).
"""

from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunType
from sqlalchemy import func, select, update


def run_release_held(bundle_name: str) -> list[str]:
    """Let runs of these DAGs be created again: their names, sorted.

    In Airflow's own database, by its DAG processor only: a task may not open it.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: The database does not answer; nothing is written.
    """
    active = (
        select(func.count())
        .select_from(DagRun)
        .where(
            DagRun.dag_id == DagModel.dag_id,
            DagRun.state.in_((DagRunState.RUNNING, DagRunState.QUEUED)),
            DagRun.run_type != DagRunType.BACKFILL_JOB,
        )
        .correlate(DagModel)
        .scalar_subquery()
    )
    held = (
        update(DagModel)
        .where(
            DagModel.bundle_name == bundle_name,
            DagModel.exceeds_max_non_backfill.is_(True),
            active < DagModel.max_active_runs,
        )
        .values(exceeds_max_non_backfill=False)
        .returning(DagModel.dag_id)
        .execution_options(synchronize_session=False)
    )
    with create_session() as session:
        return sorted(session.scalars(held))
