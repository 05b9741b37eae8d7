"""A tenant without a single model of its own: a folder of files feeds every mart.

Amounts worked by hand from the rows below; the tenant's day is Denver's.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.commands.build.row_records import RowRecords
from include.config.load import load_tenant
from include.config.models import Tenant
from include.destinations.postgres.identity.tables import run_ensure_identity
from include.destinations.postgres.published_rates import run_ensure_rates
from include.ledger.connection import Warehouse
from include.pipeline.fits.fit import run_ensure_all_fits
from include.quality.discover import load_mart_checks
from include.transform.lineage.answer import TenantLineage
from include.transform.variables import build_dbt_vars
from tests.integration import dbt_project
from tests.shipped import load_known_connectors

TENANT = """\
tenant: papers
name: Papers
owner: ann
timezone: America/Denver
currency: USD
feeds:
  drop:
    connector: files
    start_date: 2025-01-01
    options: {path: drop}
    concepts:
      orders:
        from: invoices
        order_id: number
        order_number: number
        customer_id: email
        order_status: {column: state, values: {settled: paid, "owner's own": cancelled}}
        payment_method: paid_by
        currency_code: currency
        total_amount: {column: cents, minor_units: true}
        tax_amount: vat
        ordered_at: sold_on
        is_deleted: void
      order_lines:
        from: lines
        order_line_id: [invoice, line]
        order_id: invoice
        product_id: code
        quantity: pieces
        unit_price: each
      customers: {from: invoices, keep: latest, customer_id: email, email: email}
      payments:
        from: receipts
        payment_id: {column: id, prefix: r-}
        order_id: invoice
        payment_status: {value: succeeded}
        payment_amount: amount
        currency_code: {value: USD}
        paid_on: {column: at, is_day: true}
      refunds:
        from: returns
        refund_id: id
        order_id: invoice
        refund_status: {value: succeeded}
        refund_amount: amount
        currency_code: {value: USD}
        refunded_at: at
      products: {from: price_list, product_id: code, sku: code, product_name: title}
      stock_levels:
        from: shelves
        stock_level_id: code
        product_id: code
        on_hand_quantity: pieces
        counted_at: "on"
      contacts: {from: nobody_loaded_this, contact_id: id}
"""
TABLES = {
    "invoices": "number text, email text, state text, paid_by text, currency text, cents text, "
    "vat text, sold_on text, void text",
    "lines": "invoice text, line integer, code text, pieces text, each numeric",
    "receipts": "id integer, invoice text, amount numeric, at timestamptz",
    "returns": "id text, invoice text, amount text, at timestamptz",
    "price_list": "code text, title text",
    "shelves": 'code text, pieces text, "on" date',
}
INVOICES = [
    # number, email, state, paid_by, currency, cents, vat, sold_on, void
    ("1", "a@x.example", " Settled ", "Visa", "usd", "10700", "7.00", "2026-01-02", None),
    ("2", "a@x.example", "paid", "seashells", "$", "5000", "", "2026-01-03T02:00:00Z", "no"),
    ("3", "b@x.example", "Owner's OWN", None, "USD", "100", None, "2026-01-03", None),
    # What people write: each of them was to stop the whole tenant's marts.
    ("4", None, "mañana", None, "Dollars", "12,50", "about 3", "2026-02-31", "perhaps"),
    ("5", None, "paid", None, "JPY", "1500", "NaN", "infinity", "yes"),
    ("6", None, "paid", None, "USD", "9" * 30, "1e99", "2026-01-04 25:00", None),
    (None, "c@x.example", "paid", None, "USD", "100", None, "2026-01-05", None),
    ("1", "a@x.example", "paid", None, "USD", "99", None, "2026-01-05", None),
]


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    path = tmp_path_factory.mktemp("tenants") / "papers.yaml"
    path.write_text(TENANT, encoding="utf-8")
    tenant, problems = load_tenant(path, load_known_connectors())
    assert problems == []
    assert tenant is not None
    return tenant


@pytest.fixture(scope="module")
def variables(tenant: Tenant) -> dict[str, Any]:
    return build_dbt_vars(tenant)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def built(
    warehouse: str, variables: dict[str, Any], target: Path
) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(warehouse, autocommit=True) as connection:
        run_fill(connection)
        dbt_project.run_build(warehouse, target, (), variables, marts=(), keep_manifest=True)
        yield connection


def run_fill(connection: psycopg.Connection[Any]) -> None:
    connection.execute("create schema papers_raw_files")
    run_ensure_identity(connection, "papers", None)
    run_ensure_all_fits(connection, "papers", None)
    run_ensure_rates(connection, None)
    lineage = "_feed text, _load_id bigint, _deleted_at timestamptz, "
    lineage += "_loaded_at timestamptz default now()"
    for table, columns in TABLES.items():
        connection.execute(f"create table papers_raw_files.{table} ({columns}, {lineage})")

    def put(table: str, *rows: tuple[Any, ...], feed: str = "drop", gone: Any = None) -> None:
        for load_id, row in enumerate(rows, 1):
            marks = ", ".join([*["%s"] * (len(row) + 3), "default"])
            query = f"insert into papers_raw_files.{table} values ({marks})"
            connection.execute(query, (*row, feed, load_id, gone))

    put("invoices", *reversed(INVOICES))
    put("invoices", ("8", None, "paid", None, "USD", "7", None, "2026-01-01", None), feed="other")
    put("invoices", ("9", None, "paid", None, "USD", "700", None, "2026-01-01", None),
        gone=datetime(2026, 2, 1, tzinfo=UTC))  # fmt: skip
    put("lines", ("1", 1, "T", "2", 40), ("1", 2, "S", "1", 20), ("2", 1, "T", "one", 50))
    put("receipts", (1, "1", Decimal("107"), datetime(2026, 1, 6, tzinfo=UTC)))
    put("returns", ("R", "1", "53.50", datetime(2026, 1, 7, 3, tzinfo=UTC)))
    put("price_list", ("T", "Tent"), ("S", "Stove"))
    put("shelves", ("T", "4", date(2026, 1, 8)), (None, "3", date(2026, 1, 8)))


def fetch(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def test_files_are_orders_of_every_mart(built: psycopg.Connection[Any]) -> None:
    orders = {
        row[0]: row[1:]
        for row in fetch(
            built,
            """select source_record_id, order_status, is_counted, total_amount, gross_amount,
                tax_amount, ordered_on, payment_method, payment_word, _feed
            from papers_int.int_orders__counted""",
        )
    }
    # Reversed loads: the duplicate of number 1 is the older one, and the file's first row stands.
    assert orders["1"] == (
        *("paid", True, Decimal(107), Decimal(100), Decimal(7), date(2026, 1, 2)),
        *("card", "Visa", "drop"),
    )
    # Two in the morning in London is the evening before in Denver; an empty cell is no tax.
    assert orders["2"][:6] == ("paid", True, 50, 50, 0, date(2026, 1, 2))
    assert orders["2"][6] == "other"
    assert orders["3"][:2] == ("cancelled", False)
    assert set(orders) >= {"1", "2", "3"}
    assert "8" not in orders, "another feed's"


def test_what_does_not_fit_is_empty_and_told_and_never_zero(
    built: psycopg.Connection[Any],
) -> None:
    """One cell of text in a column of amounts stopped every mart, or became 0."""
    unioned = "papers_int.int_orders__unioned"
    (four,) = fetch(built, f"select order_status, currency_code, total_amount, gross_amount, "
                    f"tax_amount, ordered_on, is_deleted from {unioned} "
                    "where source_record_id = '4'")  # fmt: skip
    assert four == ("pending", None, None, None, None, None, False)
    (six,) = fetch(built, f"select total_amount, tax_amount, ordered_at from {unioned} "
                   "where source_record_id = '6'")  # fmt: skip
    assert six == (None, None, None)
    (yen,) = fetch(built, f"select total_amount, is_deleted from {unioned} "
                   "where source_record_id = '5'")  # fmt: skip
    assert yen == (1500, True), "yen have no cents; `void` is a deletion"
    told = fetch(built, """select concept, source_record_id, column_name, reason
        from papers_int.int_concepts__refused""")  # fmt: skip
    assert set(told) == {
        ("orders", "4", "order_status", "does_not_fit"),
        ("orders", "4", "currency_code", "does_not_fit"),
        ("orders", "4", "total_amount", "does_not_fit"),
        ("orders", "4", "tax_amount", "does_not_fit"),
        ("orders", "4", "ordered_at", "does_not_fit"),
        ("orders", "4", "is_deleted", "does_not_fit"),
        ("orders", "5", "tax_amount", "does_not_fit"),
        ("orders", "5", "ordered_at", "does_not_fit"),
        ("orders", "6", "total_amount", "does_not_fit"),
        ("orders", "6", "tax_amount", "does_not_fit"),
        ("orders", "6", "ordered_at", "does_not_fit"),
        ("orders", None, "order_id", "is_missing"),
        ("orders", "1", "order_id", "not_unique"),
        ("order_lines", "2:1", "quantity", "does_not_fit"),
        ("customers", None, "customer_id", "is_missing"),
        ("stock_levels", None, "stock_level_id", "is_missing"),
        ("stock_levels", None, "product_id", "is_missing"),
        ("contacts", None, None, "stream_never_loaded"),
    }
    checks, _ = load_mart_checks()
    (check,) = [one for one in checks if one.name == "own_values_fit"]
    assert len(fetch(built, check.sql.replace("{int}", "papers_int"))) == len(told)


def test_they_stand_in_the_marts_with_their_lineage(built: psycopg.Connection[Any]) -> None:
    order = "select net_amount, refund_amount, paid_amount, _feed, _load_id, customer_id " \
        "from papers_mart.fct_orders where order_number = '1'"  # fmt: skip
    assert fetch(built, order) == [
        (Decimal(50), Decimal("53.5"), Decimal(107), "drop", 8, "files:drop:a@x.example")
    ]
    customers = "select customer_id, count(*) from papers_mart.dim_customers group by 1 order by 1"
    assert [one for one, _ in fetch(built, customers)] == [
        "files:drop:a@x.example", "files:drop:b@x.example", "files:drop:c@x.example", "unknown",
    ]  # fmt: skip
    lines = "select order_line_id, gross_amount from papers_mart.fct_sales order by 1"
    assert fetch(built, lines)[:2] == [
        ("files:drop:1:1", Decimal(80)), ("files:drop:1:2", Decimal(20)),
    ]  # fmt: skip
    assert fetch(built, "select payment_id, paid_on from papers_mart.fct_payments") == [
        ("files:drop:r-1", date(2026, 1, 6))
    ], "midnight of a workbook's date is its day, not the evening before"
    stock = "select product_id, on_hand_quantity from papers_mart.fct_stock_levels"
    assert fetch(built, stock) == [("files:drop:T", Decimal(4))]


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("fact", "key", "value", "expected"),
    [
        ("fct_orders", "order_id", "files:drop:1", {("invoices", "1")}),
        # Put together of two columns, of a word and a column, made by the ledger, in a dimension.
        ("fct_sales", "order_line_id", "files:drop:1:1", {("lines", "1")}),
        ("fct_payments", "payment_id", "files:drop:r-1", {("receipts", "1")}),
        ("fct_stock_levels", "stock_level_id", "files:drop:T", {("shelves", "T")}),
        ("dim_products", "product_id", "files:drop:T", {("price_list", "T")}),
    ],
)
def test_a_row_leads_to_the_records_of_the_tenants_own_files(
    tenant: Tenant, target: Path, warehouse: str, fact: str, key: str, value: str, expected: Any
) -> None:
    lineage = TenantLineage(tenant, target)
    with Warehouse(warehouse).connect() as connection:
        finder = RowRecords(tenant, lineage, connection)
        found, reasons = finder.find(lineage.find_table(fact), key, value)
    assert reasons == []
    told = {(row.table.removeprefix("papers_raw_files."), row.source_id) for row in found}
    assert told == expected


def test_every_question_runs_on_it(
    built: psycopg.Connection[Any], warehouse: str, variables: dict[str, Any], tmp_path: Path
) -> None:
    """`dbt/analyses` run as they are: dbt compiles them, PostgreSQL answers."""
    dbt_project.run_dbt(
        warehouse, tmp_path, "compile", "--select", "path:analyses", variables=variables
    )
    found = sorted((tmp_path / "compiled" / "elt" / "analyses").glob("*.sql"))
    assert len(found) >= 12
    answers = {path.stem: fetch(built, path.read_text()) for path in found}
    assert [row[0] for row in answers["best_products"]][:2] == ["files:drop:T", "files:drop:S"]
    assert answers["revenue_by_month"]


def test_what_the_source_deleted_counts_no_more(built: psycopg.Connection[Any]) -> None:
    query = "select is_deleted, is_counted from papers_int.int_orders__counted " \
        "where source_record_id = '9'"  # fmt: skip
    assert fetch(built, query) == [(True, False)]
