"""Vendors' records -> marts, to the cent: what a careful bookkeeper expects of each.

One tenant, one build; every test reads its own orders. Amounts are worked by hand.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from include.transform.variables import build_sources_by_concept
from tests.integration import dbt_project
from tests.integration.vendor_cases import (
    TENANT,
    run_fill_meta,
    run_fill_shopify,
    run_fill_square,
    run_fill_stripe,
)

OWN = ("meta_ads", "shopify", "square", "stripe")
VARIABLES = {
    "tenant": TENANT,
    "tenant_currency": "USD",
    "tenant_timezone": "UTC",
    "sources_by_concept": build_sources_by_concept(
        (name, dbt_project.connectors()[name].concepts) for name in OWN
    ),
    "feeds": sorted(OWN),
}
PARTS = "gross_amount, discount_amount, tax_amount, shipping_amount, gift_card_amount, total_amount"

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def marts(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The warehouse after one build of all cases."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, TENANT, OWN)
        for run_fill in (run_fill_shopify, run_fill_stripe, run_fill_square, run_fill_meta):
            run_fill(connection)
        # A pound is 1.25 dollars at the end of the year and 1.50 on the second of January.
        connection.execute(
            "insert into elt_rates.published (rated_on, currency_code, units_per_euro) values"
            " ('2025-11-28', 'EUR', 1), ('2025-11-28', 'JPY', 165), ('2025-11-28', 'USD', 1.1),"
            " ('2025-11-28', 'GBP', 0.8),"
            " ('2025-12-30', 'GBP', 0.8), ('2025-12-30', 'USD', 1.0), ('2026-01-02', 'EUR', 1),"
            " ('2026-01-02', 'GBP', 0.8), ('2026-01-02', 'USD', 1.2)"
        )
        dbt_project.run_build(warehouse, tmp_path_factory.mktemp("target"), OWN, VARIABLES)
        yield connection


def fetch_order(marts: Connection, source_order_id: str, columns: str) -> tuple[Any, ...]:
    (row,) = marts.execute(
        f"select {columns} from ledger_mart.fct_orders where source_order_id = %s",
        [source_order_id],
    ).fetchall()
    return tuple(row)


def money(*amounts: str | int) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        (2, money(100, 10, 18, 0, 0, 108)),
        (3, money(100, 10, 0, 0, 0, 90)),
        (31, money(60, 10, 0, 0, 0, 50)),
        (32, money(100, 10, "5.40", 0, 0, "95.40")),
        (4, money(100, 0, 0, 0, 0, 100)),
        (41, money(100, 0, 22, 10, 0, 132)),
        (42, money(100, 0, 22, 10, 0, 132)),
        (6, money(0, 0, 0, 0, 100, 100)),
        (7, money(100, 0, 0, 0, 0, 100)),
        (15, money(50, 0, 0, 0, 0, 50)),
    ],
)
def test_shopify_orders_without_tax(
    marts: Connection, number: int, parts: tuple[Decimal, ...]
) -> None:
    """VAT in prices made 120.00 of 100.00, a free-shipping code 110.00; a gift card sold twice."""
    found = fetch_order(marts, f"gid://shopify/Order/{number}", PARTS)
    assert found == parts
    gross, discount, tax, shipping, gift_card, total = found
    assert total == gross - discount + tax + shipping + gift_card


def test_lines_agree_with_their_orders(marts: Connection) -> None:
    """Order-level and code discounts never reached the lines; VAT stayed in them."""
    rows = marts.execute(
        "select source_order_id, orders.gross_amount, orders.discount_amount,"
        " sum(sales.gross_amount), sum(sales.discount_amount)"
        " from ledger_mart.fct_orders orders join ledger_mart.fct_sales sales using (order_id)"
        " group by 1, 2, 3"
    ).fetchall()
    assert len(rows) >= 15
    assert [row for row in rows if row[1:3] != row[3:5]] == []


def test_a_discount_is_spread_to_the_cent(marts: Connection) -> None:
    rows = marts.execute(
        "select net_amount, discount_amount from ledger_mart.fct_sales"
        " where order_id like '%Order/31' order by order_line_id"
    ).fetchall()
    assert rows == [money("16.66", "3.34"), money("16.67", "3.33"), money("16.67", "3.33")]
    lines = marts.execute(
        "select discount_amount, tax_amount from ledger_mart.fct_sales"
        " where order_id like '%Order/32' order by order_line_id"
    ).fetchall()
    assert lines == [money(6, "5.40"), money(4, 0)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("gid://shopify/Order/12", ("refunded", True, *money(120, 0, 0, 0))),
        # In three steps the cents add up to all of it.
        ("gid://shopify/Order/13", ("refunded", True, *money("99.99", 0, 0, 0))),
        ("gid://shopify/Order/14", ("pending", False, *money(0, 0, 10, 10))),
        ("ch_part", ("paid", True, *money(0, 0, 60, 60))),
        ("ch_part_back", ("partially_refunded", True, *money(10, 0, 50, 50))),
        ("ch_lost", ("paid", True, *money(0, 100, 0, 0))),
        ("ch_won", ("paid", True, *money(0, 0, 100, 100))),
        # Both disputes count (others' models kept the latest); a refund that failed or was canceled
        # gave nothing back.
        ("ch_twice", ("paid", True, *money(0, 50, 50, 50))),
        ("ch_returned", ("paid", True, *money(0, 0, 100, 100))),
        ("ch_won_later", ("paid", True, *money(0, 0, 30, 30))),
        # The shop's order was charged back at Stripe; the charge itself counts nowhere.
        ("gid://shopify/Order/7", ("paid", True, *money(0, 100, 0, 0))),
        ("ch_web", ("paid", False, *money(0, 0, 100, 100))),
    ],
)
def test_what_was_given_back(marts: Connection, order: str, expected: tuple[Any, ...]) -> None:
    """A full refund left -20.00, an uncaptured rest was a refund, a chargeback never left."""
    columns = "order_status, is_counted, refund_amount, dispute_amount, net_amount, kept_amount"
    assert fetch_order(marts, order, columns) == expected


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("card_sold", money(0, 0, 0, 0, 50, 50)),
        ("card_used", money(50, 0, 0, 0, 0, 50)),
        ("old", money("15.99", 0, 0, 0, 0, "15.99")),
        ("bare", money(7, 0, 0, 0, 0, 7)),
        ("london", money(10, 1, "1.80", 0, 0, "10.80")),
        ("austin", money(10, 1, "1.80", 0, 0, "10.80")),
        ("boise", money(100, 10, 9, 0, 0, 99)),
    ],
)
def test_square_orders_without_tax(
    marts: Connection, name: str, parts: tuple[Decimal, ...]
) -> None:
    """An order without sums kept every mart of its tenant from being built."""
    assert fetch_order(marts, f"ord_{name}", PARTS) == parts
    assert fetch_order(marts, f"ord_{name}", "is_counted") == (True,)


def test_days_add_up_to_orders(marts: Connection) -> None:
    (days,) = marts.execute(
        "select sum(gift_card_amount), sum(dispute_amount), sum(net_amount), sum(kept_amount)"
        " from ledger_mart.fct_revenue_daily"
    ).fetchall()
    (orders,) = marts.execute(
        "select sum(gift_card_amount), sum(dispute_amount), sum(net_amount), sum(kept_amount)"
        " from ledger_mart.fct_orders where is_counted"
    ).fetchall()
    assert days == orders


def test_a_gift_card_used_is_a_payment(marts: Connection) -> None:
    rows = marts.execute(
        "select source_payment_id, payment_method, payment_amount from ledger_mart.fct_payments"
        " where payment_method = 'gift_card' order by 1"
    ).fetchall()
    assert rows == [("pay_1", "gift_card", Decimal(50)), ("t7", "gift_card", Decimal(100))]


def test_an_item_without_reporting_category_has_its_first(marts: Connection) -> None:
    rows = marts.execute(
        "select product_name, category from ledger_mart.dim_products where product_sk <> 'unknown'"
    ).fetchall()
    assert rows == [("Tea - Pot", "Drinks")]


def test_budgets_have_metas_own_units(marts: Connection) -> None:
    """5000 forints were 50.00; a dinar has 100 units at Meta, not 1000."""
    rows = marts.execute(
        "select currency_code, daily_budget_amount from ledger_stg.stg_meta_ads__campaigns"
    ).fetchall()
    wanted = [("HUF", 5000), ("JPY", 5000), ("USD", 50), ("KWD", 50)]
    assert sorted(rows) == sorted((currency, Decimal(amount)) for currency, amount in wanted)


def test_a_chargeback_leaves_and_comes_back_on_its_own_days(marts: Connection) -> None:
    """A won chargeback vanished from the day its money had left: a closed day changed.

    Nor did what Stripe took for it, and gave back, stand anywhere in the ledger.
    """
    rows = marts.execute(
        "select event_kind, amount_kind, amount, booked_on::text from ledger_mart.fct_money_ledger"
        " where order_id = 'stripe:stripe:ch_won_later' and record_type = 'refund' order by 4, 2"
    ).fetchall()
    assert rows == [
        ("chargeback", "fee", Decimal(-15), "2025-12-01"),
        ("chargeback", "goods", Decimal(-30), "2025-12-01"),
        ("chargeback", "money", Decimal(-30), "2025-12-01"),
        ("chargeback_won", "fee", Decimal(15), "2026-01-01"),
        ("chargeback_won", "goods", Decimal(30), "2026-01-01"),
        ("chargeback_won", "money", Decimal(30), "2026-01-01"),
    ]


def load_amounts_table() -> dict[str, tuple[str, str, int]]:
    """Column -> (SQL list of events, of kinds, sign) as dbt/README.md tells people."""
    text = (dbt_project.PROJECT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+_amount)` \| (.+?) \| (.+?) \| ([+-]) \|", text, flags=re.M)
    quoted = [
        (column, *(", ".join(f"'{one}'" for one in cell.split(", ")) for cell in cells), sign)
        for column, *cells, sign in rows
    ]
    return {column: (events, kinds, int(f"{sign}1")) for column, events, kinds, sign in quoted}


def test_the_table_of_amounts_is_what_the_marts_hold(marts: Connection) -> None:
    """README's table said what each amount is, and nothing compared it with the code."""
    table = load_amounts_table()
    columns = {
        name
        for (name,) in marts.execute(
            "select column_name from information_schema.columns where table_schema = 'ledger_mart'"
            " and table_name = 'fct_orders' and column_name like '%_amount'"
        ).fetchall()
    }
    own = {name for name in columns if not name.startswith(("tenant_", "settlement_"))}
    assert table.keys() == own
    assert {name.removeprefix("tenant_") for name in columns if "tenant_" in name} < own
    for column, (events, kinds, sign) in table.items():
        rows = marts.execute(
            f"select source_order_id, {column}, (select {sign} * coalesce(sum(amount), 0)"
            " from ledger_mart.fct_money_ledger entries where entries.order_id = orders.order_id"
            f" and event_kind in ({events}) and amount_kind in ({kinds})"
            " and (entries.is_counted or event_kind <> 'payment'))"
            f" from ledger_mart.fct_orders orders where {column} is not null"
        ).fetchall()
        assert len(rows) >= 20
        assert [row for row in rows if row[1] != row[2]] == [], column


def test_foreign_orders_in_the_tenants_currency(marts: Connection) -> None:
    """Pounds were shown to a tenant with dollars as pounds, and in no sum of its own.

    Order 3 was 90.00 GBP at 1.50, 7 was paid 100.00; 12, 120.00 with VAT, is of New Year's Eve and
    went back whole
    two days later: nothing is left of it, and the exchange cost 30.00.
    """
    assert fetch_order(
        marts,
        "gid://shopify/Order/3",
        "currency_code, exchange_rate, tenant_total_amount, tenant_net_amount",
    ) == ("GBP", Decimal("1.5"), *money(135, 135))
    assert fetch_order(marts, "gid://shopify/Order/7", "tenant_paid_amount") == money(150)
    assert fetch_order(
        marts,
        "gid://shopify/Order/12",
        "tenant_total_amount, tenant_refund_amount, tenant_net_amount, tenant_kept_amount,"
        " settlement_difference_amount",
    ) == money(150, 150, 0, 0, -30)


def test_the_tenants_currency_adds_up(marts: Connection) -> None:
    """Rounded line by line, an order's cents are not its lines', nor a day's its orders'."""
    rows = marts.execute(
        "select orders.source_order_id, orders.tenant_net_amount, sum(sales.tenant_net_amount)"
        " from ledger_mart.fct_orders orders join ledger_mart.fct_sales sales using (order_id)"
        " where orders.refund_net_amount = 0 and orders.currency_code <> 'USD' group by 1, 2"
    ).fetchall()
    assert len(rows) >= 8
    assert [row for row in rows if row[1] != row[2]] == []
    (days, orders, missing) = marts.execute(
        "select (select sum(tenant_revenue_amount) from ledger_mart.fct_revenue_daily),"
        " (select sum(tenant_amount) from ledger_mart.fct_money_ledger where is_counted"
        "  and event_kind <> 'payment' and amount_kind in"
        "  ('goods', 'discount', 'adjustment', 'shipping', 'service_fee')),"
        " (select array_agg(distinct order_id) from ledger_mart.fct_money_ledger"
        "  where tenant_amount is null and amount is not null and is_counted)"
    ).fetchone() or (None, None, None)
    assert days == orders
    assert missing == ["stripe:stripe:ch_dinar"]


def test_what_stripe_settled_is_what_came(marts: Connection) -> None:
    """80.00 EUR of Monday were 88.00 USD at Friday's rate; Stripe paid out 88.40 and kept 2.90.

    Given back, Stripe took 92.00 for them (96.00 by the day's rate, which it does not use): nothing
    is left of the sale, 3.60 went with the exchange.
    The fee in dollars was in no order of euros, and so in none.
    """
    assert fetch_order(
        marts,
        "ch_euro",
        "total_amount, paid_amount, fee_amount, tenant_total_amount, tenant_net_amount,"
        " tenant_paid_amount, tenant_fee_amount, settlement_difference_amount",
    ) == money(80, 80, 0, 88, 0, "88.40", "2.90", "-3.60")


def test_yen_have_no_cents_and_a_dinar_without_a_rate_is_no_dollar(marts: Connection) -> None:
    """A missing rate taken for 1 would have sold 5.12 dollars; 5000 yen are no 50.00."""
    assert fetch_order(marts, "ch_yen", "total_amount, tenant_total_amount") == money(5000, "33.33")
    assert fetch_order(marts, "ch_dinar", "total_amount, tenant_total_amount, exchange_rate") == (
        *money("5.12"), None, None,
    )  # fmt: skip
