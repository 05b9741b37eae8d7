"""What a build's task has told about its nodes, and what follows for one node's task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

PLAN = "plan"
NODES = "nodes"
OVER = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})
TELLS = OVER | {"running"}
FAILED = frozenset({"failed", "upstream_failed"})
GOOD = frozenset({"success", "no-op"})
BEHIND_A_FAILURE = "skipped"


class Answer(Enum):
    """What a node's task is to do."""

    WAIT = "wait"
    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    BUILD_ALONE = "build alone"


@dataclass(frozen=True, slots=True)
class NodeAnswer:
    """The answer, and its reason for the task's log."""

    kind: Answer
    words: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """A build's task as Airflow knows it now.

    Attributes:
        build_state: State of the build's task; None: it has not been scheduled in this run.
        build_try: Its try that told; 0 when none has.
        planned: Ids the build is about; None: all there are.
        ended: Id -> dbt's word for how it ended.
    """

    build_state: str | None
    build_try: int = 0
    planned: Sequence[str] | None = None
    ended: Mapping[str, str] = field(default_factory=dict)


def fetch_report(dag_id: str, run_id: str, task_id: str) -> BuildReport:
    """Ask Airflow; works in tasks and, in a thread, in triggers."""
    from airflow.sdk.bases.xcom import BaseXCom
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    # The state first: once it says that the build is over, what is told is complete.
    found = RuntimeTaskInstance.get_task_states(dag_id=dag_id, task_ids=[task_id], run_ids=[run_id])
    state = (found.get(run_id) or {}).get(task_id)
    if state not in TELLS:
        # Whatever is told is of an earlier try; Airflow removes it when the next one starts.
        return BuildReport(state)
    told: dict[str, Any] = (
        BaseXCom.get_one(key=NODES, dag_id=dag_id, task_id=task_id, run_id=run_id) or {}
    )
    return BuildReport(
        state, int(told.get("try", 0)), told.get("planned"), dict(told.get("ended") or {})
    )


def fetch_states(dag_id: str, run_id: str, task_ids: Sequence[str]) -> dict[str, str | None]:
    """How tasks of a run stand; for the same places as `fetch_report`."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    found = RuntimeTaskInstance.get_task_states(
        dag_id=dag_id, task_ids=list(task_ids), run_ids=[run_id]
    )
    return dict(found.get(run_id) or {})


def build_answer(report: BuildReport, unique_id: str, try_number: int) -> NodeAnswer:
    """What follows for one node.

    A task that is cleared with its build waits for it. Cleared by itself it has more tries than
    the build, or the build failed it, or had not planned it (then the task was skipped before the
    build began, and runs only because somebody cleared it): the model is built alone.

    Args:
        try_number: Of the node's task, from 1.
    """
    state = report.ended.get(unique_id)
    is_over = report.build_state in OVER
    is_bad = state is not None and state not in GOOD
    is_planned = report.planned is None or unique_id in report.planned
    if is_over and report.build_try and not is_planned:
        return NodeAnswer(Answer.BUILD_ALONE, "was not planned and was cleared by itself")
    if is_over and try_number > 1 and (try_number > report.build_try or is_bad):
        return NodeAnswer(Answer.BUILD_ALONE, "was cleared by itself")
    if state in GOOD:
        return NodeAnswer(Answer.SUCCESS, f"ended as `{state}`")
    if state == BEHIND_A_FAILURE:
        return NodeAnswer(Answer.SKIPPED, "was not run: a model it reads has failed")
    if state is not None:
        return NodeAnswer(Answer.FAILED, _FAILED.format(state))
    if not is_over:
        return NodeAnswer(Answer.WAIT, "is not built yet")
    return NodeAnswer(Answer.SKIPPED, "was not run: the build's log says why")


_FAILED = (
    "ended as `{}`. The build's log says why. After the fix, clear this task to build the model "
    "alone, or the build."
)
