"""The platform's own Airflow DAGs, `ops__*`: the daily quality report and retention."""

from airflow.sdk import get_parsing_context

from include.orchestration.ops_dag import build_quality_report_dag, build_retention_dag

wanted = get_parsing_context().dag_id  # set when a task runs: build only its DAG

for build in (build_quality_report_dag, build_retention_dag):
    dag = build()
    if wanted in (None, dag.dag_id):
        globals()[dag.dag_id] = dag
