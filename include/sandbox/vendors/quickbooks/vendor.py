"""Acme's company at QuickBooks Online, the books behind its CSV exports."""

from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.economy_views import fetch_books
from include.sandbox.serve.logins import TokenChain
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.quickbooks.app import QuickBooksApi, RefreshTokens
from include.sandbox.vendors.quickbooks.company import Company
from include.sandbox.world import START

TENANT = "acme"
REALM = "9341452847261836"
ACCOUNT = "quickbooks/acme"
STREAMS = {
    "customers": "Customer", "items": "Item", "accounts": "Account", "vendors": "Vendor",
    "invoices": "Invoice", "sales_receipts": "SalesReceipt", "credit_memos": "CreditMemo",
    "refund_receipts": "RefundReceipt", "payments": "Payment", "bills": "Bill",
    "journal_entries": "JournalEntry",
}  # fmt: skip
CREDENTIALS = {
    TENANT: {
        "login": "ABsandboxAcmeClientId",
        "password": "sandbox-acme-client-secret",
        "extra": {
            "realm_id": REALM,
            "refresh_token": TokenChain(ACCOUNT).refresh_token(),
            "token_url": "{base}/quickbooks/oauth2/v1/tokens/bearer",
        },
    }
}


def fetch_company(session: Session, tenant: str) -> Company:
    """The company file as it is now."""
    business = session.world.businesses[tenant]
    return session.state(
        "quickbooks",
        tenant,
        lambda: Company(business, fetch_books(session, tenant), START, session.now[tenant]),
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    login = CREDENTIALS[TENANT]
    client = (str(login["login"]), str(login["password"]))
    tokens = RefreshTokens(TokenChain(ACCOUNT))
    api = QuickBooksApi(partial(fetch_company, session, TENANT), REALM, client, tokens)
    return [*api.routes()]


def _refuse(kind: str) -> Refusal:
    if kind == "429":
        error = {"message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
                 "detail": "ThrottleExceeded", "code": "3001"}  # fmt: skip
        return 429, {"fault": {"error": [error], "type": "SERVICE"}}
    if kind in ("401", "403"):
        texts = {
            "401": ("message=AuthenticationFailed; errorCode=003200", "3200"),
            "403": ("message=ApplicationAuthorizationFailed; errorCode=003100", "3100"),
        }
        message, code = texts[kind]
        error = {"message": f"{message}; statusCode={kind}", "detail": "Refused", "code": code}
        return int(kind), {"fault": {"error": [error], "type": "AUTHENTICATION"}}
    system = {"Message": "An application error has occurred", "Detail": "System Failure Error",
              "code": "10000"}  # fmt: skip
    return 500, {"Fault": {"Error": [system], "type": "SystemFault"}}


def _count(session: Session, tenant: str) -> dict[str, Any]:
    rows = fetch_company(session, tenant).rows
    return {"streams": {stream: len(rows[name]) for stream, name in STREAMS.items()}}


def _records(session: Session, tenant: str) -> dict[str, list[str]]:
    return fetch_company(session, tenant).records_of


VENDOR = Vendor(
    "quickbooks",
    CREDENTIALS,
    _build_routes,
    refusal=_refuse,
    counts=_count,
    records=_records,
    # The tenant's feed `quickbooks` reads the CSV exports of the same books.
    feed="quickbooks_online",
)
