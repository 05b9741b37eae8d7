"""A red Airflow DAG `broken__<tenant>` for each tenant file with problems.

The tenant's own DAGs are absent until its file is fixed; everybody else's are untouched.
"""

from airflow.sdk import get_parsing_context

from include.orchestration.dag_builders.tenant import build_red_dags, load_for_dags

wanted = get_parsing_context().dag_id  # set when a task runs: read its tenant, build its DAG

globals().update(build_red_dags(load_for_dags(wanted), wanted))
