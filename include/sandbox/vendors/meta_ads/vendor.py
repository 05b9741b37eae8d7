"""The ad accounts of acme and summit at Meta."""

from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.economy.campaigns import build_account_id
from include.sandbox.economy_views import fetch_ads
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.meta_ads.account import AdAccount
from include.sandbox.vendors.meta_ads.app import GraphApi, build_error
from include.sandbox.vendors.meta_ads.fields import GraphError

NAMES = {"acme": "Acme Outdoor", "summit": "Summit Home Services"}
TOKENS = {tenant: f"EAAsandbox{tenant.title()}SystemUserToken" for tenant in NAMES}
CREDENTIALS = {
    tenant: {
        "password": TOKENS[tenant],
        "extra": {"account_ids": build_account_id(tenant, "meta")},
    }
    for tenant in NAMES
}


def fetch_account(session: Session, tenant: str) -> AdAccount:
    """The tenant's ad account as it is now."""
    return session.state(
        "meta_ads",
        tenant,
        lambda: AdAccount(fetch_ads(session, tenant, "meta"), NAMES[tenant], session.now[tenant]),
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    owners = {token: tenant for tenant, token in TOKENS.items()}
    return [*GraphApi(partial(fetch_account, session), owners, sorted(NAMES)).routes()]


def _refuse(kind: str) -> Refusal:
    if kind == "429":
        error = GraphError(17, "(#17) User request limit reached", subcode=2446079)
    elif kind == "401":
        error = GraphError(190, "Error validating access token: Session has expired", status=401)
    elif kind == "403":
        error = GraphError(200, "(#200) Ad account owner has NOT granted ads_read", status=403)
    else:
        error = GraphError(2, "Service temporarily unavailable", status=500)
    return error.status, build_error(error)


def _count(session: Session, tenant: str) -> dict[str, Any]:
    account = fetch_account(session, tenant)
    return {
        "streams": {
            "campaigns": len(account.lists["campaigns"]),
            "ad_sets": len(account.lists["adsets"]),
            "ads": len(account.lists["ads"]),
            "ad_insights": len(account.insights),
        },
        "spend": sum(row.spend for row in fetch_ads(session, tenant, "meta").days),
    }


VENDOR = Vendor("meta_ads", CREDENTIALS, _build_routes, refusal=_refuse, counts=_count)
