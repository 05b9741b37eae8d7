"""The Square seller of corner: what is sold in its shop, at its stall and (once) in its kiosk."""

from datetime import datetime
from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.advance import Changes
from include.sandbox.economy_views import fetch_tills
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.square.app import SquareApi
from include.sandbox.vendors.square.payouts import run_payouts
from include.sandbox.vendors.square.seller import SOURCE, SquareSeller

TENANTS = ("corner",)
CREDENTIALS = {
    tenant: {"access_token": f"EAAA_sandbox_{tenant}", "password": f"EAAA_sandbox_{tenant}"}
    for tenant in TENANTS
}
STREAM_TYPES = {
    "catalog_items": "ITEM",
    "catalog_item_variations": "ITEM_VARIATION",
    "catalog_categories": "CATEGORY",
}


def fetch_seller(session: Session, tenant: str) -> SquareSeller:
    """The tenant's seller account as it is now."""

    def build() -> SquareSeller:
        business, now = session.world.businesses[tenant], session.now[tenant]
        seller = SquareSeller(business, fetch_tills(session, tenant), session.spec.seed, now)
        run_payouts(seller)
        return seller

    return session.state("square", tenant, build)


def _build_routes(session: Session) -> list[BaseRoute]:
    sellers = {
        login["access_token"]: partial(fetch_seller, session, tenant)
        for tenant, login in CREDENTIALS.items()
    }
    return [*SquareApi(sellers).routes()]


def _describe(session: Session, tenant: str, done: Changes) -> dict[str, list[str]]:
    seller = fetch_seller(session, tenant)
    touched = done.refunded + done.edited + done.placed
    return {
        "customers": sorted({seller.customer_id(a) for a in done.accounts if a.source == SOURCE}),
        "orders": sorted({seller.order_of[s.key] for s in touched if s.key in seller.order_of}),
        "payments": sorted(
            {seller.payment_of[s.key] for s in touched if s.key in seller.payment_of}
        ),
    }


def build_counts(session: Session, tenant: str) -> dict[str, Any]:
    """Records per stream, and cents collected and refunded."""
    tables = fetch_seller(session, tenant).tables
    streams = {
        name: len(tables[name])
        for name in ("locations", "payments", "refunds", "disputes", "orders")
    }
    streams |= {"customers": len(tables["customers"]), "inventory_counts": len(tables["counts"])}
    for stream, kind in STREAM_TYPES.items():
        streams[stream] = sum(row["type"] == kind for row in tables["catalog"])
    paid = [row for row in tables["payments"] if row["status"] == "COMPLETED"]
    return {
        "streams": streams,
        "collected": sum(row["amount_money"]["amount"] for row in paid),
        "tips": sum(row.get("tip_money", {"amount": 0})["amount"] for row in paid),
        "refunded": sum(row["amount_money"]["amount"] for row in tables["refunds"]),
        "fees": sum(f["amount_money"]["amount"] for row in paid
                    for f in row.get("processing_fee", [])),
    }  # fmt: skip


def build_records(session: Session, tenant: str) -> dict[str, list[str]]:
    """party_id -> customer ids."""
    seller = fetch_seller(session, tenant)
    found: dict[str, list[str]] = {}
    for account in session.world.businesses[tenant].accounts.get(SOURCE, []):
        found.setdefault(account.party.party_id, []).append(seller.customer_id(account))
    return found


def build_disputes(session: Session, tenant: str) -> dict[str, list[tuple[datetime, int]]]:
    """Sale -> when its dispute took (below 0: brought back) how many cents."""
    return fetch_seller(session, tenant).moves_of


def _refuse(kind: str) -> Refusal:
    if kind == "429":
        error = {"category": "RATE_LIMIT_ERROR", "code": "RATE_LIMITED"}
        return 429, {"errors": [error | {"detail": "Your request rate has exceeded the limit."}]}
    if kind in ("401", "403"):
        code = "ACCESS_TOKEN_EXPIRED" if kind == "401" else "INSUFFICIENT_SCOPES"
        error = {"category": "AUTHENTICATION_ERROR", "code": code}
        return int(kind), {"errors": [error | {"detail": "The request is not authorized."}]}
    error = {"category": "API_ERROR", "code": "INTERNAL_SERVER_ERROR"}
    return int(kind), {"errors": [error | {"detail": "An internal server error has occurred."}]}


VENDOR = Vendor(
    "square",
    CREDENTIALS,
    _build_routes,
    changed=_describe,
    refusal=_refuse,
    counts=build_counts,
    records=build_records,
    disputes=build_disputes,
)
