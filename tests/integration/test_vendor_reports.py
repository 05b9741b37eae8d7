"""What others' users reported of their numbers, as records and what a bookkeeper expects of them.

Each case names the thread it was told in. All amounts are made up; one tenant, one build.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from include.connectors.quickbooks.lines import flatten_lines
from include.transform.variables import build_sources_by_concept
from tests.integration import dbt_project
from tests.integration.test_vendor_books import document, sold
from tests.integration.vendor_records import (
    AT,
    Record,
    run_put,
    shopify_line,
    shopify_order,
    shopify_paid,
    shopify_refund,
    shopify_shipping,
    square_line,
    square_money,
    square_order,
    stripe_charge,
)

TENANT = "reported"
OWN = ("quickbooks", "shopify", "square", "stripe")
VARIABLES = {
    "tenant": TENANT,
    "tenant_currency": "USD",
    "tenant_timezone": "UTC",
    "sources_by_concept": build_sources_by_concept(
        (name, dbt_project.connectors()[name].concepts) for name in OWN
    ),
    "feeds": sorted(OWN),
}
MARTS = (*dbt_project.MONEY_MARTS, "agg_reconciliation_daily", "fct_quotes", "fct_order_details")
IN_DOLLARS = {"currencyCode": "USD"}

Connection = psycopg.Connection[Any]


def run_fill_shopify(connection: Connection) -> None:
    def put(*orders: Record) -> None:
        run_put(connection, TENANT, "shopify", "orders", *(o | IN_DOLLARS for o in orders))

    whole = {"subtotal": "100.00", "total": "100.00"}
    put(
        # Shipping of 8.00 is free by a code of a fixed amount.
        shopify_order(
            77, [shopify_line(1, "100.00", allocated=[])], **whole, discount="8.00",
            shipping="8.00", shippingLines=shopify_shipping("8.00", "0.00"),
            discountCodes=["FREE8"], transactions=[shopify_paid("p77", "100.00")],
        ),
        # Two codes on one order, 10.00 and 5.00.
        shopify_order(
            80, [shopify_line(2, "100.00", allocated=["10.00", "5.00"])], subtotal="85.00",
            discount="15.00", total="85.00", discountCodes=["TEN", "FIVE"],
            transactions=[shopify_paid("p80", "85.00")],
        ),
        # Paid by a sale at the counter and a capture of a second gateway; part of it went back.
        shopify_order(
            176, [shopify_line(3, "69.99", allocated=[])], subtotal="69.99", total="69.99",
            displayFinancialStatus="PARTIALLY_REFUNDED",
            transactions=[shopify_paid("p176a", "49.99"),
                          shopify_paid("p176b", "20.00", "CAPTURE", "paypal")],
            refunds=[shopify_refund(176, "10.00", lines=[(3, "10.00", "0.00")])],
        ),
        # Three pieces: what a line says is already times the quantity.
        shopify_order(
            165, [shopify_line(4, "300.00", allocated=[])
                  | {"quantity": 3, "originalUnitPriceSet": {"shopMoney": {"amount": "100.00"}}}],
            subtotal="300.00", total="300.00", transactions=[shopify_paid("p165", "300.00")],
        ),
        # Nobody paid by anything that has a name: an empty list, and no transactions.
        shopify_order(
            14565, [shopify_line(5, "0.00", allocated=[])], paymentGatewayNames=[],
        ),
        # Rates with tax beside the price: a discount is off the goods before tax, not after.
        shopify_order(
            374, [shopify_line(6, "20.00", allocated=["10.00"], tax=["1.00"])], subtotal="10.00",
            discount="10.00", tax="1.00", total="11.00",
            taxLines=[{"title": "GST", "rate": 0.1,
                       "priceSet": {"shopMoney": {"amount": "1.00"}}}],
            transactions=[shopify_paid("p374", "11.00")],
        ),
    )  # fmt: skip


def run_fill_stripe(connection: Connection) -> None:
    def put(stream: str, *records: Record) -> None:
        run_put(connection, TENANT, "stripe", stream, *records)

    refund = {"currency": "usd", "created": 1764547300, "amount": 5000}
    moved = {"currency": "usd", "created": 1764547300, "available_on": 1764547300}
    put(
        "charges",
        stripe_charge("taken_back", 5000),
        stripe_charge("old_refund", 10000, refunded=True, amount_refunded=10000)
        | {"balance_transaction": "txn_old"},
        stripe_charge("shared", 10000, balance_transaction="txn_shared"),
    )
    put(
        "refunds",
        refund | {"id": "re_canceled", "charge": "ch_taken_back", "status": "canceled"},
        refund | {"id": "re_old", "charge": "ch_old_refund", "status": "succeeded"}
        | {"amount": 10000, "balance_transaction": "txn_old_back"},
    )  # fmt: skip
    row = {"reporting_category": "charge"}
    put(
        "balance_transactions",
        moved | row | {"id": "txn_old", "amount": 10000, "fee": 320, "net": 9680,
                       "source": "ch_old_refund"},
        # In the years when fees were given back.
        moved | {"id": "txn_old_back", "amount": -10000, "fee": -290, "net": -9710,
                 "source": "re_old", "reporting_category": "refund"},
        moved | row | {"id": "txn_shared", "amount": 10000, "fee": 0, "net": 10000,
                       "source": "ch_shared"},
        moved | {"id": "txn_seller", "amount": -6000, "fee": 0, "net": -6000, "source": "tr_1",
                 "reporting_category": "transfer"},
        moved | {"id": "txn_payout", "amount": -3970, "fee": 0, "net": -3970, "source": "po_1",
                 "reporting_category": "payout", "created": 1764633600},
    )  # fmt: skip
    put(
        "checkout_sessions",
        {"id": "cs_left", "mode": "payment", "status": "expired", "payment_status": "unpaid",
         "currency": "usd", "amount_total": 3400, "livemode": True, "created": 1764547200},
    )  # fmt: skip


def run_fill_square(connection: Connection) -> None:
    def put(stream: str, *records: Record) -> None:
        run_put(connection, TENANT, "square", stream, *records)

    # Two taxes inside one price: 1.27 of 20.00 are theirs.
    inside = [
        {"uid": "t1", "name": "Ipoconsumo", "type": "INCLUSIVE", "percentage": "5",
         "applied_money": square_money(95)},
        {"uid": "t2", "name": "IVA", "type": "INCLUSIVE", "percentage": "2",
         "applied_money": square_money(32)},
    ]  # fmt: skip
    none = {"tax": 0, "discount": 0}
    put(
        "orders",
        square_order(
            "taxes_inside", [square_line(2000, 2000, gross=2000, tax=127, discount=0)],
            2000, tax=127, discount=0, taxes=inside,
        ),
        square_order("paid_out", [square_line(10000, 10000, gross=10000, **none)], 10000, **none),
    )  # fmt: skip
    put(
        "payments",
        {"id": "pay_out", "status": "COMPLETED", "source_type": "CARD", "order_id": "ord_paid_out",
         "created_at": AT, "amount_money": square_money(10000),
         "total_money": square_money(10000)},
    )  # fmt: skip
    entry = {"effective_at": AT}
    put(
        "payouts",
        {"id": "po_sq", "status": "PAID", "type": "BATCH", "location_id": "L1",
         "amount_money": square_money(7690), "created_at": AT, "updated_at": AT,
         "entries": [
            entry | {"id": "e1", "type": "CHARGE", "gross_amount_money": square_money(10000),
                     "fee_amount_money": square_money(310),
                     "net_amount_money": square_money(9690)},
            entry | {"id": "e2", "type": "SQUARE_PAYROLL_TRANSFER",
                     "gross_amount_money": square_money(-2000),
                     "fee_amount_money": square_money(0),
                     "net_amount_money": square_money(-2000)}]},
    )  # fmt: skip


def run_fill_quickbooks(connection: Connection) -> None:
    def put(stream: str, *records: Record) -> None:
        run_put(connection, TENANT, "quickbooks", stream, *map(flatten_lines, records))

    def off(amount: str) -> Record:
        detail = {"PercentBased": True, "DiscountPercent": 10, "DiscountAccountRef": {"value": "9"}}
        line = {"DetailType": "DiscountLineDetail", "Amount": amount}
        return line | {"DiscountLineDetail": detail}

    dollars = {"CurrencyRef": {"value": "USD"}}
    put("sales_receipts", document("127", "11", [sold("87.00"), off("8.70")], "78.30", **dollars))
    put("invoices", document("59", "10", [sold("200.00"), off("20.00")], "180.00", **dollars))
    put("estimates", document("60", "10", [sold("500.00")], "500.00", TxnStatus="Pending"))
    spent = {"DetailType": "AccountBasedExpenseLineDetail",
             "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "70"}}}  # fmt: skip
    put("accounts", {"Id": "70", "Name": "Tools", "Classification": "Expense"})
    put(
        "purchases",
        document("91", "12", [spent | {"Amount": "61.33"}], "61.33", Credit=False, **dollars),
        document("92", "13", [spent | {"Amount": "61.33"}], "61.33", Credit=True, **dollars),
    )


@pytest.fixture(scope="module")
def marts(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The warehouse after one build of all cases."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, TENANT, OWN)
        for run_fill in (run_fill_shopify, run_fill_stripe, run_fill_square, run_fill_quickbooks):
            run_fill(connection)
        target = tmp_path_factory.mktemp("target")
        dbt_project.run_build(warehouse, target, OWN, VARIABLES, MARTS)
        yield connection


def money(*amounts: str | int) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


def fetch_order(marts: Connection, order: str, columns: str) -> tuple[Any, ...]:
    [row] = marts.execute(
        f"select {columns} from reported_mart.fct_orders where source_order_id = %s", [order]
    ).fetchall()
    return tuple(row)


SHOP = "gid://shopify/Order/"
PARTS = "gross_amount, discount_amount, shipping_amount, tax_amount, net_amount, total_amount"


@pytest.mark.parametrize(
    ("told_in", "order", "expected"),
    [
        # A fixed amount off the shipping was summed as a discount of goods.
        ("fivetran/dbt_shopify#77", f"{SHOP}77", money(100, 0, 0, 0, 100, 100)),
        # Only the first code of an order was counted.
        ("fivetran/dbt_shopify_source#80", f"{SHOP}80", money(100, 15, 0, 0, 85, 85)),
        # A sale and a capture doubled what was refunded, taxed and taken off.
        ("fivetran/dbt_shopify#176", f"{SHOP}176", money("69.99", 0, 0, 0, "59.99", "69.99")),
        # A line's total was multiplied by its quantity once more.
        ("fivetran/dbt_shopify#165", f"{SHOP}165", money(300, 0, 0, 0, 300, 300)),
        # An empty list of gateways stopped the orders of the shop.
        ("airbytehq/airbyte#14565", f"{SHOP}14565", money(0, 0, 0, 0, 0, 0)),
        # What a coupon took off was the difference of total and subtotal, the tax in it.
        ("laravel/cashier-stripe#374", f"{SHOP}374", money(20, 10, 0, 1, 10, 11)),
        # A discount line of a sales receipt had the wrong sign.
        ("fivetran/dbt_quickbooks#127", "SalesReceipt/127",
         money(87, "8.70", 0, 0, "78.30", "78.30")),
        # That of an invoice was lost, as it has an account of its own.
        ("fivetran/dbt_quickbooks#59", "Invoice/59", money(200, 20, 0, 0, 180, 180)),
        # Prices with two taxes inside.
        ("square/connect-python-sdk#97", "ord_taxes_inside",
         money("18.73", 0, 0, "1.27", "18.73", 20)),
        # A canceled refund went on counting as one.
        ("antiwork/gumroad#5779", "ch_taken_back", money(50, 0, 0, 0, 50, 50)),
    ],
)  # fmt: skip
def test_parts_of_orders(
    marts: Connection, told_in: str, order: str, expected: tuple[Decimal, ...]
) -> None:
    assert fetch_order(marts, order, PARTS) == expected, told_in


def test_two_ways_to_pay_are_counted_once(marts: Connection) -> None:
    """fivetran/dbt_shopify#176: an order with a sale and a capture had two rows of each sum."""
    columns = "paid_amount, refund_amount, paid_back_amount"
    assert fetch_order(marts, f"{SHOP}176", columns) == money("69.99", 10, 10)


def test_a_fee_given_back_is_no_fee(marts: Connection) -> None:
    """stripe-ruby-mock/stripe-ruby-mock#611: the fee of a refund's movement is below 0."""
    columns = "net_amount, paid_amount, paid_back_amount, fee_amount"
    assert fetch_order(marts, "ch_old_refund", columns) == money(0, 100, 100, "0.30")


def test_a_purchase_that_was_returned_lowers_costs(marts: Connection) -> None:
    """fivetran/dbt_quickbooks#91, laf-rge/quickbooks-mcp#33: credits were costs once more."""
    rows = marts.execute(
        "select incurred_on::text, cost_amount from reported_stg.stg_quickbooks__conformed_costs"
        " order by 1"
    ).fetchall()
    assert rows == [("2026-01-12", *money("61.33")), ("2026-01-13", *money("-61.33"))]


def test_what_was_only_promised_is_no_revenue(marts: Connection) -> None:
    """An expired session has its amount still; an estimate is no invoice."""
    rows = marts.execute(
        "select source_quote_id, quote_status, total_amount from reported_mart.fct_quotes"
        " order by 1"
    ).fetchall()
    assert rows == [("60", "open", Decimal(500)), ("cs_left", "lost", Decimal(34))]
    [(found,)] = marts.execute(
        "select count(*) from reported_mart.fct_orders where total_amount in (500, 34)"
    ).fetchall()
    assert found == 0


def test_taxes_are_told_by_name(marts: Connection) -> None:
    rows = marts.execute(
        "select detail_name, detail_percent, detail_amount from reported_mart.fct_order_details"
        " where detail_kind = 'tax' order by 1"
    ).fetchall()
    assert rows == [
        ("GST", *money(10, 1)), ("IVA", *money(2, "0.32")), ("Ipoconsumo", *money(5, "0.95")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("connector", "charged", "paid_out", "fee", "refunded", "transferred"),
    [("stripe", 200, "39.70", "0.30", 100, 60), ("square", 100, "76.90", "3.10", 0, 20)],
)
def test_a_balance_is_explained_to_the_cent(
    marts: Connection, connector: str, charged: int, paid_out: str, fee: str, refunded: int,
    transferred: int,
) -> None:  # fmt: skip
    """A connected seller's share and the staff's wages were what nothing explains."""
    [row] = marts.execute(
        "select sum(first_amount), sum(second_amount), sum(fee_amount), sum(refund_amount),"
        "  sum(transfer_amount), sum(timing_amount), sum(unexplained_amount)"
        " from reported_mart.agg_reconciliation_daily"
        " where second_role = 'payouts' and first_connector = %s",
        [connector],
    ).fetchall()
    assert row == money(charged, paid_out, fee, refunded, transferred, 0, 0)
