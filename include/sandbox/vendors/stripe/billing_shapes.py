"""Stripe objects of billing: products, prices, subscriptions, disputes, payouts, events."""

from typing import Any

from include.sandbox.economy.confusions.labels import spell_sku, spell_title
from include.sandbox.economy.records import Listing, Subscription
from include.sandbox.vendors.stripe.shapes import LIVEMODE, Json, build_list, unix


def build_product(product_id: str, listing: Listing, default_price: str) -> Json:
    """A product with its current price as the default."""
    return {
        "id": product_id,
        "object": "product",
        "active": listing.archived_at is None,
        "created": unix(listing.created_at),
        "default_price": default_price,
        "description": None,
        "images": [],
        "livemode": LIVEMODE,
        "marketing_features": [],
        "metadata": {"sku": sku} if (sku := spell_sku("stripe", listing)) else {},
        "name": spell_title("stripe", listing),
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service" if listing.category == "Services" else "good",
        "unit_label": None,
        "updated": unix(listing.updated_at),
        "url": None,
    }


def build_price(
    price_id: str, product_id: str, cents: int, created: int, active: bool, recurring: bool
) -> Json:
    """A price; an older one is inactive, never changed."""
    every_month = {
        "interval": "month",
        "interval_count": 1,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
    return {
        "id": price_id,
        "object": "price",
        "active": active,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": "usd",
        "custom_unit_amount": None,
        "livemode": LIVEMODE,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product_id,
        "recurring": every_month if recurring else None,
        "tax_behavior": "exclusive",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": cents,
        "unit_amount_decimal": str(cents),
    }


def build_subscription(
    subscription_id: str,
    plan: Subscription,
    customer_id: str,
    price: Json,
    latest_invoice: str | None,
) -> Json:
    """A monthly subscription; its period is that of the last bill."""
    started = unix(plan.started_at)
    last = unix(plan.sales[-1].placed_at) if plan.sales else started
    ended = unix(plan.cancelled_at) if plan.cancelled_at else None
    item: dict[str, Any] = {
        "id": f"si_{subscription_id[4:]}",
        "object": "subscription_item",
        "created": started,
        "current_period_end": last + 30 * 86_400,
        "current_period_start": last,
        "discounts": [],
        "metadata": {},
        "plan": {
            "id": price["id"],
            "object": "plan",
            "active": True,
            "amount": plan.unit,
            "currency": "usd",
            "interval": "month",
            "interval_count": 1,
            "product": price["product"],
        },
        "price": price,
        "quantity": 1,
        "subscription": subscription_id,
        "tax_rates": [],
    }
    return {
        "id": subscription_id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": started,
        "billing_mode": {"type": "classic"},
        "billing_schedules": [],
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": ended,
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "reason": "cancellation_requested" if ended else None,
        },
        "collection_method": "charge_automatically",
        "created": started,
        "currency": "usd",
        "customer": customer_id,
        "days_until_due": None,
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": ended,
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": build_list([item], f"/v1/subscription_items?subscription={subscription_id}"),
        "latest_invoice": latest_invoice,
        "livemode": LIVEMODE,
        "metadata": {},
        "schedule": None,
        "start_date": started,
        "status": "canceled" if ended else "active",
        "test_clock": None,
        "trial_end": None,
        "trial_start": None,
    }


def build_payout(payout_id: str, txn_id: str, amount: int, created: int, now: int) -> Json:
    """A payout; paid when its arrival day is past."""
    arrival = created + 2 * 86_400
    return {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrival,
        "automatic": True,
        "balance_transaction": txn_id,
        "created": created,
        "currency": "usd",
        "description": "STRIPE PAYOUT",
        "destination": f"ba_{payout_id[3:]}",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": LIVEMODE,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "paid" if arrival <= now else "in_transit",
        "type": "bank_account",
    }


def build_dispute(
    dispute_id: str, charge: Json, created: int, status: str, txns: list[Json]
) -> Json:
    """A dispute of a whole charge."""
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": charge["amount_captured"],
        "balance_transactions": txns,
        "charge": charge["id"],
        "created": created,
        "currency": "usd",
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": created + 10 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": status == "won",
            "past_due": False,
            "submission_method": "manual" if status == "won" else "not_submitted",
            "submission_count": 1 if status == "won" else 0,
        },
        "is_charge_refundable": False,
        "livemode": LIVEMODE,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"},
            "type": "card",
        },
        "reason": "fraudulent",
        "status": status,
    }


def build_event(
    event_id: str,
    kind: str,
    created: int,
    body: Json,
    previous: Json | None = None,
    request_id: str | None = None,
) -> Json:
    """`body` is the object as it was then; `request_id` is null when nobody's request did it."""
    data: Json = {"object": body}
    if previous is not None:
        data["previous_attributes"] = previous
    return {
        "id": event_id,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": created,
        "data": data,
        "livemode": LIVEMODE,
        "pending_webhooks": 0,
        "request": {"id": request_id, "idempotency_key": None},
        "type": kind,
    }
