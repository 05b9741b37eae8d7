"""`broken__<tenant>`: a tenant file with problems, as a red DAG instead of a missing one."""

import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from airflow.sdk import DAG, BaseOperator, CronDataIntervalTimetable

from include.config.models import Platform, Problem
from include.core import naming
from include.core.errors import ConfigError
from include.orchestration.alerts.failure import notify_failure
from include.orchestration.dag_builders.task_defaults import EPOCH
from include.orchestration.retry import EltRetryPolicy

log = logging.getLogger(__name__)

MAX_NAME = 80  # of the 100 characters a tag may have and the 250 of an id


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


def name_red_dags(file_names: Sequence[str]) -> dict[str, str]:
    """File name -> the name of its red DAG, should it need one; all different.

    A file may have a name that no DAG may have, or one that looks like its neighbour's. Names are
    given among all files of the folder, so that a file's does not depend on who else is broken.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for file_name in sorted(file_names, key=lambda one: (not _is_plain(one), one)):
        name = naming.snake(_shown(file_name.rsplit(".", 1)[0]))[:MAX_NAME] or "unnamed"
        if name in taken:
            name = f"{name}_{sha256(os.fsencode(file_name)).hexdigest()[:8]}"
        taken.add(name)
        found[file_name] = name
    return found


def _is_plain(file_name: str) -> bool:
    stem, _, ending = file_name.rpartition(".")
    return ending == "yaml" and re.fullmatch(naming.SNAKE_PATTERN, stem) is not None


def _shown(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def build_broken_dags(platform: Platform, names: Mapping[str, str]) -> dict[str, DAG]:
    """The red DAG of every broken tenant file, by id; `names` are `name_red_dags`'."""
    found: dict[str, DAG] = {}
    for stem, file_name in zip(platform.broken, platform.broken_files, strict=True):
        problems = tuple(_printable(str(one)) for one in find_problems(file_name, platform))
        dag_id = naming.broken_dag_id(names[file_name])
        found[dag_id] = _build_red_dag(dag_id, names[file_name], _shown(stem), problems)
    return found


def build_safely(dag_id: str, tenant: str, build: Callable[[], DAG]) -> DAG:
    """The DAG, or a red one in its place: one that cannot be drawn takes no other with it."""
    try:
        return build()
    except Exception as error:
        reason = _printable(f"cannot be drawn: {type(error).__name__}: {str(error)[:300]}")
        log.exception("%s: %s", dag_id, reason)
        return _build_red_dag(dag_id, tenant, tenant, (f"`{dag_id}` {reason}",))


def _printable(text: str) -> str:
    """Without what a file's name or content may hold and no database stores."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", "\ufffd", text)


def _build_red_dag(dag_id: str, name: str, stem: str, problems: tuple[str, ...]) -> DAG:
    """It runs once a day, so that the alert comes back until somebody has fixed the file."""
    dag = DAG(
        dag_id=dag_id,
        dag_display_name=f"{stem[:MAX_NAME]}: broken configuration",
        description=f"{stem}.yaml has {len(problems)} problems",
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
        tags=naming.tags(name[:MAX_NAME], "broken"),
    )
    ReportProblemsOperator(task_id="problems", tenant=stem, problems=problems, dag=dag)
    return dag


def find_problems(file_name: str, platform: Platform) -> list[Problem]:
    """The tenant file's own problems; a broken connector's stands among those of its users."""
    return [problem for problem in platform.problems if problem.path.name == file_name]
