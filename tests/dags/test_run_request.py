"""An Airflow run in the pipeline's words."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from include.core.errors import ConfigError
from include.core.streams import RunKind, Window
from include.orchestration.run_request import build_load_request
from include.pipeline.load_request import LoadRequest
from tests.unit.feed_maker import build_feed

START = datetime(2026, 10, 3, 4, 37, tzinfo=UTC)
END = datetime(2026, 10, 4, 4, 37, tzinfo=UTC)
NO_PARAMS = {"from": None, "to": None}
FEED = build_feed("stripe")


def _build(run_type: str, params: dict[str, Any]) -> LoadRequest:
    run = SimpleNamespace(run_type=run_type, data_interval_start=START, data_interval_end=END)
    return build_load_request(FEED, run, params)


def test_a_backfill_reads_exactly_its_data_interval() -> None:
    request = _build("backfill", {"from": "2020-01-01"})
    assert request == LoadRequest(FEED, RunKind.BACKFILL, window=Window(START, END))


def test_a_scheduled_run_continues_at_the_cursor_whatever_its_interval() -> None:
    request = _build("scheduled", NO_PARAMS)
    assert request == LoadRequest(FEED, RunKind.SCHEDULED)


@pytest.mark.parametrize("run_type", ["manual", "operator_triggered", "asset_triggered"])
def test_every_other_run_is_manual(run_type: str) -> None:
    assert _build(run_type, NO_PARAMS) == LoadRequest(FEED, RunKind.MANUAL)


def test_from_and_to_are_dates_or_instants_in_utc() -> None:
    request = _build("manual", {"from": "2026-10-01", "to": "2026-10-02T06:00"})
    since, until = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, 6, tzinfo=UTC)
    assert request == LoadRequest(FEED, RunKind.MANUAL, window=Window(since, until))
    half = _build("manual", {"from": "", "to": "2026-10-02T08:00+02:00"})
    assert half == LoadRequest(FEED, RunKind.MANUAL, window=Window(None, until))


@pytest.mark.parametrize(
    "params",
    [{"from": "yesterday"}, {"to": "2026-13-01"}, {"from": "2026-10-02", "to": "2026-10-02"}],
)
def test_nonsense_is_refused_with_what_to_write_instead(params) -> None:
    with pytest.raises(ConfigError, match="Expected"):
        _build("manual", params)


def test_a_manual_run_may_read_files_again() -> None:
    assert _build("manual", {"reload": True}).reload
    assert not _build("scheduled", {"reload": True}).reload
