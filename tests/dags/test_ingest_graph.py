"""An ingest DAG's graph, and what each part of it is told."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.sdk import DAG, AssetAlias, TriggerRule

from include.config.settings import ROOT
from include.orchestration.alerts.failure import notify_deadline, notify_failure
from include.orchestration.dag_builders.feed import build_ingest_dag
from include.orchestration.retry import EltRetryPolicy
from tests.dags.conftest import TENANT


def _dag(write_platform, name: str) -> DAG:
    platform = write_platform()
    assert not platform.problems
    return build_ingest_dag(next(feed for feed in platform.feeds if feed.name == name))


def _graph(dag: DAG) -> dict[str, set[str]]:
    return {task.task_id: task.downstream_task_ids for task in dag.tasks}


def test_graph(write_platform) -> None:
    assert _graph(_dag(write_platform, "till")) == {
        "sales": {"check_raw", "all_streams_done"},
        "stores": {"check_raw", "all_streams_done"},
        "check_raw": {"all_streams_done"},
        "all_streams_done": set(),
    }


def test_a_failed_stream_neither_hides_checks_nor_turns_the_run_green(write_platform) -> None:
    """Airflow takes a run's state from its leaves; check_raw as the leaf made red runs green."""
    dag = _dag(write_platform, "till")
    assert dag.get_task("check_raw").trigger_rule == TriggerRule.ALL_DONE_MIN_ONE_SUCCESS
    assert dag.get_task("all_streams_done").trigger_rule == TriggerRule.NONE_FAILED
    assert [task.task_id for task in dag.leaves] == ["all_streams_done"]


def test_the_asset_comes_from_the_checks(write_platform) -> None:
    dag = _dag(write_platform, "till")
    outlets = {task.task_id: task.outlets for task in dag.tasks if task.outlets}
    assert outlets == {"check_raw": [AssetAlias("news/shop/till")]}
    assert not dag.get_task("sales").checks


def test_a_folder_without_declared_streams_is_one_task_and_is_not_looked_at(write_platform) -> None:
    assert list(_graph(_dag(write_platform, "drop"))) == [
        "all_streams",
        "check_raw",
        "all_streams_done",
    ]


def test_a_feed_may_be_one_task_that_also_checks_and_delivers(write_platform) -> None:
    """Without news, a worker process a stream and one for the checks are most of the cost."""
    text = TENANT.replace("schedule: hourly,", "schedule: hourly, tasks: feed,")
    feed = next(feed for feed in write_platform(shop=text).feeds if feed.name == "till")
    dag = build_ingest_dag(feed)
    assert _graph(dag) == {
        "all_streams": {"check_raw", "all_streams_done"},
        "check_raw": {"all_streams_done"},
        "all_streams_done": set(),
    }
    task, check = dag.get_task("all_streams"), dag.get_task("check_raw")
    assert (task.stream, task.checks, check.after_failures) == (None, True, True)
    assert [asset.name for asset in task.outlets] == ["news/shop/till"]
    assert check.trigger_rule == TriggerRule.ONE_FAILED
    assert "`check_raw` is skipped unless" in dag.doc_md
    assert "is skipped unless" not in _dag(write_platform, "till").doc_md


def test_an_unknown_word_for_tasks_is_told(write_platform) -> None:
    text = TENANT.replace("schedule: hourly,", "schedule: hourly, tasks: streams,")
    (problem,) = write_platform(shop=text).problems
    assert "`feeds.till.tasks` is `streams`. Expected `stream` or `feed`." in str(problem)


def test_a_folder_with_named_streams_has_a_task_each(write_platform) -> None:
    text = TENANT.replace(
        "options: {path: none}",
        "options: {path: none, streams: {prices: {files: ['p*.csv']}, check_raw: {}}}",
    )
    feed = next(feed for feed in write_platform(shop=text).feeds if feed.name == "drop")
    assert list(_graph(build_ingest_dag(feed))) == [
        "stream_check_raw",
        "prices",
        "check_raw",
        "all_streams_done",
    ]


@pytest.mark.parametrize(
    ("block", "tasks"),
    [
        ("options: {package: tap-x==1}", ["all_streams"]),
        ("streams: [orders, people], options: {package: tap-x==1}", ["orders", "people"]),
        ("options: {package: tap-x==1, streams: {orders: {cursor: at}}}", ["orders"]),
        (
            "streams: [orders, people],"
            " options: {package: tap-x==1, streams: {orders: {cursor: at}}}",
            ["orders", "people"],
        ),
    ],
)
def test_a_tap_has_a_task_for_each_stream_that_is_named(
    write_platform, tmp_path: Path, block: str, tasks: list[str]
) -> None:
    shutil.copytree(ROOT / "include/connectors/singer", tmp_path / "connectors" / "singer")
    text = (
        "tenant: tapped\nname: Tapped\nowner: ops@shop.example\n"
        f"feeds:\n  crm: {{connector: singer, start_date: 2026-01-01, {block}}}\n"
    )
    (feed,) = write_platform(tapped=text).feeds
    assert list(_graph(build_ingest_dag(feed)))[: len(tasks)] == tasks
    assert "all_streams_done" in _graph(build_ingest_dag(feed))


def test_what_the_dag_is_told(write_platform) -> None:
    dag = _dag(write_platform, "till")
    assert dag.tags == {"tenant:shop", "connector:till", "layer:ingest"}
    assert dag.owner_links == {"shop-team": "mailto:ops@shop.example"}
    assert dag.catchup is False
    assert dag.max_active_runs == 2
    assert dag.start_date == datetime(2025, 1, 1, tzinfo=UTC)
    assert dag.schedule.expression.split()[1:] == ["*"] * 4
    assert set(dag.params) == {"from", "to"}
    assert dag.params["from"] is None
    drop = _dag(write_platform, "drop")
    assert drop.schedule is None
    assert drop.params["reload"] is False


def test_what_its_tasks_are_told(write_platform) -> None:
    task = _dag(write_platform, "till").get_task("sales")
    assert task.pool == "api_till"
    assert task.priority_weight == 999
    assert task.owner == "shop-team"
    assert (task.tenant, task.feed, task.stream) == ("shop", "till", "sales")
    assert isinstance(task.retry_policy, EltRetryPolicy)
    assert list(task.on_failure_callback) == [notify_failure]
    assert task.retries == 3


def test_the_deadline_counts_from_when_the_run_was_due(write_platform) -> None:
    (alert,) = _dag(write_platform, "till").deadline
    assert alert.interval == timedelta(minutes=90)
    assert alert.reference.reference_name == "DagRunQueuedAtDeadline"
    assert alert.callback.path == f"{notify_deadline.__module__}.notify_deadline"
    assert alert.callback.kwargs == {"tenant_id": "shop", "feed": "till", "minutes": 90}
    assert not _dag(write_platform, "drop").deadline


def test_docs_say_what_is_loaded_and_where_to_look(write_platform) -> None:
    docs = _dag(write_platform, "till").doc_md
    for words in (
        "| sales | id | `updated_at` | 2 h |",
        "| stores | id | none: read in full |  |",
        "connection `shop__till` (`token`)",
        "elt_ops.loads",
        "`transform__shop`",
    ):
        assert words in docs


def test_every_pool_used_is_one_the_command_line_creates(all_dags: dict) -> None:
    from include.config.load import load_platform
    from include.core import naming

    made = {naming.pool(name) for name in load_platform().connectors}
    used = {
        task.pool
        for dag_id, dag in all_dags.items()
        if dag_id.startswith("ingest__")
        for task in dag.tasks
        if task.pool != "default_pool"
    }
    assert used
    assert used <= made
