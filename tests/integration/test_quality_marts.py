"""Every mart check finds the defect it is for, and only that one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from include.config.models import FeedFile, Tenant, TenantFile
from include.config.settings import ROOT
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.quality.check import CheckContext, Severity, Status
from include.quality.discover import load_mart_checks
from include.quality.run import run_mart_checks
from tests.integration.dbt_project import build_data_type

MARTS = ROOT / "dbt" / "models" / "marts"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
TENANT = Tenant(
    TenantFile(
        tenant="marts", name="M", owner="m", feeds={"shop": FeedFile(start_date=date(2026, 1, 1))}
    ),
    Path("marts.yaml"),
)

# Three orders of a shop in two days: o1 (100 - 10, tax 8, shipping 5), o2 (50, refunded 20), o3
# does not count. One customer with two versions.
TABLES = """
create schema marts_mart;
create table marts_mart.fct_orders (
    order_id text, customer_id text, currency_code text, gross_amount numeric,
    discount_amount numeric, tax_amount numeric, shipping_amount numeric, total_amount numeric,
    refund_amount numeric, refund_net_amount numeric, net_amount numeric,
    gift_card_amount numeric, order_status text, source_connector text, payment_method text,
    payment_word text, is_counted boolean, ordered_at timestamptz,
    _feed text, _load_id bigint, tip_amount numeric default 0,
    unexplained_amount numeric default 0, paid_amount numeric default 0, kept_amount numeric,
    paid_back_amount numeric default 0
);
insert into marts_mart.fct_orders values
('o1', 'c1', 'USD', 100, 10, 8, 5, 103, 0, 0, 90, 0,
 'paid', 'shop', 'card', 'visa', true, '2026-10-01', 'shop', 1),
('o2', 'c1', 'USD', 50, 0, 0, 0, 50, 20, 20, 30, 0,
 'paid', 'shop', 'cash', 'cash', true, '2026-10-02', 'shop', 1),
('o3', 'c1', 'USD', 70, 0, 0, 0, 99, 0, 0, 70, 29,
 'pending', 'shop', 'other', 'external', false, '2126-10-02', 'shop', 1);
update marts_mart.fct_orders set paid_amount = 103, kept_amount = 103 where order_id = 'o1';
create table marts_mart.fct_money_ledger (
    order_id text, event_kind text, amount_kind text, amount numeric, record_id text,
    currency_code text default 'EUR', tenant_amount numeric default 1,
    is_counted boolean default true
);
insert into marts_mart.fct_money_ledger values
('o1', 'sale', 'goods', 100), ('o1', 'sale', 'discount', -10), ('o1', 'sale', 'tax', 8),
('o1', 'sale', 'shipping', 5), ('o1', 'sale', 'tip', 2), ('o1', 'payment', 'money', 103),
('o1', 'chargeback', 'fee', -15);
create table marts_mart.fct_payments (
    payment_id text, order_id text, source_connector text, payment_status text,
    payment_method text, payment_word text, payment_amount numeric, is_test boolean,
    is_deleted boolean
);
insert into marts_mart.fct_payments values
('y1', 'o1', 'shop', 'succeeded', 'card', 'visa', 100, false, false),
('y2', 'o1', 'shop', 'succeeded', 'gift_card', 'gift_card', 3, false, false),
('y3', 'o1', 'shop', 'failed', 'card', 'visa', 103, false, false);
create table marts_mart.fct_revenue_daily (
    revenue_on date, source_connector text, _feed text, currency_code text, orders_count bigint,
    gross_amount numeric, discount_amount numeric, revenue_amount numeric,
    revenue_kind text default 'order', tenant_currency_code text default 'USD',
    tenant_revenue_amount numeric
);
insert into marts_mart.fct_revenue_daily values
('2026-10-01', 'shop', 'shop', 'USD', 1, 100, 10, 95, 'order'),
('2026-10-02', 'shop', 'shop', 'USD', 1, 50, 0, 30, 'order'),
('2026-10-02', 'crm', 'crm', 'USD', 0, 40, 0, 40, 'deal');
create table marts_mart.fct_daily_metrics (
    daily_metric_key text, metric_type text, metric_name text, metric_value numeric,
    currency_code text, is_outlier boolean, metric_on date
);
insert into marts_mart.fct_daily_metrics values
('m1', 'revenue', 'revenue', 95, 'USD', false, '2026-10-01'),
('m2', 'revenue', 'revenue', 90, 'USD', false, '2026-10-02'),
('m3', 'revenue', 'revenue_reversed', 20, 'USD', false, '2026-10-02'),
('m4', 'inventory', 'on_hand', 7, null, true, '2026-09-02');
create table marts_mart.agg_metric_gaps (metric_gap_key text, missing_on date);
insert into marts_mart.agg_metric_gaps values ('g1', '2026-09-02');
drop schema if exists marts_int cascade;
create schema marts_int;
create table marts_int.int_concepts__refused (
    _feed text, source_stream text, source_record_id text, column_name text, reason text
);
create table marts_mart.fct_sales (
    order_line_id text, order_id text, sold_on date, source_connector text, _feed text,
    currency_code text, gross_amount numeric, discount_amount numeric, net_amount numeric
);
insert into marts_mart.fct_sales values
('l1', 'o1', '2026-10-01', 'shop', 'shop', 'USD', 60, 10, 50),
('l2', 'o1', '2026-10-01', 'shop', 'shop', 'USD', 40, 0, 40),
('l3', 'o2', '2026-10-02', 'shop', 'shop', 'USD', 50, 0, 50);
create table marts_mart.agg_daily_sales (
    sold_on date, source_connector text, _feed text, currency_code text, lines_count bigint,
    net_amount numeric
);
insert into marts_mart.agg_daily_sales values
('2026-10-01', 'shop', 'shop', 'USD', 2, 90), ('2026-10-02', 'shop', 'shop', 'USD', 1, 50);
create table marts_mart.agg_customer_lifetime (
    customer_id text, currency_code text, orders_count bigint, net_amount numeric
);
insert into marts_mart.agg_customer_lifetime values ('c1', 'USD', 2, 120);
create table marts_mart.dim_customers (
    customer_id text, is_current boolean, effective_from_at timestamptz, effective_to_at timestamptz
);
insert into marts_mart.dim_customers values
('c1', false, '1900-01-01', '2026-05-01'), ('c1', true, '2026-05-01', '9999-12-31');
create table marts_mart.dim_products (
    product_id text, is_current boolean, effective_from_at timestamptz, effective_to_at timestamptz
);
insert into marts_mart.dim_products values ('p1', true, '1900-01-01', '9999-12-31');
create table marts_mart.agg_reconciliation_daily (
    reconciled_on date, first_feed text, second_role text, currency_code text,
    unexplained_amount numeric
);
insert into marts_mart.agg_reconciliation_daily values
('2026-10-01', 'till', 'payouts', 'USD', 0), ('2026-10-01', 'shop', 'books', 'USD', 7);
insert into elt_ops.loads (load_id, tenant, feed, connector, stream, kind, state, started_at)
values (1, 'marts', 'shop', 'shop', 'orders', 'scheduled', 'loaded', '2026-10-03');
"""

# Check -> (a statement that plants the defect, the keys it must name, others that fail with it).
DEFECTS = {
    "order_amounts_add_up": (
        "update marts_mart.fct_orders set unexplained_amount = 0.02 where order_id = 'o1'",
        ["o1"],
        [],
    ),
    "payouts_are_explained": (
        "update marts_mart.agg_reconciliation_daily set unexplained_amount = -0.02"
        " where first_feed = 'till'",
        ["till 2026-10-01 USD"],
        [],
    ),
    "net_amount_adds_up": (
        "update marts_mart.fct_orders set net_amount = null where order_id = 'o3'",
        ["o3"],
        [],
    ),
    "revenue_daily_equals_orders": (
        "delete from marts_mart.fct_revenue_daily where revenue_on = '2026-10-02'",
        ["shop USD"],
        ["daily_metrics_equal_revenue"],
    ),
    "daily_sales_equal_sales": (
        "update marts_mart.agg_daily_sales set net_amount = 89.99 where lines_count = 2",
        ["shop 2026-10-01"],
        [],
    ),
    "customer_lifetime_equals_orders": (
        "insert into marts_mart.agg_customer_lifetime values ('ghost', 'USD', 1, 1)",
        ["ghost"],
        [],
    ),
    "sales_have_orders": (
        "update marts_mart.fct_sales set order_id = 'o3' where order_line_id = 'l3'",
        ["l3"],
        ["sales_equal_orders"],
    ),
    "payments_cover_orders": (
        "update marts_mart.fct_orders set paid_amount = 102 where order_id = 'o1'",
        ["o1"],
        [],
    ),
    "orders_balance_with_payments": (
        "update marts_mart.fct_orders set paid_back_amount = 5 where order_id = 'o1'",
        ["o1"],
        [],
    ),
    "exchange_rates_are_known": (
        "update marts_mart.fct_money_ledger set tenant_amount = null where amount_kind = 'tip'",
        ["o1"],
        [],
    ),
    "ledger_equals_orders": (
        "delete from marts_mart.fct_money_ledger where amount_kind = 'shipping'",
        ["o1"],
        [],
    ),
    "unknown_payment_words": (
        "update marts_mart.fct_payments set payment_method = 'other', payment_word = 'barter' "
        "where payment_id = 'y3'",
        ["shop barter"],
        [],
    ),
    # A discount that did not reach the line is as bad as a gross that is not its order's.
    "sales_equal_orders": (
        "update marts_mart.fct_sales set discount_amount = 9.9 where order_line_id = 'l1'",
        ["o1"],
        [],
    ),
    "no_future_orders": (
        "update marts_mart.fct_orders set ordered_at = '2126-10-01' where order_id = 'o2'",
        ["o2"],
        [],
    ),
    "refunds_within_total": (
        "update marts_mart.fct_orders set refund_amount = 51, refund_net_amount = 51, "
        "net_amount = -1 where order_id = 'o2'",
        ["o2"],
        ["customer_lifetime_equals_orders"],
    ),
    "orders_are_complete": (
        "update marts_mart.fct_orders set ordered_at = null where order_id = 'o2'",
        ["o2"],
        [],
    ),
    "orders_lead_back_to_a_load": (
        "update marts_mart.fct_orders set _load_id = 2 where order_id = 'o1'",
        ["o1"],
        [],
    ),
    "customer_versions_follow_each_other": (
        "update marts_mart.dim_customers set effective_from_at = '2026-04-01' where is_current",
        ["c1"],
        [],
    ),
    "daily_metrics_are_usual": (
        "update marts_mart.fct_daily_metrics set is_outlier = true where daily_metric_key = 'm1'",
        ["m1"],
        [],
    ),
    "daily_metrics_equal_revenue": (
        "delete from marts_mart.fct_daily_metrics where daily_metric_key = 'm3'",
        ["USD"],
        [],
    ),
    "daily_metrics_have_no_gaps": (
        "update marts_mart.agg_metric_gaps set missing_on = '2026-09-30'",
        ["g1"],
        [],
    ),
    "own_values_fit": (
        "insert into marts_int.int_concepts__refused values ('till', 'sales', null, 'total', "
        "'no number')",
        ["till/sales (no id) total no number"],
        [],
    ),
    "product_versions_follow_each_other": (
        "update marts_mart.dim_products set is_current = false",
        ["p1"],
        [],
    ),
}


@pytest.fixture(scope="module")
def clean(warehouse: str) -> Warehouse:
    house = Warehouse(warehouse, tenant_roles=False)
    with house.connect() as connection:
        ddl.run_migrations(connection)
        connection.execute(TABLES.encode())
    return house


@pytest.fixture
def house(clean: Warehouse) -> Iterator[Warehouse]:
    """The marts as they should be; a test's defect is undone by building them again."""
    yield clean
    with clean.connect() as connection:
        connection.execute("drop schema marts_mart cascade")
        connection.execute("truncate elt_ops.loads, elt_ops.check_results")
        connection.execute(TABLES.encode())


def _failed(house: Warehouse) -> dict[str, list[str]]:
    found = run_mart_checks(house, TENANT, CheckContext(NOW))
    assert {o.status for o in found} <= {Status.PASSED, Status.FAILED}
    return {o.name: list(o.sample) for o in found if o.status is Status.FAILED}


def test_marts_that_add_up_pass(house: Warehouse) -> None:
    assert _failed(house) == {}


def test_every_check_has_a_defect_here() -> None:
    checks, problems = load_mart_checks()
    assert not problems
    assert {check.name for check in checks} == DEFECTS.keys()
    assert {check.severity for check in checks} == {Severity.ERROR, Severity.WARN}
    assert all(check.path is not None and check.path.stem == check.name for check in checks)


@pytest.mark.parametrize("name", sorted(DEFECTS))
def test_a_check_finds_its_defect(house: Warehouse, name: str) -> None:
    statement, keys, others = DEFECTS[name]
    with house.connect() as connection:
        connection.execute(statement.encode())
    failed = _failed(house)
    assert failed.pop(name) == keys
    assert sorted(failed) == others


def test_a_check_without_its_table_is_skipped_and_says_so(house: Warehouse) -> None:
    with house.connect() as connection:
        connection.execute("drop table marts_mart.fct_sales")
    found = {o.name: o for o in run_mart_checks(house, TENANT, CheckContext(NOW))}
    skipped = {name for name, o in found.items() if o.status is Status.SKIPPED}
    assert skipped == {"sales_have_orders", "sales_equal_orders", "daily_sales_equal_sales"}
    assert found["sales_have_orders"].detail == "the tenant has no fct_sales"
    with house.connect() as connection:
        row = connection.execute(
            "select count(*) from elt_ops.check_results where state = 'skipped'"
        ).fetchone()
    assert row == (3,)


def test_every_check_runs_on_the_columns_the_marts_promise(house: Warehouse) -> None:
    """The tables above are ours; these are made of the contracts dbt enforces."""
    with house.connect() as connection:
        connection.execute("drop schema marts_mart cascade")
        connection.execute("create schema marts_mart")
        for path in sorted(MARTS.rglob("*.yml")):
            for model in yaml.safe_load(path.read_text()).get("models", []):
                columns = ", ".join(
                    f"{c['name']} {build_data_type(c['data_type'])}" for c in model["columns"]
                )
                connection.execute(f"create table marts_mart.{model['name']} ({columns})".encode())
    found = run_mart_checks(house, TENANT, CheckContext(NOW))
    assert {o.name: (o.status, o.detail) for o in found} == dict.fromkeys(
        DEFECTS, (Status.PASSED, "")
    )
