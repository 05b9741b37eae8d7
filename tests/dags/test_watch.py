"""What Airflow cannot notice itself: looked at from outside, with patience; the sign of life."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.alerts.tick import Tick
from include.config.settings import AirflowAccess
from include.core.clock import frozen
from include.orchestration.alerts.alive import run_post_alive
from include.orchestration.alerts.sentry import build_clean
from include.orchestration.watch.airflow_health import AirflowHealth
from tests.dags.alert_receivers import HttpSink, http_sink

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
WELL = {
    "metadatabase": {"status": "healthy"},
    "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": "2026-11-02T09:00:00Z"},
    "dag_processor": {"status": "healthy"},
    "triggerer": {"status": None},
}


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    with http_sink() as found:
        yield found


def _look(health: AirflowHealth, minutes: int) -> dict[str, str]:
    with frozen(NOW + timedelta(minutes=minutes)):
        return dict(health.look().silent)


def test_a_component_is_silent_when_it_has_been_for_a_while(sink: HttpSink) -> None:
    health = AirflowHealth(AirflowAccess(sink.url, None, None))
    sink.answer = WELL
    assert _look(health, 0) == {}
    sink.answer = {**WELL, "scheduler": {"status": "unhealthy"}}
    assert _look(health, 1) == {}, "a restart is nobody's business"
    assert _look(health, 5) == {"scheduler": "has no heartbeat"}
    sink.answer = WELL
    assert _look(health, 6) == {}
    sink.answer = {**WELL, "dag_processor": {"status": "unhealthy"}}
    assert _look(health, 7) == {}, "counted anew"


def test_an_airflow_that_is_gone_is_silent_too() -> None:
    health = AirflowHealth(AirflowAccess("http://127.0.0.1:1", None, None))
    assert _look(health, 0) == {}
    assert "api-server" in _look(health, 4)


def test_nobody_is_asked_where_no_address_is_given() -> None:
    seen = AirflowHealth(AirflowAccess(None, None, None)).look()
    assert (seen.silent, seen.paused) == ({}, None)


def test_the_sign_of_life_stops_when_alerting_does_not_work(
    sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_ALIVE_URL", f"{sink.url}/ping")
    assert run_post_alive(Tick())
    assert [got.path for got in sink.got] == ["/ping"]
    assert not run_post_alive(Tick(troubled=1))
    assert not run_post_alive(Tick(away=1))
    assert len(sink.got) == 1
    sink.status = 500
    assert not run_post_alive(Tick())


def test_sentry_gets_no_words_and_no_values() -> None:
    frame = {"function": "load", "lineno": 3, "vars": {"row": "ann@x.example"}, "context_line": "x"}
    event: dict[str, Any] = {
        "exception": {"values": [{"type": "ValueError", "value": "bad ann@x.example",
                                  "stacktrace": {"frames": [frame]}}]},
        "extra": {"a": 1}, "request": {}, "user": {"id": 1}, "breadcrumbs": [], "tags": {"t": "x"},
    }  # fmt: skip
    clean = build_clean(event, {})
    assert "ann@x.example" not in str(clean)
    assert set(clean) == {"exception", "tags"}
    [value] = clean["exception"]["values"]
    assert value["stacktrace"]["frames"] == [{"function": "load", "lineno": 3}]
