"""One Airflow DAG per tenant, `transform__<tenant>`, from the tenant files and the manifest.

Add a model in dbt/models or a tenant in YAML; never edit this file.
"""

from functools import partial

from airflow.sdk import get_parsing_context

from include.config.load import load_platform
from include.core import naming
from include.orchestration.dag_builders.broken import build_safely
from include.orchestration.dag_builders.transform import build_transform_dag

wanted = get_parsing_context().dag_id  # set when a task runs: build only its DAG

for tenant in load_platform().tenants:
    dag_id = naming.transform_dag_id(tenant.id)
    if tenant.feeds and wanted in (None, dag_id):
        globals()[dag_id] = build_safely(dag_id, tenant.id, partial(build_transform_dag, tenant))
