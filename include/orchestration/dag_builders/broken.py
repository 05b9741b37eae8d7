"""`broken__<tenant>`: a tenant file with problems, as a red DAG instead of a missing one."""

from collections.abc import Mapping
from typing import Any

from airflow.sdk import DAG, BaseOperator, CronDataIntervalTimetable

from include.config.models import Platform, Problem
from include.core import naming
from include.core.errors import ConfigError
from include.orchestration.alerts.failure import notify_failure
from include.orchestration.dag_builders.task_defaults import EPOCH
from include.orchestration.retry import EltRetryPolicy


class ReportProblemsOperator(BaseOperator):
    """Fails with the problems it was given."""

    ui_color = "#f4b6b6"

    def __init__(self, *, tenant: str, problems: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tenant = tenant
        self.problems = problems

    def execute(self, context: Mapping[str, Any]) -> None:
        """Fail.

        Raises:
            ConfigError: Always; with every problem and what to do.
        """
        listed = "\n".join(f"- {problem}" for problem in self.problems)
        raise ConfigError(
            f"{len(self.problems)} problems keep this tenant's DAGs away:\n{listed}\n"
            "Fix the files; this DAG then goes and the tenant's own come back.",
            tenant=self.tenant,
        )


def build_broken_dag(stem: str, platform: Platform) -> DAG:
    """The red DAG of one tenant file.

    It runs once a day, so that the alert comes back until somebody has fixed the file.

    Args:
        stem: The tenant file's name without `.yaml`.
    """
    name = naming.snake(stem) or "unnamed"  # a file may have a name that no DAG may have
    problems = tuple(str(problem) for problem in find_problems(stem, platform))
    dag = DAG(
        dag_id=naming.broken_dag_id(name),
        dag_display_name=f"{stem}: broken configuration",
        description=f"include/tenants/{stem}.yaml has {len(problems)} problems",
        doc_md="\n".join(
            [
                f"# `{stem}.yaml` has problems",
                "",
                *(f"- `{problem}`" for problem in problems),
                "",
                "None of this tenant's DAGs exist until they are fixed; other tenants are"
                " untouched. The same report: `make validate`.",
            ]
        ),
        schedule=CronDataIntervalTimetable("0 5 * * *", timezone="UTC"),
        start_date=EPOCH,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        default_args={
            "owner": "platform",
            "retries": 0,
            "retry_policy": EltRetryPolicy(),
            "on_failure_callback": notify_failure,
        },
        tags=naming.tags(name, "broken"),
    )
    ReportProblemsOperator(task_id="problems", tenant=stem, problems=problems, dag=dag)
    return dag


def find_problems(stem: str, platform: Platform) -> list[Problem]:
    """The tenant file's own problems, and those of connectors, which may be their cause."""
    own = [p for p in platform.problems if p.path.name == f"{stem}.yaml"]
    connectors = [p for p in platform.problems if p.path.name == "connector.yaml"]
    return [*own, *connectors]
