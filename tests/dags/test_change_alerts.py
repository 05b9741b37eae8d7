"""News of a feed's columns reach people once, as a warning, and never turn a task red."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from include.config.load import load_platform
from include.core.errors import WarehouseUnavailable
from include.core.streams import SchemaChange
from include.ledger.connection import Warehouse
from include.ledger.schema_changes import run_record_schema_changes
from include.orchestration.alerts import failure as failure_callback
from include.orchestration.alerts import schema_change as change_alert
from include.orchestration.alerts.alert import Alert
from include.orchestration.alerts.channels import LogNotifier
from include.orchestration.alerts.schema_change import build_change_message, notify_changes
from tests.integration.load_case import build_case

CONTEXT = {
    "ti": SimpleNamespace(
        run_id="r1", task_id="orders", try_number=1, log_url="https://log.example"
    )
}


def row(column: str, change: str, **more: Any) -> dict[str, Any]:
    found = {"table_name": "sales", "column_name": column, "change": change}
    return found | {"old_type": None, "new_type": None} | more


@pytest.fixture
def sent(
    warehouse: str, write_platform: Any, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[str, str]]:
    """(level, message) of every alert sent for the feed `till` of `shop`."""
    found: list[tuple[str, str]] = []
    write_platform()
    monkeypatch.setenv("WAREHOUSE_URL", warehouse)
    kept = SimpleNamespace(send=lambda alert: found.append((alert.level, alert.message)))
    monkeypatch.setattr(failure_callback, "build_notifiers", lambda *_: [kept])
    return found


def test_one_message_a_load_names_what_is_new_and_is_not_repeated(
    sent: list[tuple[str, str]], warehouse: str
) -> None:
    case = build_case(warehouse, feed="till", name="sales")
    case.tenant = "shop"
    case.load([])
    place = case.plan().place
    for load_id, names in ((7, ["colour", "size"]), (8, ["weight"])):
        changes = [SchemaChange("sales", name, "unknown_field") for name in names]
        with Warehouse(warehouse).connect() as connection:
            run_record_schema_changes(connection, place, load_id, changes, alert_due=changes)
    feed = load_platform().feeds[-1]
    assert feed.name == "till"
    assert notify_changes(feed, CONTEXT) == 2
    assert [level for level, _ in sent] == ["warning", "warning"]
    assert "2 new fields, kept in _extra: `sales.colour`, `sales.size`." in sent[0][1]
    assert "`sales.weight`" in sent[1][1]
    assert notify_changes(feed, CONTEXT) == 0
    assert len(sent) == 2


def test_a_message_that_was_sent_before_a_crash_is_not_sent_again(
    sent: list[tuple[str, str]], warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = build_case(warehouse, feed="till", name="stores")
    case.tenant = "shop"
    case.load([])
    changes = [SchemaChange("stores", "open", "vanished_field")]
    with Warehouse(warehouse).connect() as connection:
        run_record_schema_changes(connection, case.plan().place, 90, changes, alert_due=changes)
    feed = load_platform().feeds[-1]

    def crash(*_: Any) -> None:
        raise WarehouseUnavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr("include.ledger.schema_changes.run_mark_told", crash)
        notify_changes(feed, CONTEXT)
    notify_changes(feed, CONTEXT)
    assert len([message for _, message in sent if "`stores.open`" in message]) == 1


def test_a_warehouse_that_is_away_does_not_fail_the_task(
    write_platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_platform()
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://elt@127.0.0.1:1/none?connect_timeout=1")
    assert notify_changes(load_platform().feeds[-1], CONTEXT) == 0


def test_the_message_groups_by_kind() -> None:
    rows = [
        row("b", "widened", old_type="integer", new_type="bigint"),
        row("c", "vanished_field"),
        row("d", "discarded_field"),
    ]
    message = build_change_message(rows)
    assert "1 new fields, dropped: `sales.d`; 1 fields that no record has any more" in message
    assert "`sales.b` (integer to bigint)" in message


def test_news_is_a_warning_in_the_log(
    caplog: pytest.LogCaptureFixture, write_platform: Any
) -> None:
    feed = write_platform().feeds[-1]
    one = row("c", "unknown_field", stream="sales", load_id=3)
    alert = change_alert.build_change_alert(feed, [one], CONTEXT)
    assert isinstance(alert, Alert)
    with caplog.at_level(logging.WARNING):
        LogNotifier().send(alert)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
