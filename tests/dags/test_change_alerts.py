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
from include.orchestration.alerts import schema_change as change_alert
from include.orchestration.alerts.failure import run_log
from include.orchestration.alerts.schema_change import build_change_message, notify_changes
from tests.integration.load_case import build_case

CONTEXT = {
    "ti": SimpleNamespace(
        dag_id="ingest__shop__till",
        run_id="r1",
        task_id="orders",
        try_number=1,
        log_url="https://log.example",
    )
}


def row(column: str, change: str, **more: Any) -> dict[str, Any]:
    found = {"table_name": "sales", "column_name": column, "change": change}
    return found | {"old_type": None, "new_type": None} | more


class Stored:
    """What alerts there are: (severity, message), in the order they came."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, *more: str) -> list[tuple[Any, ...]]:
        names = ", ".join(("severity", "message", *more))
        with Warehouse(self.url).connect() as connection:
            query = f"select {names} from elt_ops.alerts where tenant = 'shop' order by alert_id"
            return connection.execute(query.encode()).fetchall()


@pytest.fixture
def stored(warehouse: str, write_platform: Any, monkeypatch: pytest.MonkeyPatch) -> Stored:
    write_platform()
    monkeypatch.setenv("WAREHOUSE_URL", warehouse)
    return Stored(warehouse)


def test_one_message_a_load_names_what_is_new_and_is_not_repeated(
    stored: Stored, warehouse: str
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
    found = stored()
    assert [level for level, _ in found] == ["warning", "warning"]
    assert "2 new fields, kept in _extra: `sales.colour`, `sales.size`." in found[0][1]
    assert "`sales.weight`" in found[1][1]
    assert notify_changes(feed, CONTEXT) == 0
    assert len(stored()) == 2


def test_a_message_that_was_sent_before_a_crash_is_not_sent_again(
    stored: Stored, warehouse: str, monkeypatch: pytest.MonkeyPatch
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
    found = [row for row in stored("news", "count") if "`stores.open`" in row[1]]
    assert [row[2:] for row in found] == [("opened", 2)], "one alert, told once"


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
    signal = change_alert.build_change_signal(feed, [one], CONTEXT)
    with caplog.at_level(logging.WARNING):
        run_log(signal)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "type=schema_change" in caplog.messages[0]
