"""The demo's report: the shape others read, the books, and what counts as a failure."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from include.local import demo, demo_report
from include.local.demo_numbers import TenantNumbers
from include.local.runs.demo_runs import FollowedRun
from include.local.runs.demo_transforms import find_seen

RUN = FollowedRun("acme", "shopify", "ingest__acme__shopify", "run1", "success", 12.0)
COUNTS = {"read": 10, "loaded": 4, "unchanged": 3, "quarantined": 1, "filtered": 2}


def test_the_json_has_exactly_the_promised_shape() -> None:
    feeds = [(RUN, {"orders": COUNTS})]
    tenants = {"acme": TenantNumbers(marts={"fct_orders": 9})}
    assert demo_report.build_demo_json(61.26, feeds, tenants, "http://localhost:8080") == {
        "seconds": 61.3,
        "feeds": [
            {
                "tenant": "acme",
                "feed": "shopify",
                "state": "success",
                "streams": {
                    "orders": {
                        "read": 10,
                        "loaded": 4,
                        "unchanged": 3,
                        "quarantined": 1,
                        "filtered": 2,
                    }
                },
            }
        ],
        "marts": {"acme": {"fct_orders": 9}},
        "ui": "http://localhost:8080",
    }


def test_the_stream_table_sums_up() -> None:
    table = demo_report.build_stream_table([(RUN, {"orders": COUNTS, "refunds": COUNTS})])
    assert list(table.rows[-1])[-5:] == [20, 8, 6, 2, 4]


def test_a_second_run_says_that_nothing_changed() -> None:
    nothing = {**COUNTS, "loaded": 0}
    assert demo_report.build_change_line([(RUN, {"orders": nothing})]).startswith("Nothing changed")
    assert demo_report.build_change_line([(RUN, {"orders": COUNTS})]).startswith("4 rows loaded")


def test_a_failure_names_dag_task_and_log_file(tmp_path: Path) -> None:
    failed = FollowedRun("acme", "stripe", "ingest__acme__stripe", "r2", "failed")
    failed.failed_tasks = [("charges", 3)]
    [line] = demo_report.build_failures([RUN, failed], tmp_path)
    log = tmp_path / "logs/dag_id=ingest__acme__stripe/run_id=r2/task_id=charges/attempt=3.log"
    assert line == f"dag ingest__acme__stripe  task charges  log {log}"


def test_a_failed_run_without_a_failed_task_is_still_a_failure(tmp_path: Path) -> None:
    """A run can time out with every task still waiting; the demo must not end green."""
    late = FollowedRun("acme", None, "transform__acme", "r3", "failed")
    assert len(demo_report.build_failures([late], tmp_path)) == 1


def test_revenue_is_exact() -> None:
    numbers = TenantNumbers(revenue=[("shopify", "USD", Decimal("12345678901234567.89"))])
    (row,) = demo_report.build_revenue_table({"acme": numbers}).rows
    assert row[-1] == "12,345,678,901,234,567.89"


def test_people_of_sources_and_how_many_they_share() -> None:
    pairs = [{"sources": ("attio", "shopify"), "shared": 30, "rate": 0.75}]
    found = TenantNumbers(identities={"records": 140, "people": 90, "pairs": pairs})
    sheet = demo_report.build_people_table({"acme": found, "solo": TenantNumbers()})
    assert sheet.rows == [
        ["acme", "all", 140, 90, ""],
        ["acme", "attio + shopify", "", 30, "75%"],
    ]


def test_first_rows_are_those_of_the_first_load_that_brought_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A load of nothing, and every later one, would tell a newcomer a wrong time."""
    now = [100.0]
    loads = [(1, "acme", "shopify", "orders", "loaded", 5, 0)]
    monkeypatch.setattr(demo.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(demo, "fetch_loads_of_runs", lambda connection, runs: list(loads))
    progress = demo.Progress(MagicMock(), MagicMock(), began=90.0)
    progress.tick([])
    assert progress.first_rows_s is None
    for load_id, at in ((2, 112.0), (3, 150.0)):
        loads.append((load_id, "acme", "shopify", "orders", "loaded", 5, 5))
        now[0] = at
        progress.tick([])
    assert progress.first_rows_s == 22.0


def _at(minute: int) -> datetime:
    return datetime(2026, 1, 1, 8, minute, tzinfo=UTC)


def test_events_that_come_while_a_transform_is_queued_are_not_waited_for() -> None:
    """A demo started at a feed's tick hung: its second run's event belonged to no transform run."""
    early = FollowedRun("corner", "square", "ingest__corner__square", "tick1", ended_at=_at(1))
    late = FollowedRun("corner", "square", "ingest__corner__square", "tick2", ended_at=_at(3))
    first = FollowedRun("corner", None, "transform__corner", "t1", started_at=_at(0))
    consumed = {"t1": {("ingest__corner__square", "tick1")}, "t2": set()}
    assert find_seen([first], consumed, [early, late]) == ([first], [late])
    second = FollowedRun("corner", None, "transform__corner", "t2", started_at=_at(4))
    assert find_seen([second, first], consumed, [early, late]) == ([second, first], [])
    before = FollowedRun("corner", None, "transform__corner", "t2", started_at=_at(2))
    assert find_seen([before, first], consumed, [early, late]) == ([before, first], [late])
    queued = FollowedRun("corner", None, "transform__corner", "t2")
    assert find_seen([queued], consumed, [late]) == ([], [late])
