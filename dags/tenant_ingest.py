"""One Airflow DAG per feed, `ingest__<tenant>__<feed>`, from the tenant files (ELT_TENANTS_DIR).

A feed with a `sweep_schedule` has a second one, `sweep__<tenant>__<feed>`.
Add a tenant or a feed in YAML; never edit this file. Broken tenants: tenant_quarantine.py.
"""

from airflow.sdk import get_parsing_context

from include.orchestration.dag_builders.tenant import build_ingest_dags, load_for_dags

wanted = get_parsing_context().dag_id  # set when a task runs: read its tenant, build its DAG

for tenant in load_for_dags(wanted).tenants:
    globals().update(build_ingest_dags(tenant, wanted))
