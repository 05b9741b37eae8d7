"""Tenants nobody here wrote, by their files alone: the one revenue of each, worked by hand.

What a tenant with any mix of systems gets without a `revenue` block. Rows are few, so that every
number below can be added up in the head.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.config.load import load_tenant
from include.connectors.quickbooks.lines import flatten_lines
from include.core import naming
from include.transform.variables import build_dbt_vars
from tests.integration import dbt_project
from tests.integration.vendor_records import (
    AT,
    Record,
    run_put,
    shopify_line,
    shopify_order,
    square_line,
    square_order,
    stripe_charge,
)
from tests.integration.vendor_variants import in_currency
from tests.shipped import load_known_connectors

Connection = psycopg.Connection[Any]
HEAD = "tenant: {name}\nname: Strange\nowner: ann\ntimezone: UTC\ncurrency: USD\nfeeds:\n"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())
READ = ("fct_revenue_daily", "bridge_orders", "fct_orders", "agg_reconciliation_daily")


@dataclass(frozen=True)
class Strange:
    """A tenant: its feeds as YAML, what its sources hold, and its revenue by source.

    Attributes:
        folded: Records that are part of another one's order.
    """

    feeds: str
    fill: Callable[[Connection, str], None]
    revenue: dict[tuple[str, str], str]
    folded: int = 0
    more: str = ""
    own: tuple[str, ...] = field(default=())


def feed(connector: str, name: str = "", options: str = "") -> str:
    told = f"\n    options: {{{options}}}" if options else ""
    return f"  {name or connector}:\n    connector: {connector}\n    start_date: 2025-01-01{told}\n"


def document(number: str, total: str, tax: str = "0", key: str = "") -> Record:
    net = str(Decimal(total) - Decimal(tax))
    detail = {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": net}
    line = {"DetailType": "SalesItemLineDetail", "Amount": net, "SalesItemLineDetail": detail}
    return flatten_lines({
        "Id": key or number, "SyncToken": "0", "DocNumber": number, "TxnDate": "2026-01-02",
        "MetaData": {"CreateTime": AT, "LastUpdatedTime": AT}, "CustomerRef": {"value": "1"},
        "CurrencyRef": {"value": "USD"}, "TotalAmt": total, "Balance": total,
        "TxnTaxDetail": {"TotalTax": tax}, "Line": [line],
    })  # fmt: skip


def paid_by(name: str, cents: int, **more: Any) -> Record:
    return stripe_charge(name, cents, created=SECONDS, **more)


def run_fill_five(connection: Connection, tenant: str) -> None:
    """A sale in four systems, a sale on account, a subscription and a wholesale invoice."""
    orders = [
        shopify_order(
            1001, [shopify_line(1, "100.00", tax=["8.00"])], subtotal="100", tax="8", total="108"
        ),
        shopify_order(1002, [shopify_line(2, "50.00")], subtotal="50", total="50"),
    ]
    run_put(connection, tenant, "shopify", "orders", *[in_currency(one, "USD") for one in orders])
    run_put(
        connection, tenant, "stripe", "charges",
        paid_by("web", 10800, metadata={"order_id": "1001"}), paid_by("plan", 2500),
    )  # fmt: skip
    run_put(
        connection, tenant, "quickbooks", "invoices",
        document("1001", "108.00", "8.00"), document("W-1", "300.00"),
    )  # fmt: skip
    for number, total in (("1001", 100), ("W-1", 300)):
        put_exported(connection, tenant, number, total)


def put_exported(connection: Connection, tenant: str, number: str, total: int) -> None:
    """One invoice of the sales detail report, which leaves the tax out."""
    row = {
        "document_key": f"Invoice/{number}", "document_type": "Invoice", "document_number": number,
        "transaction_on": date(2026, 1, 2), "customer_name": "Ann", "total_amount": total,
        "line_count": 1,
    }  # fmt: skip
    dbt_project.run_insert(connection, tenant, "quickbooks_csv", "invoices", [row])
    line = {
        "item_name": "Thing", "quantity": 1, "unit_amount": total, "amount": total,
        naming.parent_key_column("document_key"): row["document_key"], naming.POSITION: 0,
    }  # fmt: skip
    dbt_project.run_insert(connection, tenant, "quickbooks_csv", "invoices__lines", [line])


def run_fill_till(connection: Connection, tenant: str) -> None:
    """20.00 at the till, which the ERP imports by its id, and 500.00 to a trade customer."""
    till = square_order("till", [square_line(2000, 2000, gross=2000, tax=0, discount=0)], 2000)
    run_put(connection, tenant, "square", "orders", till)
    for number, total, named in (("S-1", "20", "ord_till"), ("S-2", "500", None)):
        invoice = {
            "name": number, "docstatus": 1, "posting_date": "2026-01-02", "currency": "USD",
            "is_opening": "No", "modified": AT, "po_no": named, "grand_total": total,
            "net_total": total, "outstanding_amount": total, "items": [], "taxes": [],
        }  # fmt: skip
        run_put(connection, tenant, "erpnext", "sales_invoices", invoice)


def run_fill_charges(connection: Connection, tenant: str) -> None:
    """100.00 of which 30.00 went back, and a charge that failed."""
    run_put(
        connection, tenant, "stripe", "charges",
        paid_by("one", 10000, amount_refunded=3000), paid_by("two", 5000, status="failed"),
    )  # fmt: skip
    refund = {"id": "re_1", "amount": 3000, "currency": "usd", "status": "succeeded"}
    run_put(
        connection, tenant, "stripe", "refunds", refund | {"charge": "ch_one", "created": SECONDS}
    )


def run_fill_books(connection: Connection, tenant: str) -> None:
    """An invoice of 110.00 with 10.00 tax and a memo of 20.00 a day later."""
    run_put(connection, tenant, "quickbooks", "invoices", document("1", "110.00", "10.00"))
    memo = document("2", "20.00") | {"TxnDate": "2026-01-03"}
    run_put(connection, tenant, "quickbooks", "credit_memos", memo)


def run_fill_deals(connection: Connection, tenant: str) -> None:
    """One deal in two CRMs, and one that was lost."""
    for key, amount, won in (("006A", 5000, True), ("006B", 900, False)):
        row = {
            "id": key, "name": key, "stage_name": "Closed Won" if won else "Closed Lost",
            "amount": amount, "is_closed": True, "is_won": won, "close_date": date(2026, 1, 2),
            "created_date": NOON, "system_modstamp": NOON, "is_deleted": False,
        }  # fmt: skip
        dbt_project.run_insert(connection, tenant, "salesforce", "opportunities", [row])
    history = {"id": "h1", "opportunity_id": "006A", "stage_name": "Closed Won"}
    history |= {"created_date": NOON, "amount": 5000, "is_deleted": False}
    dbt_project.run_insert(connection, tenant, "salesforce", "opportunity_history", [history])
    deal = {"id": "d1", "name": "Roof", "stage": "Won", "deal_value": 5000, "currency_code": "USD"}
    deal |= {"stage_entered_at": NOON, "created_at": NOON, "last_value_at": NOON}
    dbt_project.run_insert(connection, tenant, "attio", "deals", [deal])


def run_fill_export(connection: Connection, tenant: str) -> None:
    """Two sales to guests in a shop's export, one of them cancelled.

    One that names a customer whom the export leaves out is rejected, with its reason.
    """
    for key, status, total in (("t1", "completed", 66), ("t2", "cancelled", 40)):
        row = {
            "transaction_id": key, "customer_id": None, "transaction_at": NOON, "status": status,
            "payment_method": "card", "subtotal": total - 6, "discount": 0, "tax": 6, "shipping": 0,
            "total": total, "currency": "USD", "updated_at": NOON,
        }  # fmt: skip
        dbt_project.run_insert(connection, tenant, "ecommerce_csv", "transactions", [row])


OWN_STREAM = """\
  {name}:
    connector: {connector}
    start_date: 2025-01-01
{options}
    concepts:
      orders:
        from: {stream}
        order_id: number
        order_number: number
        order_status: {{value: paid}}
        currency_code: {{value: USD}}
        total_amount: total
        ordered_on: day
"""

FILES = "    options: {path: drop}"


def put_streams(
    connection: Connection, tenant: str, tables: dict[str, list[tuple[str, int]]]
) -> None:
    """`<connector>.<stream>@<feed>` -> (number, total) rows of a stream of the tenant's own."""
    for place, rows in tables.items():
        table, of_feed = place.split("@")
        connector, stream = table.split(".")
        schema = naming.raw_schema(tenant, connector)
        connection.execute(f"create schema if not exists {schema}")
        columns = "number text, total numeric, day date, _feed text, _load_id bigint"
        connection.execute(
            f"create table if not exists {schema}.{stream} ({columns}, _deleted_at timestamptz)"
        )
        for number, total in rows:
            connection.execute(
                f"insert into {schema}.{stream} values (%s, %s, %s, %s, 1)",
                [number, total, date(2026, 1, 2), of_feed],
            )


def run_fill_own(connection: Connection, tenant: str) -> None:
    put_streams(connection, tenant, {"files.sales@web": [("1", 80), ("2", 20)]})


def run_fill_two_own(connection: Connection, tenant: str) -> None:
    """A shop and its books, both folders of files: two sales of one, one more of the other."""
    sold = [("1", 80), ("2", 20)]
    put_streams(
        connection, tenant,
        {"files.sales@web": sold, "files.booked@ledger": [*sold, ("W-9", 300)]},
    )  # fmt: skip


CASES = {
    "five": Strange(
        feed("shopify") + feed("stripe") + feed("quickbooks")
        + feed("quickbooks_csv", options="path: qb"),
        run_fill_five,
        {("shopify", "USD"): "150", ("stripe", "USD"): "25", ("quickbooks", "USD"): "300"},
        folded=4,
        own=("shopify", "stripe", "quickbooks", "quickbooks_csv"),
    ),
    "till": Strange(
        feed("square") + feed("erpnext"),
        run_fill_till,
        {("square", "USD"): "20", ("erpnext", "USD"): "500"},
        folded=1,
        own=("square", "erpnext"),
    ),
    "charges": Strange(
        feed("stripe"), run_fill_charges, {("stripe", "USD"): "70"}, own=("stripe",)
    ),
    "books": Strange(
        feed("quickbooks"), run_fill_books, {("quickbooks", "USD"): "80"}, own=("quickbooks",)
    ),
    "deals": Strange(
        feed("salesforce") + feed("attio"),
        run_fill_deals,
        {("salesforce", "USD"): "5000"},
        own=("salesforce", "attio"),
    ),
    "export": Strange(
        feed("ecommerce_csv", options="path: shop"),
        run_fill_export,
        {("ecommerce_csv", "USD"): "60"},
        own=("ecommerce_csv",),
    ),
    "own": Strange(
        OWN_STREAM.format(name="web", connector="files", stream="sales", options=FILES),
        run_fill_own,
        {("files", "USD"): "100"},
    ),
    "twoown": Strange(
        OWN_STREAM.format(name="web", connector="files", stream="sales", options=FILES)
        + OWN_STREAM.format(name="ledger", connector="files", stream="booked", options=FILES),
        run_fill_two_own,
        {("files", "USD"): "400"},
        folded=2,
        more="revenue: {books: [ledger]}\n",
    ),
}  # fmt: skip


# Facts point to members of dimensions, which are made of snapshots.
KINDS = ("--resource-type", "model", "--resource-type", "snapshot")


@pytest.mark.parametrize("name", CASES)
def test_one_revenue(name: str, warehouse: str, tmp_path: Path) -> None:
    """A tenant's file alone says who speaks: nothing counts twice and nothing is lost."""
    case, tenant_id = CASES[name], f"strange{name}"
    path = tmp_path / f"{tenant_id}.yaml"
    path.write_text(HEAD.format(name=tenant_id) + case.feeds + case.more, encoding="utf-8")
    tenant, problems = load_tenant(path, load_known_connectors())
    assert tenant is not None, problems
    with psycopg.connect(warehouse, autocommit=True) as connection:
        dbt_project.run_create_raw(connection, tenant_id, case.own)
        case.fill(connection, tenant_id)
        select = [f"path:models/staging/{one}" for one in case.own]
        select += [f"+{mart}" for mart in READ]
        other = sorted(set(load_known_connectors()) - set(case.own))
        staging = dbt_project.PROJECT / "models" / "staging"
        without = [f"path:models/staging/{one}" for one in other if (staging / one).is_dir()]
        dbt_project.run_dbt(
            warehouse, tmp_path / "target", "build", *KINDS, "--select", *select,
            "--exclude", *without, variables=build_dbt_vars(tenant),
        )  # fmt: skip
        schema = naming.dbt_schema(tenant_id, "mart")
        found = connection.execute(
            "select source_connector, currency_code, sum(revenue_amount)"
            f" from {schema}.fct_revenue_daily group by 1, 2"
        ).fetchall()
        folded = connection.execute(
            f"select count(*) from {schema}.bridge_orders where part_of_order_id is not null"
        ).fetchone()
    expected = {place: Decimal(amount) for place, amount in case.revenue.items()}
    assert {(source, currency): amount for source, currency, amount in found} == expected
    assert folded == (case.folded,)
