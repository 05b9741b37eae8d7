"""Checkouts that buyers left: of some web orders there was a second one, and some came back to it.

Source: Admin GraphQL schema 2026-07, type AbandonedCheckout.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from include.sandbox.economy.records import Sale
from include.sandbox.vendors.shopify.money import gid, iso, iso_or_none

Row = dict[str, Any]
# One order in so many; every second of those is finished later.
LEFT_EVERY, BACK_AFTER = 12, timedelta(hours=26)

SORT_KEYS = ("CHECKOUT_ID", "CREATED_AT", "CUSTOMER_NAME", "ID", "RELEVANCE", "TOTAL_PRICE")
FIELDS = {
    "id": "ID!", "name": "String!", "note": "String!", "createdAt": "DateTime!",
    "updatedAt": "DateTime!", "completedAt": "DateTime", "customer": "Customer",
    "shippingAddress": "MailingAddress", "discountCodes": "[String!]!",
    "taxesIncluded": "Boolean!", "totalLineItemsPriceSet": "MoneyBag!",
    "totalDiscountSet": "MoneyBag!", "subtotalPriceSet": "MoneyBag!", "totalTaxSet": "MoneyBag",
    "totalDutiesSet": "MoneyBag", "totalPriceSet": "MoneyBag!",
}  # fmt: skip
ROOT = {
    "abandonedCheckouts": "@AbandonedCheckout(query: String, savedSearchId: ID, "
    "sortKey: AbandonedCheckoutSortKeys = ID)",
}


def build_checkouts(orders: Iterable[tuple[Sale, Row]], now: datetime) -> list[Row]:
    """Rows of checkouts left up to now."""
    return [
        _build(sale, order, now)
        for sale, order in orders
        if sale.number % LEFT_EVERY == 0 and not sale.is_test
    ]


def _build(sale: Sale, order: Row, now: datetime) -> Row:
    back = sale.placed_at + BACK_AFTER
    is_back = sale.number % (2 * LEFT_EVERY) == 0 and back <= now
    number = 9_900_000_000 + sale.number
    return {
        "__typename": "AbandonedCheckout",
        "id": gid("AbandonedCheckout", number),
        "name": f"#{number}",
        "note": "",
        "createdAt": iso(sale.placed_at),
        "updatedAt": iso(back if is_back else sale.placed_at),
        "completedAt": iso_or_none(back if is_back else None),
        "customer": order["customer"],
        "shippingAddress": order["shippingAddress"],
        "discountCodes": order["discountCodes"],
        "taxesIncluded": order["taxesIncluded"],
        "totalLineItemsPriceSet": order["subtotalPriceSet"],
        "totalDiscountSet": order["totalDiscountsSet"],
        "subtotalPriceSet": order["subtotalPriceSet"],
        "totalTaxSet": order["totalTaxSet"],
        "totalDutiesSet": None,
        "totalPriceSet": order["totalPriceSet"],
    }
