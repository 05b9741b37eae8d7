"""The Stripe accounts of acme (web orders) and corner (everything it sells by card)."""

import time
from datetime import datetime
from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.advance import Changes
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Delivery, Refusal, Vendor
from include.sandbox.vendors.stripe.account import build_account
from include.sandbox.vendors.stripe.acts import run_act
from include.sandbox.vendors.stripe.app import StripeApi
from include.sandbox.vendors.stripe.deliveries import build_deliveries
from include.sandbox.vendors.stripe.ledger import StripeAccount
from include.sandbox.vendors.stripe.shapes import unix

CREDENTIALS = {
    tenant: {
        "api_key": f"sk_test_sandbox_{tenant}",
        "account": f"acct_sandbox{tenant}",
        "password": f"sk_test_sandbox_{tenant}",
        "extra": {"webhook_secret": f"whsec_sandbox_{tenant}"},
    }
    for tenant in ("acme", "corner")
}


def fetch_account(session: Session, tenant: str) -> StripeAccount:
    """The tenant's account as it is now."""
    number, business = CREDENTIALS[tenant]["account"], session.world.businesses[tenant]
    return session.state(
        "stripe",
        tenant,
        lambda: build_account(business, session.spec.seed, session.now[tenant], number),
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    accounts = {
        login["api_key"]: partial(fetch_account, session, tenant)
        for tenant, login in CREDENTIALS.items()
    }
    return [*StripeApi(accounts).routes()]


def _describe(session: Session, tenant: str, done: Changes) -> dict[str, list[str]]:
    account = fetch_account(session, tenant)
    placed = [sale for sale in done.placed if sale.key in account.charge_of_sale]
    return {
        "customers": sorted({account.customer_id(a) for a in done.accounts}),
        "charges": sorted({account.charge_of_sale[s.key] for s in done.refunded + placed}),
        "new_charges": sorted({account.charge_of_sale[s.key] for s in placed}),
    }


def _refuse(kind: str) -> Refusal:
    error: dict[str, Any] = {"type": "api_error", "message": "An unknown error occurred"}
    if kind == "429":
        error = {
            "type": "invalid_request_error",
            "message": "Request rate limit exceeded.",
            "code": "rate_limit",
        }
    if kind in ("401", "403"):
        text = "Expired API Key provided" if kind == "401" else "The key lacks a permission."
        error = {"type": "invalid_request_error", "message": text}
    return int(kind), {"error": error}


def _act(session: Session, tenant: str, what: str, at: datetime) -> str:
    return run_act(fetch_account(session, tenant), what, at)


def _deliver(session: Session, tenant: str, since: datetime | None) -> list[Delivery]:
    account, secret = fetch_account(session, tenant), f"whsec_sandbox_{tenant}"
    return build_deliveries(account, secret, unix(since) if since else 0, int(time.time()))


VENDOR = Vendor(
    "stripe",
    CREDENTIALS,
    _build_routes,
    changed=_describe,
    refusal=_refuse,
    act=_act,
    deliver=_deliver,
)
