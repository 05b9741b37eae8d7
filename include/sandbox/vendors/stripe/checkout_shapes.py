"""Stripe objects of its own checkout: sessions, and the coupon of trade customers.

Source: docs.stripe.com/api/checkout/sessions/object and /coupons/object, read 2026-11.
"""

from include.sandbox.economy.records import Sale, Subscription
from include.sandbox.vendors.stripe.shapes import LIVEMODE, Json, unix

OPEN_FOR = 86_400
# One subscriber in so many opened a second checkout and left it.
LEFT_EVERY = 3


def build_coupon(created: int) -> Json:
    """What trade customers get off; an intent, the amounts are in the invoices' lines."""
    return {
        "id": "TRADE",
        "object": "coupon",
        "amount_off": None,
        "created": created,
        "currency": None,
        "duration": "forever",
        "duration_in_months": None,
        "livemode": LIVEMODE,
        "max_redemptions": None,
        "metadata": {},
        "name": "Trade customers",
        "percent_off": 10.0,
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
    }


def build_session(token: str, sale: Sale, customer: str) -> Json:
    """A paid session of a subscription; what it began is for the caller to name."""
    created = unix(sale.placed_at)
    return {
        "id": f"cs_test_{token}",
        "object": "checkout.session",
        "amount_subtotal": sale.gross,
        "amount_total": sale.total,
        "cancel_url": None,
        "client_reference_id": None,
        "created": created,
        "currency": "usd",
        "customer": customer,
        "customer_details": {"email": sale.account.email if sale.account else None},
        "expires_at": created + OPEN_FOR,
        "invoice": None,
        "livemode": LIVEMODE,
        "metadata": {},
        "mode": "subscription",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_types": ["card"],
        "payment_status": "paid",
        "presentment_details": None,
        "status": "complete",
        "subscription": None,
        "success_url": None,
        "total_details": {
            "amount_discount": sale.discount,
            "amount_shipping": 0,
            "amount_tax": sale.tax,
        },
        "ui_mode": "hosted",
        "url": None,
    }


def build_sessions(
    token: str, plan: Subscription, customer: str, began: Json, now: int
) -> list[Json]:
    """The checkout that began a subscription, and the second one that some buyers left.

    It expires a day later and still has amounts.
    """
    if not plan.sales:
        return []
    bought = build_session(token, plan.sales[0], customer)
    opened = bought["created"] + 60
    expires = opened + OPEN_FOR
    left = {
        "id": f"{bought['id']}_left",
        "created": opened,
        "expires_at": expires,
        "payment_status": "unpaid",
        "status": "expired" if expires <= now else "open",
    }
    is_left = plan.number % LEFT_EVERY == 0 and opened <= now
    return [bought | began, *([bought | left] if is_left else [])]
