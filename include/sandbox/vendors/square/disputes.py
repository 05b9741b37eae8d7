"""Chargebacks of card payments at the tills: a buyer's bank asks for the money back.

Source: Square OpenAPI 2025-08-20, schema Dispute.
"""

from datetime import datetime, timedelta

from include.sandbox.economy.records import Sale
from include.sandbox.vendors.square.money import Json, moment, money

REPORTED_AFTER, DECIDED_AFTER = timedelta(days=10), timedelta(days=35)
EVERY, AT = 20, 17


def is_disputed(sale: Sale, now: datetime) -> bool:
    """One paid sale in so many, unless something of it came back already."""
    return (
        sale.number % EVERY == AT
        and sale.counts
        and sale.paid_at is not None
        and not sale.refunds
        and sale.payment_method != "cash"
        and sale.placed_at + REPORTED_AFTER <= now
    )


def build_dispute(sale: Sale, dispute_id: str, paid: Json, now: datetime) -> Json:
    """The dispute as it is now: the seller is asked, then wins or loses in turn."""
    reported = sale.placed_at + REPORTED_AFTER
    decided = sale.placed_at + DECIDED_AFTER
    outcome = "WON" if sale.number // EVERY % 2 else "LOST"
    is_decided = decided <= now
    return {
        "id": dispute_id,
        "dispute_id": dispute_id,
        "amount_money": money(sale.total),
        "reason": "NOT_AS_DESCRIBED",
        "state": outcome if is_decided else "EVIDENCE_REQUIRED",
        "due_at": moment(reported + timedelta(days=14)),
        "disputed_payment": {"payment_id": paid["id"]},
        "card_brand": "VISA",
        "created_at": moment(reported),
        "updated_at": moment(decided if is_decided else reported),
        "reported_at": moment(reported),
        "version": 2 if is_decided else 1,
        "location_id": paid["location_id"],
    }


def list_moves(sale: Sale, now: datetime) -> list[tuple[datetime, int]]:
    """When how many cents left; negative: the day a won dispute brought them back."""
    if not is_disputed(sale, now):
        return []
    found = [(sale.placed_at + REPORTED_AFTER, sale.total)]
    decided = sale.placed_at + DECIDED_AFTER
    if decided <= now and sale.number // EVERY % 2:
        found.append((decided, -sale.total))
    return found
