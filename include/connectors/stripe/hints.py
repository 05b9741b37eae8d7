"""Which events name which objects: an event is a hint that an object changed, never its content.

The snapshot in an event is rendered in the API version of the event, not of the request, and
several events of one object share a second, so the object is asked for again by its id.
Source: docs.stripe.com/api/events and Stripe's Python library 16.1.0, read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Hint:
    """Events of one group that name objects of one stream.

    Attributes:
        types: As `GET /v1/events?type=` takes it; a group covers events of other kinds of object
            (`charge.*` has those of disputes), so the kind is compared too.
        kind: `object` of the event's object.
        field: Where the id stands in it.
    """

    types: str
    kind: str
    field: str = "id"


# A dispute or a refund changes its charge, and Stripe does not always send charge.updated for it.
HINTS: dict[str, tuple[Hint, ...]] = {
    "charges": (
        Hint("charge.*", "charge"),
        Hint("charge.*", "dispute", "charge"),
        Hint("charge.*", "refund", "charge"),
        Hint("refund.*", "refund", "charge"),
    ),
    "checkout_sessions": (Hint("checkout.session.*", "checkout.session"),),
    "coupons": (Hint("coupon.*", "coupon"),),
    "credit_notes": (Hint("credit_note.*", "credit_note"),),
    "customers": (Hint("customer.*", "customer"),),
    "disputes": (Hint("charge.dispute.*", "dispute"),),
    "invoice_payments": (Hint("invoice_payment.*", "invoice_payment"),),
    "invoices": (Hint("invoice.*", "invoice"),),
    "payment_intents": (Hint("payment_intent.*", "payment_intent"),),
    "payment_methods": (Hint("payment_method.*", "payment_method"),),
    "payouts": (Hint("payout.*", "payout"),),
    "prices": (Hint("price.*", "price"),),
    "products": (Hint("product.*", "product"),),
    "refunds": (Hint("refund.*", "refund"), Hint("charge.refund.updated", "refund")),
    "subscriptions": (Hint("customer.subscription.*", "subscription"),),
    "transfers": (Hint("transfer.*", "transfer"),),
}

# What others refer to, however old it is: read from the account's first day, not the feed's.
WHOLE = frozenset(
    {"coupons", "customers", "payment_methods", "prices", "products", "subscriptions"}
)


def build_groups(stream: str) -> tuple[str, ...]:
    """The event groups to ask for, each once; none for streams without events."""
    return tuple(dict.fromkeys(hint.types for hint in HINTS.get(stream, ())))


def build_streams(event_type: str) -> tuple[str, ...]:
    """The streams an event of this type may name objects of, sorted."""
    return tuple(
        stream
        for stream, hints in sorted(HINTS.items())
        if any(fnmatchcase(event_type, hint.types) for hint in hints)
    )


def pick_named(stream: str, event: Mapping[str, Any]) -> tuple[str, int | None] | None:
    """Id and, where the event knows it, creation time of the stream's object an event names.

    None for events of other kinds, and for those of objects that have no id yet
    (`invoice.upcoming`).
    """
    data = event.get("data")
    found = data.get("object") if isinstance(data, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    for hint in HINTS.get(stream, ()):
        named = found.get(hint.field)
        if isinstance(named, Mapping):
            named = named.get("id")
        fits = fnmatchcase(str(event.get("type")), hint.types) and found.get("object") == hint.kind
        if fits and isinstance(named, str) and named:
            created = found.get("created") if hint.field == "id" else None
            return named, created if isinstance(created, int) else None
    return None
