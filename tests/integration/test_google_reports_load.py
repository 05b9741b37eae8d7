"""Reports in a real PostgreSQL: days are replaced, restated rows vanish, other days stay."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from include.config.credentials import Credentials
from include.config.models import Feed
from include.core import clock
from include.core.errors import TruncatedFetch
from include.core.streams import LoadResult, Page, RunKind, Window
from include.extract.http.date_slices import build_complete, build_slices
from include.ledger.connection import Warehouse
from include.ledger.loads import LoadPlace
from include.load.loader import LoadPlan, run_load
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import Skipped, run_stream_load
from include.sandbox.economy_views import fetch_ads, fetch_visits
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import load_credentials, load_vendors
from include.sandbox.testing import running_sandbox
from include.sandbox.world import SIZES, WorldSpec
from tests.connectors.connector_cases import sandbox_credentials
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed

NOW = datetime(2026, 11, 10, tzinfo=UTC)
TABLE = "testco_raw_google_analytics.key_events"
Report = dict[date, dict[str, str]]


class FakeReport:
    """A property whose days are what `days` says: event name -> key events."""

    def __init__(self, days: Report) -> None:
        self.days = days
        self.feed: Feed = build_feed("google_analytics")

    def pages(self, window: Window) -> Iterator[Page]:
        for piece in build_slices(window, UTC, 1):
            found = self.days.get(piece.first, {})
            records = [_record(piece.first, name, value) for name, value in found.items()]
            yield Page(records, complete=build_complete("77", [piece]))

    def load(
        self, url: str, since: date, *, kind: RunKind = RunKind.SCHEDULED, now: datetime = NOW
    ) -> LoadResult:
        window = Window(datetime(since.year, since.month, since.day, tzinfo=UTC), now)
        place = LoadPlace(
            "testco", self.feed.name, "google_analytics", "key_events", kind, window, now
        )
        plan = LoadPlan(place, self.feed.streams["key_events"])
        with clock.frozen(now):
            return run_load(Warehouse(url), plan, self.pages(window))


def _record(day: date, name: str, value: str) -> dict[str, Any]:
    return {
        "property_id": "77",
        "slice_key": f"77/{day}",
        "is_other_row": False,
        "dimensions": {
            "date": f"{day:%Y%m%d}",
            "eventName": name,
            "sessionDefaultChannelGroup": "x",
        },
        "metrics": {"keyEvents": value},
        "report": {},
    }


def _live(url: str) -> set[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        statement = f"select date, event_name, key_events from {TABLE} where _deleted_at is null"
        return set(connection.execute(statement).fetchall())


def _as_rows(days: Report) -> set[tuple[Any, ...]]:
    return {(d, n, Decimal(v)) for d, found in days.items() for n, v in found.items()}


def _november(*days: int) -> list[date]:
    return [date(2026, 11, day) for day in days]


def test_days_read_again_are_replaced_and_the_others_stay(warehouse: str) -> None:
    """A merge kept re-attributed rows beside the new ones, and days that became empty for ever."""
    first, second, third, fourth = _november(1, 2, 3, 4)
    fake = FakeReport({
        first: {"purchase": "5"}, second: {"purchase": "3", "lead": "1"}, third: {"lead": "2"},
        fourth: {"purchase": "1.5"},
    })  # fmt: skip
    assert fake.load(warehouse, first).inserted == 5
    assert _live(warehouse) == _as_rows(fake.days)

    # Restated: a value moved, a row vanished, a day is empty now. 1 November is not read again
    # and has changed at the source, which nobody has seen.
    fake.days |= {first: {"purchase": "99"}, second: {"purchase": "4"}, third: {}}
    result = fake.load(warehouse, second, kind=RunKind.MANUAL, now=NOW + timedelta(hours=1))
    assert (result.inserted, result.updated, result.unchanged, result.deleted) == (0, 1, 1, 2)
    assert _live(warehouse) == _as_rows(fake.days | {first: {"purchase": "5"}})

    # Back again: the same row lives on.
    fake.days |= {third: {"lead": "2"}}
    fake.load(warehouse, second, now=NOW + timedelta(hours=2))
    assert _live(warehouse) == _as_rows(fake.days | {first: {"purchase": "5"}})


def test_a_backfill_replaces_its_days_too(warehouse: str) -> None:
    fake = FakeReport({day: {"purchase": "1"} for day in _november(1, 2, 3, 4)})
    fake.load(warehouse, date(2026, 11, 1), now=NOW + timedelta(hours=3), kind=RunKind.MANUAL)
    fake.days = {day: {"lead": "7"} for day in _november(1, 2, 3, 4)}
    result = fake.load(
        warehouse, date(2026, 11, 3), now=NOW + timedelta(hours=4), kind=RunKind.BACKFILL
    )
    assert (result.inserted, result.updated, result.deleted) == (1, 1, 2)
    assert {row[1] for row in _live(warehouse) if row[0].day >= 3} == {"lead"}
    assert {row[1] for row in _live(warehouse) if row[0].day < 3} == {"purchase"}


def test_an_answer_that_lost_most_of_its_rows_stops(warehouse: str) -> None:
    """A whole stretch may be empty because a permission went: years of history hide the loss."""
    days = [date(2026, 9, 1) + timedelta(days=d) for d in range(60)]
    fake = FakeReport({day: {"a": "1", "b": "2"} for day in days})
    fake.load(warehouse, days[0], now=NOW + timedelta(hours=5))
    before = _live(warehouse)
    fake.days |= {day: {} for day in days[30:]}
    with pytest.raises(TruncatedFetch):
        fake.load(warehouse, days[30], now=NOW + timedelta(hours=6))
    assert _live(warehouse) == before
    # All of its rows renamed is no loss.
    fake.days |= {day: {"c": "1", "d": "2"} for day in days[30:]}
    result = fake.load(warehouse, days[30], now=NOW + timedelta(hours=7))
    assert (result.inserted, result.deleted) == (60, 60)
    fake.days |= {day: {} for day in days[30:]}
    manual = fake.load(warehouse, days[30], now=NOW + timedelta(hours=8), kind=RunKind.MANUAL)
    assert manual.deleted == 60


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running_sandbox(WorldSpec(size=SIZES["small"])) as url:
        yield url


def _run(feed: Feed, login: Credentials, streams: Iterable[str], url: str) -> None:
    for stream in streams:
        with clock.frozen(NOW):
            done = run_stream_load(
                LoadRequest(feed, RunKind.SCHEDULED, (stream,)),
                build_environment(Warehouse(url), login),
            )
        assert not isinstance(done, Skipped)
        assert done.quarantined == 0


def _login(name: str, base: str) -> tuple[Feed, Credentials]:
    login = sandbox_credentials("x", base, name, load_credentials()[name]["acme"])
    return replace(build_feed(name), name=name), login


def test_spend_and_conversions_are_the_economys(base: str, warehouse: str) -> None:
    """To the micro, over every finished day, in three grains."""
    feed, login = _login("google_ads", base)
    _run(feed, login, ["campaign_stats", "keyword_stats", "campaign_conversions"], warehouse)
    ads = fetch_ads(Session(WorldSpec(size=SIZES["small"])), "acme", "google")
    days = [cell for cell in ads.days if cell.day < date(2026, 11, 9)]
    want = {
        "campaign_stats": sum(cell.spend for cell in days),
        "keyword_stats": sum(cell.spend for cell in days if cell.keyword),
    }
    with psycopg.connect(warehouse) as connection:
        schema = "testco_raw_google_ads"
        for table, cents in want.items():
            [row] = connection.execute(
                f"select sum(cost_micros), sum(conversions) from {schema}.{table}"
            ).fetchall()
            assert row[0] == cents * 10_000, table
        [row] = connection.execute(
            f"select sum(conversions), sum(conversions_value) from {schema}.campaign_conversions"
        ).fetchall()
    assert row == (sum(c.conversions for c in days), Decimal(sum(c.value for c in days)) / 100)


def test_sessions_and_revenue_are_the_economys(base: str, warehouse: str) -> None:
    feed, login = _login("google_analytics", base)
    _run(feed, login, ["sessions", "ecommerce_transactions"], warehouse)
    visits = fetch_visits(Session(WorldSpec(size=SIZES["small"])), "acme")
    with psycopg.connect(warehouse) as connection:
        schema = "testco_raw_google_analytics"
        [sessions] = connection.execute(
            f"select sum(sessions), sum(new_users) from {schema}.sessions"
        ).fetchall()
        found = dict(
            connection.execute(
                f"select transaction_id, total_revenue from {schema}.ecommerce_transactions"
            ).fetchall()
        )
    assert sessions == (sum(d.sessions for d in visits.days), sum(d.new_users for d in visits.days))
    bought = {h.transaction_id: Decimal(h.value) / 100 for h in visits.tracked if h.transaction_id}
    assert found.items() <= bought.items()
    # The last two days are still being processed.
    assert len(bought) - 3 <= len(found) <= len(bought)


def test_the_truth_counts_what_arrives(base: str, warehouse: str) -> None:
    """Every stream of both vendors that the truth counts, row by row."""
    session = Session(WorldSpec(size=SIZES["small"]))
    compared = 0
    for name in ("google_ads", "google_analytics"):
        feed, login = _login(name, base)
        vendor = load_vendors()[name]
        assert vendor.counts is not None
        streams = vendor.counts(session, "acme")["streams"]
        _run(feed, login, streams, warehouse)
        with psycopg.connect(warehouse) as connection:
            for stream, wanted in streams.items():
                table = f"testco_raw_{name}.{stream}"
                [(found,)] = connection.execute(
                    f"select count(*) from {table} where _feed = '{name}'"
                ).fetchall()
                assert found == wanted > 0, stream
                compared += 1
    assert compared == 10
