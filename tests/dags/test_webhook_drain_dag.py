"""The drain of all inboxes: one task per feed that waits, each one's trouble its own."""

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import CronTriggerTimetable

from include.core.errors import ContractBroken, WarehouseUnavailable
from include.orchestration.dag_builders import drain as drain_dag
from include.orchestration.dag_builders.drain import DrainOperator, FindWaitingOperator
from include.pipeline import webhook_drain
from include.pipeline.webhook_drain import DrainResult
from tests.dags.conftest import CONNECTORS

HOOKS = """
connector: hooks
title: Hooks
kind: python
streams_from_feed: true
options:
  webhooks: {type: bool, default: true, description: Inbox.}
  streams: {type: mapping, description: Streams.}
"""
SHOP = """
tenant: {name}
name: {name}
owner: x
feeds:
  hooks: {{start_date: 2025-01-01}}
  more: {{connector: hooks, start_date: 2025-01-01}}
  till: {{start_date: 2025-01-01}}
"""


@pytest.fixture
def tenants(write_platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONNECTORS, "hooks", HOOKS)
    platform = write_platform(**{name: SHOP.format(name=name) for name in ("aa", "bb", "cc")})
    assert len(platform.tenants) == 3
    monkeypatch.setattr(drain_dag, "build_warehouse", lambda tenant: tenant.id)


def test_find_names_the_inboxes_in_which_something_waits(
    tenants: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(tenant: Any, warehouse: str) -> dict[str, int]:
        if warehouse == "bb":
            raise WarehouseUnavailable("away")
        return {"more": 2, "gone": 1} if warehouse == "aa" else {}

    monkeypatch.setattr(webhook_drain, "fetch_waiting_feeds", fetch)
    found = FindWaitingOperator(task_id="find").execute({})
    # bb's own tasks will say that its warehouse is away; aa's are not kept back by it.
    assert found == [["aa", "more"], ["bb", "hooks"], ["bb", "more"]]


def test_news_of_the_receiver_name_the_feeds(
    tenants: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what it names, as far as it exists, and no warehouse is asked."""

    def fetch(tenant: Any, warehouse: str) -> dict[str, int]:
        raise AssertionError("nobody needs to ask")

    monkeypatch.setattr(webhook_drain, "fetch_waiting_feeds", fetch)
    events = [
        SimpleNamespace(extra={"feeds": [["bb", "more"], ["aa", "hooks"]]}),
        SimpleNamespace(extra={"feeds": [["bb", "more"], ["aa", "till"], ["zz", "hooks"]]}),
        SimpleNamespace(extra=None),
    ]
    context = {"triggering_asset_events": {"ops/inbox": events}}
    found = FindWaitingOperator(task_id="find").execute(context)
    assert found == [["aa", "hooks"], ["bb", "more"]]


def test_a_drain_loads_and_then_fails_for_its_broken_stream(
    tenants: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def run(feed: Any, environment: str, origin: Any) -> DrainResult:
        asked.append((environment, feed.name))
        broken = {"orders": ContractBroken("odd")} if feed.name == "more" else {}
        return DrainResult(loaded={"people": 3}, failed=broken)

    monkeypatch.setattr(webhook_drain, "run_drain", run)
    monkeypatch.setattr(drain_dag, "build_environment", lambda tenant: tenant.id)
    monkeypatch.setattr(drain_dag, "read_origin", lambda context: None)
    assert DrainOperator(task_id="d", place=["aa", "hooks"]).execute({}) == {"people": 3}
    with pytest.raises(ContractBroken):
        DrainOperator(task_id="d", place=["aa", "more"]).execute({})
    assert asked == [("aa", "hooks"), ("aa", "more")]


def test_the_graph(all_dags: dict[str, Any]) -> None:
    dag = all_dags["ops__webhook_drain"]
    assert dag.task_dict["drain"].upstream_task_ids == {"find"}
    assert dag.task_dict["drain"].is_mapped
    assert dag.max_active_runs == 1 and dag.catchup is False
    timetable = dag.timetable
    assert [asset.name for asset in timetable.asset_condition.objects] == ["ops/inbox"]
    assert timetable.timetable == CronTriggerTimetable("*/5 * * * *", timezone="UTC")
