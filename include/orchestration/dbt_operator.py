"""dbt as one task, for tenants drawn as `layers` or `single`, and the environment of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from airflow.sdk import BaseOperator

from include.orchestration.lookup import load_one_tenant
from include.orchestration.operators import build_warehouse


class DbtBuildOperator(BaseOperator):
    """`dbt build` of a part of a tenant's models, tests included; pushes how many were built."""

    ui_color = "#ffd7c7"

    def __init__(self, *, tenant: str, select: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tenant = tenant
        self.select = tuple(select)

    def execute(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Build.

        Raises:
            TransformError: With the names of the nodes that failed.
        """
        from include.pipeline.dbt_build import run_dbt_build

        tenant = load_one_tenant(self.tenant)
        return asdict(run_dbt_build(tenant, build_warehouse(tenant), select=self.select))


def set_dbt_environment(context: Mapping[str, Any]) -> None:
    """`pre_execute` of Cosmos tasks: fill `env` after rendering, so the UI never shows it."""
    from include.orchestration.alert import read_tenant_id
    from include.pipeline.dbt_environment import build_dbt_environment

    task = context["task"]
    tenant = load_one_tenant(read_tenant_id(context) or "")
    warehouse = build_warehouse(tenant)
    task.env = build_dbt_environment(
        warehouse.url, tenant.id, tenant_roles=warehouse.uses_tenant_roles
    )
