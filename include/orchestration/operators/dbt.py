"""dbt as Airflow tasks: one that builds, and one per model that says how the model went."""

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from include.config.lookup import load_one_tenant
from include.core.errors import TransformError
from include.orchestration.operators.load_and_check import build_warehouse

NODES = "nodes"


class DbtBuildOperator(BaseOperator):
    """`dbt build` of a part of a tenant's models, tests included.

    Pushes how every node ended (XCom `nodes`), also when the build fails.
    """

    ui_color = "#ffd7c7"

    def __init__(self, *, tenant: str, select: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tenant = tenant
        self.select = tuple(select)

    def execute(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Build; the answer counts what was built.

        Raises:
            TransformError: With the names of the nodes that failed.
        """
        from include.pipeline.dbt.build import run_dbt_build

        tenant = load_one_tenant(self.tenant)
        result = run_dbt_build(
            tenant,
            build_warehouse(tenant),
            select=self.select,
            report=lambda nodes: context["ti"].xcom_push(key=NODES, value=nodes),
        )
        return {"models": result.models, "tests": result.tests, "seconds": round(result.seconds, 1)}


class DbtNodeOperator(BaseOperator):
    """Says how one model ended in its group's build; cleared after a failure, builds it alone."""

    ui_color = "#fff0e8"

    def __init__(
        self, *, tenant: str, unique_id: str, model: str, build_task_id: str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.tenant = tenant
        self.unique_id = unique_id
        self.model = model
        self.build_task_id = build_task_id

    def execute(self, context: Mapping[str, Any]) -> None:
        """Look up the model.

        Raises:
            TransformError: If the model or one of its tests failed, or it was skipped behind one.
            AirflowSkipException: If the build never got as far as running models.
        """
        ti = context["ti"]
        state = (ti.xcom_pull(task_ids=self.build_task_id, key=NODES) or {}).get(self.unique_id)
        if state in ("success", "no-op"):
            self.log.info("dbt model=%s state=%s log=%s", self.model, state, self.build_task_id)
        elif ti.try_number > 1:
            self._run_alone()
        elif state is None:
            raise AirflowSkipException(f"dbt did not run it; see the log of {self.build_task_id}")
        else:
            raise TransformError(
                f"dbt: `{self.model}` ended as `{state}`. The log of `{self.build_task_id}` says "
                "why. After the fix, clear this task to build the model alone, or that one.",
                tenant=self.tenant,
            )

    def _run_alone(self) -> None:
        from include.pipeline.dbt.build import run_dbt_build

        tenant = load_one_tenant(self.tenant)
        run_dbt_build(tenant, build_warehouse(tenant), select=(self.model,), part=self.model)
