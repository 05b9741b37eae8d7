"""`ops__airflow_retention`: old runs, task instances, logs and XComs out of Airflow's own database.

Tasks have no metadata database, so Airflow's command does it in a process of its own, with the
address from the connection `airflow_metadata`; where there is none the task says so and skips.
"""

import logging
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, BaseOperator, Param
from airflow.sdk.exceptions import AirflowSkipException

from include.config.settings import child_environment
from include.core import naming
from include.core.clock import format_instant, utcnow
from include.core.errors import WarehouseError
from include.orchestration.connections import fetch_metadata_url
from include.orchestration.dag_builders.ops import build_ops_dag
from include.orchestration.run_request import check_conf

log = logging.getLogger(__name__)
KEEP_DAYS = 30
# Not `dag` and `dag_version`: they go by when a file was parsed last, which is rare here.
TABLES = (
    *("dag_run", "task_instance", "task_instance_history", "task_reschedule", "xcom", "log", "job"),
    *("asset_event", "callback", "deadline", "trigger", "import_error", "celery_taskmeta"),
)


class CleanAirflowOperator(BaseOperator):
    """Runs `airflow db clean` for what is older than the param `days`."""

    def execute(self, context: Mapping[str, Any]) -> None:
        """Delete.

        Raises:
            WarehouseError: Airflow's command failed; what it had deleted by then stays so.
        """
        check_conf(context)
        url = fetch_metadata_url()
        if url is None:
            raise AirflowSkipException(
                f"no connection `{naming.METADATA_CONNECTION}`: nothing is deleted. Create it, or "
                "run `airflow db clean` where the database can be reached."
            )
        days = int(context["params"]["days"])
        done = subprocess.run(
            build_command(days),
            env=child_environment(AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=url),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise WarehouseError(
                f"`airflow db clean` ended with {done.returncode}: {last[:300]}. Expected 0. "
                "Look at Airflow's database; the next night deletes what is left."
            )
        log.info("airflow retention finished days=%d", days)


def build_command(days: int) -> list[str]:
    """Airflow's own, without its copies of what it deletes."""
    before = format_instant(utcnow() - timedelta(days=days))
    command = [sys.executable, "-m", "airflow", "db", "clean", "--yes", "--skip-archive"]
    command += ["--error-on-cleanup-failure", "--batch-size", "10000"]
    return [*command, "--clean-before-timestamp", before, "--tables", ",".join(TABLES)]


def build_airflow_retention_dag() -> DAG:
    """Every night, after elt_ops'."""
    dag = build_ops_dag("airflow_retention", "0 3 * * *", "Deletes what Airflow need not keep")
    dag.params["days"] = Param(KEEP_DAYS, type="integer", minimum=7, description="Days kept.")
    CleanAirflowOperator(task_id="clean", dag=dag)
    return dag
