"""`transform__<tenant>`: waits for its feeds, builds staging, then the rest, checks the marts.

    wait_for_feeds -> staging -> marts -> check_marts [asset mart/<tenant>]

Between the two dbt invocations rows of different sources are the same kind of thing but nobody has
said yet which are the same person: that is where identity resolution goes.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from airflow.sdk import DAG, AssetAny, TriggerRule

from include.config.models import Tenant
from include.config.settings import Settings, load_settings
from include.core import naming
from include.orchestration.dag_builders.task_defaults import (
    EPOCH,
    build_owner_links,
    build_task_defaults,
)
from include.orchestration.dag_builders.transform_docs import build_transform_docs
from include.orchestration.operators.dbt import DbtBuildOperator, DbtNodeOperator
from include.orchestration.operators.load_and_check import QualityCheckOperator
from include.orchestration.operators.wait_for_feeds import (
    RAW_UNTIL,
    WaitForFeedsSensor,
    build_asset,
)
from include.transform.selection import (
    build_mart_selection,
    build_selection,
    build_staging_selection,
)

WAIT_TASK = "wait_for_feeds"
CHECK_TASK = "check_marts"
STAGING, MARTS, SINGLE, BUILD_TASK = "staging", "marts", "dbt_build", "dbt_build"


class CheckMartsOperator(QualityCheckOperator):
    """Mart checks whose asset event says up to which raw event the marts are."""

    def execute(self, context: Mapping[str, Any]) -> dict[str, int]:
        counts = super().execute(context)
        waited = context["ti"].xcom_pull(task_ids=WAIT_TASK) or {}
        asset = build_asset(naming.mart_asset(self.tenant))
        context["outlet_events"][asset].extra = {RAW_UNTIL: waited.get(RAW_UNTIL)}
        return counts


def build_transform_dag(tenant: Tenant) -> DAG:
    """The tenant's DAG, drawn as its `render` says; without a manifest, one task a layer."""
    settings = load_settings()
    render = tenant.spec.render
    if render == "models" and not settings.dbt_manifest.exists():
        render = "layers"
    raw = [build_asset(naming.raw_asset(tenant.id, feed.name)) for feed in tenant.feeds]
    mart = build_asset(naming.mart_asset(tenant.id))
    dag = DAG(
        dag_id=naming.transform_dag_id(tenant.id),
        dag_display_name=f"{tenant.id}: build marts",
        description=f"Staging to marts of {tenant.spec.name}",
        doc_md=build_transform_docs(tenant, render),
        schedule=AssetAny(*raw),
        start_date=EPOCH,
        catchup=False,
        max_active_runs=1,
        max_active_tasks=max(tenant.spec.limits.max_active_tasks, 8),
        default_args=build_task_defaults(tenant),
        tags=naming.tags(tenant.id, "transform"),
        owner_links=build_owner_links(tenant),
    )
    wait = WaitForFeedsSensor(
        task_id=WAIT_TASK,
        tenant=tenant.id,
        schedules={feed.name: feed.schedule for feed in tenant.feeds},
        grace_minutes=tenant.spec.grace_minutes,
        inlets=[*raw, mart],
        dag=dag,
    )
    check = CheckMartsOperator(task_id=CHECK_TASK, tenant=tenant.id, outlets=[mart], dag=dag)
    steps = [wait, *_dbt_steps(dag, tenant, settings, render), check]
    for before, after in pairwise(steps):
        before >> after
    # Model tasks are all skipped when dbt could not even start; the build itself tells the truth.
    for task in dag.tasks:
        if isinstance(task, DbtBuildOperator) and render == "models":
            task >> check
    return dag


def _dbt_steps(dag: DAG, tenant: Tenant, settings: Settings, render: str) -> list[Any]:
    """Groups or tasks in the order they run; a step without any model is left out."""
    project = settings.dbt_project_dir
    if render == "single":
        parts = {SINGLE: build_selection(tenant, project)}
    else:
        parts = {
            STAGING: build_staging_selection(tenant, project),
            MARTS: build_mart_selection(project),
        }
    parts = {name: select for name, select in parts.items() if select}
    if render != "models":
        return [
            DbtBuildOperator(task_id=name, tenant=tenant.id, select=select, dag=dag)
            for name, select in parts.items()
        ]
    return [_model_group(dag, tenant, settings, name, select) for name, select in parts.items()]


def _model_group(
    dag: DAG, tenant: Tenant, settings: Settings, name: str, select: tuple[str, ...]
) -> Any:
    """Build task first, then a task per model in dbt's own order.

    The models wait for the whole build: watching it live costs each of them a second start.
    """
    from include.transform.task_groups import build_model_group

    def make_task(group: Any, model: str, unique_id: str) -> DbtNodeOperator:
        return DbtNodeOperator(
            task_id=model,
            tenant=tenant.id,
            unique_id=unique_id,
            model=model,
            build_task_id=f"{name}.{BUILD_TASK}",
            retries=0,
            # The build has told already, naming every failed model.
            on_failure_callback=None,
            dag=dag,
            task_group=group,
        )

    group = build_model_group(dag, name, settings=settings, select=select, make_task=make_task)
    roots = [task for task in group.children.values() if not task.upstream_task_ids]
    build = DbtBuildOperator(
        task_id=BUILD_TASK, tenant=tenant.id, select=select, dag=dag, task_group=group
    )
    for root in roots:
        # After a failed build too: the models that were built are green.
        root.trigger_rule = TriggerRule.NONE_SKIPPED
        build >> root
    return group
