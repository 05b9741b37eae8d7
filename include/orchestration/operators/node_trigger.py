"""Ends model tasks in the triggerer, where they start: one look a second serves all of a build."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from airflow.triggers.base import (
    BaseTrigger,
    TaskFailedEvent,
    TaskSkippedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)

from include.orchestration.operators.node_report import (
    FAILED,
    OVER,
    Answer,
    BuildReport,
    NodeAnswer,
    build_answer,
    fetch_report,
    fetch_states,
)

log = logging.getLogger(__name__)
LOOK_EVERY_S = 1.0
MAX_FAILURES = 60

EVENTS = {
    Answer.SUCCESS: TaskSuccessEvent,
    Answer.FAILED: TaskFailedEvent,
    Answer.SKIPPED: TaskSkippedEvent,
}


class BuildWatch:
    """One build of one run, looked at for every trigger that waits for it."""

    def __init__(self, dag_id: str, run_id: str, task_id: str) -> None:
        self._key = (dag_id, run_id, task_id)
        self._waiting = 0
        self._news = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._found: BuildReport | Exception | None = None

    @property
    def is_needed(self) -> bool:
        return self._waiting > 0

    async def next_report(self) -> BuildReport:
        """The next look's result; raises what the look raised."""
        self._waiting += 1
        try:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            await self._news.wait()
        finally:
            self._waiting -= 1
        if isinstance(self._found, BuildReport):
            return self._found
        raise self._found or RuntimeError("the look at the build was cancelled")

    async def _look(self) -> None:
        """Look until nobody waits; each look wakes all that wait."""
        failures = 0
        while self._waiting:
            try:
                self._found = await asyncio.to_thread(fetch_report, *self._key)
                failures = 0
            except Exception as error:
                # An API server that restarts answers again soon; for longer than that, the tasks
                # that wait shall say so: a look that dies alone would leave them hanging.
                failures += 1
                log.warning("build not seen key=%s error=%s", self._key, type(error).__name__)
                self._found = error
            if not 0 < failures < MAX_FAILURES:
                self._news.set()
                self._news = asyncio.Event()
            await asyncio.sleep(LOOK_EVERY_S)


WATCHES: dict[tuple[str, str, str], BuildWatch] = {}


class NodeTrigger(BaseTrigger):
    """Waits until a build has told how one node ended, and ends the node's task so.

    A node that is to be built alone goes to a worker with a plain event.
    """

    def __init__(self, unique_id: str, build_task_id: str, above: Sequence[str] = ()) -> None:
        """Make the trigger.

        Args:
            unique_id: dbt's name of the node.
            build_task_id: The task that builds it with all others.
            above: Tasks of the models it reads. Its own task does not wait for them.
        """
        super().__init__()
        self.unique_id = unique_id
        self.build_task_id = build_task_id
        self.above = list(above)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        names = ("unique_id", "build_task_id", "above")
        return path, {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event, when it is known."""
        ti = self.task_instance
        key = (ti.dag_id, ti.run_id, self.build_task_id)
        watch = WATCHES.setdefault(key, BuildWatch(*key))
        try:
            while True:
                report = await watch.next_report()
                answer = build_answer(report, self.unique_id, ti.try_number)
                if answer.kind is not Answer.WAIT:
                    break
        finally:
            if not watch.is_needed:
                WATCHES.pop(key, None)
        if answer.kind is Answer.BUILD_ALONE:
            answer = await self._wait_for_models_above(answer)
        self.log.info("dbt node=%s %s", self.unique_id, answer.words)
        event = EVENTS.get(answer.kind)
        yield event() if event else TriggerEvent(answer.words)

    async def _wait_for_models_above(self, answer: NodeAnswer) -> NodeAnswer:
        """Whoever clears a model with what lies below wants them built in their order."""
        ti = self.task_instance
        while self.above:
            states = await asyncio.to_thread(fetch_states, ti.dag_id, ti.run_id, self.above)
            found = {states.get(task_id) for task_id in self.above}
            if found & FAILED:
                return NodeAnswer(Answer.SKIPPED, "was not built: a model it reads has failed")
            if found <= OVER:
                break
            await asyncio.sleep(LOOK_EVERY_S)
        return answer
