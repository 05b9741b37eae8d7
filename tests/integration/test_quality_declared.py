"""Checks by parameter on a real PostgreSQL, as the tenant's own login: each planted defect is found
by its own kind, and a clean table by none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from include.config.blocks.checks import DIMENSIONS, TenantCheck
from include.config.connector_spec import Connector
from include.config.models import Feed, Limits
from include.destinations.postgres.tenant_schemas import run_ensure_schemas
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.trust import check_results as store
from include.ledger.trust.mutes import Mute, run_mute, run_unmute
from include.pipeline.health.checks import build_check_error
from include.quality.check import CheckContext, CheckOutcome, Status
from include.quality.run import run_mart_checks, run_raw_checks
from tests.unit.feed_maker import build_feed, build_tenant

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CONTEXT = CheckContext(NOW)
ROWS = 1200
SHOP = {
    "connector": "shop",
    "title": "Shop",
    "kind": "files",
    "streams": {
        "orders": {
            "primary_key": ["id"],
            "money": "total",
            "columns": {
                "id": "text",
                "email": {"type": "text", "checks": ["not_null"]},
                "customer_id": {
                    "type": "text",
                    "checks": [{"check": "refers_to", "to": "customers.id"}],
                },
                "state": {
                    "type": "text",
                    "checks": [{"check": "accepted", "values": ["paid", "open"]}, "shift"],
                },
                "total": {
                    "type": "numeric",
                    "checks": [{"check": "range", "least": 0, "most": 10000}, "shift"],
                },
                "currency": {"type": "text", "checks": ["mixed"]},
                "number": {"type": "text", "checks": ["unique", "constant"]},
                "zip": {"type": "text", "checks": [{"check": "pattern", "pattern": "^[0-9]{5}$"}]},
                "changed_at": {
                    "type": "timestamp",
                    "checks": [
                        {"check": "fresh", "hours": 30},
                        {"check": "every_day", "days": 20},
                        "ascending",
                    ],
                },
            },
            "checks": [
                {"check": "sudden_nulls", "column": "zip", "at_most": 0.2},
                {"check": "row_count", "least": 100},
                {"check": "duplicates", "columns": ["email", "total", "changed_at"]},
                {"check": "sum", "column": "total", "to": "customers.spent"},
            ],
        },
        "customers": {"primary_key": ["id"], "columns": {"id": "text", "spent": "numeric"}},
    },
}
TABLES = """
set local role elt_{tenant};
create table {schema}.orders (
    id text, email text, customer_id text, state text, total numeric, currency text, number text,
    zip text, changed_at timestamptz, _feed text, _load_id bigint, _loaded_at timestamptz,
    _deleted_at timestamptz, primary key (_feed, id)
);
create table {schema}.customers (
    id text, spent numeric, _feed text, _load_id bigint, _loaded_at timestamptz,
    _deleted_at timestamptz, primary key (_feed, id)
);
insert into {schema}.orders
select
    'o' || n, 'p' || n || '@x.example', 'c' || n % 40,
    case when n % 5 = 0 then 'open' else 'paid' end, 10 + n % 7, 'USD', 'n' || n, '80331',
    timestamptz '2026-11-01 10:00Z' - n % 60 * interval '1 day', 'feed',
    case when n % 60 = 0 then 9 else 5 end,
    timestamptz '2026-11-01 11:00Z' - n % 60 * interval '1 day', null
from generate_series(1, {rows}) n;
insert into {schema}.customers
select 'c' || n, (select sum(total) / 40 from {schema}.orders), 'feed', 5, now(), null
from generate_series(0, 39) n;
delete from elt_ops.loads;
insert into elt_ops.loads (tenant, feed, connector, stream, kind, state, read, inserted,
    started_at, finished_at, load_id)
values ('{tenant}', 'feed', 'shop', 'orders', 'scheduled', 'loaded', {rows}, {rows},
    '2026-11-01', '2026-11-01', 9);
"""


@pytest.fixture
def shop(warehouse: str) -> Iterator[tuple[Warehouse, Feed]]:
    """A tenant of its own with clean tables."""
    house, tenant = Warehouse(warehouse), f"t{uuid4().hex[:8]}"
    schema = f"{tenant}_raw_shop"
    with house.connect() as connection:
        ddl.run_migrations(connection)
        run_ensure_schemas(connection, tenant, [schema, f"{tenant}_mart"])
        for statement in TABLES.format(tenant=tenant, schema=schema, rows=ROWS).split(";"):
            if "elt_ops" in statement:
                connection.execute("reset role")
            connection.execute(statement.encode())
    feed = replace(build_feed(Connector.model_validate(SHOP)), tenant=build_tenant(tenant))
    object.__setattr__(feed.tenant, "feeds", (feed,))
    yield house, feed


def _plant(house: Warehouse, feed: Feed, *statements: str) -> None:
    with house.connect() as connection:
        for statement in statements:
            connection.execute(statement.replace("{schema}", feed.raw_schema).encode())


def _run(house: Warehouse, feed: Feed) -> dict[str, CheckOutcome]:
    found = run_raw_checks(house, feed, CONTEXT, ["orders"])
    return {one.name: one for one in found if one.origin.value == "declared"}


def _failing(found: dict[str, CheckOutcome]) -> dict[str, int | None]:
    return {name: one.bad_rows for name, one in found.items() if one.status is not Status.PASSED}


def test_a_clean_table_passes_every_kind(shop: tuple[Warehouse, Feed]) -> None:
    house, feed = shop
    found = _run(house, feed)
    assert _failing(found) == {}
    kinds = {spec.check for spec in feed.streams["orders"].all_checks}
    assert kinds == set(DIMENSIONS)
    assert len(found) == len(feed.streams["orders"].all_checks) == 17
    assert {one.rows_checked for one in found.values()} == {ROWS, None}
    with house.connect() as connection:
        scores = store.fetch_table_scores(connection, feed.tenant.id)
    of_orders = [row for row in scores if row["stream"] == "orders"]
    assert [(str(row["score"]), row["rows_checked"]) for row in of_orders] == [("100.00", ROWS)]


SET = "update {schema}.orders set "
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
    _plant(house, feed, *statements)
    assert _failing(_run(house, feed)) == expected


# The first so many of one order: what was planted before is planted again, and more.
SOME = "(select id from {schema}.orders where id like 'o%' order by md5(id) limit {rows})"
WITHIN = f"update {{schema}}.orders set {{}} where id in {SOME}"
SPENT = "update {schema}.customers set spent = (select sum(total) / 40 from {schema}.orders)"
BOOKS = (
    "update elt_ops.loads set read = (select count(*) from {schema}.orders), "
    "inserted = (select count(*) from {schema}.orders) where feed = 'feed'"
)
# Dimension and check -> what plants it in some of the rows.
PLANTED = {
    ("completeness", "email_not_null"): [WITHIN.replace("{}", "email = null")],
    ("uniqueness", "number_unique"): [WITHIN.replace("{}", "number = 'n1'")],
    ("uniqueness", "email_total_changed_at_duplicates"): [
        "insert into {schema}.orders select 'again' || id, email, customer_id, state, total, "
        "currency, 'again' || number, zip, changed_at, _feed, _load_id, _loaded_at, _deleted_at "
        f"from {{schema}}.orders where id in {SOME} on conflict do nothing", SPENT, BOOKS,
    ],
    ("validity", "state_accepted"): [WITHIN.replace("{}", "state = 'lost'")],
    ("validity", "total_range"): [WITHIN.replace("{}", "total = -10"), SPENT],
    ("validity", "zip_pattern"): [WITHIN.replace("{}", "zip = '8033l'")],
    ("consistency", "currency_mixed"): [WITHIN.replace("{}", "currency = 'EUR'")],
    ("integrity", "customer_id_refers_to"): [WITHIN.replace("{}", "customer_id = 'gone'")],
    ("volume", "changed_at_every_day"): [
        "delete from {schema}.orders where changed_at >= '2026-10-15' and changed_at < "
        "timestamptz '2026-10-15' + {days} * interval '1 day'", SPENT, BOOKS,
    ],
}  # fmt: skip


def _fetch_score(house: Warehouse, feed: Feed) -> tuple[float, list[dict[str, Any]]]:
    with house.connect() as connection:
        rows = store.fetch_table_scores(connection, feed.tenant.id)
    (row,) = (one for one in rows if one["stream"] == "orders")
    return float(row["score"]), row["reasons"]


@pytest.mark.parametrize(("dimension", "name"), PLANTED, ids=lambda one: one)
def test_the_score_falls_with_what_is_planted_and_names_it(
    shop: tuple[Warehouse, Feed], dimension: str, name: str
) -> None:
    """1, 5 and 20 % of the rows: one number shared by all was one bad row, and cost nothing."""
    house, feed = shop
    _run(house, feed)
    last, _ = _fetch_score(house, feed)
    assert last == 100.0
    for share in (0.01, 0.05, 0.20):
        rows, days = round(ROWS * share), max(1, round(20 * share))
        for one in PLANTED[dimension, name]:
            _plant(house, feed, one.replace("{rows}", str(rows)).replace("{days}", str(days)))
        found = _run(house, feed)
        score, reasons = _fetch_score(house, feed)
        assert found[name].status is Status.FAILED
        touched = max(share, 0.05) if "every_day" in name else share
        # Within a fifth and half a point: what is doubled is a share of more rows.
        assert abs((100 - score) - 80 * touched) <= 16 * touched + 0.5, (share, score, reasons)
        assert score <= last
        assert (reasons[0]["dimension"], reasons[0]["check"]) == (dimension, name)
        last = score


def test_rows_and_money_a_defect_touches(shop: tuple[Warehouse, Feed]) -> None:
    house, feed = shop
    _plant(house, feed, SET + "email = null, total = 1000 where id in ('o2', 'o3', 'o4', 'o5')")
    one = _run(house, feed)["email_not_null"]
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
    _plant(
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
    raw = _run(house, feed)
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
    _plant(
        house, feed, "alter table {schema}.orders alter total type text",
        SET + "email = null where id = 'o7'",
    )  # fmt: skip
    found = _run(house, feed)
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
    _plant(house, feed, SET + "email = null where id = 'o7'")
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
