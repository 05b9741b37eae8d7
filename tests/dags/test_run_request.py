"""An Airflow run in the pipeline's words."""

from datetime import UTC, datetime

import pytest

from include.core.errors import ConfigError
from include.core.streams import RunKind, Window
from include.orchestration.run_request import RunRequest, build_run_request

START = datetime(2026, 10, 3, 4, 37, tzinfo=UTC)
END = datetime(2026, 10, 4, 4, 37, tzinfo=UTC)
NO_PARAMS = {"from": None, "to": None}


def test_a_backfill_reads_exactly_its_data_interval() -> None:
    request = build_run_request("backfill", START, END, {"from": "2020-01-01"})
    assert request == RunRequest(RunKind.BACKFILL, Window(START, END))


def test_a_scheduled_run_continues_at_the_cursor_whatever_its_interval() -> None:
    request = build_run_request("scheduled", START, END, NO_PARAMS)
    assert request == RunRequest(RunKind.SCHEDULED, None)


@pytest.mark.parametrize("run_type", ["manual", "operator_triggered", "asset_triggered"])
def test_every_other_run_is_manual(run_type: str) -> None:
    assert build_run_request(run_type, START, END, NO_PARAMS) == RunRequest(RunKind.MANUAL, None)


def test_from_and_to_are_dates_or_instants_in_utc() -> None:
    request = build_run_request(
        "manual", START, END, {"from": "2026-10-01", "to": "2026-10-02T06:00"}
    )
    since, until = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, 6, tzinfo=UTC)
    assert request == RunRequest(RunKind.MANUAL, Window(since, until))
    half = build_run_request("manual", START, END, {"from": "", "to": "2026-10-02T08:00+02:00"})
    assert half == RunRequest(RunKind.MANUAL, Window(None, until))


@pytest.mark.parametrize(
    "params",
    [{"from": "yesterday"}, {"to": "2026-13-01"}, {"from": "2026-10-02", "to": "2026-10-02"}],
)
def test_nonsense_is_refused_with_what_to_write_instead(params) -> None:
    with pytest.raises(ConfigError, match="Expected"):
        build_run_request("manual", START, END, params)


def test_a_manual_run_may_read_files_again() -> None:
    assert build_run_request("manual", START, END, {"reload": True}).reload
    assert not build_run_request("scheduled", START, END, {"reload": True}).reload
