"""Webhooks as Stripe sends them: the event as pretty JSON, signed with the endpoint's secret.

Source: docs.stripe.com/webhooks#verify-manually, read 2026-11.
"""

import hashlib
import hmac
import json

from include.sandbox.serve.vendors import Delivery
from include.sandbox.vendors.stripe.ledger import StripeAccount


def build_deliveries(
    account: StripeAccount, secret: str, since: int, sent_at: int
) -> list[Delivery]:
    """One delivery per event at or after `since`, oldest first.

    Args:
        sent_at: Unix seconds of the signature: receivers refuse old ones.
    """
    events = [event for event in account.tables["events"] if event["created"] >= since]
    return [
        _build_delivery({**event, "pending_webhooks": 1}, secret, sent_at)
        for event in reversed(events)
    ]


def _build_delivery(event: dict[str, object], secret: str, sent_at: int) -> Delivery:
    body = json.dumps(event, indent=2, ensure_ascii=False)
    signed = f"{sent_at}.{body}".encode()
    made = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": f"t={sent_at},v1={made}",
    }
    return Delivery(headers, body)
