"""What happened to each object of a Stripe account, read out of the economy it was built from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from include.sandbox.vendors.stripe.disputes import DECIDED_AFTER
from include.sandbox.vendors.stripe.ledger import StripeAccount
from include.sandbox.vendors.stripe.shapes import Json, build_address, unix

CREATED = {
    "coupons": "coupon.created",
    "invoice_payments": "invoice_payment.paid",
    "credit_notes": "credit_note.created",
    "customers": "customer.created",
    "disputes": "charge.dispute.created",
    "payment_methods": "payment_method.attached",
    "payouts": "payout.created",
    "prices": "price.created",
    "products": "product.created",
    "refunds": "refund.created",
    "subscriptions": "customer.subscription.created",
    "transfers": "transfer.created",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one object.

    Attributes:
        event: The event's type; empty for a change that Stripe sends no event of the object for.
        fields: Dotted path -> value before.
        by_request: Somebody's API request did it, not Stripe or the passing of time.
    """

    object_id: str
    at: int
    event: str
    fields: dict[str, Any] = field(default_factory=dict)
    creates: bool = False
    by_request: bool = False


def build_changes(account: StripeAccount) -> Iterator[Change]:
    """All changes of all objects, in no order."""
    for table, kind in CREATED.items():
        for row in account.tables[table]:
            yield Change(row["id"], row["created"], kind, creates=True, by_request=True)
    yield from _customers(account)
    yield from _charges(account)
    yield from _intents(account)
    yield from _invoices(account)
    yield from _subscriptions(account)
    yield from _catalogue(account)
    for row in account.tables["checkout/sessions"]:
        if row["status"] == "complete":
            yield Change(row["id"], row["created"], "checkout.session.completed", creates=True)
        else:
            yield Change(row["id"], row["created"], "", creates=True)
        if row["status"] == "expired":
            fields = {"status": "open"}
            yield Change(row["id"], row["expires_at"], "checkout.session.expired", fields)
    for row in account.tables["transfers"]:
        for back in row["reversals"]["data"]:
            fields = {"amount_reversed": 0}
            yield Change(row["id"], back["created"], "transfer.reversed", fields, by_request=True)
    for row in account.tables["payouts"]:
        if row["status"] == "paid":
            yield Change(row["id"], row["arrival_date"], "payout.paid", {"status": "in_transit"})


def _customers(account: StripeAccount) -> Iterator[Change]:
    for buyer in account.buyers:
        key = account.customer_id(buyer)
        notes = [None, *(text for _, _, text in buyer.edits)]
        for (at, _, _), before in zip(buyer.edits, notes, strict=False):
            fields = {"description": before}
            yield Change(key, unix(at), "customer.updated", fields, by_request=True)
        for (_, old), (since, _) in pairwise(buyer.addresses):
            if since > buyer.created_at:
                fields = {"address": build_address(old)}
                yield Change(key, unix(since), "customer.updated", fields, by_request=True)
        if buyer.deleted_at:
            at = unix(buyer.deleted_at)
            yield Change(key, at, "customer.deleted", by_request=True)


def _charges(account: StripeAccount) -> Iterator[Change]:
    for row in account.tables["charges"]:
        yield Change(row["id"], row["created"], f"charge.{row['status']}", creates=True)
        returned = 0
        for refund in reversed(account.refunds_of(row["id"])):
            fields = {"amount_refunded": returned, "refunded": False}
            returned += refund["amount"]
            if not row["refunded"] or returned < row["amount_refunded"]:
                del fields["refunded"]
            at = refund["created"]
            yield Change(row["id"], at, "charge.refunded", fields, by_request=True)
    for row in account.tables["disputes"]:
        # No charge.updated comes with it: the charge changes without a word of its own.
        yield Change(row["charge"], row["created"], "", {"disputed": False})
        if row["status"] != "needs_response":
            fields = {"status": "needs_response"}
            at = row["created"] + DECIDED_AFTER
            yield Change(row["id"], at, "charge.dispute.closed", fields)


def _intents(account: StripeAccount) -> Iterator[Change]:
    for row in account.tables["payment_intents"]:
        key, created = row["id"], row["created"]
        yield Change(key, created, "payment_intent.created", creates=True, by_request=True)
        unpaid = {"amount_received": 0, "latest_charge": None, "status": "requires_confirmation"}
        if row["status"] != "canceled":
            yield Change(key, created, "payment_intent.succeeded", unpaid)
            continue
        del unpaid["amount_received"]
        held = {"amount_capturable": row["amount"], "status": "requires_capture"}
        held |= {"canceled_at": None, "cancellation_reason": None}
        event = "payment_intent.canceled"
        yield Change(key, row["canceled_at"], event, held, by_request=True)
        event = "payment_intent.amount_capturable_updated"
        yield Change(key, created, event, {"amount_capturable": 0, **unpaid})


def _invoices(account: StripeAccount) -> Iterator[Change]:
    for row in account.tables["invoices"]:
        yield Change(row["id"], row["created"], "invoice.finalized", creates=True)
        if row["status"] == "paid":
            fields: Json = {
                "amount_paid": 0,
                "amount_remaining": row["amount_due"],
                "attempt_count": 0,
                "attempted": False,
                "status": "open",
                "status_transitions.paid_at": None,
            }
            yield Change(row["id"], row["status_transitions"]["paid_at"], "invoice.paid", fields)
    yield from _credited(account)


def _credited(account: StripeAccount) -> Iterator[Change]:
    """A credit note changes its invoice; the tables are newest first."""
    credited: dict[str, int] = {}
    for note in reversed(account.tables["credit_notes"]):
        before = credited.get(note["invoice"], 0)
        credited[note["invoice"]] = before + note["total"]
        fields = {"post_payment_credit_notes_amount": before}
        yield Change(note["invoice"], note["created"], "invoice.updated", fields, by_request=True)


def _subscriptions(account: StripeAccount) -> Iterator[Change]:
    for plan in account.business.subscriptions:
        key = account.subscription_id(plan)
        invoices = [account.invoice_of_period[sale.key] for sale in plan.sales]
        for before, sale in zip(invoices, plan.sales[1:], strict=False):
            fields = {"latest_invoice": before}
            yield Change(key, unix(sale.placed_at), "customer.subscription.updated", fields)
        if plan.cancelled_at:
            alive = {"canceled_at": None, "ended_at": None, "status": "active"}
            alive["cancellation_details.reason"] = None
            event = "customer.subscription.deleted"
            yield Change(key, unix(plan.cancelled_at), event, alive, by_request=True)


def _catalogue(account: StripeAccount) -> Iterator[Change]:
    """A new price replaces the product's default one and archives it."""
    listings = account.business.listings if "stripe" in account.business.accounts else []
    for listing in listings:
        key = account.product_id(listing.number)
        updated = unix(listing.created_at)
        for position, (since, _) in enumerate(listing.prices[1:]):
            old, at = account.price_id(listing.number, position), unix(since)
            yield Change(old, at, "price.updated", {"active": True}, by_request=True)
            fields: Json = {"default_price": old, "updated": updated}
            yield Change(key, at, "product.updated", fields, by_request=True)
            updated = at
        if listing.archived_at:
            fields = {"active": True, "updated": updated}
            at = unix(listing.archived_at)
            yield Change(key, at, "product.updated", fields, by_request=True)
