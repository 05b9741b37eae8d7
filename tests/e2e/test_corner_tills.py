"""Square and ERPNext of corner: sandbox -> PostgreSQL -> marts, to the cent.

Loaded twice: the world as it was a month ago, then, from the cursor on, the world of today. What
the second run misses would be missing from every sum below.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from include.config.credentials import Credentials
from include.config.load import load_platform
from include.config.models import Tenant
from include.config.settings import load_settings
from include.core import clock
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import run_dbt_build
from include.pipeline.feed_load import FeedResult, run_feed_load
from include.pipeline.load_request import LoadRequest
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import load_credentials
from include.sandbox.testing import running_sandbox
from include.sandbox.truth.orders import build_disputes, build_revenue
from include.sandbox.vendors.erpnext.vendor import build_counts as build_erpnext_counts
from include.sandbox.vendors.square.vendor import build_counts as build_square_counts
from include.sandbox.world import WorldSpec
from tests.connectors.connector_cases import sandbox_credentials
from tests.load_environment import build_environment

SPEC = WorldSpec(size=100)
BEFORE = datetime(2026, 10, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, 6, tzinfo=UTC)
FEEDS = ("erpnext", "square", "stripe")


@dataclass
class Corner:
    """The tenant with three feeds, its warehouse and the sandbox it reads."""

    tenant: Tenant
    base_url: str
    warehouse: str

    def load(self, name: str, at: datetime) -> FeedResult:
        feed = next(feed for feed in self.tenant.feeds if feed.name == name)
        fields = load_credentials()[name]["corner"]
        credentials: Credentials = sandbox_credentials(
            feed.connection_id, self.base_url, name, fields
        )
        with clock.frozen(at):
            found = run_feed_load(
                LoadRequest(feed, RunKind.SCHEDULED),
                build_environment(Warehouse(self.warehouse), credentials),
            )
        assert found.failed == {}
        return found

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.warehouse) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(SPEC)


@pytest.fixture(scope="module")
def corner(warehouse: str) -> Iterator[Corner]:
    """Loaded a month ago and now."""
    tenant = load_platform().tenant("corner")
    feeds = tuple(feed for feed in tenant.feeds if feed.name in FEEDS)
    tenant = replace(tenant, feeds=feeds)
    with running_sandbox(WorldSpec(size=100, as_of=BEFORE)) as url:
        old = Corner(tenant, url, warehouse)
        for name in FEEDS:
            old.load(name, BEFORE + timedelta(hours=6))
    with running_sandbox(SPEC) as url:
        found = Corner(tenant, url, warehouse)
        for name in FEEDS:
            loaded = found.load(name, NOW).loaded
            assert all(done.quarantined == 0 for done in loaded.values()), name
        yield found


def test_every_record_is_there_once(corner: Corner, session: Session) -> None:
    truth = {
        "square": build_square_counts(session, "corner")["streams"],
        "erpnext": build_erpnext_counts(session, "corner")["streams"],
    }
    for name, streams in truth.items():
        for stream, count in streams.items():
            query = f"select count(*), count(_deleted_at) from corner_raw_{name}.{stream}"
            assert corner.fetch(query) == [(count, 0)], f"{name}/{stream}"


def test_money_is_the_truth_to_the_cent(corner: Corner, session: Session) -> None:
    truth = build_square_counts(session, "corner")
    [(collected, tips, fees)] = corner.fetch(
        "select sum(amount), sum(tip_amount), (select sum(amount) from"
        " corner_raw_square.payments__processing_fee) from corner_raw_square.payments"
        " where status = 'COMPLETED'"
    )
    assert (collected, tips, fees) == (truth["collected"], truth["tips"], truth["fees"])
    [(refunded,)] = corner.fetch("select sum(amount) from corner_raw_square.refunds")
    assert refunded == truth["refunded"] > 0
    books = build_erpnext_counts(session, "corner")
    [(invoiced, credited)] = corner.fetch(
        "select sum(grand_total) filter (where is_return = 0),"
        " coalesce(-sum(grand_total) filter (where is_return = 1), 0)"
        " from corner_raw_erpnext.sales_invoices where docstatus = 1"
    )
    assert (invoiced * 100, credited * 100) == (books["invoiced"], books["credited"])


def test_site_moments_become_utc(corner: Corner) -> None:
    """A ledger entry's moment in New York is its local posting date and time."""
    rows = corner.fetch(
        "select posting_datetime, posting_date, posting_time"
        " from corner_raw_erpnext.stock_ledger_entries"
    )
    zone = ZoneInfo("America/New_York")
    for moment, day, time in rows:
        assert moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.%f") == f"{day} {time}"
    offsets = {moment.astimezone(zone).utcoffset() for moment, _, _ in rows}
    assert len(offsets) == 2  # winter and summer


def test_marts_equal_the_economy(corner: Corner, session: Session, tmp_path: Path) -> None:
    """In-shop sales by Square: gross, discounts, tax, total, refunds, disputes, net, no tips.

    A bank that takes a card payment back lowers what is kept; a won dispute brings it back later.
    """
    settings = replace(load_settings(), state_dir=tmp_path)
    run_dbt_build(corner.tenant, Warehouse(corner.warehouse), settings=settings)
    sales = session.world.businesses["corner"].sales["square"]
    zone = ZoneInfo("America/New_York")
    known = build_revenue(sales, zone, ZoneInfo("UTC"), build_disputes(session, "corner"))
    rows = corner.fetch(
        "select to_char(revenue_on, 'YYYY-MM'), sum(orders_count), sum(gross_amount),"
        " sum(discount_amount), sum(tax_amount), sum(total_amount), sum(refund_amount),"
        " sum(dispute_amount), sum(kept_amount) from corner_mart.fct_revenue_daily"
        " where source_connector = 'square' group by 1"
    )
    names = ("gross", "discounts", "tax", "total", "refunds", "disputes", "net")
    found = {
        month: {"orders": int(orders)} | dict(zip(names, (a * 100 for a in amounts), strict=True))
        for month, orders, *amounts in rows
    }
    expected = {
        month: {"orders": cell["orders"]} | {name: Decimal(cell[name]) for name in names}
        for month, cell in known["month_local"].items()
    }
    assert found == expected
    assert any(cell["disputes"] for cell in expected.values())
    [(others,)] = corner.fetch(
        "select count(*) from corner_mart.fct_orders"
        " where source_connector = 'erpnext' and is_counted"
    )
    assert others == 0, "the tenant says that its books count nothing beside its tills"


def test_a_second_run_changes_nothing(corner: Corner) -> None:
    for name in ("erpnext", "square"):
        again = corner.load(name, NOW + timedelta(minutes=30))
        changed = {s: done.counts() for s, done in again.loaded.items() if done.loaded}
        assert changed == {}, name
        assert all(done.deleted == 0 for done in again.loaded.values()), name
