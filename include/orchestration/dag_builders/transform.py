"""`transform__<tenant>`: waits for its feeds, builds what changed, checks the marts.

    wait_for_feeds -> dbt_build -> check_marts [asset mart/<tenant>]
                   -> a task per model, in groups staging and marts, and
                      `resolve_identities` between them -> check_marts

The models' tasks run beside the build, in the triggerer, and turn green as it gets on: they all
start when the plan is made, for a chain of them would take seconds a link. Their edges are the
models' own, to be looked at; what is not planned is skipped at once. Identities are resolved inside
the build, between what they are made of and what reads the answer. With `render: layers` staging
and marts are a build each; the second one resolves.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from airflow.sdk import DAG, AssetAny, Param, TriggerRule

from include.config.models import Tenant
from include.config.settings import Settings, load_settings
from include.core import naming
from include.orchestration.dag_builders.task_defaults import (
    EPOCH,
    build_owner_links,
    build_task_defaults,
    drop_inherited_params,
)
from include.orchestration.dag_builders.transform_docs import build_transform_docs
from include.orchestration.operators.dbt import DbtBuildOperator, DbtNodeOperator
from include.orchestration.operators.fit_models import FitModelsOperator
from include.orchestration.operators.load_and_check import QualityCheckOperator
from include.orchestration.operators.resolve_identities import ResolveIdentitiesOperator
from include.orchestration.operators.wait_for_feeds import (
    CHECK_TASK,
    FULL,
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
FULL_WORDS = "Build everything, also what nothing new has come for."

STAGING, MARTS, BUILD_TASK = "staging", "marts", "dbt_build"


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
        params={FULL: Param(False, type="boolean", description=FULL_WORDS)},
    )
    wait = WaitForFeedsSensor(
        task_id=WAIT_TASK,
        tenant=tenant.id,
        schedules={feed.name: feed.schedule for feed in tenant.feeds},
        grace_minutes=tenant.spec.grace_minutes,
        inlets=[*raw, mart],
        dag=dag,
    )
    check = CheckMartsOperator(
        task_id=CHECK_TASK,
        tenant=tenant.id,
        outlets=[mart],
        # A run by hand that finds nothing to build skips the builds and checks all the same.
        trigger_rule=TriggerRule.NONE_FAILED,
        dag=dag,
    )
    if render == "models":
        _add_models(dag, tenant, settings, wait, check)
    else:
        for before, after in pairwise([wait, *_layers(dag, tenant, settings, render), check]):
            before >> after
    drop_inherited_params(dag)
    return dag


def _parts(tenant: Tenant, settings: Settings) -> dict[str, tuple[str, ...]]:
    """The layers that have models, in the order they are built, with their selectors."""
    project = settings.dbt_project_dir
    parts = {
        STAGING: build_staging_selection(tenant, project),
        MARTS: build_mart_selection(project),
    }
    return {name: select for name, select in parts.items() if select}


def _layers(dag: DAG, tenant: Tenant, settings: Settings, render: str) -> list[DbtBuildOperator]:
    """One build, or one a layer."""
    parts = _parts(tenant, settings)
    if render == "single":
        parts = {BUILD_TASK: build_selection(tenant, settings.dbt_project_dir)}
    return [
        _build(dag, tenant, name, select, is_last=name == list(parts)[-1])
        for name, select in parts.items()
    ]


def _build(
    dag: DAG, tenant: Tenant, task_id: str, select: tuple[str, ...], *, is_last: bool = True
) -> DbtBuildOperator:
    return DbtBuildOperator(
        task_id=task_id,
        tenant=tenant.id,
        plan_task_id=WAIT_TASK,
        folders=select,
        is_last=is_last,
        dag=dag,
    )


def _add_models(dag: DAG, tenant: Tenant, settings: Settings, wait: Any, check: Any) -> None:
    """One build for all, and beside it a task per model with the models' own dependencies."""
    build = _build(dag, tenant, BUILD_TASK, build_selection(tenant, settings.dbt_project_dir))
    tasks: dict[str, DbtNodeOperator] = {}
    parents: dict[str, list[str]] = {}
    for name, select in _parts(tenant, settings).items():
        _model_group(dag, tenant, settings, (name, select), (tasks, parents))
    above: dict[str, list[DbtNodeOperator]] = {}
    for unique_id in tasks:
        above[unique_id] = [tasks[parent] for parent in parents[unique_id] if parent in tasks]
    _add_steps(dag, tenant, tasks, parents, above)
    for unique_id, task in tasks.items():
        _start_after(wait, task, above[unique_id])
    leaves = [task for task in tasks.values() if not task.downstream_task_ids]
    wait >> build >> check
    leaves >> check


def _add_steps(
    dag: DAG,
    tenant: Tenant,
    tasks: dict[str, DbtNodeOperator],
    parents: Mapping[str, list[str]],
    above: dict[str, list[DbtNodeOperator]],
) -> None:
    """A task between what a step reads and what reads its answer; none where it reads nothing.

    Args:
        above: Node -> tasks above it; gains the new tasks, and what those stand above.
    """
    from include.pipeline.dbt.steps import FIT, RESOLVE, build_name

    for step, operator in ((RESOLVE, ResolveIdentitiesOperator), (FIT, FitModelsOperator)):
        read = [task for node, task in tasks.items() if build_name(node) in step.reads]
        if not read:
            continue
        name = build_name(step.node)
        task = operator(
            task_id=name,
            tenant=tenant.id,
            unique_id=step.node,
            model=name,
            build_task_id=BUILD_TASK,
            retries=0,
            trigger_rule=TriggerRule.ONE_SUCCESS,
            on_failure_callback=None,
            dag=dag,
        )
        tasks[step.node], above[step.node] = task, read
        for node, names in parents.items():
            if any(one.split(".")[::2][:2] == ["source", step.source] for one in names):
                above[node].append(task)


def _start_after(wait: Any, task: DbtNodeOperator, above: list[DbtNodeOperator]) -> None:
    """The plan starts it; the models it reads are drawn above it."""
    task.set_models_above([model.task_id for model in above])
    for one in (wait, *above):
        # What `>>` does, less the hash of the whole DAG that it makes for every edge.
        one.downstream_task_ids.add(task.task_id)
        task.upstream_task_ids.add(one.task_id)


def _model_group(
    dag: DAG,
    tenant: Tenant,
    settings: Settings,
    part: tuple[str, tuple[str, ...]],
    drawn: tuple[dict[str, DbtNodeOperator], dict[str, list[str]]],
) -> None:
    """Draw one layer; adds its tasks and their nodes' parents, by unique id, to `drawn`."""
    from include.transform.task_groups import build_model_group

    tasks, parents = drawn

    def make_task(group: Any, node: Any) -> DbtNodeOperator:
        tasks[node.unique_id] = DbtNodeOperator(
            task_id=node.name,
            tenant=tenant.id,
            unique_id=node.unique_id,
            model=node.name,
            build_task_id=BUILD_TASK,
            retries=0,
            # The plan lets it start, whatever the models above it wait for.
            trigger_rule=TriggerRule.ONE_SUCCESS,
            # The build has told already, naming every failed model.
            on_failure_callback=None,
            dag=dag,
            task_group=group,
        )
        parents[node.unique_id] = sorted(node.depends_on)
        return tasks[node.unique_id]

    name, select = part
    build_model_group(dag, name, settings=settings, select=select, make_task=make_task)
