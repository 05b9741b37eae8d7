"""`ops__alerts`: looks for what is wrong and tells people, every five minutes.

`elt watch` does the same twice a minute and also notices that Airflow itself is silent. This DAG is
for where no such process can run; both at once do no harm.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from airflow.sdk import DAG, BaseOperator

from include.orchestration.dag_builders.ops import build_ops_dag
from include.orchestration.run_request import check_conf

log = logging.getLogger(__name__)


class TellOperator(BaseOperator):
    """One look: rules, messages, deliveries."""

    ui_color = "#f4b6b6"

    def execute(self, context: Mapping[str, Any]) -> dict[str, int]:
        """Look once; the answer counts what was done.

        Raises:
            EltError: If the platform's own warehouse has no connection at all.
        """
        from include.alerts.tick import run_tick
        from include.orchestration.alerts.alive import run_post_alive
        from include.orchestration.alerts.desk import build_desk

        check_conf(context)
        done = run_tick(build_desk())
        log.info("alerts looked at %s", done)
        run_post_alive(done)
        return asdict(done)


def build_alerts_dag() -> DAG:
    """Every five minutes."""
    dag = build_ops_dag(
        "alerts", "*/5 * * * *", "Tells people what is wrong and what is well again"
    )
    TellOperator(task_id="tell", dag=dag)
    return dag
