"""The platform's own Airflow DAGs, `ops__*`: alerts, quality reports, retention, webhooks."""

from airflow.sdk import get_parsing_context

from include.orchestration.dag_builders.airflow_retention import build_airflow_retention_dag
from include.orchestration.dag_builders.alerts import build_alerts_dag
from include.orchestration.dag_builders.dbt_docs import build_dbt_docs_dag
from include.orchestration.dag_builders.drain import build_webhook_drain_dag
from include.orchestration.dag_builders.identity_rebuild import build_identity_rebuild_dag
from include.orchestration.dag_builders.ops import (
    build_quality_report_dag,
    build_retention_dag,
    build_weekly_report_dag,
)

wanted = get_parsing_context().dag_id  # set when a task runs: build only its DAG
builders = (
    build_airflow_retention_dag,
    build_alerts_dag,
    build_dbt_docs_dag,
    build_identity_rebuild_dag,
    build_quality_report_dag,
    build_retention_dag,
    build_webhook_drain_dag,
    build_weekly_report_dag,
)

# No loop: its variable would be one more DAG at the top level, whichever was wanted.
globals().update(
    {dag.dag_id: dag for dag in (build() for build in builders) if wanted in (None, dag.dag_id)}
)
