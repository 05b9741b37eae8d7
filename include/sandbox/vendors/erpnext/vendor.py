"""The ERPNext site of corner: its back office, which books the counter and sales on account."""

from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.advance import Changes
from include.sandbox.economy_views import fetch_erp
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.erpnext.app import ErpnextApi
from include.sandbox.vendors.erpnext.site import ErpnextSite

TENANTS = ("corner",)
CREDENTIALS = {
    tenant: {"login": f"key_sandbox_{tenant}", "password": f"secret_sandbox_{tenant}"}
    for tenant in TENANTS
}
STREAMS = {
    "customers": "Customer",
    "items": "Item",
    "sales_orders": "Sales Order",
    "sales_invoices": "Sales Invoice",
    "payment_entries": "Payment Entry",
    "stock_ledger_entries": "Stock Ledger Entry",
    "gl_entries": "GL Entry",
}


def fetch_site(session: Session, tenant: str) -> ErpnextSite:
    """The tenant's site as it is now."""
    business = session.world.businesses[tenant]
    return session.state(
        "erpnext",
        tenant,
        lambda: ErpnextSite(business, fetch_erp(session, tenant), session.now[tenant]),
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    sites = {
        (login["login"], login["password"]): partial(fetch_site, session, tenant)
        for tenant, login in CREDENTIALS.items()
    }
    return [*ErpnextApi(sites).routes()]


def _describe(session: Session, tenant: str, done: Changes) -> dict[str, list[str]]:
    site = fetch_site(session, tenant)
    touched = done.refunded + done.edited + done.placed
    names = {site.invoice_of[sale.key] for sale in touched if sale.key in site.invoice_of}
    return {"sales_invoices": sorted(names)}


def build_counts(session: Session, tenant: str) -> dict[str, Any]:
    """Documents per stream, and cents invoiced by submitted invoices."""
    tables = fetch_site(session, tenant).tables
    invoices = [row for row in tables["Sales Invoice"] if row["docstatus"] == 1]
    return {
        "streams": {stream: len(tables[doctype]) for stream, doctype in STREAMS.items()},
        "invoiced": sum(round(r["grand_total"] * 100) for r in invoices if not r["is_return"]),
        "credited": -sum(round(r["grand_total"] * 100) for r in invoices if r["is_return"]),
    }


def build_records(session: Session, tenant: str) -> dict[str, list[str]]:
    """party_id -> customer names."""
    known = fetch_site(session, tenant).customer_of
    return {party_id: [name] for party_id, name in known.items()}


def _refuse(kind: str) -> Refusal:
    if kind == "429":
        return 429, {"exc_type": "TooManyRequestsError", "exception": "Too Many Requests"}
    if kind in ("401", "403"):
        name = "AuthenticationError" if kind == "401" else "PermissionError"
        return int(kind), {"exc_type": name, "exception": f"frappe.exceptions.{name}"}
    return int(kind), {"exc_type": "OperationalError", "exception": "Internal server error"}


VENDOR = Vendor(
    "erpnext",
    CREDENTIALS,
    _build_routes,
    changed=_describe,
    refusal=_refuse,
    counts=build_counts,
    records=build_records,
)
