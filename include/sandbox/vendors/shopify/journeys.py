"""What the shop knows of the visits before an order.

Source: Admin GraphQL schema 2026-07, types CustomerJourneySummary and CustomerVisit.
"""

from datetime import timedelta
from typing import Any

from include.sandbox.economy.records import Sale
from include.sandbox.vendors.shopify.money import gid, iso

Row = dict[str, Any]
READY_AFTER, BEFORE_ORDER = timedelta(hours=12), timedelta(minutes=12)
# One buyer in so many came by a browser that tells nothing.
UNSEEN_EVERY = 15
TACTICS = (
    "ABANDONED_CART", "AD", "AFFILIATE", "LINK", "LOYALTY", "MESSAGE", "NEWSLETTER",
    "NOTIFICATION", "POST", "RETARGETING", "SEO", "STOREFRONT_APP", "TRANSACTIONAL",
)  # fmt: skip
OBJECTS: dict[str, dict[str, str]] = {
    "UTMParameters": {
        "campaign": "String", "content": "String", "medium": "String", "source": "String",
        "term": "String",
    },
    "CustomerVisit": {
        "id": "ID!", "landingPage": "URL", "occurredAt": "DateTime!", "referralCode": "String",
        "referrerUrl": "URL", "source": "String!", "sourceDescription": "String",
        "sourceType": "MarketingTactic", "utmParameters": "UTMParameters",
    },
    "CustomerJourneySummary": {
        "customerOrderIndex": "Int", "daysToConversion": "Int", "firstVisit": "CustomerVisit",
        "lastVisit": "CustomerVisit", "momentsCount": "Count", "ready": "Boolean!",
    },
}  # fmt: skip


def build_journey(sale: Sale) -> Row:
    """Of the one visit in which an order was placed; empty until it is ready, and where it was
    taken by phone: nobody visited the shop.

    Whether an order counts as changed when its journey is ready Shopify does not say: here it is
    ready with the order's next change after half a day, its parcel's mostly.
    """
    is_ready = sale.placed_at + READY_AFTER <= sale.updated_at
    is_seen = is_ready and sale.number % UNSEEN_EVERY > 0 and sale.touch.channel != "phone"
    visit = _build_visit(sale) if is_seen else None
    return {
        "__typename": "CustomerJourneySummary",
        "customerOrderIndex": None,
        "daysToConversion": 0 if is_seen else None,
        "firstVisit": visit,
        "lastVisit": visit,
        "momentsCount": {"count": int(is_seen)} if is_ready else None,
        "ready": is_ready,
    }


def _build_visit(sale: Sale) -> Row:
    touch = sale.touch
    is_direct = touch.source == "(direct)"
    utm = {
        "campaign": touch.campaign,
        "content": None,
        "medium": touch.medium,
        "source": touch.source,
        "term": None,
    }
    return {
        "__typename": "CustomerVisit",
        "id": gid("CustomerVisit", 7_700_000_000 + sale.number),
        "landingPage": "https://shop.example/",
        "occurredAt": iso(sale.placed_at - BEFORE_ORDER),
        "referralCode": None,
        "referrerUrl": None,
        "source": "direct" if is_direct else touch.source,
        "sourceDescription": None,
        "sourceType": None,
        "utmParameters": None if is_direct else utm,
    }
