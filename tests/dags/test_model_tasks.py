"""How a model's task ends: by what its build has told, in the triggerer or inline."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRescheduleException, AirflowSkipException
from airflow.triggers.base import (
    TaskFailedEvent,
    TaskSkippedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)

from include.core.errors import TransformError
from include.orchestration.lean_triggerer import TRIGGER
from include.orchestration.operators import dbt, node_trigger
from include.orchestration.operators.node_report import Answer, BuildReport, build_answer

M = "model.elt.m"


def _answer(report: BuildReport, tries: int = 1) -> Answer:
    return build_answer(report, M, tries).kind


@pytest.mark.parametrize("state", [None, "scheduled", "queued", "up_for_retry", "running"])
def test_a_build_that_has_not_told_is_waited_for(state: str | None) -> None:
    assert _answer(BuildReport(state)) is Answer.WAIT
    assert _answer(BuildReport(state, 1, None, {"model.elt.other": "success"})) is Answer.WAIT


def test_a_model_ends_while_the_build_goes_on() -> None:
    assert _answer(BuildReport("running", 1, None, {M: "success"})) is Answer.SUCCESS
    for state in ("error", "test failed"):
        assert _answer(BuildReport("running", 1, None, {M: state})) is Answer.FAILED


def test_a_model_behind_a_failed_one_is_skipped_not_red() -> None:
    """A person looks for the red ones: those are what failed, not what lies behind."""
    assert _answer(BuildReport("failed", 1, None, {M: "skipped"})) is Answer.SKIPPED
    assert _answer(BuildReport("failed", 1, None, {M: "skipped"}), 2) is Answer.BUILD_ALONE


def test_what_was_not_planned_runs_only_when_cleared_and_is_built_alone() -> None:
    """The plan has skipped it before the build began."""
    others = ["model.elt.other"]
    assert _answer(BuildReport("running", 1, others, {})) is Answer.WAIT
    assert _answer(BuildReport("success", 1, others, {})) is Answer.BUILD_ALONE
    assert _answer(BuildReport("running", 1, [M], {})) is Answer.WAIT


def test_a_build_that_died_before_it_told_skips_the_rest() -> None:
    assert _answer(BuildReport("failed", 0)) is Answer.SKIPPED
    assert _answer(BuildReport("failed", 1, None, {})) is Answer.SKIPPED


def test_cleared_by_itself_a_model_is_built_alone() -> None:
    done = BuildReport("success", 1, None, {M: "success"})
    assert _answer(done, 1) is Answer.SUCCESS
    assert _answer(done, 2) is Answer.BUILD_ALONE
    failed = BuildReport("failed", 2, None, {M: "error"})
    assert _answer(failed, 2) is Answer.BUILD_ALONE


def test_cleared_with_its_build_a_model_waits_and_then_reports() -> None:
    """Whoever clears a whole run wants one build, not one a model."""
    assert _answer(BuildReport("running"), 2) is Answer.WAIT
    assert _answer(BuildReport("success", 2, None, {M: "success"}), 2) is Answer.SUCCESS


def _run_trigger(reports: list[Any], monkeypatch: pytest.MonkeyPatch, count: int = 1) -> list[Any]:
    looks: list[tuple[str, str, str]] = []

    def fetch(*key: str) -> BuildReport:
        looks.append(key)
        found = reports[min(len(looks), len(reports)) - 1]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(node_trigger, "fetch_report", fetch)
    monkeypatch.setattr(node_trigger, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(node_trigger, "MAX_FAILURES", 3)
    node_trigger.WATCHES.clear()

    async def one() -> Any:
        trigger = node_trigger.NodeTrigger(M, "dbt_build")
        trigger.task_instance = SimpleNamespace(dag_id="d", run_id="r", task_id="m", try_number=1)
        return await anext(trigger.run())

    async def every() -> list[Any]:
        return await asyncio.gather(*(one() for _ in range(count)))

    events = asyncio.run(every())
    assert not node_trigger.WATCHES
    events.append(looks)
    return events


def test_one_look_serves_every_trigger_of_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = BuildReport("running", 1, None, {})
    done = BuildReport("running", 1, None, {M: "success"})
    *events, looks = _run_trigger([waits, waits, done], monkeypatch, count=50)
    assert [type(event) for event in events] == [TaskSuccessEvent] * 50
    assert len(looks) == 3
    assert set(looks) == {("d", "r", "dbt_build")}


@pytest.mark.parametrize(
    ("report", "event"),
    [
        (BuildReport("running", 1, None, {M: "error"}), TaskFailedEvent),
        (BuildReport("failed"), TaskSkippedEvent),
        (BuildReport("success", 0, None, {M: "success"}), TaskSuccessEvent),
    ],
)
def test_each_answer_has_its_event(report: Any, event: type, monkeypatch) -> None:
    found, _ = _run_trigger([report], monkeypatch)
    assert type(found) is event


def test_an_api_server_that_is_away_for_a_moment_fails_no_model(monkeypatch) -> None:
    done = BuildReport("running", 1, None, {M: "success"})
    found, looks = _run_trigger([OSError("away"), OSError("away"), done], monkeypatch)
    assert type(found) is TaskSuccessEvent
    assert len(looks) == 3


def test_an_api_server_that_stays_away_ends_the_wait(monkeypatch) -> None:
    with pytest.raises(OSError, match="away"):
        _run_trigger([OSError("away")], monkeypatch)


def test_a_model_to_be_built_alone_goes_to_a_worker(monkeypatch) -> None:
    report = BuildReport("failed", 1, None, {M: "error"})
    monkeypatch.setattr(node_trigger, "build_answer", lambda r, u, t: build_answer(r, u, 2))
    found, _ = _run_trigger([report], monkeypatch)
    assert type(found) is TriggerEvent


def _run_cleared(above: list[dict[str, str | None]], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The event of a model that was cleared by itself; how the ones above it stand at each look."""
    looks = iter(above)
    report = BuildReport("success", 1, None, {M: "success"})
    monkeypatch.setattr(node_trigger, "fetch_report", lambda *key: report)
    monkeypatch.setattr(node_trigger, "fetch_states", lambda *key: next(looks))
    monkeypatch.setattr(node_trigger, "LOOK_EVERY_S", 0.01)
    node_trigger.WATCHES.clear()

    async def one() -> Any:
        trigger = node_trigger.NodeTrigger(M, "dbt_build", ["marts.a", "marts.b"])
        trigger.task_instance = SimpleNamespace(dag_id="d", run_id="r", task_id="m", try_number=2)
        return await anext(trigger.run())

    event = asyncio.run(one())
    assert next(looks, None) is None, "every look was needed"
    return event


def test_cleared_with_what_it_reads_a_model_is_built_after_that(monkeypatch) -> None:
    """Its task no longer waits for theirs: two cleared models were built side by side."""
    looks: list[dict[str, str | None]] = [
        {"marts.a": None, "marts.b": "skipped"},
        {"marts.a": "running", "marts.b": "skipped"},
        {"marts.a": "success", "marts.b": "skipped"},
    ]
    assert type(_run_cleared(looks, monkeypatch)) is TriggerEvent


def test_cleared_behind_a_model_that_fails_it_is_not_built(monkeypatch) -> None:
    looks: list[dict[str, str | None]] = [{"marts.a": "deferred"}, {"marts.a": "failed"}]
    assert type(_run_cleared(looks, monkeypatch)) is TaskSkippedEvent


def test_a_trigger_comes_back_as_it_was_stored() -> None:
    path, kwargs = node_trigger.NodeTrigger(M, "dbt_build", ["marts.a"]).serialize()
    assert path == TRIGGER
    assert vars(node_trigger.NodeTrigger(**kwargs))["above"] == ["marts.a"]


def _execute(report: BuildReport, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    built: list[str] = []
    monkeypatch.setattr(dbt, "fetch_report", lambda *key: report)
    monkeypatch.setattr(dbt.DbtNodeOperator, "run_alone", lambda self, c: built.append(self.model))
    task = dbt.DbtNodeOperator(
        task_id="m", tenant="shop", unique_id=M, model="m", build_task_id="dbt_build"
    )
    task.execute({"ti": SimpleNamespace(dag_id="d", run_id="r", try_number=1)})
    return built


def test_inline_it_looks_again_instead_of_deferring(monkeypatch) -> None:
    """A deferred test would be answered by the triggerer that runs beside it, too."""
    with pytest.raises(AirflowRescheduleException):
        _execute(BuildReport("scheduled"), monkeypatch)
    with pytest.raises(TransformError, match="test failed"):
        _execute(BuildReport("failed", 1, None, {M: "test failed"}), monkeypatch)
    with pytest.raises(AirflowSkipException):
        _execute(BuildReport("failed"), monkeypatch)
    assert _execute(BuildReport("success", 1, None, {M: "success"}), monkeypatch) == []


def test_tested_alone_it_builds_its_model(monkeypatch) -> None:
    assert _execute(BuildReport(None), monkeypatch) == ["m"]
