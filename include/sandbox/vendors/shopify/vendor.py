"""Acme's web shop."""

from functools import partial

from starlette.routing import BaseRoute

from include.sandbox.advance import Changes
from include.sandbox.serve.logins import TokenChain
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.shopify.app import Apps, ShopifyApi
from include.sandbox.vendors.shopify.shop import Shop
from include.sandbox.world import START

# The shop has an app of either kind: one made in the admin long ago, one of the Dev Dashboard.
TOKEN = "shpat_sandbox_acme"  # noqa: S105
CREDENTIALS = {
    "acme": {
        "shop": "acme-outdoor",
        "access_token": TOKEN,
        "host_path": "/shopify/acme-outdoor",
        "login": "5a0dbox0acme0client0id",
        "password": "shpss_sandbox_acme",
    }
}


def fetch_shop(session: Session, tenant: str) -> Shop:
    """The tenant's shop as it is now."""
    name, business = CREDENTIALS[tenant]["shop"], session.world.businesses[tenant]
    return session.state(
        "shopify",
        tenant,
        lambda: Shop(name, business, session.spec.seed, START, session.now[tenant]),
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    shops = {
        login["shop"]: (
            partial(fetch_shop, session, tenant),
            Apps(
                *(login["access_token"], login["login"], login["password"]),
                TokenChain(f"shopify/{tenant}"),
            ),
        )
        for tenant, login in CREDENTIALS.items()
    }
    return [*ShopifyApi(shops).routes()]


def _describe(session: Session, tenant: str, done: Changes) -> dict[str, list[str]]:
    orders = done.edited + done.refunded + done.placed
    # An order changes what its buyer has spent.
    buyers = done.accounts + [sale.account for sale in orders if sale.account]
    return {
        "customers": sorted({f"gid://shopify/Customer/{7_012_000_000 + a.number}" for a in buyers}),
        "orders": sorted({f"gid://shopify/Order/{5_678_000_000 + s.number}" for s in orders}),
        "new_orders": sorted(
            {f"gid://shopify/Order/{5_678_000_000 + s.number}" for s in done.placed}
        ),
    }


def _refuse(kind: str) -> Refusal:
    texts = {
        "401": "[API] Invalid API key or access token (unrecognized login or wrong password)",
        "403": "[API] This action requires merchant approval for the scope.",
        "429": "Exceeded 2 calls per second for api client.",
        "500": "Internal Server Error",
    }
    return int(kind), {"errors": texts[kind]}


VENDOR = Vendor("shopify", CREDENTIALS, _build_routes, changed=_describe, refusal=_refuse)
