"""One Airflow DAG per feed, `ingest__<tenant>__<feed>`, from the tenant files (ELT_TENANTS_DIR).

A feed with a `sweep_schedule` has a second one, `sweep__<tenant>__<feed>`.
Add a tenant or a feed in YAML; never edit this file. Broken tenants: tenant_quarantine.py.
"""

from functools import partial

from airflow.sdk import get_parsing_context

from include.config.load import load_platform
from include.orchestration.dag_builders.broken import build_safely
from include.orchestration.dag_builders.feed import build_ingest_dag
from include.orchestration.dag_builders.sweep import build_sweep_dag

wanted = get_parsing_context().dag_id  # set when a task runs: build only its DAG

for feed in load_platform().feeds:
    if wanted in (None, feed.dag_id):
        globals()[feed.dag_id] = build_safely(
            feed.dag_id, feed.tenant.id, partial(build_ingest_dag, feed)
        )
    if feed.sweep_schedule and wanted in (None, feed.sweep_dag_id):
        globals()[feed.sweep_dag_id] = build_safely(
            feed.sweep_dag_id, feed.tenant.id, partial(build_sweep_dag, feed)
        )
