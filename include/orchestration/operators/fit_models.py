"""The step before the last part of a build, as a task: what is fitted to the tenant's numbers."""

from collections.abc import Mapping
from typing import Any

from include.config.lookup import load_one_tenant
from include.orchestration.connections import build_warehouse
from include.orchestration.operators.dbt import DbtNodeOperator


class FitModelsOperator(DbtNodeOperator):
    """Says how fits went in its run's build; cleared by itself, it makes them all anew."""

    ui_color = "#e4dcf7"

    def run_alone(self, context: Mapping[str, Any], event: Any = None) -> None:
        """Fit, also what has not changed; the next build is a whole one, so marts follow.

        Raises:
            TransformError: A fit could not be made; its last answer stays.
        """
        from include.ledger.builds import build_lock, run_forget_build
        from include.pipeline.fits.fit import run_fit_models

        tenant = load_one_tenant(self.tenant)
        warehouse = build_warehouse(tenant)
        with build_lock(warehouse, tenant.id):
            done = run_fit_models(tenant, warehouse, full=True)
            if any(rows for one in done for rows in (one.changed or {}).values()):
                with warehouse.connect() as connection:
                    run_forget_build(connection, tenant.id)
        for one in done:
            self.log.info("fit=%s seconds=%.1f changed=%s", one.fit, one.seconds, one.changed)
