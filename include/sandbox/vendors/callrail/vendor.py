"""The CallRail account of summit: who called, wrote or filled in a form, and after which ad."""

from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.advance import Changes
from include.sandbox.economy_views import fetch_calls
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.callrail.account import Account
from include.sandbox.vendors.callrail.app import CallRailApi

CREDENTIALS = {"summit": {"password": "callrail_sandbox_summit"}}


def fetch_account(session: Session, tenant: str) -> Account:
    """The tenant's account as it is now."""
    zone, now = session.world.businesses[tenant].timezone, session.now[tenant]
    return session.state(
        "callrail",
        tenant,
        lambda: Account(fetch_calls(session, tenant), tenant, zone, session.spec.seed, now),
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    found = {
        login["password"]: partial(fetch_account, session, tenant)
        for tenant, login in CREDENTIALS.items()
    }
    return CallRailApi(found).routes()


def _stream(collection: str) -> str:
    return "text_conversations" if collection == "conversations" else collection


def _describe(session: Session, tenant: str, done: Changes) -> dict[str, list[str]]:
    """Calls, forms and conversations of the requests that moved or arrived."""
    numbers = {prospect.number for prospect in done.moved + done.arrived}
    return {
        _stream(name): sorted(row_id for number in numbers for row_id in known.get(number, []))
        for name, known in fetch_account(session, tenant).by_prospect.items()
    }


def _count(session: Session, tenant: str) -> dict[str, Any]:
    account = fetch_account(session, tenant)
    counts = {_stream(name): len(rows) for name, rows in account.tables.items()}
    by_hand = sum(bool(row["answered"]) and not row["voicemail"] for row in account.tables["calls"])
    return {"streams": {"accounts": 1, **counts}, "answered_by_a_person": by_hand}


def _records(session: Session, tenant: str) -> dict[str, list[str]]:
    return fetch_account(session, tenant).parties


def _refuse(kind: str) -> Refusal:
    texts = {"401": "HTTP Token: Access denied.", "403": "Forbidden", "429": "Too many requests"}
    return int(kind), {"error": texts.get(kind, "Server error")}


VENDOR = Vendor(
    "callrail",
    CREDENTIALS,
    _build_routes,
    changed=_describe,
    refusal=_refuse,
    counts=_count,
    records=_records,
)
