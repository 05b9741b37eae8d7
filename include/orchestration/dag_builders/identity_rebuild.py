"""`ops__identity_rebuild`: every week each tenant's identities from nothing, in a quiet hour."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG

from include.config.models import Tenant
from include.orchestration.connections import build_warehouse
from include.orchestration.dag_builders.ops import EachTenantOperator, build_ops_dag, log


def build_identity_rebuild_dag() -> DAG:
    """Every Sunday: every pair of every tenant scored again; the answer stays the same."""
    dag = build_ops_dag("identity_rebuild", "0 3 * * 0", "Who is who, from nothing")
    EachTenantOperator(
        task_id="rebuild", call=run_rebuild, execution_timeout=timedelta(hours=20), dag=dag
    )
    return dag


def run_rebuild(tenant: Tenant, context: Mapping[str, Any]) -> None:
    """Resolve all of a tenant's records again; where that changes anything, marts are built anew.

    A tenant that has not been resolved yet has nothing to rebuild: its first transform does it.

    Raises:
        EltError: It could not be done; the last answer stays, and other tenants have their turn.
    """
    del context
    from include.destinations.postgres.identity.runs import has_runs
    from include.ledger.builds import build_lock, run_forget_build
    from include.pipeline.identity.resolve import run_resolve_identities

    warehouse = build_warehouse(tenant)
    with warehouse.connect() as connection:
        if not has_runs(connection, tenant.id):
            return
    with build_lock(warehouse, tenant.id):
        done = run_resolve_identities(tenant, warehouse, full=True)
        changed = sum(rows for one in done for rows in one.changed.values())
        if changed:
            with warehouse.connect() as connection:
                run_forget_build(connection, tenant.id)
    log.info("identity rebuilt tenant=%s rows_changed=%d", tenant.id, changed)
