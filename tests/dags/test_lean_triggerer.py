"""What the plugin takes from the triggerer's work for a model's task, and that Airflow fits it."""

import inspect
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.jobs.triggerer_job_runner import TriggerRunnerSupervisor
from airflow.models import trigger as airflow_trigger  # noqa: TID251  as the triggerer does
from airflow.triggers.base import BaseTaskEndEvent, TaskFailedEvent, TaskSuccessEvent
from airflow.utils.state import TaskInstanceState

from include.orchestration import lean_triggerer
from include.orchestration.operators.dbt import DbtNodeOperator
from include.orchestration.operators.resolve_identities import ResolveIdentitiesOperator

submit = airflow_trigger.handle_event_submit
AIRFLOWS_OWN = submit.dispatch(TaskSuccessEvent)


class _Session:
    flushed = False

    def flush(self) -> None:
        self.flushed = True


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What Airflow's own code was called with, by both changes; undone afterwards."""
    calls: list[Any] = []

    def create(self: Any, trigger: Any, dag_bag: Any, **_: Any) -> None:
        calls.append(dag_bag)

    def end(event: Any, *, task_instance: Any, session: Any) -> None:
        calls.append(task_instance.operator)

    monkeypatch.setattr(TriggerRunnerSupervisor, "_create_workload", create)
    submit.register(TaskSuccessEvent, end)
    lean_triggerer.run_lighten()
    yield calls
    submit.register(TaskSuccessEvent, AIRFLOWS_OWN)


def _end(operator: str, event: Any) -> tuple[SimpleNamespace, _Session]:
    states: list[Any] = []
    task = SimpleNamespace(
        operator=operator,
        trigger_id=7,
        set_state=lambda s, session: states.append(s),
        states=states,
    )
    session = _Session()
    submit(event, task_instance=task, session=session)
    return task, session


def test_a_model_that_ends_well_asks_for_no_callback(asked: list[Any]) -> None:
    """The DAG processor parsed all tenants' transforms for each batch of callbacks: 40 s of CPU."""
    task, session = _end("DbtNodeOperator", TaskSuccessEvent())
    assert task.states == [TaskInstanceState.SUCCESS]
    assert task.trigger_id is None
    assert session.flushed
    assert asked == []


def test_other_tasks_and_other_ends_are_airflows(asked: list[Any]) -> None:
    task, _ = _end("DateTimeSensor", TaskSuccessEvent())
    assert (task.states, asked) == ([], ["DateTimeSensor"])
    task, _ = _end("DbtNodeOperator", TaskSuccessEvent(xcoms={"a": 1}))
    assert (task.states, asked) == ([], ["DateTimeSensor", "DbtNodeOperator"])
    assert submit.dispatch(TaskFailedEvent) is AIRFLOWS_OWN


def test_a_models_trigger_travels_without_its_dag(asked: list[Any]) -> None:
    bag = object()
    create: Any = TriggerRunnerSupervisor._create_workload
    rest = {"render_log_fname": None, "session": None}
    create(None, trigger=SimpleNamespace(classpath="some.Other"), dag_bag=bag, **rest)
    create(None, trigger=SimpleNamespace(classpath=lean_triggerer.TRIGGER), dag_bag=bag, **rest)
    assert asked[0] is bag
    assert asked[1].get_serialized_dag_model_for_run(None, session=None) is None
    assert asked[1].get_serialized_dag_model(version_id=None, session=None) is None


def test_twice_is_once(asked: list[Any]) -> None:
    found = TriggerRunnerSupervisor._create_workload, submit.dispatch(TaskSuccessEvent)
    lean_triggerer.run_lighten()
    assert found == (TriggerRunnerSupervisor._create_workload, submit.dispatch(TaskSuccessEvent))


def test_airflow_is_as_it_was_read() -> None:
    """A new Airflow: read both places again, adapt what is changed there, or drop it."""
    names = list(inspect.signature(TriggerRunnerSupervisor._create_workload).parameters)
    assert names == ["self", "trigger", "dag_bag", "render_log_fname", "session"]
    source = inspect.getsource(TriggerRunnerSupervisor._create_workload)
    assert source.count("dag_bag.get_") == 2
    assert submit.dispatch(BaseTaskEndEvent) is AIRFLOWS_OWN
    assert "_submit_callback_if_necessary()" in inspect.getsource(AIRFLOWS_OWN)
    ours = {DbtNodeOperator.__name__, ResolveIdentitiesOperator.__name__}
    assert ours == lean_triggerer.OPERATORS
