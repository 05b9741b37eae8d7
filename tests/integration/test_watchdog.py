"""What Airflow cannot notice itself: silent parts, DAGs it does not know, feeds left paused, marts
that nobody builds, feeds that are late. Each is told once, and its end once."""

from pathlib import Path

import psycopg
import pytest

from include.alerts.rules.airflow import Seen
from tests.integration.alert_case import AlertCase, build_alert_case

INGEST, TRANSFORM = "ingest__shop__till", "transform__shop"


@pytest.fixture
def case(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertCase:
    case = build_alert_case(warehouse, tmp_path, monkeypatch)
    case.write("shop")
    case.platform = case.desk().platform
    [feed] = case.platform.tenants[0].feeds
    assert feed.dag_id == INGEST
    return case


def look(case: AlertCase, silent: dict[str, str] | None = None, **paused: bool) -> None:
    """What Airflow looks like from now on."""
    case.watch = lambda: Seen(silent or {}, paused or {INGEST: False, TRANSFORM: False})


def live(case: AlertCase) -> list[tuple[str, ...]]:
    return case.rows(
        "select type, tenant, coalesce(feed, '') from elt_ops.alerts where state = 'open' "
        "and type <> 'late_feed' order by 1, 2, 3"
    )


def test_a_dag_that_should_exist_and_does_not_is_told_until_it_does(case: AlertCase) -> None:
    look(case, **{TRANSFORM: False})
    case.settle()
    assert live(case) == [("dag_missing", "shop", "till")]
    assert "Airflow does not know a feed that should run" in case.receiver.titles[0]
    look(case)
    case.settle()
    assert live(case) == []
    assert case.receiver.news == ["opened", "resolved"]


def test_a_missing_transform_is_missed_too(case: AlertCase) -> None:
    look(case, **{INGEST: False})
    case.settle()
    assert live(case) == [("dag_missing", "shop", "")]


def test_a_feed_paused_for_days_is_told_one_paused_today_is_not(case: AlertCase) -> None:
    case.load("loaded")
    look(case, **{INGEST: True, TRANSFORM: False})
    case.tick(days=1)
    case.settle()
    assert ("dag_paused", "shop", "till") not in live(case)
    case.tick(days=3)
    case.settle()
    assert ("dag_paused", "shop", "till") in live(case)
    look(case)
    case.settle()
    assert ("dag_paused", "shop", "till") not in live(case)


def test_a_silent_airflow_is_one_alert_and_none_of_its_dags_is_missing(case: AlertCase) -> None:
    look(case, {"scheduler": "has no heartbeat"}, nothing=False)
    case.settle()
    assert [row[0] for row in live(case)] == ["airflow_silent"]
    look(case)
    case.settle()
    assert live(case) == []


def test_marts_that_rows_wait_for_half_a_day_are_told_until_they_are_built(case: AlertCase) -> None:
    """Skipped again and again, a transform is green: nothing failed, and nothing is new."""
    with psycopg.connect(case.url) as connection:
        connection.execute(
            "insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, inserted, "
            "read, started_at, finished_at, is_last) values "
            "('shop', 'till', 'till', 'sales', 'scheduled', 'loaded', 5, 5, %s, %s, true)",
            [case.now, case.now],
        )
    look(case)
    case.tick(hours=6)
    case.settle()
    assert live(case) == []
    case.tick(hours=18)
    case.settle()
    assert live(case) == [("transform_skipped", "shop", "")]
    with psycopg.connect(case.url) as connection:
        connection.execute(
            "insert into elt_ops.dbt_builds (tenant, fingerprint, loads, built_at) "
            "values ('shop', 'x', '{}', %s)",
            [case.now],
        )
    case.settle()
    assert live(case) == []


def test_a_feed_that_has_not_loaded_for_long_is_late_until_it_loads(case: AlertCase) -> None:
    case.load("loaded")
    case.load("loaded", stream="stores")
    look(case)
    case.tick(days=5)
    case.settle()
    late = "select state from elt_ops.alerts where type = 'late_feed' order by alert_id"
    assert set(case.rows(late)) == {("open",)}
    case.load("loaded")
    case.load("loaded", stream="stores")
    case.settle()
    assert set(case.rows(late)) == {("resolved",)}
