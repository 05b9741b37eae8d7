"""The Stripe accounts of acme (web orders) and corner (everything it sells by card)."""

from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.advance import Changes
from include.sandbox.session import Session
from include.sandbox.stripe.app import StripeApi
from include.sandbox.stripe.ledger import StripeAccount
from include.sandbox.vendors import Refusal, Vendor

CREDENTIALS = {
    tenant: {
        "api_key": f"sk_test_sandbox_{tenant}",
        "account": f"acct_sandbox{tenant}",
        "password": f"sk_test_sandbox_{tenant}",
    }
    for tenant in ("acme", "corner")
}


def fetch_account(session: Session, tenant: str) -> StripeAccount:
    """The tenant's account as it is now."""
    number, business = CREDENTIALS[tenant]["account"], session.world.businesses[tenant]
    return session.state(
        "stripe",
        tenant,
        lambda: StripeAccount(business, session.spec.seed, session.now[tenant], number),
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
    return int(kind), {"error": error}


VENDOR = Vendor("stripe", CREDENTIALS, _build_routes, changed=_describe, refusal=_refuse)
