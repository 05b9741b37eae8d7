"""Housekeeping: what retention may delete, and what the quality report says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from include.config.load import load_platform, load_tenant
from include.core.clock import frozen, utcnow
from include.core.errors import UpstreamUnavailable
from include.core.streams import LoadResult, RunKind, Window
from include.ledger import ddl
from include.ledger import loads as ledger
from include.ledger.connection import Warehouse
from include.ledger.loads import LoadPlace
from include.pipeline.health.report import fetch_quality_report
from include.pipeline.health.status import fetch_status
from include.pipeline.retention import run_retention

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OLD = NOW - timedelta(days=100)


def _place(stream: str, tenant: str = "corner") -> LoadPlace:
    return LoadPlace(tenant, "stripe", "stripe", stream, RunKind.SCHEDULED, Window(), OLD)


def _record(connection, stream: str, inserted: int = 0) -> int:
    load_id = ledger.fetch_next_load_id(connection)
    result = LoadResult(load_id, 5, inserted, 0, 5 - inserted, 0, 0)
    ledger.run_record_load(connection, _place(stream), result)
    return load_id


@pytest.fixture
def ledger_url(warehouse: str) -> str:
    with Warehouse(warehouse).connect() as connection:
        ddl.run_migrations(connection)
        for table in ("loads", "quarantine", "check_results", "scores", "alerts"):
            connection.execute(f"truncate elt_ops.{table} cascade")
    return warehouse


def _age(url: str, *load_ids: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "update elt_ops.loads set finished_at = %s where load_id = any(%s)",
            [OLD, list(load_ids)],
        )


def test_retention_keeps_lineage_and_the_newest_load(ledger_url: str) -> None:
    with Warehouse(ledger_url).connect() as connection:
        wrote_rows = _record(connection, "charges", inserted=3)
        wrote_nothing = _record(connection, "charges")
        newest = _record(connection, "charges")
        failed = ledger.run_record_failure(connection, _place("refunds"), ValueError("x"))
        last_failed = ledger.run_record_failure(connection, _place("refunds"), ValueError("x"))
    _age(ledger_url, wrote_rows, wrote_nothing, newest, failed, last_failed)
    with frozen(NOW):
        deleted = run_retention(Warehouse(ledger_url), 90)
    assert deleted["loads"] == 2
    with psycopg.connect(ledger_url) as connection:
        left = connection.execute("select load_id from elt_ops.loads order by 1").fetchall()
    assert left == [(wrote_rows,), (newest,), (last_failed,)]
    with frozen(NOW):
        assert run_retention(Warehouse(ledger_url), 90)["loads"] == 0


def test_retention_leaves_what_is_young_and_what_nobody_has_dealt_with(ledger_url: str) -> None:
    with Warehouse(ledger_url).connect() as connection:
        _record(connection, "charges")
        _record(connection, "charges")
        for state, seen in (("open", OLD), ("replayed", OLD), ("dropped", NOW)):
            connection.execute(
                "insert into elt_ops.quarantine (tenant, feed, stream, fingerprint, record_key, "
                "reason, detail, payload, first_seen, last_seen, load_id, state) "
                "values ('corner', 'stripe', 'x', %s, 'k', 'r', 'd', 'p', %s, %s, 1, %s)",
                [state, seen, seen, state],
            )
    with frozen(NOW):
        deleted = run_retention(Warehouse(ledger_url), 90)
    assert (deleted["loads"], deleted["quarantine"]) == (0, 1)


def test_retention_keeps_a_days_last_result_for_400_days(ledger_url: str) -> None:
    """A trend was cut off with the details: of the last year nobody could say how it had gone."""
    ages = {
        "ancient": timedelta(days=401),
        "early": timedelta(days=100, hours=-1),
        "last": timedelta(days=100, hours=-2),
        "young": timedelta(days=10),
        "newest": timedelta(days=5),
    }
    with psycopg.connect(ledger_url) as connection:
        for name, age in ages.items():
            at = NOW - age
            connection.execute(
                "insert into elt_ops.check_results (tenant, layer, check_name, severity, state, "
                "message, checked_at) values ('corner', 'mart', 'c', 'warn', 'passed', %s, %s)",
                [name, at],
            )
            connection.execute(
                "insert into elt_ops.scores (tenant, layer, score, checks, failed, scored_at) "
                "values ('corner', 'mart', 100, 1, 0, %s)",
                [at],
            )
    with frozen(NOW):
        deleted = run_retention(Warehouse(ledger_url), 90)
    assert (deleted["check_results"], deleted["scores"]) == (2, 2)
    with psycopg.connect(ledger_url) as connection:
        left = connection.execute("select message from elt_ops.check_results order by 1").fetchall()
    assert [name for (name,) in left] == ["last", "newest", "young"]


# Each hour of three days long ago: quiet loads that read one record again, and a check.
HOURS = """
    insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, read, unchanged,
        window_start, window_end, started_at, finished_at)
    select 'corner', 'stripe', 'stripe', 'charges', 'scheduled', 'loaded', 1, 1,
        at - interval '1 hour', at, at, at
    from generate_series(%(first)s, %(last)s, interval '1 hour') as at
"""
CHECKS = """
    insert into elt_ops.check_results (tenant, feed, stream, layer, check_name, severity, state,
        checked_at)
    select 'corner', 'stripe', 'charges', 'raw', 'c', 'error', 'passed', at
    from generate_series(%(first)s, %(last)s, interval '1 hour') as at
"""
BY_DAY = """
    select (finished_at at time zone 'America/Denver')::date, count(*), sum(read), sum(unchanged),
        range_agg(tstzrange(window_start, window_end))
    from elt_ops.loads where stream = 'charges' group by 1 order by 1
"""


def test_quiet_hours_melt_into_one_load_a_day_that_says_what_they_read(ledger_url: str) -> None:
    """Ten thousand hourly feeds wrote 1.7 million loads and ten million results a day, kept for 90
    days each; after those, days in which nothing was new looked as if nobody had read them."""
    first = NOW - timedelta(days=8) + timedelta(hours=6)
    span = {"first": first, "last": first + timedelta(hours=71)}
    zones = {"corner": "America/Denver"}
    with psycopg.connect(ledger_url) as connection:
        connection.execute(HOURS, span)
        connection.execute(CHECKS, span)
        busy = connection.execute(
            "update elt_ops.loads set inserted = 1, unchanged = 0 where finished_at = %s "
            "returning load_id",
            [first + timedelta(hours=30)],
        ).fetchone()
        before = connection.execute(BY_DAY).fetchall()
    with frozen(NOW):
        deleted = run_retention(Warehouse(ledger_url), 90, zones)
    with psycopg.connect(ledger_url) as connection:
        after = connection.execute(BY_DAY).fetchall()
        kept = connection.execute("select load_id from elt_ops.loads").fetchall()
        results = connection.execute("select count(*) from elt_ops.check_results").fetchone()
    assert sum(row[1] for row in before) == 72
    assert [row[1] for row in after] == [1, 2, 1]
    assert busy in kept
    assert [(row[0], *row[2:4]) for row in after] == [(row[0], *row[2:4]) for row in before]
    whole = [[str(window) for row in rows for window in row[4]] for rows in (before, after)]
    assert whole[0][0].split(",")[0] == whole[1][0].split(",")[0], "read from the same instant on"
    assert (deleted["loads"], results) == (68, (4,))
    with frozen(NOW + timedelta(days=120)):
        later = run_retention(Warehouse(ledger_url), 90, zones)
    assert later["loads"] == 0, "the calendar still knows that these days were read"


def test_what_is_young_is_not_melted(ledger_url: str) -> None:
    first = NOW - timedelta(days=2)
    with psycopg.connect(ledger_url) as connection:
        connection.execute(HOURS, {"first": first, "last": first + timedelta(hours=9)})
        connection.execute(CHECKS, {"first": first, "last": first + timedelta(hours=9)})
    with frozen(NOW):
        deleted = run_retention(Warehouse(ledger_url), 90)
    assert (deleted["loads"], deleted["check_results"]) == (0, 0)


def test_nights_one_after_the_other_melt_as_one_does(ledger_url: str) -> None:
    """A span's edge cuts a day in two: its halves become one the night after."""
    first = NOW - timedelta(days=6) + timedelta(hours=5)
    with psycopg.connect(ledger_url) as connection:
        connection.execute(HOURS, {"first": first, "last": first + timedelta(hours=95)})
        before = connection.execute(BY_DAY).fetchall()
    for night in range(6):
        with frozen(NOW + timedelta(days=night, hours=7)):
            run_retention(Warehouse(ledger_url), 90, {"corner": "America/Denver"})
    with psycopg.connect(ledger_url) as connection:
        after = connection.execute(BY_DAY).fetchall()
    assert [row[1] for row in after] == [1] * len(before)
    assert [row[2] for row in after] == [row[2] for row in before]


def test_the_report_names_failed_and_stale_streams(ledger_url: str) -> None:
    tenant = load_platform().tenant("corner")
    with Warehouse(ledger_url).connect() as connection:
        stale = _record(connection, "charges", inserted=1)
        ledger.run_record_failure(connection, _place("refunds"), UpstreamUnavailable("x"))
    _age(ledger_url, stale)
    with frozen(NOW):
        report = fetch_quality_report(tenant, Warehouse(ledger_url))
    assert report.broken_streams == ("stripe.refunds: UpstreamUnavailable",)
    assert report.stale_streams == ("stripe.charges",)
    assert not report.is_healthy
    assert "stale streams: stripe.charges" in report.lines()


WEEKLY = """
tenant: corner
name: Corner
owner: ops
feeds:
  stripe: {schedule: weekly, start_date: 2025-01-01, streams: [charges, refunds]}
"""


def test_the_report_and_status_call_the_same_streams_stale(ledger_url: str, tmp_path: Path) -> None:
    """A weekly feed was stale in the daily report from its third day on, and `ok` in `status`;
    and a stream whose loads had failed for a month was fresh in the report, stale in `status`."""
    path = tmp_path / "corner.yaml"
    path.write_text(WEEKLY)
    tenant, problems = load_tenant(path, load_platform().connectors)
    assert tenant is not None, problems
    place = Warehouse(ledger_url)
    with place.connect() as connection:
        weekly = _record(connection, "charges", inserted=1)
        old = _record(connection, "refunds", inserted=1)
        ledger.run_record_failure(connection, _place("refunds"), UpstreamUnavailable("x"))
    _age(ledger_url, old)
    for days, stale in ((0, ["refunds"]), (6, ["refunds"]), (9, ["charges", "refunds"])):
        now = utcnow() + timedelta(days=days)
        with frozen(now):
            report, status = fetch_quality_report(tenant, place), fetch_status(place, tenant)
        assert report.stale_streams == tuple(f"stripe.{name}" for name in stale)
        late = [row["stream"] for row in status["streams"] if row["freshness"] == "error"]
        assert late == stale
    assert weekly != old


def test_a_tenant_without_trouble_is_healthy(ledger_url: str) -> None:
    tenant = load_platform().tenant("corner")
    with Warehouse(ledger_url).connect() as connection:
        _record(connection, "charges", inserted=1)
    report = fetch_quality_report(tenant, Warehouse(ledger_url))
    assert report.is_healthy
    assert report.lines()[1] == "failing checks: none"
