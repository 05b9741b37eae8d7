"""Record counts per source and stream, and the mess that was put in on purpose."""

from collections import Counter
from typing import Any

from include.sandbox.economy.business import Business
from include.sandbox.exports import ecommerce, quickbooks_csv
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import load_vendors
from include.sandbox.vendors.shopify.vendor import fetch_shop
from include.sandbox.vendors.stripe.vendor import fetch_account


def build_counts(
    session: Session,
    documents: list[quickbooks_csv.Document],
    export: ecommerce.Export,
    coresignal_files: dict[str, list[dict[str, Any]]],
    coresignal_ids: dict[int, str],
    uploads: dict[str, dict[str, int]],
) -> dict[str, Any]:
    """tenant -> source -> `streams` (distinct valid records per stream) and what else is known."""
    acme, bazaar = session.world.businesses["acme"], session.world.businesses["bazaar"]
    found: dict[str, dict[str, Any]] = {
        "acme": {
            "shopify": build_shopify_counts(session, "acme"),
            "stripe": build_stripe_counts(session, "acme"),
            "quickbooks": build_quickbooks_counts(acme, documents),
            "coresignal": {
                "streams": {"companies": len(coresignal_ids)},
                "lines": sum(len(records) for records in coresignal_files.values()),
                "files": len(coresignal_files),
            },
            "uploads": {"streams": uploads["acme"]},
        },
        "bazaar": {"ecommerce_csv": build_ecommerce_counts(bazaar, export)},
        "corner": {
            "stripe": build_stripe_counts(session, "corner"),
            "uploads": {"streams": uploads["corner"]},
        },
    }
    for name, vendor in load_vendors().items():
        if vendor.counts is None:
            continue
        for tenant in vendor.credentials:
            found.setdefault(tenant, {})[vendor.feed or name] = vendor.counts(session, tenant)
    return found


def build_ecommerce_counts(business: Business, export: ecommerce.Export) -> dict[str, Any]:
    """`streams`: distinct valid records; `rows`: lines in the files, invalid ones included."""
    sales = business.sales["ecommerce_csv"]
    return {
        "streams": {
            "customers": len(business.accounts["ecommerce_csv"]),
            "products": len(export.products),
            "transactions": len(sales),
            "transaction_items": sum(len(sale.lines) for sale in sales),
        },
        "rows": {
            "customers": len(export.customers),
            "products": len(export.products),
            "transactions": len(export.transactions),
            "transaction_items": len(export.items),
        },
        "statuses": dict(sorted(Counter(ecommerce.sale_status(sale) for sale in sales).items())),
        "bad_rows": export.bad_rows,
    }


def build_stripe_counts(session: Session, tenant: str) -> dict[str, Any]:
    """Records per list endpoint (subscriptions: status=all) and collected money."""
    account = fetch_account(session, tenant)
    charges = account.tables["charges"]
    refunds = [
        row
        for row in account.tables["refunds"]
        if row["balance_transaction"]
        and account.by_id[row["balance_transaction"]]["reporting_category"] == "refund"
    ]
    released = [row for row in account.tables["refunds"] if not row["balance_transaction"]]
    collected = sum(row["amount_captured"] for row in charges)
    returned = sum(row["amount"] for row in refunds)
    return {
        "streams": {name.replace("/", "_"): len(rows) for name, rows in account.tables.items()},
        "invoice_lines": sum(len(rows) for rows in account.invoice_lines.values()),
        "charges_by_status": dict(sorted(Counter(row["status"] for row in charges).items())),
        "collected": collected,
        "refunded": returned,
        "net_collected": collected - returned,
        "released_authorisations": {
            "count": len(released),
            "amount": sum(row["amount"] for row in released),
        },
        "fees": sum(row["fee"] for row in account.tables["balance_transactions"]),
        "disputed": sum(row["amount"] for row in account.tables["disputes"]),
        "open_invoices": sum(row["amount_remaining"] for row in account.tables["invoices"]),
    }


def build_shopify_counts(session: Session, tenant: str) -> dict[str, Any]:
    """Valid distinct records per stream, as `counts.<tenant>.shopify`."""
    shop = fetch_shop(session, tenant)
    orders = shop.rows["Order"]
    return {
        "streams": {
            "orders": len(orders),
            "customers": len(shop.rows["Customer"]),
            "products": len(shop.rows["Product"]),
            "product_variants": len(shop.rows["ProductVariant"]),
            "inventory_items": len(shop.rows["InventoryItem"]),
            "inventory_levels": sum(
                len(row["inventoryLevels"]) for row in shop.rows["InventoryItem"]
            ),
            "locations": len(shop.rows["Location"]),
            "deleted_events": len(shop.rows["Event"]),
            "abandoned_checkouts": len(shop.rows["AbandonedCheckout"]),
        },
        "children": {
            name: sum(len(order[name]) for order in orders)
            for name in ("lineItems", "refunds", "transactions", "shippingLines", "fulfillments")
        },
        "test_orders": sum(order["test"] for order in orders),
        "cancelled_orders": sum(order["cancelledAt"] is not None for order in orders),
        "guest_orders": sum(order["customer"] is None for order in orders),
    }


def build_quickbooks_counts(
    business: Business, documents: list[quickbooks_csv.Document]
) -> dict[str, Any]:
    """Documents, lines and amounts per type; returns are negative, estimates are no revenue."""
    nothing = {"documents": 0}
    kinds: dict[str, dict[str, int]] = {}
    for doc in documents:
        cell = kinds.setdefault(doc.kind, {"documents": 0, "lines": 0, "amount": 0})
        cell["documents"] += 1
        cell["lines"] += len(doc.lines)
        cell["amount"] += doc.amount
    return {
        "streams": {
            "customers": len(business.accounts["quickbooks"]) + 1,
            "items": len(business.listings) + 1,
            "invoices": kinds["Invoice"]["documents"],
            "sales_receipts": kinds["Sales Receipt"]["documents"],
            "credit_memos": kinds.get("Credit Memo", nothing)["documents"],
            "refund_receipts": kinds.get("Refund", nothing)["documents"],
        },
        "documents": dict(sorted(kinds.items())),
        "blank_numbers": sum(not doc.number for doc in documents),
        "detail_rows": sum(len(doc.lines) for doc in documents),
    }
