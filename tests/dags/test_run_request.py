"""An Airflow run in the pipeline's words."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from include.core.errors import ConfigError
from include.core.streams import RunKind, Window
from include.orchestration.dag_builders.drain import FindWaitingOperator
from include.orchestration.dag_builders.ops import EachTenantOperator
from include.orchestration.operators.load_and_check import ExtractLoadOperator, SweepOperator
from include.orchestration.operators.wait_for_feeds import WaitForFeedsSensor
from include.orchestration.run_request import LOAD_PARAMETERS, build_load_request, check_conf
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


def test_reload_holds_for_an_interval_too() -> None:
    """`{"from": ..., "reload": true}` read the interval and forgot the reload."""
    request = _build("manual", {"from": "2026-10-01", "reload": True})
    assert (request.window, request.reload) == (
        Window(datetime(2026, 10, 1, tzinfo=UTC), None),
        True,
    )


@pytest.mark.parametrize("value", ["false", "yes", 1])
def test_a_flag_is_true_or_false(value: Any) -> None:
    """`bool("false")` is true: what somebody switched off was on."""
    with pytest.raises(ConfigError, match="without quotes"):
        _build("manual", {"reload": value})


def _context(conf: Any, params: dict[str, Any], run_type: str = "manual") -> dict[str, Any]:
    run = SimpleNamespace(conf=conf, run_type=SimpleNamespace(value=run_type))
    return {"dag_run": run, "dag": SimpleNamespace(params=params)}


def test_a_misspelt_parameter_is_not_ignored() -> None:
    """`airflow dags trigger --conf '{"reloda": true}'` loaded nothing new, and was green."""
    params = {"from": None, "to": None, "reload": False}
    with pytest.raises(ConfigError, match=r"`reloda`, which nothing reads\. Did you mean `reload`"):
        check_conf(_context({"reloda": True}, params))
    with pytest.raises(ConfigError, match="nothing reads"):
        check_conf(_context({"from": "2026-10-01", "unitl": "2026-10-02"}, params))
    check_conf(_context({"reload": True, "to": "2026-10-02"}, params))
    check_conf(_context({}, params, "scheduled"))
    check_conf(_context(None, {}, "asset_triggered"))


def test_a_dag_that_declares_nothing_has_its_operators_parameters() -> None:
    check_conf(_context({"from": "2026-10-01"}, {}), LOAD_PARAMETERS)
    with pytest.raises(ConfigError, match="`accept_deletes`, which nothing reads"):
        check_conf(_context({"accept_deletes": True}, {}), LOAD_PARAMETERS)


def test_a_backfill_takes_no_parameter() -> None:
    """Each of its runs reads its own interval; `from` was ignored in every one of them."""
    with pytest.raises(ConfigError, match="a backfill run's conf has `from`"):
        check_conf(_context({"from": "2026-10-01"}, {"from": None}, "backfill"))


@pytest.mark.parametrize(
    "operator",
    [
        ExtractLoadOperator(task_id="load", tenant="acme", feed="stripe"),
        SweepOperator(task_id="sweep", tenant="acme", feed="stripe"),
        WaitForFeedsSensor(task_id="wait", tenant="acme", schedules={}, grace_minutes=1),
        EachTenantOperator(task_id="each", call=print),
        FindWaitingOperator(task_id="find"),
    ],
    ids=lambda operator: type(operator).__name__,
)
def test_the_first_task_of_every_dag_looks(operator: Any) -> None:
    act = getattr(operator, "poke", None) or operator.execute
    with pytest.raises(ConfigError, match="`reloda`, which nothing reads"):
        act(_context({"reloda": True}, {"days": 90}))
