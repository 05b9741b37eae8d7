"""Every check file of every connector runs on the tables its connector.yaml describes."""

from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from include.config.blocks.checks import CheckSpec
from include.config.load import load_connectors, load_platform
from include.config.settings import load_settings
from include.core.clock import utcnow
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.quality.check import CheckContext, Status
from include.quality.discover import load_feed_checks
from include.quality.run import run_raw_checks
from include.quality.tables import find_unread
from tests.integration.dbt_project import connectors, run_create_raw, run_insert

FEEDS = {
    (feed.tenant.id, feed.name): feed for feed in load_platform().feeds if feed.connector.streams
}
WITH_CHECKS = {
    path.parent.parent.name for path in load_settings().connectors_dir.glob("*/checks/*.sql")
}


@pytest.fixture(scope="module")
def house(warehouse: str) -> Warehouse:
    house = Warehouse(warehouse, tenant_roles=False)
    with house.connect() as connection:
        ddl.run_migrations(connection)
    with psycopg.connect(warehouse) as connection:
        for tenant in {tenant for tenant, _ in FEEDS}:
            used = {feed.connector.connector for (t, _), feed in FEEDS.items() if t == tenant}
            run_create_raw(connection, tenant, sorted(used))
    return house


def test_the_demo_tenants_use_every_connector_with_checks() -> None:
    assert len(WITH_CHECKS) >= 4
    used = {feed.connector.connector for feed in FEEDS.values()}
    assert used >= WITH_CHECKS
    assert used <= connectors().keys()


@pytest.mark.parametrize("place", sorted(FEEDS), ids="/".join)
def test_every_check_of_a_feed_can_run(house: Warehouse, place: tuple[str, str]) -> None:
    feed = FEEDS[place]
    found = run_raw_checks(house, feed, CheckContext(utcnow()))
    broken = {f"{o.stream}.{o.name}": o.detail for o in found if o.status is Status.BROKEN}
    assert not broken
    own, problems = load_feed_checks(load_settings().connectors_dir, feed.connector.connector)
    assert not problems
    ran = {o.name for o in found if o.status is Status.PASSED}
    assert {check.name for check in own} <= ran
    assert {check.stream for check in own} <= feed.streams.keys()
    # A stream without cursor, version and children has seven that are built in.
    assert len(found) >= 7 * len(feed.streams) + len(own)


ACME_STRIPE = ("acme", "stripe", "stripe")
ACME_SHOPIFY = ("acme", "shopify", "shopify")
ACME_BOOKS = ("acme", "quickbooks", "quickbooks_csv")
ACME_COMPANY = ("acme", "quickbooks_online", "quickbooks")
ACME_META = ("acme", "meta_ads", "meta_ads")
BAZAAR = ("bazaar", "ecommerce_csv", "ecommerce_csv")
SUMMIT_CRM = ("summit", "salesforce", "salesforce")
ACME_ATTIO = ("acme", "attio", "attio")
SUMMIT_CALLRAIL = ("summit", "callrail", "callrail")
CORNER_SQUARE = ("corner", "square", "square")
CORNER_ERPNEXT = ("corner", "erpnext", "erpnext")
CREDIT = {"docstatus": 1, "is_return": 1, "net_total": 0, "total_taxes_and_charges": 0}
ENTRY = {"list_id": "l1", "entry_id": "e1", "parent_object": "people", "parent_record_id": "p9"}
MOVED = {
    "created": "2026-10-01 00:00:00+00",
    "amount": 7,
    "fee": 0,
    "net": 7,
    "currency": "usd",
    "reporting_category": "charge",
}
CAPTURED = {"amount": 8, "amount_captured": 8, "captured": True, "currency": "usd"}
DAY = "2026-10-01"
LATER = "2026-11-01 00:00:00+00"
LINE_ITEM = {"id": "00k1", "is_deleted": False, "opportunity_id": "006a", "total_price": 9}
BALANCE = {"currency": "usd", "available": 5, "pending": 0, "newest_movement": "t2",
           "newest_at": LATER, "has_earlier_movements": False}  # fmt: skip
RATED = {"exchange_rate": 2}
TAXED = {"detail_type": "SalesItemLineDetail", "amount": 0, "tax_inclusive_amount": 3}
FOREIGN = {"conversion_rate": 2, "base_net_total": 5, "base_grand_total": 0, "grand_total": 0}
BACK = {"refunded_amount": 3, "shipping_amount": 1}
INVOICE_PAID = {"id": "inpay_1", "invoice": "in_1", "status": "paid", "amount_paid": 6}
INSIGHT = {"account_id": "1", "ad_id": "a1", "date_start": DAY, "date_stop": DAY}
ITEM = {"transaction_item_id": "i1", "transaction_id": "t", "quantity": 2, "unit_price": 5}
BAD_ROWS = [
    (*ACME_STRIPE, "balance_transactions", {"id": "t1", "amount": 100, "fee": 3, "net": 98}),
    (*ACME_STRIPE, "charges", {"id": "c1", "amount": 5, "amount_refunded": 6}),
    (*ACME_ATTIO, "list_entries", ENTRY),
    (*ACME_ATTIO, "deals", {"id": "d1", "deal_value": 5}),
    (*SUMMIT_CALLRAIL, "calls", {"id": "CAL1", "company_id": "COM9"}),
    (*CORNER_SQUARE, "payments", {"id": "p1", "amount": 5, "tip_amount": 1, "total_amount": 5}),
    (*CORNER_SQUARE, "orders", {"id": "s1", "total_amount": 5, "state": "COMPLETED"}),
    (*CORNER_SQUARE, "orders__tenders", {"_parent_id": "s1", "_position": 0, "amount": 4}),
    (*CORNER_ERPNEXT, "sales_invoices", {"name": "i1", "net_total": 5}),
    (*CORNER_ERPNEXT, "sales_invoices", {"name": "i2", "grand_total": 5, **CREDIT}),
    (*ACME_SHOPIFY, "orders", {"id": "o1", "subtotal_amount": 5, "refunded_amount": 1}),
    (*ACME_COMPANY, "journal_entries", {"id": "j1"}),
    (*ACME_COMPANY, "invoices", {"id": "v1", "total_amount": 5}),
    (*ACME_COMPANY, "payments", {"id": "y1", "total_amount": 5, "unapplied_amount": 4}),
    (*ACME_COMPANY, "deposits", {"id": "z1", "total_amount": 5, "cash_back_amount": 0}),
    (*ACME_STRIPE, "balance_transactions", {"id": "t2", **MOVED}),
    (*ACME_STRIPE, "charges", {"id": "c2", "balance_transaction": "t2", **CAPTURED}),
    (*SUMMIT_CRM, "opportunities", {"id": "006a", "is_deleted": False, "amount": 10}),
    (*SUMMIT_CRM, "opportunity_line_items", LINE_ITEM),
    (*ACME_STRIPE, "balances", BALANCE),
    (*ACME_STRIPE, "invoices", {"id": "in_1", "amount_paid": 5}),
    (*ACME_STRIPE, "invoice_payments", INVOICE_PAID),
    (*ACME_SHOPIFY, "orders__refunds", {"_parent_id": "o1", "_position": 0, "id": "f1", **BACK}),
    (*ACME_SHOPIFY, "orders", {"id": "o2", "tax_amount": 2}),
    (*ACME_SHOPIFY, "orders", {"id": "o3", "discount_amount": 2}),
    (*CORNER_SQUARE, "orders", {"id": "s2", "net_total_amount": 5, "total_amount": 0}),
    # Paid in cash, two cents up: nothing is wrong with it.
    (*CORNER_SQUARE, "orders", {"id": "s3", "total_amount": 5, "rounding_amount": 2}),
    (*CORNER_SQUARE, "orders__line_items", {"_parent_id": "s3", "_position": 0, "total_amount": 3}),
    (*ACME_COMPANY, "sales_receipts", {"id": "r1", "total_amount": 5}),
    (*ACME_COMPANY, "credit_memos", {"id": "m1", "total_amount": 5}),
    (*ACME_COMPANY, "refund_receipts", {"id": "b1", "total_amount": 5}),
    (*ACME_SHOPIFY, "orders", {"id": "o4", "total_amount": 5, "is_edited": False}),
    (*ACME_SHOPIFY, "orders", {"id": "o6", "total_amount": 0, "current_total_amount": -4}),
    (*ACME_SHOPIFY, "orders", {"id": "o5", "received_amount": 5, "net_payment_amount": 4}),
    (*ACME_STRIPE, "invoices", {"id": "in_2", "total": 5, "status": "open", "exclusive_tax": 0}),
    (*ACME_STRIPE, "payouts", {"id": "po_1", "amount": 5, "automatic": True}),
    (*ACME_STRIPE, "payouts__movements", {"_parent_id": "po_1", "_position": 0, "net": 4}),
    *[
        (*ACME_COMPANY, stream, {"id": "h1", "total_amount": 0, "home_total_amount": 9, **RATED})
        for stream in ("invoices", "sales_receipts", "credit_memos", "refund_receipts")
    ],
    *[
        (*ACME_COMPANY, stream, {"id": "i1", "total_amount": 0, "tax_calculation": "TaxInclusive"})
        for stream in ("invoices", "sales_receipts", "credit_memos", "refund_receipts")
    ],
    *[
        (*ACME_COMPANY, f"{stream}__lines", {"_parent_id": "i1", "_position": 0, **TAXED})
        for stream in ("invoices", "sales_receipts", "credit_memos", "refund_receipts")
    ],
    (*CORNER_SQUARE, "payouts", {"id": "po1", "amount": 5, "type": "BATCH", "payout_fees": 1}),
    (*CORNER_SQUARE, "payouts__entries", {"_parent_id": "po1", "_position": 0, "net_amount": 7}),
    (*CORNER_ERPNEXT, "gl_entries", {"name": "g1", "voucher_no": "v", "debit": 5}),
    (*CORNER_ERPNEXT, "sales_invoices", {"name": "i3", "net_total": 0, **FOREIGN}),
    (*ACME_META, "ad_insights", {**INSIGHT, "date_stop": "2026-10-09"}),
    (*ACME_META, "ad_insights", {**INSIGHT, "ad_id": "a2", "spend": 5}),
    (*BAZAAR, "transaction_items", {**ITEM, "line_total": 9}),
    (*BAZAAR, "transactions", {"transaction_id": "t9", "subtotal": 10, "tax": 1, "total": 12}),
    (*ACME_BOOKS, "invoices", {"document_key": "d1", "total_amount": 5, "line_count": 1}),
    (*ACME_BOOKS, "sales_receipts", {"document_key": "d2", "total_amount": 5, "line_count": 1}),
]


DECLARED = [
    (name, stream, spec)
    for name, connector in sorted(load_connectors(load_settings().connectors_dir)[0].items())
    for stream, one in connector.streams.items()
    for spec in one.all_checks
]


def _bad_value(spec: CheckSpec) -> object:
    """What the vendor never sends: another word, another sign."""
    if spec.check == "accepted":
        return 9 if isinstance(spec.values[0], int) else "never heard of"
    if spec.check == "range":
        return -1
    assert spec.check == "pattern"
    return "dollars"


def test_shipped_connectors_say_what_their_vendors_send() -> None:
    """Every check by parameter was left to the tenants: not one connector declared any."""
    assert {name for name, _, _ in DECLARED} >= {
        *("stripe", "shopify", "square", "salesforce", "quickbooks", "erpnext", "gohighlevel"),
        *("callrail", "google_ads", "meta_ads"),
    }
    assert len(DECLARED) >= 35


@pytest.mark.parametrize("place", sorted(FEEDS), ids="/".join)
def test_every_declared_check_finds_the_row_its_vendor_never_sends(
    house: Warehouse, place: tuple[str, str]
) -> None:
    """One such row for each check, and no check finds another's."""
    feed = FEEDS[place]
    name = feed.connector.connector
    asked = [one[1:] for one in DECLARED if one[0] == name and one[1] in feed.streams]
    with psycopg.connect(house.url) as connection:
        for at, (stream, spec) in enumerate(asked):
            keys = dict.fromkeys(feed.streams[stream].primary_key, str(900 + at))
            row = {**keys, str(spec.column): _bad_value(spec)}
            run_insert(connection, place[0], name, stream, [row], feed=feed.name)
    try:
        found = {
            (one.stream, one.name): one.sample
            for one in run_raw_checks(house, feed, CheckContext(utcnow()))
            if one.status is Status.FAILED
        }
    finally:
        with psycopg.connect(house.url) as connection:
            for stream in {stream for stream, _ in asked}:
                table = sql.Identifier(feed.raw_schema, stream)
                connection.execute(sql.SQL("delete from {}").format(table))
    for at, (stream, spec) in enumerate(asked):
        key = "|".join([str(900 + at)] * len(feed.streams[stream].primary_key))
        assert found.get((stream, spec.title)) == (key,), (stream, spec.title)


def test_every_check_finds_a_planted_row(house: Warehouse) -> None:
    with psycopg.connect(house.url) as connection:
        for tenant, feed, connector, stream, row in BAD_ROWS:
            run_insert(connection, tenant, connector, stream, [row], feed=feed)
    built_in = {"rows_match_ledger", "freshness_early"}  # there are no loads in this test
    found = {
        f"{name}.{outcome.name}": outcome.sample
        for (_, name), feed in FEEDS.items()
        for outcome in run_raw_checks(house, feed, CheckContext(utcnow()))
        if outcome.status is Status.FAILED and outcome.name not in built_in
    }
    assert found == {
        "stripe.balance_adds_up": ("t1",),
        "stripe.refunded_within_charge": ("c1",),
        "attio.entries_have_records": ("l1/e1",),
        "attio.deal_values_have_currencies": ("d1",),
        "callrail.calls_have_companies": ("CAL1",),
        "square.payments_add_up": ("p1",),
        "square.orders_add_up": ("s1",),
        "erpnext.invoices_add_up": ("i1",),
        "erpnext.invoice_totals_add_up": ("i2",),
        "erpnext.credit_notes_are_negative": ("i2",),
        "shopify.orders_have_lines": ("o1",),
        "shopify.refunds_add_up": ("o1",),
        "quickbooks_online.journal_balances": ("j1",),
        "quickbooks_online.invoices_add_up": ("v1",),
        "quickbooks_online.payments_add_up": ("y1",),
        "quickbooks_online.deposits_add_up": ("z1",),
        "salesforce.line_items_add_up": ("006a",),
        "stripe.movements_equal_the_balance": ("usd",),
        "stripe.invoices_are_paid_by_their_payments": ("in_1",),
        "shopify.refunds_are_explained": ("f1",),
        "square.tenders_cover_orders": ("s1",),
        "shopify.taxes_add_up": ("o2",),
        "shopify.discounts_add_up": ("o3",),
        "square.nets_are_totals_less_returns": ("s2",),
        "quickbooks_online.sales_receipts_add_up": ("r1",),
        "quickbooks_online.credit_memos_add_up": ("m1",),
        "quickbooks_online.refund_receipts_add_up": ("b1",),
        "stripe.captures_equal_the_balance": ("c2",),
        "shopify.orders_add_up": ("o4",),
        "shopify.current_totals_add_up": ("o6",),
        "shopify.money_received_adds_up": ("o5",),
        "stripe.invoices_add_up": ("in_2",),
        "stripe.payouts_are_their_movements": ("po_1",),
        **{
            f"quickbooks_online.{stream}_{what}": (key,)
            for stream in ("invoices", "sales_receipts", "credit_memos", "refund_receipts")
            for what, key in (("convert_to_home", "h1"), ("with_tax_inside_add_up", "i1"))
        },
        "erpnext.base_amounts_are_converted": ("i3",),
        "square.payouts_are_their_entries": ("po1",),
        "erpnext.vouchers_balance": ("/v",),
        "meta_ads.insights_are_daily": (f"a1/{DAY}",),
        "meta_ads.spend_has_impressions": (f"a2/{DAY}",),
        "ecommerce_csv.items_have_transactions": ("i1",),
        "ecommerce_csv.line_total_adds_up": ("i1",),
        "ecommerce_csv.total_adds_up": ("t9",),
        "quickbooks.invoices_add_up": ("d1",),
        "quickbooks.sales_receipts_add_up": ("d2",),
    }


@pytest.mark.parametrize("connector", sorted(WITH_CHECKS))
def test_a_feed_of_one_stream_is_not_judged_by_those_it_leaves_out(
    house: Warehouse, connector: str
) -> None:
    """A feed of charges alone failed: a check joined the balance, a stream it leaves out.

    Where that table exists, it holds another feed's rows, and every row would lack its partner.
    """
    whole = next(feed for feed in FEEDS.values() if feed.connector.connector == connector)
    checks, _ = load_feed_checks(load_settings().connectors_dir, connector)
    for check in checks:
        assert check.stream is not None
        alone = replace(whole, streams={check.stream: whole.streams[check.stream]})
        (found,) = (
            o for o in run_raw_checks(house, alone, CheckContext(utcnow())) if o.name == check.name
        )
        others = {table.split("__")[0] for table in check.tables} - {check.stream}
        assert (found.status is Status.SKIPPED) is bool(others), (check.name, found)
        assert not others or "the feed does not load" in found.detail


def test_a_check_waits_for_the_table_of_the_other_stream() -> None:
    """The first load of one of two streams came before the other's table was there."""
    feed = FEEDS["acme", "stripe"]
    checks, _ = load_feed_checks(load_settings().connectors_dir, "stripe")
    check = next(check for check in checks if check.name == "captures_equal_the_balance")
    there = {(feed.raw_schema, "charges"): None}
    assert find_unread(check, feed, there) == "there is no `balance_transactions` yet"
    assert find_unread(check, feed, {}) == "the stream has not been loaded yet"
    assert (
        find_unread(check, feed, there | {(feed.raw_schema, "balance_transactions"): None}) is None
    )
