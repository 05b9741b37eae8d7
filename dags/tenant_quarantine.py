"""A red Airflow DAG `broken__<tenant>` for each tenant file with problems.

The tenant's own DAGs are absent until its file is fixed; everybody else's are untouched.
"""

from airflow.sdk import get_parsing_context

from include.config.load import load_platform
from include.orchestration.dag_builders.broken import build_broken_dag

wanted = get_parsing_context().dag_id  # set when a task runs: build only its DAG
platform = load_platform()

for stem in platform.broken:
    dag = build_broken_dag(stem, platform)
    if wanted in (None, dag.dag_id):
        globals()[dag.dag_id] = dag
