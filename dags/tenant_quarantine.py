"""A red Airflow DAG `broken__<tenant>` for each tenant file with problems.

The tenant's own DAGs are absent until its file is fixed; everybody else's are untouched.
"""

from airflow.sdk import get_parsing_context

from include.config.load import load_platform
from include.orchestration.dag_builders.broken import build_broken_dags

wanted = get_parsing_context().dag_id  # set when a task runs: build only its DAG

# No loop: its variable would be one more DAG at the top level, whichever was wanted.
globals().update(
    {
        dag_id: dag
        for dag_id, dag in build_broken_dags(load_platform()).items()
        if wanted in (None, dag_id)
    }
)
