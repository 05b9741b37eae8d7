"""The demo waits for as long as something moves, and names what does not."""

from typing import Any

import pytest

from include.core.errors import ConfigError
from include.local.runs import demo_runs
from include.local.runs.demo_runs import FollowedRun, run_follow


class SlowApi:
    """An Airflow whose run has `left` tasks, of which one ends with each look at them."""

    def __init__(self, left: int, ends: int) -> None:
        self.left, self.ends = left, ends

    def run(self, _dag_id: str, _run_id: str) -> dict[str, Any]:
        state = "running" if self.left else "success"
        return {"state": state, "duration": 1, "start_date": None, "end_date": None}

    def tasks(self, _dag_id: str, _run_id: str) -> list[dict[str, Any]]:
        self.left -= self.ends
        return [{"task_id": f"t{n}", "state": "running"} for n in range(self.left)]


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_runs, "POLL_S", 0.001)


def _follow(api: Any) -> FollowedRun:
    run = FollowedRun("acme", "stripe", "ingest__acme__stripe", "r1")
    run_follow(api, [run], lambda _runs: None, 0.004)
    return run


def test_a_busy_machine_is_waited_for() -> None:
    """The demo gave up after 20 minutes although a feed loaded a stream every few seconds."""
    assert _follow(SlowApi(left=6, ends=1)).state == "success"


def test_what_does_not_move_is_named() -> None:
    with pytest.raises(
        ConfigError, match=r"`ingest__acme__stripe` has not ended .* t0 \(running\)"
    ):
        _follow(SlowApi(left=1, ends=0))
