"""One Airflow DAG per tenant, `transform__<tenant>`, from the tenant files and the manifest.

Add a model in dbt/models or a tenant in YAML; never edit this file.
"""

from airflow.sdk import get_parsing_context

from include.orchestration.dag_builders.tenant import build_transform_dags, load_for_dags

wanted = get_parsing_context().dag_id  # set when a task runs: read its tenant, build its DAG

for tenant in load_for_dags(wanted).tenants:
    globals().update(build_transform_dags(tenant, wanted))
