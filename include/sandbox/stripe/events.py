"""Events of one Stripe account: hints of what changed, kept for 30 days."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from include.sandbox.stripe import billing_shapes
from include.sandbox.stripe.shapes import Json, unix

if TYPE_CHECKING:
    from include.sandbox.stripe.ledger import StripeAccount

DAY = 86_400
CREATED_EVENTS = {
    "customers": "customer.created",
    "payment_intents": "payment_intent.created",
    "refunds": "refund.created",
    "products": "product.created",
    "prices": "price.created",
    "invoices": "invoice.finalized",
    "subscriptions": "customer.subscription.created",
    "disputes": "charge.dispute.created",
    "payouts": "payout.created",
}


def run_events(account: "StripeAccount") -> None:
    """Fill `events` with what happened in the last 30 days; older ones are gone, as at Stripe."""
    oldest = account.now - 30 * DAY
    for kind, created, body, previous in _changes(account):
        if oldest <= created <= account.now:
            event_id = f"evt_1{account.token('event', kind, body['id'], created)}"
            account.add(
                "events", billing_shapes.build_event(event_id, kind, created, body, previous)
            )
    account.tables["events"].sort(key=lambda row: (row["created"], row["id"]), reverse=True)


def _changes(ledger: "StripeAccount") -> Iterable[tuple[str, int, Json, Json | None]]:
    """(type, created, object, previous_attributes); objects as they are now."""
    for table, kind in CREATED_EVENTS.items():
        for row in ledger.tables[table]:
            yield kind, row["created"], row, None
    for row in ledger.tables["charges"]:
        yield f"charge.{row['status']}", row["created"], row, None
    for row in ledger.tables["refunds"]:
        charge = ledger.by_id[row["charge"]]
        yield (
            "charge.refunded",
            row["created"],
            charge,
            {"amount_refunded": charge["amount_refunded"] - row["amount"]},
        )
    for row in ledger.tables["payment_intents"]:
        yield f"payment_intent.{row['status']}", row["canceled_at"] or row["created"], row, None
    for row in ledger.tables["invoices"]:
        if row["status"] == "paid":
            yield "invoice.paid", row["status_transitions"]["paid_at"], row, None
    for row in ledger.tables["subscriptions"]:
        if row["ended_at"]:
            yield "customer.subscription.deleted", row["ended_at"], row, None
    for row in ledger.tables["products"]:
        if row["updated"] > row["created"]:
            yield "product.updated", row["updated"], row, None
    source = "stripe" if "stripe" in ledger.business.accounts else "shopify"
    for account in ledger.business.accounts[source]:
        if account.updated_at - account.created_at > timedelta(0):
            yield (
                "customer.updated",
                unix(account.updated_at),
                ledger.by_id[ledger.customer_id(account)],
                {},
            )
