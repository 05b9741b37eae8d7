"""What really happened, for tests and benchmarks only. Every amount is integer cents (US).

Amounts of a revenue cell, all of sales that count (paid, not cancelled, no tests; QuickBooks: every
invoice and sales receipt, paid or not, never estimates):
    gross       quantity x unit price before discounts
    discounts   taken off gross (positive number)
    shipping    charged for delivery
    tax         sales tax, on top or taken out of the price, that of shipping, too
    gift_cards  face value of gift cards sold: owed to their holders
    duties      import duties collected at checkout, on top of prices
    rounding    what paying in cash added (or, below 0, took off)
    total       gross - discounts + shipping + tax + gift_cards + duties + rounding: what the buyer
                owed
    tips        on top of the total, for the staff (those of tills are in the tills' payments)
    stored_value  the part of web orders that was paid with gift cards
    refunds     money given back in this month, by the date of the refund (positive number)
    disputes    taken back by chargebacks, on the day they were opened (positive); a won one brings
                it back on the day it was decided
    net         total - refunds - disputes
A sale is in the month it was placed in, at Stripe in that of its charge.
Months: `month_utc` by the instant in UTC, `month_local` by the tenant's time zone. QuickBooks books
plain local dates and is local in both.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from include.sandbox.economy.records import Account, Sale
from include.sandbox.exports import ecommerce, quickbooks_csv
from include.sandbox.exports.delimited import write_text
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import load_vendors
from include.sandbox.truth.counts import build_counts
from include.sandbox.truth.growth import build_growth
from include.sandbox.truth.people import build_people
from include.sandbox.truth.products import build_items
from include.sandbox.vendors.erpnext.vendor import TENANTS as ERP_TENANTS
from include.sandbox.vendors.erpnext.vendor import fetch_site
from include.sandbox.vendors.shopify.journeys import build_journey
from include.sandbox.vendors.shopify.orders import financial_status
from include.sandbox.vendors.shopify.transactions import order_name
from include.sandbox.vendors.stripe.vendor import fetch_account

AMOUNTS = (
    *("gross", "discounts", "shipping", "tax", "gift_cards", "duties", "rounding"),
    *("total", "tips", "stored_value", "refunds", "disputes", "net"),
)
Cell = dict[str, int]
# Sources whose ids only their vendor folder knows; without the folder nothing of them is served.
BY_HOOK = ("square",)


def _counts(sale: Sale) -> bool:
    if sale.source == "quickbooks":
        return sale.channel != "estimate"
    return sale.counts


def _is_served(source: str) -> bool:
    return source not in BY_HOOK or source in load_vendors()


def _new_cell() -> Cell:
    return {"orders": 0, **dict.fromkeys(AMOUNTS, 0)}


def build_disputes(session: Session, tenant: str) -> dict[str, list[tuple[datetime, int]]]:
    """Sale -> when its bank took how many cents; negative: the day a won one brought them back."""
    told: dict[str, list[tuple[datetime, int]]] = {}
    for vendor in load_vendors().values():
        if vendor.disputes is not None and tenant in vendor.credentials:
            told |= vendor.disputes(session, tenant)
    if not session.world.businesses[tenant].sales.keys() & {"shopify", "stripe"}:
        return told
    account = fetch_account(session, tenant)
    taken = {
        row["charge"]: [
            (datetime.fromtimestamp(move["created"], UTC), -move["amount"])
            for move in row["balance_transactions"]
        ]
        for row in account.tables["disputes"]
    }
    return told | {
        sale: taken[charge] for sale, charge in account.charge_of_sale.items() if charge in taken
    }


def _sold_at(sale: Sale) -> datetime:
    """When the source says it was sold: a charge knows nothing of the invoice it pays."""
    return (sale.paid_at or sale.placed_at) if sale.source == "stripe" else sale.placed_at


def build_revenue(
    sales: Iterable[Sale],
    zone: ZoneInfo,
    bounds: ZoneInfo,
    disputes: Mapping[str, Sequence[tuple[datetime, int]]],
) -> dict[str, Any]:
    """total and by month; `zone` gives local months, `bounds` the zone used for `month_utc`."""
    total = _new_cell()
    months: dict[str, dict[str, Cell]] = {"month_utc": {}, "month_local": {}}

    def cells(at: datetime) -> list[Cell]:
        keys = (("month_utc", at.astimezone(bounds)), ("month_local", at.astimezone(zone)))
        return [total] + [
            months[name].setdefault(f"{when:%Y-%m}", _new_cell()) for name, when in keys
        ]

    for sale in sales:
        if not _counts(sale):
            continue
        for cell in cells(_sold_at(sale)):
            cell["orders"] += 1
            cell["gross"] += sale.gross
            cell["discounts"] += sale.discount
            cell["shipping"] += sale.shipping
            cell["tax"] += sale.tax
            cell["gift_cards"] += sale.gift_cards
            cell["duties"] += sale.duty
            cell["rounding"] += sale.rounding
            cell["tips"] += sale.tip
            cell["stored_value"] += sale.stored_value
            cell["total"] += sale.total
            cell["net"] += sale.total
        for refund in sale.refunds:
            for cell in cells(refund.refunded_at):
                cell["refunds"] += refund.total
                cell["net"] -= refund.total
        for at, amount in disputes.get(sale.key, ()):
            for cell in cells(at):
                cell["disputes"] += amount
                cell["net"] -= amount
    return {"total": total, **{name: dict(sorted(found.items())) for name, found in months.items()}}


def source_id(account: Account, session: Session, names: dict[int, str]) -> str:
    """The id under which that system knows the customer."""
    if account.source == "shopify":
        return f"gid://shopify/Customer/{7_012_000_000 + account.number}"
    if account.source == "stripe":
        return fetch_account(session, account.tenant).customer_id(account)
    if account.source == "quickbooks":
        return names[account.number]
    return ecommerce.customer_key(account)


def build_identities(session: Session, coresignal: dict[int, str]) -> dict[str, Any]:
    """party_id -> its name and `<tenant>/<source>` -> record ids (doubles: more than one)."""
    found: dict[str, Any] = {}
    names = quickbooks_csv.build_names(session.world.businesses["acme"])
    for party in session.world.people + session.world.companies:
        label = party.company_name or f"{party.first_name} {party.last_name}"
        found[party.party_id] = {
            "name": label,
            "email": party.email,
            "employer": party.employer,
            "is_test": party.is_test,
            "records": {},
        }
    for business in session.world.businesses.values():
        for source, accounts in business.accounts.items():
            if source in BY_HOOK:
                continue
            for account in accounts:
                records = found[account.party.party_id]["records"]
                records.setdefault(f"{account.tenant}/{account.source}", []).append(
                    source_id(account, session, names)
                )
                if account.source == "shopify":
                    paid = fetch_account(session, account.tenant).customer_id(account)
                    records.setdefault(f"{account.tenant}/stripe", []).append(paid)
    for name, vendor in load_vendors().items():
        if vendor.records is None:
            continue
        for tenant in vendor.credentials:
            for party_id, ids in vendor.records(session, tenant).items():
                source = f"{tenant}/{vendor.feed or name}"
                found[party_id]["records"].setdefault(source, []).extend(ids)
    for record_id, party_id in coresignal.items():
        found[party_id]["records"].setdefault("acme/coresignal", []).append(record_id)
    return {party_id: entry for party_id, entry in found.items() if entry["records"]}


def build_products(session: Session) -> dict[str, Any]:
    """product_id -> `<tenant>/<source>` -> its id there."""
    found: dict[str, Any] = {}
    for tenant, business in session.world.businesses.items():
        for listing in business.listings:
            entry = found.setdefault(listing.product_id, {"sku": listing.sku, "records": {}})
            records = entry["records"]
            if tenant == "acme":
                records["acme/shopify"] = f"gid://shopify/Product/{8_000_000 + listing.number}"
                records["acme/quickbooks"] = quickbooks_csv.item_name(listing)
            elif tenant == "bazaar":
                records["bazaar/ecommerce_csv"] = ecommerce.product_key(listing)
            else:
                records["corner/stripe"] = (
                    f"prod_{fetch_account(session, 'corner').token('product', listing.number)[:14]}"
                )
                records["corner/uploads"] = listing.sku
    return dict(sorted(found.items()))


def order_id(sale: Sale, session: Session) -> str:
    """The id under which that system knows the sale; its key where it has none of its own."""
    if sale.source == "shopify":
        return f"gid://shopify/Order/{5_678_000_000 + sale.number}"
    if sale.source == "ecommerce_csv":
        return ecommerce.transaction_key(sale)
    if sale.source == "stripe":
        return fetch_account(session, sale.tenant).charge_of_sale.get(sale.key, sale.key)
    return sale.key


def build_orders(session: Session) -> list[dict[str, Any]]:
    """One entry per sale with its money, buyer, touch, and its record in another system.

    A web order has the charge that paid it, a charge the ERP's invoice that it paid.
    """
    found = []
    for tenant, business in session.world.businesses.items():
        for source, sales in business.sales.items():
            for sale in sales if _is_served(source) else ():
                entry: dict[str, Any] = {
                    "order": sale.key,
                    "id": order_id(sale, session),
                    "tenant": tenant,
                    "source": sale.source,
                    "channel": sale.channel,
                    "party": sale.party.party_id,
                    "placed_at": f"{sale.placed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                    "counts": _counts(sale),
                    "gross": sale.gross,
                    "discounts": sale.discount,
                    "shipping": sale.shipping,
                    "tax": sale.tax,
                    "gift_cards": sale.gift_cards,
                    "duties": sale.duty,
                    "rounding": sale.rounding,
                    "total": sale.total,
                    "tips": sale.tip,
                    "charged": sale.charged,
                    "refunded": sale.refunded,
                    "touch": [sale.touch.channel, sale.touch.source, sale.touch.campaign],
                }
                if sale.source == "shopify":
                    entry["name"] = order_name(sale)
                    entry["status"] = financial_status(sale)
                    entry["is_visit_known"] = build_journey(sale)["lastVisit"] is not None
                    entry["stripe_charge"] = fetch_account(session, tenant).charge_of_sale.get(
                        sale.key
                    )
                if sale.source == "stripe" and tenant in ERP_TENANTS:
                    entry["erpnext_invoice"] = fetch_site(session, tenant).invoice_of.get(sale.key)
                found.append(entry)
    return found


def build_revenues(session: Session) -> dict[str, Any]:
    """tenant -> source -> its revenue, whole and by month."""
    found: dict[str, Any] = {}
    for tenant, business in session.world.businesses.items():
        zone, utc = ZoneInfo(business.timezone), ZoneInfo("UTC")
        disputes = build_disputes(session, tenant)
        found[tenant] = {
            source: build_revenue(sales, zone, zone if source == "quickbooks" else utc, disputes)
            for source, sales in sorted(business.sales.items())
            if _is_served(source)
        }
    return found


def build_truth(
    session: Session,
    documents: list[quickbooks_csv.Document],
    export: ecommerce.Export,
    coresignal_files: dict[str, list[dict[str, Any]]],
    coresignal_ids: dict[int, str],
    uploads: dict[str, dict[str, int]],
) -> dict[str, Any]:
    """Everything a test may compare the marts with, as written to `truth.json`."""
    counts = build_counts(session, documents, export, coresignal_files, coresignal_ids, uploads)
    identities = build_identities(session, coresignal_ids)
    return {
        "about": __doc__,
        "currency": "USD",
        "counts": counts,
        "revenue": build_revenues(session),
        "products": build_products(session),
        "identities": identities,
        "people": build_people(identities),
        "items": build_items(session),
        "orders": build_orders(session),
        **build_growth(session),
    }


def write_truth(path: Path, truth: dict[str, Any]) -> None:
    write_text(path, json.dumps(truth, ensure_ascii=False, separators=(",", ":")) + "\n")
