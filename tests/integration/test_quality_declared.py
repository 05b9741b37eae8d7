"""Checks by parameter on a real PostgreSQL, as the tenant's own login: each planted defect is found
by its own kind, and a clean table by none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from include.config.blocks.checks import DIMENSIONS, TenantCheck
from include.config.connector_spec import Connector
from include.config.models import Feed, Limits
from include.ledger.connection import Warehouse
from include.ledger.trust import check_results as store
from include.ledger.trust.mutes import Mute, run_mute, run_unmute
from include.pipeline.health.checks import build_check_error
from include.quality.check import CheckContext, Status
from include.quality.run import run_mart_checks, run_raw_checks
from tests.integration.declared_case import (
    CONTEXT,
    NOW,
    ROWS,
    SET,
    SHOP,
    find_failing,
    open_shop,
    plant,
    run_orders,
)
from tests.unit.feed_maker import build_feed


@pytest.fixture
def shop(warehouse: str) -> Iterator[tuple[Warehouse, Feed]]:
    yield from open_shop(warehouse)


def test_a_clean_table_passes_every_kind(shop: tuple[Warehouse, Feed]) -> None:
    house, feed = shop
    found = run_orders(house, feed)
    assert find_failing(found) == {}
    kinds = {spec.check for spec in feed.streams["orders"].all_checks}
    assert kinds == set(DIMENSIONS)
    assert len(found) == len(feed.streams["orders"].all_checks) == 17
    assert {one.rows_checked for one in found.values()} == {ROWS, None}
    with house.connect() as connection:
        scores = store.fetch_table_scores(connection, feed.tenant.id)
    of_orders = [row for row in scores if row["stream"] == "orders"]
    assert [(str(row["score"]), row["rows_checked"]) for row in of_orders] == [("100.00", ROWS)]


DEFECTS: dict[str, tuple[list[str], dict[str, int]]] = {
    "nulls": ([SET + "email = null where id in ('o1', 'o2')"], {"email_not_null": 2}),
    "blanks are nulls": ([SET + "email = '  ' where id = 'o1'"], {"email_not_null": 1}),
    "orphans": ([SET + "customer_id = 'gone' where id = 'o7'"], {"customer_id_refers_to": 1}),
    "an unknown word": ([SET + "state = 'lost' where id = 'o7'"], {"state_accepted": 1}),
    "a negative amount": (
        [SET + "total = -1 where id = 'o7'", "update {schema}.customers set spent = 0",
         "update {schema}.customers set spent = (select sum(total) from {schema}.orders) "
         "where id = 'c0'"],
        {"total_range": 1},
    ),
    "a second currency": ([SET + "currency = 'EUR' where id in ('o3', 'o4')"],
                          {"currency_mixed": 2}),
    "a number twice": ([SET + "number = 'n1' where id = 'o2'"], {"number_unique": 1}),
    "one number for all": (
        [SET + "number = 'x'"], {"number_constant": 1, "number_unique": ROWS - 1}
    ),
    "a letter in a zip": ([SET + "zip = '8033l' where id = 'o7'"], {"zip_pattern": 1}),
    "the same order under two keys": (
        ["insert into {schema}.orders select 'again', email, customer_id, state, total, currency, "
         "'n_again', zip, changed_at, _feed, _load_id, _loaded_at from {schema}.orders "
         "where id = 'o7'"],
        {"email_total_changed_at_duplicates": 1, "total_sum": 1},
    ),
    "an old table": ([SET + "changed_at = changed_at - interval '2 days'"],
                     {"changed_at_fresh": 1, "changed_at_every_day": 1}),
    "a day without rows": (
        [SET + "changed_at = changed_at - interval '1 day' where id in "
         "(select id from {schema}.orders where changed_at::date = '2026-10-25')"],
        {"changed_at_every_day": 1},
    ),
    "a newest load that reaches back": (
        [SET + "_load_id = 5 where _load_id = 9",
         SET + "_load_id = 9 where changed_at::date = '2026-10-01'"],
        {"changed_at_ascending": 1},
    ),
    "zips gone since yesterday": (
        [SET + "zip = null where _loaded_at < '2026-10-02'", SET + "zip = null where "
         "_loaded_at > '2026-09-20' and _loaded_at <= '2026-09-20'",
         "insert into {schema}.orders select 'new' || n, 'new' || n, 'c1', 'paid', 10 + n % 7, "
         "'USD', 'new' || n, case when n > 5 then null else '80331' end, '2026-11-01 10:00Z', "
         "'feed', 9, '2026-11-01 11:00Z' from generate_series(1, 30) n",
         "update {schema}.customers set spent = 0",
         "update {schema}.customers set spent = (select sum(total) from {schema}.orders) "
         "where id = 'c0'", SET + "zip = '80331' where _loaded_at < '2026-10-02'"],
        {"zip_sudden_nulls": 1},
    ),
    "states change places": (
        [SET + "state = 'open' where _loaded_at > '2026-10-25 12:00Z'"], {"state_shift": 1}
    ),
    "amounts in another unit": (
        [SET + "total = total * 100 where _loaded_at > '2026-10-25 12:00Z'",
         "update {schema}.customers set spent = (select sum(total) / 40 from {schema}.orders)"],
        {"total_shift": 1},
    ),
    "too few rows": (
        ["delete from {schema}.orders where length(id) > 3",
         "update {schema}.customers set spent = (select sum(total) / 40 from {schema}.orders)"],
        {"row_count": 1},
    ),
    "rows deleted at the source do not count": (
        [SET + "email = null, _deleted_at = now() where id = 'o7'"], {"total_sum": 1}
    ),
    "another feed's rows do not count": (
        ["insert into {schema}.orders (id, _feed) select 'o' || n, 'other' "
         "from generate_series(1, 30) n"], {}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_found_by_its_own_kind(shop: tuple[Warehouse, Feed], name: str) -> None:
    house, feed = shop
    statements, expected = DEFECTS[name]
    plant(house, feed, *statements)
    assert find_failing(run_orders(house, feed)) == expected


def test_rows_and_money_a_defect_touches(shop: tuple[Warehouse, Feed]) -> None:
    house, feed = shop
    plant(house, feed, SET + "email = null, total = 1000 where id in ('o2', 'o3', 'o4', 'o5')")
    one = run_orders(house, feed)["email_not_null"]
    assert (one.bad_rows, one.rows_checked, one.share) == (4, ROWS, 4 / ROWS)
    assert one.sample == ("o2", "o3", "o4", "o5")
    with house.connect() as connection:
        row = connection.execute("select sum(total) from " + feed.raw_schema + ".orders").fetchone()
        (stored,) = (
            one
            for one in store.fetch_latest_checks(connection, feed.tenant.id)
            if one["check_name"] == "email_not_null"
        )
    assert row
    assert one.money_share == pytest.approx(4000 / float(row[0]))
    assert stored["share"] == 4 / ROWS
    assert stored["dimension"] == "completeness"
    assert stored["money_share"] == pytest.approx(one.money_share)


def _ask(feed: Feed, *checks: dict[str, Any]) -> Feed:
    """The feed with checks of its tenant's file."""
    valid = tuple(TenantCheck.model_validate(one) for one in checks)
    tenant = replace(feed.tenant, checks=valid)
    feed = replace(feed, tenant=tenant)
    object.__setattr__(tenant, "feeds", (feed,))
    return feed


def test_a_tenants_file_asks_of_raw_tables_and_of_marts(shop: tuple[Warehouse, Feed]) -> None:
    house, feed = shop
    plant(
        house, feed, f"set local role elt_{feed.tenant.id}",
        f"create table {feed.tenant.id}_mart.fct_orders as select id as order_id, total as amount "
        "from {schema}.orders where id <> 'o9'",
    )  # fmt: skip
    feed = _ask(
        feed,
        {"table": "feed.orders", "check": "not_null", "column": "zip", "name": "zips"},
        {"table": "feed.orders", "check": "not_null", "column": "nowhere"},
        {"table": "mart.fct_orders", "check": "row_count", "to": "feed.orders", "name": "all"},
        {"table": "mart.fct_orders", "check": "range", "column": "amount", "most": 11},
        {"table": "mart.fct_refunds", "check": "unique", "column": "refund_id"},
    )
    raw = run_orders(house, feed)
    assert raw["zips"].status is Status.PASSED
    assert raw["nowhere_not_null"].status is Status.BROKEN
    assert "no column `nowhere`" in raw["nowhere_not_null"].detail
    found = {
        one.name: one
        for one in run_mart_checks(house, feed.tenant, CONTEXT)
        if one.origin.value == "declared"
    }
    assert {name: one.status.value for name, one in found.items()} == {
        "amount_range": "failed",
        "all": "failed",
        "refund_id_unique": "skipped",
    }
    assert found["all"].sample == ("rows 1199, there 1200",)
    assert found["amount_range"].bad_rows == 856
    assert found["amount_range"].rows_checked == 1199


def test_a_widened_column_breaks_its_own_check_alone(shop: tuple[Warehouse, Feed]) -> None:
    """A number that had become a text stopped every check of its table."""
    house, feed = shop
    plant(
        house, feed, "alter table {schema}.orders alter total type text",
        SET + "email = null where id = 'o7'",
    )  # fmt: skip
    found = run_orders(house, feed)
    assert {name: one.status.value for name, one in found.items() if name != "total_shift"
            and one.status is not Status.PASSED} == {
        "email_not_null": "failed", "total_range": "broken", "total_sum": "broken",
    }  # fmt: skip


SLOW = """-- check: slow
-- severity: warn
-- stream: orders
-- why: It never ends.
select 'x' as bad_key from pg_sleep(30)
"""


def test_a_check_that_never_ends_is_stopped_alone(
    shop: tuple[Warehouse, Feed], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One runaway check held the feed's task until its own time was up."""
    house, feed = shop
    folder = tmp_path / "shop" / "checks"
    folder.mkdir(parents=True)
    (folder / "slow.sql").write_text(SLOW)
    monkeypatch.setenv("ELT_CONNECTORS_DIR", str(tmp_path))
    spec = feed.tenant.spec.model_copy(update={"limits": Limits(check_seconds=1)})
    tenant = replace(feed.tenant, spec=spec)
    feed = replace(feed, tenant=tenant)
    object.__setattr__(tenant, "feeds", (feed,))
    found = {one.name: one for one in run_raw_checks(house, feed, CONTEXT, ["orders"])}
    assert found["slow"].status is Status.BROKEN
    assert found["slow"].detail == "was stopped: it ran longer than 1 s."
    assert found["number_unique"].status is Status.PASSED


def test_a_muted_error_stops_no_run_and_ends(shop: tuple[Warehouse, Feed]) -> None:
    house, feed = shop
    plant(house, feed, SET + "email = null where id = 'o7'")
    strict = SHOP["streams"]["orders"]["columns"]["email"] | {  # type: ignore[index]
        "checks": [{"check": "not_null", "severity": "error"}]
    }
    streams = {**SHOP["streams"]}  # type: ignore[dict-item]
    streams["orders"] = {**streams["orders"], "columns": {
        **streams["orders"]["columns"], "email": strict}}  # fmt: skip
    connector = Connector.model_validate({**SHOP, "streams": streams})
    tenant = feed.tenant
    feed = replace(build_feed(connector), tenant=tenant)
    object.__setattr__(tenant, "feeds", (feed,))
    place = ("feed", "orders", "email_not_null")
    mute = Mute(tenant.id, *place, NOW + timedelta(days=1), "known", "ann")

    def error_at(now: datetime) -> Any:
        found = run_raw_checks(house, feed, CheckContext(now), ["orders"])
        stopping = [one for one in found if one.stops_the_run and one.name == "email_not_null"]
        return build_check_error(stopping, tenant.id, "feed")

    assert error_at(NOW) is not None
    with house.connect() as connection:
        connection.execute("update elt_ops.check_mutes set until = now() where false")
        run_mute(connection, mute)
    assert error_at(NOW) is None
    with house.connect() as connection:
        rows = store.fetch_latest_checks(connection, tenant.id, feed="feed")
        (row,) = [one for one in rows if one["check_name"] == "email_not_null"]
    assert (row["state"], row["muted_until"]) == ("failed", NOW + timedelta(days=1))
    assert error_at(NOW + timedelta(days=2)) is not None
    with house.connect() as connection:
        connection.execute("update elt_ops.check_mutes set until = now() + interval '1 day'")
        assert run_unmute(connection, tenant.id, place) == 1
    assert error_at(NOW) is not None
