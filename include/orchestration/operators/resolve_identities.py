"""The step after the first part of a build, as a task: who is who among all sources' records."""

from collections.abc import Mapping
from typing import Any

from include.config.lookup import load_one_tenant
from include.orchestration.connections import build_warehouse
from include.orchestration.operators.dbt import DbtNodeOperator


class ResolveIdentitiesOperator(DbtNodeOperator):
    """Says how identities were resolved in its run's build; cleared by itself, it resolves them."""

    ui_color = "#e4dcf7"

    def run_alone(self, context: Mapping[str, Any], event: Any = None) -> None:
        """Resolve, scoring every pair again; the next build is a whole one, so marts follow.

        Raises:
            TransformError: It could not be done; the last answer stays.
        """
        from include.ledger.builds import build_lock, run_forget_build
        from include.pipeline.identity.resolve import run_resolve_identities

        tenant = load_one_tenant(self.tenant)
        warehouse = build_warehouse(tenant)
        with build_lock(warehouse, tenant.id):
            done = run_resolve_identities(tenant, warehouse, full=True)
            if any(rows for one in done for rows in one.changed.values()):
                with warehouse.connect() as connection:
                    run_forget_build(connection, tenant.id)
        for one in done:
            if one.summary:
                self.log.info(
                    "identity kind=%s records=%d entities=%d",
                    *(one.kind, one.summary.records, one.summary.entities),
                )
