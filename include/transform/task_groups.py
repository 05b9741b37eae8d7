"""Cosmos task groups from the manifest; the only file that imports Cosmos.

One dbt process a group does the work (ExecutionMode.WATCHER); the tasks named after models only
report how their model went. Tests run inside that process too, without tasks of their own.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cosmos.airflow.task_group import DbtTaskGroup
from cosmos.config import ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior
from cosmos.operators.watcher import DbtProducerWatcherOperator

from include.config.settings import Settings
from include.transform.selection import build_exclusion

PROFILE, TARGET = "elt", "warehouse"
POLL_S = 3


def build_model_group(
    dag: Any,
    group_id: str,
    *,
    settings: Settings,
    select: Sequence[str],
    variables: Mapping[str, Any],
    before_execute: Callable[[Any], None],
) -> DbtTaskGroup:
    """A group with one task per model, snapshot and seed of `select`.

    Args:
        dag: The DAG it becomes part of.
        group_id: Prefix of its task ids.
        settings: Where project, manifest and dbt are.
        select: dbt selectors.
        variables: dbt variables of the tenant.
        before_execute: Called with the context just before a task runs; sets the task's `env`,
            which holds the warehouse's password and so must not exist while a DAG is parsed.
    """
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
            execution_mode=ExecutionMode.WATCHER,
            invocation_mode=InvocationMode.SUBPROCESS,
            dbt_executable_path=settings.dbt_executable,
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=list(select),
            exclude=list(build_exclusion()),
            test_behavior=TestBehavior.NONE,
            emit_datasets=False,
            dbt_deps=False,
        ),
        operator_args={
            "vars": dict(variables),
            "append_env": True,
            "install_deps": False,
            "pre_execute": before_execute,
            "poke_interval": POLL_S,
            "should_store_compiled_sql": False,
        },
    )
    for task in group.children.values():
        if isinstance(task, DbtProducerWatcherOperator):
            # TestBehavior.NONE keeps test tasks out of the graph but also tests out of the build.
            task.dbt_cmd_flags = []
            # A second try of the producer is a no-op by Cosmos' design; models retry themselves.
            task.retries = 0
    return group


def _project(settings: Settings) -> ProjectConfig:
    project = ProjectConfig(
        dbt_project_path=settings.dbt_project_dir, project_name=PROFILE, install_dbt_deps=False
    )
    # Given to the constructor it becomes an ObjectStoragePath, whose first use imports every cloud
    # file system there is: 2 s in each task. A plain path is read the same way.
    project.manifest_path = Path(settings.dbt_manifest)
    return project
