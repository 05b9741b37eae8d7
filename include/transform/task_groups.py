"""Cosmos task groups from the manifest; the only file that imports Cosmos.

Cosmos reads the manifest, selects and draws; one dbt process a group does the work, and a task
named after each model reports how its model and that model's tests went. Why not one of Cosmos' own
execution modes: docs/decisions.md, "dbt under Airflow".
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cosmos.airflow.task_group import DbtTaskGroup
from cosmos.config import ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import DbtResourceType, ExecutionMode, InvocationMode, LoadMode, TestBehavior

from include.config.settings import Settings
from include.transform.drawing import BUILT, find_drawing
from include.transform.selection import build_exclusion

PROFILE, TARGET = "elt", "warehouse"


def build_model_group(
    dag: Any,
    group_id: str,
    *,
    settings: Settings,
    select: Sequence[str],
    make_task: Callable[[Any, Any], Any],
) -> DbtTaskGroup:
    """A group with one task per model, snapshot and seed of `select`, and their dependencies.

    Args:
        dag: The DAG it becomes part of.
        group_id: Prefix of its task ids.
        settings: Where project, manifest and dbt are.
        select: dbt selectors.
        make_task: (task group, Cosmos' node with name, unique_id, depends_on) -> its operator.
    """

    def convert(*, task_group: Any, node: Any, **_: Any) -> Any:
        return make_task(task_group, node)

    group = DbtTaskGroup(
        dag=dag,
        group_id=group_id,
        project_config=_project(settings),
        profile_config=ProfileConfig(
            profile_name=PROFILE,
            target_name=TARGET,
            profiles_yml_filepath=settings.dbt_project_dir / "profiles.yml",
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.LOCAL,
            invocation_mode=InvocationMode.SUBPROCESS,
            dbt_executable_path=settings.dbt_executable,
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=list(select),
            exclude=list(build_exclusion()),
            test_behavior=TestBehavior.NONE,
            node_converters={DbtResourceType(kind): convert for kind in BUILT},
            emit_datasets=False,
            dbt_deps=False,
        ),
        operator_args={"install_deps": False},
    )
    _sort(dag, group)
    return group


def _sort(dag: Any, group: DbtTaskGroup) -> None:
    """Cosmos draws in the order of a set, another in each process: a new DAG version each parse."""
    children = dict(sorted(group.children.items()))
    group.children.clear()
    group.children.update(children)
    for task_id in children:
        dag.task_dict[task_id] = dag.task_dict.pop(task_id)


def _project(settings: Settings) -> ProjectConfig:
    project = ProjectConfig(
        dbt_project_path=settings.dbt_project_dir, project_name=PROFILE, install_dbt_deps=False
    )
    # Given to the constructor it becomes an ObjectStoragePath, whose first use imports every cloud
    # file system there is: 2 s in each task. A plain path is read the same way.
    project.manifest_path = find_drawing(Path(settings.dbt_manifest))
    return project
