"""A company on QuickBooks Online alone: its documents -> marts, to the cent, worked by hand."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from include.connectors.quickbooks.lines import flatten_lines
from include.transform.variables import build_sources_by_concept
from tests.integration import dbt_project
from tests.integration.vendor_records import AT, Record, run_put

TENANT = "books"
VARIABLES = {
    "tenant": TENANT,
    "tenant_currency": "AUD",
    "tenant_timezone": "Australia/Sydney",
    "sources_by_concept": build_sources_by_concept(
        [("quickbooks", dbt_project.connectors()["quickbooks"].concepts)]
    ),
    "feeds": ["quickbooks"],
}
PARTS = "gross_amount, discount_amount, tax_amount, shipping_amount, gift_card_amount, total_amount"

Connection = psycopg.Connection[Any]


def sold(amount: str, item: str = "1", **more: Any) -> Record:
    detail = {"ItemRef": {"value": item}, "Qty": 1, "UnitPrice": amount} | more
    return {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}


def document(number: str, day: str, lines: list[Record], total: str, **more: Any) -> Record:
    """A document of 2026-01-<day>; `tax` is its whole tax, all else as in the API."""
    return {
        "Id": number,
        "SyncToken": "0",
        "DocNumber": f"10{number}",
        "TxnDate": f"2026-01-{day}",
        "MetaData": {"CreateTime": AT, "LastUpdatedTime": AT},
        "CustomerRef": {"value": "1"},
        "CurrencyRef": {"value": "AUD"},
        "TotalAmt": total,
        "Balance": total,
        "TxnTaxDetail": {"TotalTax": more.pop("tax", None)},
        "Line": lines,
    } | more


def paid(number: str, day: str, total: str, unapplied: str, *lines: tuple[str, str, str]) -> Record:
    linked = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": one, "TxnType": kind}]}
        for kind, one, amount in lines
    ]
    return document(number, day, linked, total, UnappliedAmt=unapplied)


def run_fill(connection: Connection) -> None:
    def put(stream: str, *records: Record) -> None:
        run_put(connection, TENANT, "quickbooks", stream, *map(flatten_lines, records))

    shipping = "SHIPPING_ITEM_ID"
    bundle = {"DetailType": "GroupLineDetail", "Id": "5", "Amount": "50.00",
              "GroupLineDetail": {"Line": [sold("30.00"), sold("20.00")]}}  # fmt: skip
    put(
        "invoices",
        # Amounts are without tax although prices include it: 1183.00 + 118.30.
        document(
            "1", "10",
            [sold("1000.00", TaxInclusiveAmt="1100.00"), sold("183.00", TaxInclusiveAmt="201.30")],
            "1301.30", tax="118.30", GlobalTaxCalculation="TaxInclusive",
        ),
        document(
            "2", "10",
            [*[sold("20.00") for _ in range(3)],
             {"DetailType": "SubTotalLineDetail", "Amount": "60.00"},
             {"DetailType": "DiscountLineDetail", "Amount": "10.00",
              "DiscountLineDetail": {"PercentBased": False}}],
            "55.00", tax="5.00",
        ),
        document(
            "6", "10", [sold("100.00")], "100.00",
            CurrencyRef={"value": "EUR"}, ExchangeRate="1.655", HomeTotalAmt="165.50",
        ),
        document("7", "10", [sold("999.00")], "999.00"),
        document("8", "10", [sold("0.00")], "0.00", PrivateNote="Voided"),
        document("9", "14", [bundle], "50.00"),
        document("10", "14", [sold("25.00", "2")], "25.00"),
    )  # fmt: skip
    put(
        "sales_receipts",
        document("3", "11", [sold("40.00"), sold("5.00", shipping)], "49.50", tax="4.50"),
    )
    put("credit_memos", document("4", "12", [sold("20.00")], "22.00", tax="2.00"))
    put(
        "refund_receipts",
        document("5", "13", [sold("10.00"), sold("5.00", shipping)], "16.50", tax="1.50"),
    )
    put(
        "payments",
        paid("20", "12", "550.00", "50.00", ("Invoice", "1", "500.00")),
        paid("21", "12", "0.00", "0.00", ("Invoice", "2", "22.00"), ("CreditMemo", "4", "22.00")),
    )
    put("deletions", {"entity": "Invoice", "Id": "7", "status": "Deleted"})
    account = {"IncomeAccountRef": {"value": "40"}}
    put("items", {"Id": "2", "Name": "Gift card", "Type": "Service"} | account)
    put("accounts", {"Id": "40", "Name": "Gift cards", "Classification": "Liability"})


@pytest.fixture(scope="module")
def marts(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The warehouse after one build of the company's documents."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, TENANT, ["quickbooks"])
        run_fill(connection)
        target = tmp_path_factory.mktemp("target")
        dbt_project.run_build(warehouse, target, ["quickbooks"], VARIABLES)
        yield connection


def money(*amounts: str | int) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


def test_revenue_of_each_day(marts: Connection) -> None:
    """QuickBooks Online gave customers only: a company on it alone had no revenue at all."""
    rows = marts.execute(
        "select revenue_on::text, currency_code, revenue_amount, kept_amount"
        " from books_mart.fct_revenue_daily order by 1, 2"
    ).fetchall()
    assert rows == [
        ("2026-01-10", "AUD", *money("1233.00", "1356.30")),
        ("2026-01-10", "EUR", *money("100.00", "100.00")),
        ("2026-01-11", "AUD", *money("45.00", "49.50")),
        ("2026-01-12", "AUD", *money("-20.00", "-22.00")),
        ("2026-01-13", "AUD", *money("-15.00", "-16.50")),
        ("2026-01-14", "AUD", *money("50.00", "75.00")),
    ]


@pytest.mark.parametrize(
    ("order", "parts"),
    [
        ("Invoice/1", money(1183, 0, "118.30", 0, 0, "1301.30")),
        ("Invoice/2", money(60, 10, 5, 0, 0, 55)),
        ("SalesReceipt/3", money(40, 0, "4.50", 5, 0, "49.50")),
        ("Invoice/6", money(100, 0, 0, 0, 0, 100)),
        ("Invoice/9", money(50, 0, 0, 0, 0, 50)),
        ("Invoice/10", money(0, 0, 0, 0, 25, 25)),
    ],
)
def test_parts_of_each_sale(marts: Connection, order: str, parts: tuple[Decimal, ...]) -> None:
    (row,) = marts.execute(
        f"select {PARTS}, unexplained_amount, is_counted from books_mart.fct_orders"
        " where source_order_id = %s",
        [order],
    ).fetchall()
    assert row == (*parts, Decimal(0), True)


def test_deleted_and_voided_invoices_are_no_sales(marts: Connection) -> None:
    rows = marts.execute(
        "select source_order_id from books_mart.fct_orders where not is_counted order by 1"
    ).fetchall()
    assert rows == [("Invoice/7",), ("Invoice/8",)]


def test_a_discount_line_reaches_the_goods(marts: Connection) -> None:
    rows = marts.execute(
        "select discount_amount from books_mart.fct_sales where order_id like '%:Invoice/2'"
        " order by order_line_id"
    ).fetchall()
    assert rows == [money("3.34"), money("3.33"), money("3.33")]


def test_payments_are_money_and_no_revenue(marts: Connection) -> None:
    """A credit memo applied by a payment of 0 is no money; what is not applied has no invoice."""
    rows = marts.execute(
        "select source_payment_id, order_id, payment_amount from books_mart.fct_payments order by 1"
    ).fetchall()
    assert rows == [
        ("Payment/20", None, Decimal(50)),
        ("Payment/20/0", "quickbooks:quickbooks:Invoice/1", Decimal(500)),
        ("SalesReceipt/3", "quickbooks:quickbooks:SalesReceipt/3", Decimal("49.50")),
    ]
    paid_orders = marts.execute(
        "select source_order_id, paid_amount from books_mart.fct_orders"
        " where paid_amount <> 0 order by 1"
    ).fetchall()
    assert paid_orders == [("Invoice/1", Decimal(500)), ("SalesReceipt/3", Decimal("49.50"))]


def test_a_memo_pays_nothing_back(marts: Connection) -> None:
    rows = marts.execute(
        "select record_id, amount from books_mart.fct_money_ledger"
        " where event_kind = 'refund' and amount_kind = 'money'"
    ).fetchall()
    assert rows == [("quickbooks:quickbooks:RefundReceipt/5", Decimal("-16.50"))]


def test_a_memo_stands_at_the_invoice_it_was_applied_to(marts: Connection) -> None:
    """A payment of 0 names both: the memo lowered no invoice, although its day was right."""
    rows = marts.execute(
        "select source_order_id, refund_amount, net_amount from books_mart.fct_orders"
        " where refund_amount <> 0"
    ).fetchall()
    assert rows == [("Invoice/2", *money(22, 30))]


def test_foreign_documents_have_their_home_amount(marts: Connection) -> None:
    rows = marts.execute(
        "select home_total_amount from books_int.int_quickbooks__documents_totalled"
        " where document_key = 'Invoice/6'"
    ).fetchall()
    assert rows == [money("165.50")]
