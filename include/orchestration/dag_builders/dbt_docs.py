"""`ops__dbt_docs`: the page of the dbt project that the console shows, every Monday or by hand."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk import DAG, BaseOperator

from include.config.load import load_platform
from include.orchestration.dag_builders.ops import build_ops_dag
from include.orchestration.run_request import check_conf


class BuildDocsOperator(BaseOperator):
    """Writes dbt's documentation; the page of last time stays where it fails."""

    def execute(self, context: Mapping[str, Any]) -> str:
        """Write it; the answer is where.

        Raises:
            TransformError: dbt could not.
        """
        from include.pipeline.dbt.docs import run_build_docs

        check_conf(context)
        return run_build_docs(load_platform()).name


def build_dbt_docs_dag() -> DAG:
    """Weekly; somebody who has edited a model starts it."""
    dag = build_ops_dag("dbt_docs", "30 5 * * 1", "dbt's documentation, shown at /elt/docs")
    BuildDocsOperator(task_id="build", dag=dag)
    return dag
