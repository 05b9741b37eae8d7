"""A feed's second DAG: which streams it sweeps, when, and what accepts that much is gone."""

from types import SimpleNamespace

import pytest
from airflow.sdk import TriggerRule

from include.core.errors import ConfigError
from include.core.streams import LoadResult, RunKind
from include.orchestration.dag_builders.feed import build_ingest_dag
from include.orchestration.dag_builders.sweep import build_sweep_dag
from include.orchestration.operators import load_and_check as operators
from include.orchestration.operators.load_and_check import SweepOperator
from include.orchestration.run_request import build_sweep_request
from include.pipeline.feed_load import FeedResult
from include.pipeline.load_request import LoadRequest
from tests.dags.conftest import ROOT, TENANT, dags_of

SWEPT = """
connector: wiped
title: Wiped
kind: rest
api: {base_url: "https://wiped.example"}
streams:
  people: &people
    path: /people
    primary_key: [id]
    sweep: all
    columns: {id: text, updated_at: timestamp}
    cursor: {field: updated_at, why: test}
  check_raw: *people
  days: {path: /days, primary_key: [id], sweep: id, columns: {id: text, updated_at: timestamp},
    cursor: {field: updated_at, why: test}}
  stores: {path: /stores, primary_key: [id], sweep: all, columns: {id: text}}
"""
FEED = "  wiped: {schedule: hourly, start_date: 2025-01-01, sweep_schedule: weekly, priority: 8}\n"


@pytest.fixture
def swept(write_platform, tmp_path):
    write_platform()
    (tmp_path / "connectors" / "wiped").mkdir()
    (tmp_path / "connectors" / "wiped" / "connector.yaml").write_text(SWEPT)
    platform = write_platform(shop=TENANT.rstrip() + "\n" + FEED)
    assert not platform.problems, platform.problems
    return next(feed for feed in platform.feeds if feed.name == "wiped")


def test_only_streams_read_by_time_are_swept_on_a_schedule(swept) -> None:
    dag = build_sweep_dag(swept)
    assert {task.task_id: task.downstream_task_ids for task in dag.tasks} == {
        "people": {"check_raw", "all_streams_done"},
        "stream_check_raw": {"check_raw", "all_streams_done"},
        "check_raw": {"all_streams_done"},
        "all_streams_done": set(),
    }
    people = dag.get_task("people")
    assert isinstance(people, SweepOperator)
    assert (people.pool, people.priority_weight) == ("api_wiped", 998)  # behind `till`
    assert (people.tenant, people.feed, people.stream) == ("shop", "wiped", "people")
    assert dag.get_task("stream_check_raw").stream == "check_raw"
    check = dag.get_task("check_raw")
    assert check.trigger_rule == TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
    assert [asset.name for asset in check.outlets] == ["news/shop/wiped"]


def test_it_has_a_schedule_tags_and_docs_of_its_own(swept) -> None:
    dag, ingest = build_sweep_dag(swept), build_ingest_dag(swept)
    assert dag.dag_id == "sweep__shop__wiped"
    assert sorted(dag.tags) == ["connector:wiped", "layer:sweep", "tenant:shop"]
    assert dag.timetable.expression == swept.sweep_schedule
    assert swept.sweep_schedule != swept.schedule
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert "`check_raw`, `people`" in dag.doc_md
    assert "--step sweep --accept-deletes" in dag.doc_md
    assert {task.task_id for task in ingest.tasks} >= {"people", "days", "stores"}


def test_both_dags_are_registered_and_a_feed_without_schedule_has_one(swept) -> None:
    found = set(dags_of(ROOT / "dags" / "tenant_ingest.py"))
    assert found == {
        *("ingest__shop__wiped", "sweep__shop__wiped", "ingest__shop__till", "ingest__shop__drop")
    }


@pytest.mark.parametrize(
    ("params", "accepts"),
    [({}, False), ({"accept_deletes": True}, True), ({"accept_deletes": False}, False)],
)
def test_only_a_person_accepts_many_deletions(swept, params: dict, accepts: bool) -> None:
    request = build_sweep_request(swept, params)
    assert (request.kind, request.window, request.may_shrink) == (RunKind.SWEEP, None, accepts)
    run = SimpleNamespace(run_type="scheduled", data_interval_start=None, data_interval_end=None)
    task = build_sweep_dag(swept).get_task("people")
    assert task.build_request(swept, {"params": params, "dag_run": run}) == request
    assert build_sweep_dag(swept).params["accept_deletes"] is False


def test_a_word_accepts_nothing(swept) -> None:
    """`"yes"` was ignored in silence; `"no"` would be true to Python."""
    with pytest.raises(ConfigError, match="without quotes"):
        build_sweep_request(swept, {"accept_deletes": "no"})


def test_the_task_asks_the_pipeline_for_a_sweep(swept, monkeypatch) -> None:
    asked: list[LoadRequest] = []

    def load(request, environment):
        asked.append(request)
        return FeedResult(loaded={"people": LoadResult(1, 3, 0, 0, 3, 0, 0, deleted=2)})

    monkeypatch.setattr("include.pipeline.feed_load.run_feed_load", load)
    monkeypatch.setattr(
        "include.orchestration.alerts.schema_change.notify_changes", lambda *args: None
    )
    monkeypatch.setattr(operators, "build_environment", lambda tenant: None)
    ti = SimpleNamespace(dag_id="sweep__shop__wiped", run_id="r", task_id="people", try_number=1)
    context = {"ti": ti, "params": {"accept_deletes": True}}
    counts = build_sweep_dag(swept).get_task("people").execute(context)
    assert counts["unchanged"] == 3
    [request] = asked
    assert (request.feed.name, request.kind, request.window) == ("wiped", RunKind.SWEEP, None)
    assert (request.streams, request.may_shrink) == (("people",), True)
    assert request.origin.dag_id == "sweep__shop__wiped"


def test_a_schedule_with_nothing_to_sweep_is_a_problem(write_platform) -> None:
    """Such a DAG would have run green every week and deleted nothing."""
    platform = write_platform(shop=TENANT.replace("hourly,", "hourly, sweep_schedule: weekly,"))
    (problem,) = platform.problems
    assert "feed `till`: `sweep_schedule` without a stream" in str(problem)
    assert platform.broken == ("shop",)
