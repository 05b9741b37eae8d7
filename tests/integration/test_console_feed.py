"""A feed's page: which days were read, what a rewind reads again, how its source changed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.console.pages.feed import build_diffs
from include.console.reads.coverage import build_months, fetch_coverage
from include.ledger.connection import Connection
from tests.integration.console_case import Console, write_world

REWIND = "/api/v1/tenants/acme/feeds/stripe/streams/charges/rewind"
JUNE = (date(2026, 6, 1), date(2026, 6, 6))


@pytest.fixture
def console(warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    monkeypatch.setenv("ELT_REGISTRY_DIR", str(tmp_path / "registry"))
    write_world(warehouse, tmp_path)
    return Console(warehouse)


@pytest.fixture
def ledger(console: Console) -> Iterator[Connection]:
    with psycopg.connect(console.url, autocommit=True) as connection:
        connection.execute("delete from elt_ops.loads")
        yield connection


def write_load(ledger: Connection, stream: str, since: str | None, until: str, **more: Any) -> None:
    row = {"state": "loaded", "is_last": True, "read": 10, "seconds": 2, **more}
    ledger.execute(
        "insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, is_last, read, "
        "inserted, seconds, window_start, window_end, started_at, finished_at, error_class) values "
        "('acme', 'stripe', 'stripe', %(stream)s, 'scheduled', %(state)s, %(is_last)s, %(read)s, "
        "%(read)s, %(seconds)s, %(since)s, %(until)s, now(), now(), %(error)s)",
        {"stream": stream, "since": since, "until": until, "error": None, **row},
    )


def cover(ledger: Connection, zone: str = "UTC") -> dict[int, tuple[str, tuple[str, ...]]]:
    found = fetch_coverage(ledger, ("acme", "stripe"), ("charges", "refunds"), zone, JUNE)
    return {one.day.day: (one.state, one.missing) for one in found}


def test_a_day_counts_when_every_stream_has_read_all_of_it(ledger: Connection) -> None:
    """Windows that touch make one; a failed load, and a part of a read, fill nothing."""
    write_load(ledger, "charges", "2026-06-01T00:00Z", "2026-06-02T12:00Z")
    write_load(ledger, "charges", "2026-06-02T12:00Z", "2026-06-04T00:00Z")
    write_load(ledger, "refunds", None, "2026-06-03T00:00Z")
    write_load(
        ledger, "refunds", "2026-06-03T00:00Z", "2026-06-04T00:00Z", state="failed", error="Odd"
    )
    write_load(ledger, "charges", "2026-06-04T00:00Z", "2026-06-06T00:00Z", is_last=False)
    write_load(ledger, "customers", None, "2026-07-01T00:00Z")
    assert cover(ledger) == {
        1: ("full", ()),
        2: ("full", ()),
        3: ("part", ("refunds",)),
        4: ("gap", ("charges", "refunds")),
        5: ("gap", ("charges", "refunds")),
    }


def test_a_day_is_the_tenants_own(ledger: Connection) -> None:
    """Read until midnight UTC, the last day of a business in New York has four hours to come."""
    for stream in ("charges", "refunds"):
        write_load(ledger, stream, "2026-06-01T00:00Z", "2026-06-04T00:00Z")
    assert [state for state, _ in cover(ledger).values()] == ["full", "full", "full", "gap", "gap"]
    there = [state for state, _ in cover(ledger, "America/New_York").values()]
    assert there == ["full", "full", "gap", "gap", "gap"]


def test_months_begin_under_their_weekday(ledger: Connection) -> None:
    [(name, weekday, days)] = build_months(
        fetch_coverage(ledger, ("acme", "x"), ("a",), "UTC", JUNE)
    )
    assert (name, weekday, len(days)) == ("June 2026", 0, 5)


def test_a_rewind_says_first_what_it_reads_again(console: Console, ledger: Connection) -> None:
    """Only loads whose window ends behind the new cursor are read again; a look moves nothing."""
    write_load(ledger, "charges", "2026-05-01T00:00Z", "2026-05-20T00:00Z", read=100)
    write_load(ledger, "charges", "2026-05-20T00:00Z", "2026-05-28T00:00Z", read=7)
    write_load(ledger, "charges", "2026-05-28T00:00Z", "2026-06-01T00:00Z", read=5)
    found = console.ask("viewer", f"{REWIND}?to=2026-05-25T00:00:00Z").json()
    assert (found["days"], found["loads"], found["records"]) == (7.0, 2, 12)
    whole = console.ask("viewer", REWIND).json()
    assert (whole["loads"], whole["records"], whole["to"][:10]) == (3, 112, "2026-01-01")
    for to in ("2026-07-01T00:00:00Z", "2025-01-01T00:00:00Z", "soon"):
        assert console.ask("own", f"{REWIND}?to={to}").status_code == 422, to
    assert console.query("select value from elt_ops.cursors") == [("2026-06-01T00:00:00Z",)]
    assert console.ask("other", REWIND).status_code == 404


def test_a_source_with_a_state_of_its_own_can_only_start_over(console: Console) -> None:
    console.query("update elt_ops.cursors set value = '{\"page\": 7}' returning 1")
    assert console.ask("own", f"{REWIND}?to=2026-05-25T00:00:00Z").status_code == 422
    assert console.ask("own", REWIND).json()["days"] is None


def test_changes_of_a_source_read_as_a_diff() -> None:
    at = datetime(2026, 6, 1, 8, tzinfo=UTC)
    row = {"noticed_at": at, "stream": "orders", "old_type": None, "new_type": None}
    found = build_diffs(
        [
            {**row, "column_name": "tip", "change": "added", "new_type": "numeric"},
            {**row, "column_name": "n", "change": "widened", "old_type": "int", "new_type": "text"},
            {**row, "column_name": "note", "change": "vanished_field"},
            {**row, "stream": "refunds", "column_name": "why", "change": "unknown_field"},
        ]
    )
    assert found == [
        (at.date(), "orders", ["+ tip numeric", "~ n int -> text", "- note vanished field"]),
        (at.date(), "refunds", ["? why unknown field"]),
    ]


def test_the_page_shows_all_of_it(console: Console) -> None:
    text = console.ask("own", "/tenants/acme/feeds/stripe").text
    assert "Days that were read" in text and 'class="diff"' in text and "data-rewind=" in text
    seen = console.ask("viewer", "/tenants/acme/feeds/stripe").text
    assert "Days that were read" in seen and "data-rewind=" not in seen and "data-day=" not in seen
