"""Bands from the ledger's own history on a real PostgreSQL: learned, said in words, and scored."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from include.config.connector_spec import Connector
from include.config.models import Feed
from include.destinations.postgres.tenant_schemas import run_ensure_schemas
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.quality.bands.holiday import build_holidays, find_country
from include.quality.check import CheckContext, CheckOutcome, Status
from include.quality.learned import build_day
from include.quality.run import run_raw_checks
from tests.unit.feed_maker import build_feed, build_tenant

NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)  # a Wednesday
DAYS = 40
DAILY = "5 4 * * *"
SHOP = {
    "connector": "shop",
    "title": "Shop",
    "kind": "files",
    "streams": {
        "orders": {
            "primary_key": ["id"],
            "money": "total",
            "cursor": {"field": "changed_at", "why": "w"},
            "columns": {
                "id": "text",
                "email": {"type": "text", "checks": [{"check": "not_null", "at_most": 0.5}]},
                "total": "numeric",
                "changed_at": "timestamp",
            },
        }
    },
}
TABLE = """create table {schema}.orders (
    id text, email text, total numeric, changed_at timestamptz, _feed text, _load_id bigint,
    _loaded_at timestamptz, _deleted_at timestamptz, primary key (_feed, id)
)"""


@pytest.fixture
def shop(warehouse: str) -> Iterator[tuple[Warehouse, Feed]]:
    house, tenant = Warehouse(warehouse), f"l{uuid4().hex[:8]}"
    schema = f"{tenant}_raw_shop"
    with house.connect() as connection:
        ddl.run_migrations(connection)
        run_ensure_schemas(connection, tenant, [schema])
        connection.execute(f"set local role elt_{tenant}".encode())
        connection.execute(TABLE.format(schema=schema).encode())
    feed = replace(
        build_feed(Connector.model_validate(SHOP)),
        tenant=build_tenant(tenant),
        schedule="5 4 * * *",
    )
    object.__setattr__(feed.tenant, "feeds", (feed,))
    yield house, feed


def _load(house: Warehouse, feed: Feed, back: int, rows: int, *, nulls: float = 0.02) -> None:
    """A day's load and its rows."""
    at = NOW - timedelta(days=back, hours=13)
    with house.connect() as connection:
        connection.execute(
            "insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, read, "
            "inserted, started_at, finished_at) values (%s, 'feed', 'shop', 'orders', 'scheduled', "
            "'loaded', %s, %s, %s, %s)",
            [feed.tenant.id, rows, rows, at, at],
        )
        connection.execute(
            f"insert into {feed.raw_schema}.orders select 'o' || %s || '_' || n, "
            "case when n <= %s then null else 'x' end, 10, %s, 'feed', 1, %s, null "
            "from generate_series(1, %s) n".encode(),
            [back, int(rows * nulls), at - timedelta(hours=1), at, rows],
        )


def _run(house: Warehouse, feed: Feed, back: int = 0) -> dict[str, CheckOutcome]:
    context = CheckContext(NOW - timedelta(days=back))
    found = run_raw_checks(house, feed, context)
    return {one.name: one for one in found if one.origin.value == "learned"}


def test_a_quiet_day_is_said_in_words_and_costs_what_is_missing(
    shop: tuple[Warehouse, Feed],
) -> None:
    house, feed = shop
    for back in range(DAYS, 0, -1):
        _load(house, feed, back, 400 + (back * 7) % 30)
    _load(house, feed, 0, 41)
    one = _run(house, feed)["rows_as_usual"]
    assert one.status is Status.FAILED
    assert one.detail.startswith("Wednesdays bring ")
    assert one.detail.endswith(" new or changed orders; today 41.")
    assert one.share == pytest.approx(0.9, abs=0.02)
    with house.connect() as connection:
        row = connection.execute(
            "select reasons from elt_ops.scores where tenant = %s and stream = 'orders'",
            [feed.tenant.id],
        ).fetchone()
    assert row
    (reason,) = [reason for reason in row[0] if reason["check"] == "rows_as_usual"]
    assert (reason["dimension"], float(reason["points"]) > 50) == ("volume", True)


def test_nulls_sums_and_lag_are_learned_from_the_days_rows(shop: tuple[Warehouse, Feed]) -> None:
    house, feed = shop
    for back in range(20, 0, -1):
        _load(house, feed, back, 400 + (back * 7) % 30)
        found = _run(house, feed, back)
        expected = Status.SKIPPED if back > 6 else Status.PASSED
        assert {one.status for one in found.values()} == {expected}, back
    assert "Still learning" not in found["email_nulls_as_usual"].detail
    _load(house, feed, 0, 420, nulls=0.3)
    found = _run(house, feed)
    assert {name for name, one in found.items() if one.status is Status.FAILED} == {
        "email_nulls_as_usual"
    }
    assert found["email_nulls_as_usual"].detail.endswith("of orders lack `email`; today 30.0%.")
    assert set(found) == {
        *("rows_as_usual", "email_nulls_as_usual", "total_sum_as_usual"),
        "changed_at_lag_as_usual",
    }


def test_a_day_without_a_load_is_no_anomaly_of_volume(shop: tuple[Warehouse, Feed]) -> None:
    """A paused feed would have been told every day; that it is late is freshness' business."""
    house, feed = shop
    for back in range(DAYS, 2, -1):
        _load(house, feed, back, 400)
    one = _run(house, feed)["rows_as_usual"]
    assert (one.status, one.detail) == (Status.SKIPPED, "Nothing was loaded that day.")


def test_an_hourly_feed_is_judged_by_yesterday_in_the_tenants_zone() -> None:
    feed = build_feed(Connector.model_validate(SHOP))
    at = datetime(2026, 11, 18, 3, tzinfo=UTC)  # the evening before in Denver
    spec = feed.tenant.spec.model_copy(update={"timezone": "America/Denver"})
    feed = replace(feed, tenant=replace(feed.tenant, spec=spec))
    days = {
        cron: build_day(replace(feed, schedule=cron), at) for cron in ("5 * * * *", "5 4 * * *")
    }
    assert {cron: str(day.on) for cron, day in days.items() if day} == {
        "5 * * * *": "2026-11-16",
        "5 4 * * *": "2026-11-17",
    }
    assert build_day(replace(feed, schedule=None), at) is None


def test_holidays_come_from_the_country_or_the_zones() -> None:
    assert find_country("America/Denver") == "US"
    assert find_country("Europe/Berlin") == "DE"
    assert find_country("UTC") is None
    day = datetime(2026, 11, 26, tzinfo=UTC).date()
    assert build_holidays("US")(day) == "Thanksgiving Day"
    assert build_holidays("DE")(day) is None
    assert build_holidays("XX")(day) is None
    assert build_holidays(None)(day) is None
