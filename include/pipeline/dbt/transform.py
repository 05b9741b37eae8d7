"""One tenant's transform outside of Airflow: plan, build under the tenant's lock, remember.

The command line calls `run_transform`; Airflow's tasks call `fetch_plan` in the first and
`run_planned_build` in the others, so both build the same things.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from include.config.models import Tenant
from include.config.settings import load_settings
from include.ledger.builds import build_lock, run_forget_build, run_record_build
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import DbtResult, run_dbt_build
from include.pipeline.dbt.plan import BuildPlan, fetch_plan
from include.transform.selection import build_selection

log = logging.getLogger(__name__)
NOTHING = DbtResult(models=0, tests=0, seconds=0.0)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a plan that one build does.

    Attributes:
        folders: dbt selectors by path; None: all of the tenant's.
        is_last: With it everything planned is built, and is remembered as built.
    """

    folders: Sequence[str] | None = None
    is_last: bool = True


WHOLE = Part()


def run_transform(tenant: Tenant, warehouse: Warehouse, *, full: bool = False) -> DbtResult:
    """Build what has changed since the last build; nothing changed, nothing built.

    Args:
        full: Build everything.

    Raises:
        TransformError: With the nodes that failed; the next build builds everything.
    """
    plan = fetch_plan(tenant, warehouse, load_settings(), full=full)
    return run_planned_build(tenant, warehouse, plan)


def run_planned_build(
    tenant: Tenant,
    warehouse: Warehouse,
    plan: BuildPlan,
    part: Part = WHOLE,
    report: Callable[[dict[str, str]], None] | None = None,
) -> DbtResult:
    """Build a part of a plan; raises as `run_dbt_build` does.

    Killed anywhere, the plan's changes are still unseen by what is remembered, so the next plan
    has them again.

    Args:
        report: See `run_dbt_build`.
    """
    settings = load_settings()
    log.info("transform tenant=%s %s", tenant.id, plan.reason)
    select = plan.select(part.folders or build_selection(tenant, settings.dbt_project_dir))
    with build_lock(warehouse, tenant.id):
        result = NOTHING
        if select:
            try:
                result = run_dbt_build(tenant, warehouse, select=select, report=report)
            except Exception:
                with warehouse.connect() as connection:
                    run_forget_build(connection, tenant.id)
                raise
        if part.is_last:
            with warehouse.connect() as connection:
                run_record_build(connection, tenant.id, plan.fingerprint, plan.loads)
    return result
