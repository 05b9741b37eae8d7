"""dbt as Airflow tasks: one that builds, and one per model that says how the model went.

The build pushes how each model ended while it runs (XCom `nodes`). A model's task starts in the
triggerer, beside the build, and ends there: it takes no worker. Only a model that is cleared by
itself is built on one.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException
from airflow.triggers.base import StartTriggerArgs

from include.config.lookup import load_one_tenant
from include.core.clock import utcnow
from include.core.errors import TransformError
from include.orchestration.connections import build_warehouse
from include.orchestration.operators.node_report import (
    NODES,
    PLAN,
    Answer,
    build_answer,
    fetch_report,
)
from include.orchestration.run_request import read_origin

REPORT_EVERY_S = 1.0
LOOK_AGAIN_S = 1


class DbtBuildOperator(BaseOperator):
    """`dbt build` of what a transform has planned, or of one layer of it, tests included.

    Without a plan of its run (`airflow tasks test`) it makes one.
    """

    ui_color = "#ffd7c7"

    def __init__(
        self,
        *,
        tenant: str,
        plan_task_id: str,
        folders: Sequence[str],
        is_last: bool = True,
        **kwargs: Any,
    ) -> None:
        """Make the task.

        Args:
            tenant: Tenant id.
            plan_task_id: The task whose XCom `plan` says what there is to build.
            folders: dbt selectors by path: the part of the plan that this task builds.
            is_last: With this part everything planned is built.
            **kwargs: Airflow's.
        """
        super().__init__(**kwargs)
        self.tenant = tenant
        self.plan_task_id = plan_task_id
        self.folders = tuple(folders)
        self.is_last = is_last

    def execute(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Build; the answer counts what was built.

        Raises:
            TransformError: With the names of the nodes that failed.
        """
        from include.config.settings import load_settings
        from include.orchestration.alerts.identity import notify_identity
        from include.pipeline.dbt.plan import BuildPlan, fetch_plan
        from include.pipeline.dbt.transform import Share, run_planned_build

        tenant = load_one_tenant(self.tenant)
        warehouse = build_warehouse(tenant)
        told = context["ti"].xcom_pull(task_ids=self.plan_task_id, key=PLAN)
        plan = BuildPlan(**told) if told else fetch_plan(tenant, warehouse, load_settings())
        report = _Report(context["ti"], plan.nodes)
        report.run_push()
        part = Share(self.folders, self.is_last)
        began = utcnow()
        try:
            result = run_planned_build(tenant, warehouse, plan, part, report.run_take)
        finally:
            report.run_push()
            notify_identity(tenant, began, context)
        return {"models": result.models, "tests": result.tests, "seconds": round(result.seconds, 1)}


class _Report:
    """Pushes what is known of the nodes, at most once a second."""

    def __init__(self, ti: Any, planned: Mapping[str, str] | None) -> None:
        self._ti = ti
        self._planned = None if planned is None else sorted(planned)
        self._ended: dict[str, str] = {}
        self._pushed_at = 0.0

    def run_take(self, ended: Mapping[str, str]) -> None:
        self._ended = dict(ended)
        if time.monotonic() - self._pushed_at >= REPORT_EVERY_S:
            self.run_push()

    def run_push(self) -> None:
        value = {"try": self._ti.try_number, "planned": self._planned, "ended": self._ended}
        self._ti.xcom_push(key=NODES, value=value)
        self._pushed_at = time.monotonic()


class DbtNodeOperator(BaseOperator):
    """Says how one model ended in its run's build; cleared by itself, it builds the model."""

    ui_color = "#fff0e8"
    start_from_trigger = True

    def __init__(
        self, *, tenant: str, unique_id: str, model: str, build_task_id: str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.tenant = tenant
        self.unique_id = unique_id
        self.model = model
        self.build_task_id = build_task_id
        self.set_models_above([])

    def set_models_above(self, task_ids: Sequence[str]) -> None:
        """Tasks of the models this one reads: cleared with them, it is built after them."""
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls="include.orchestration.operators.node_trigger.NodeTrigger",
            trigger_kwargs={
                "unique_id": self.unique_id,
                "build_task_id": self.build_task_id,
                "above": sorted(task_ids),
            },
            next_method="run_alone",
        )

    def execute(self, context: Mapping[str, Any]) -> None:
        """The same without a triggerer, for `airflow dags test` and `airflow tasks test`.

        It does not defer: a triggerer that runs beside the test would answer too.

        Raises:
            TransformError: If the model or one of its tests failed, or it was skipped behind one.
            AirflowSkipException: If the build never got as far as running models.
            AirflowRescheduleException: If the build has not got to it yet.
        """
        ti = context["ti"]
        report = fetch_report(ti.dag_id, ti.run_id, self.build_task_id)
        if report.build_state is None:
            return self.run_alone(context)
        answer = build_answer(report, self.unique_id, ti.try_number)
        self.log.info("dbt model=%s %s", self.model, answer.words)
        if answer.kind is Answer.WAIT:
            raise AirflowRescheduleException(utcnow() + timedelta(seconds=LOOK_AGAIN_S))
        if answer.kind is Answer.BUILD_ALONE:
            return self.run_alone(context)
        if answer.kind is Answer.SKIPPED:
            raise AirflowSkipException(answer.words)
        if answer.kind is Answer.FAILED:
            message = f"dbt: `{self.model}` {answer.words}"
            raise TransformError(message, tenant=self.tenant)
        return None

    def run_alone(self, context: Mapping[str, Any], event: Any = None) -> None:
        """Build this model and nothing else, on a worker; publish it where nothing else waits.

        Raises:
            TransformError: If it or one of its tests fails.
            QualityError: It is built, and see `run_publish`.
        """
        from include.pipeline.dbt.transform import run_alone

        tenant = load_one_tenant(self.tenant)
        self.log.info("dbt model=%s is built alone", self.model)
        run_alone(tenant, build_warehouse(tenant), self.model, read_origin(context))
