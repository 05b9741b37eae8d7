"""What a model's task costs the triggerer, less two things it does not need; for the plugin.

A full build ends a task per model. For each, Airflow 3.3.2
- packs the whole DAG into the trigger's workload (300 kB and more), unpacked twice, although the
  trigger reads no more than names and ids of its task;
- asks the DAG processor to run the task's callbacks, there being none, for which it parses the file
  of all tenants' transforms: one core busy until the build ends.

Nothing but speed depends on what is done here: where Airflow looks different, its own way stays.
Source: airflow/jobs/triggerer_job_runner.py, airflow/models/trigger.py (read 2026-11-30).
"""

import logging
from typing import Any

from airflow.jobs.triggerer_job_runner import TriggerRunnerSupervisor
from airflow.models.trigger import handle_event_submit  # noqa: TID251  the triggerer has a database
from airflow.triggers.base import TaskSuccessEvent

log = logging.getLogger(__name__)
TRIGGER = "include.orchestration.operators.node_trigger.NodeTrigger"
OPERATORS = frozenset({"DbtNodeOperator", "ResolveIdentitiesOperator"})


class _NoDags:
    """Stands in for the bag of stored DAGs: without one, a trigger gets the task's facts alone."""

    def get_serialized_dag_model_for_run(self, *_: Any, **__: Any) -> None:
        return None

    def get_serialized_dag_model(self, *_: Any, **__: Any) -> None:
        return None


def run_lighten() -> None:
    """Change both, in this process; once."""
    _send_no_dag()
    _ask_for_no_callback()
    log.info("model tasks end without DAG and callbacks")


def _send_no_dag() -> None:
    original = TriggerRunnerSupervisor._create_workload
    if getattr(original, "is_lean", False):
        return

    def create(self: Any, trigger: Any, dag_bag: Any, **kwargs: Any) -> Any:
        bag = _NoDags() if trigger.classpath == TRIGGER else dag_bag
        return original(self, trigger=trigger, dag_bag=bag, **kwargs)

    create.is_lean = True  # type: ignore[attr-defined]
    TriggerRunnerSupervisor._create_workload = create  # type: ignore[method-assign]


def _ask_for_no_callback() -> None:
    original = handle_event_submit.dispatch(TaskSuccessEvent)
    if getattr(original, "is_lean", False):
        return

    def submit(event: TaskSuccessEvent, *, task_instance: Any, session: Any) -> None:
        if task_instance.operator not in OPERATORS or event.xcoms:
            original(event, task_instance=task_instance, session=session)
            return
        task_instance.trigger_id = None
        task_instance.set_state(event.task_instance_state, session=session)
        session.flush()

    submit.is_lean = True  # type: ignore[attr-defined]
    handle_event_submit.register(TaskSuccessEvent, submit)
