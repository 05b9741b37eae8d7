"""Orders edited, exchanged, refunded in parts and in other currencies -> marts, worked by hand.

Half-empty records of every stream are among them: none may keep the marts from being built.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from include.transform.variables import build_sources_by_concept
from tests.integration import dbt_project
from tests.integration.vendor_records import run_put
from tests.integration.vendor_variants import build_shopify_orders
from tests.integration.vendor_variants_more import (
    TENANT,
    run_fill_bare,
    run_fill_erpnext,
    run_fill_square,
    run_fill_stripe,
)

OWN = ("erpnext", "quickbooks", "shopify", "square", "stripe")
VARIABLES = {
    "tenant": TENANT,
    "tenant_currency": "USD",
    "tenant_timezone": "UTC",
    "sources_by_concept": build_sources_by_concept(
        (name, dbt_project.connectors()[name].concepts) for name in OWN
    ),
    "feeds": sorted(OWN),
}
PARTS = (
    "gross_amount, discount_amount, tax_amount, shipping_amount, service_fee_amount, duty_amount,"
    " rounding_amount, total_amount, tip_amount"
)
BACK = "refund_amount, refund_net_amount, refund_tax_amount, refund_shipping_amount, net_amount"

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def marts(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The warehouse after one build of all variants and the bare records."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, TENANT, OWN)
        run_put(connection, TENANT, "shopify", "orders", *build_shopify_orders())
        run_fill_square(connection)
        run_fill_erpnext(connection)
        run_fill_stripe(connection)
        run_fill_bare(connection, OWN)
        dbt_project.run_build(warehouse, tmp_path_factory.mktemp("target"), OWN, VARIABLES)
        yield connection


def fetch_order(marts: Connection, order: str, columns: str) -> tuple[Any, ...]:
    (row,) = marts.execute(
        f"select {columns} from {TENANT}_mart.fct_orders where source_order_id = %s", [order]
    ).fetchall()
    return tuple(row)


def money(text: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in text.split())


@pytest.mark.parametrize(
    ("order", "parts"),
    [
        # gross discount tax shipping fee duty rounding total tip
        ("gid://shopify/Order/101", "120 22 10.30 5 0 0 0 113.30 6"),
        ("gid://shopify/Order/102", "120 22 20.60 5 0 0 0 123.60 0"),
        ("gid://shopify/Order/108", "125 0 0 0 0 0 0 125 0"),
        ("gid://shopify/Order/109", "80 0 0 0 0 0 0 80 0"),
        ("gid://shopify/Order/1090", "80 0 0 0 0 0 0 80 0"),
        ("gid://shopify/Order/110", "40 4 3.60 0 0 0 0 39.60 0"),
        ("gid://shopify/Order/111", "19.98 0 0 0 0 0 0.02 20 0"),
        ("gid://shopify/Order/112", "200 0 44.80 0 0 24 0 268.80 0"),
        ("gid://shopify/Order/113", "3000 0 300 0 0 0 0 3300 0"),
        ("gid://shopify/Order/114", "10.005 1.001 0.45 0 0 0 0 9.454 0"),
        ("gid://shopify/Order/116", "20 0 0 0 0 0 0 20 3"),
        ("ord_fees", "17 0 0.24 0 3 0 0 20.24 2"),
        ("ord_apportioned", "17 0 0 0 3 0 0 20 0"),
        ("ord_rounded", "19.98 0 0 0 0 0 0.02 20 0"),
        ("ord_yen", "1091 109 98 0 0 0 0 1080 0"),
        ("INSIDE", "100 10 17.10 0 0 0 -0.10 107 0"),
        ("FREIGHT", "60 15 4.50 8 2 0 0 59.50 0"),
        ("ch_yen", "5000 0 0 0 0 0 0 5000 0"),
        ("ch_dinar", "5.120 0 0 0 0 0 0 5.120 0"),
        ("ch_krona", "500 0 0 0 0 0 0 500 0"),
    ],
)
def test_parts_of_each_sale(marts: Connection, order: str, parts: str) -> None:
    """Edits, exchanges, duties, fees and rounding stood in goods, or stood nowhere."""
    assert fetch_order(marts, order, PARTS) == money(parts)
    assert fetch_order(marts, order, "unexplained_amount, is_counted") == (Decimal(0), True)


@pytest.mark.parametrize(
    ("order", "parts"),
    [
        # refund, of it goods, tax, shipping; net of the order
        ("gid://shopify/Order/103", "18.80 14.82 1.98 2 83.18"),
        ("gid://shopify/Order/104", "36 36 0 0 -6"),
        ("gid://shopify/Order/105", "20 20 0 0 60"),
        ("gid://shopify/Order/107", "40 40 0 0 60"),
        ("gid://shopify/Order/109", "50 50 0 0 30"),
        ("gid://shopify/Order/1090", "50 50 0 0 30"),
        ("gid://shopify/Order/113", "2200 2000 200 0 1000"),
        ("gid://shopify/Order/114", "9.454 9.004 0.45 0 0"),
        ("gid://shopify/Order/115", "6 0 1 5 98"),
        ("ord_sold", "50 50 0 0 0"),
        ("ord_taxed", "10.80 10 0.80 0 20"),
        ("FREIGHT", "24.50 15 1.50 8 30"),
    ],
)
def test_parts_of_each_refund(marts: Connection, order: str, parts: str) -> None:
    """A refund of one line was split as its whole order; an exchange counted both sales."""
    assert fetch_order(marts, order, BACK) == money(parts)


def test_value_put_on_a_card_is_no_money(marts: Connection) -> None:
    rows = marts.execute(
        "select event_kind, amount_kind, amount"
        f" from {TENANT}_mart.fct_money_ledger where order_id like '%%Order/105'"
        " and amount_kind in ('money', 'stored_value') order by 1, 2"
    ).fetchall()
    assert rows == [
        ("payment", "money", Decimal(30)),
        ("payment", "stored_value", Decimal(50)),
        ("refund", "stored_value", Decimal(-20)),
    ]


def test_change_is_not_paid(marts: Connection) -> None:
    """50.00 in cash and 30.00 back paid 20.00: what came over the counter counted whole."""
    assert fetch_order(marts, "gid://shopify/Order/111", "paid_amount") == money("20")


def test_an_exchange_pays_back_what_moved(marts: Connection) -> None:
    assert fetch_order(marts, "gid://shopify/Order/109", "paid_back_amount") == money("20")
    assert fetch_order(marts, "ord_sold", "paid_back_amount") == money("20")
    assert fetch_order(marts, "ord_swapped", "net_amount") == money("30")
    assert fetch_order(marts, "FREIGHT", "paid_back_amount") == money("0")


def test_a_dispute_that_tells_no_day_leaves_on_its_charges(marts: Connection) -> None:
    """`created` and `currency` were left out: the chargeback was booked on no day at all."""
    assert fetch_order(marts, "ch_lost", "dispute_amount, kept_amount") == money("100 0")
    rows = marts.execute(
        f"select distinct booked_on::text from {TENANT}_mart.fct_money_ledger"
        " where record_id = 'stripe:stripe:dp_bare'"
    ).fetchall()
    assert rows == [("2025-12-01",)]


def test_bare_records_are_kept_and_count_nothing(marts: Connection) -> None:
    """One record without its optional fields kept every mart of its tenant from being built."""
    rows = marts.execute(
        "select source_connector, coalesce(total_amount, 0), coalesce(net_amount, 0)"
        f" from {TENANT}_mart.fct_orders where source_order_id like '%%bare_%%' order by 1"
    ).fetchall()
    # ERPNext's document and Stripe's charge tell by their status that they are a sale at all.
    assert [row[0] for row in rows] == ["quickbooks", "quickbooks", "shopify", "square"]
    assert {row[1:] for row in rows} == {(Decimal(0), Decimal(0))}
