"""Summit's org."""

from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.advance import Changes
from include.sandbox.serve.logins import TokenChain
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.salesforce.app import SalesforceApi
from include.sandbox.vendors.salesforce.ids import build_id
from include.sandbox.vendors.salesforce.org import Org
from include.sandbox.world import START

TENANT = "summit"
CREDENTIALS = {
    TENANT: {
        "login": "3MVG9sandboxSummitConsumerKey",
        "password": "sandbox-summit-consumer-secret",
    }
}


def fetch_org(session: Session, tenant: str) -> Org:
    """The tenant's org as it is now."""
    business = session.world.businesses[tenant]
    return session.state(
        "salesforce",
        tenant,
        lambda: Org(business, session.spec.seed, START, session.now[tenant]),
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    login = CREDENTIALS[TENANT]
    tokens = TokenChain("salesforce/summit")
    api = SalesforceApi(
        partial(fetch_org, session, TENANT), login["login"], login["password"], tokens
    )
    return [*api.routes()]


def _describe(session: Session, tenant: str, done: Changes) -> dict[str, list[str]]:
    """Leads until they convert, opportunities from then on; a step that converts touches both."""
    open_leads = [
        p for p in done.moved
        if not p.reached("booked")
        or (p.stage == "booked" and max([*p.edits, p.came_at]) < p.history[-1][0])
    ]  # fmt: skip
    opportunities = [p for p in done.moved if p.reached("booked")]
    return {
        "leads": sorted({build_id("Lead", p.number) for p in open_leads + done.arrived}),
        "new_leads": sorted({build_id("Lead", p.number) for p in done.arrived}),
        "opportunities": sorted({build_id("Opportunity", p.number) for p in opportunities}),
    }


def _refuse(kind: str) -> Refusal:
    if kind == "429":
        error = {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}
        return 403, [error]
    if kind == "401":
        expired = {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
        return 401, [expired]
    if kind == "403":
        return 403, [{"message": "The API is not enabled.", "errorCode": "API_DISABLED_FOR_ORG"}]
    return 500, [{"message": "An unexpected error occurred.", "errorCode": "UNKNOWN_EXCEPTION"}]


def _count(session: Session, tenant: str) -> dict[str, Any]:
    rows = fetch_org(session, tenant).rows
    streams = {
        "accounts": "Account", "contacts": "Contact", "leads": "Lead",
        "opportunities": "Opportunity", "opportunity_history": "OpportunityHistory",
        "users": "User", "opportunity_line_items": "OpportunityLineItem", "products": "Product2",
        "pricebook_entries": "PricebookEntry", "campaigns": "Campaign",
        "campaign_members": "CampaignMember", "tasks": "Task", "events": "Event",
        "user_roles": "UserRole", "record_types": "RecordType",
    }  # fmt: skip
    return {"streams": {stream: len(rows[name]) for stream, name in streams.items()}}


def _records(session: Session, tenant: str) -> dict[str, list[str]]:
    return fetch_org(session, tenant).records_of


VENDOR = Vendor(
    "salesforce",
    CREDENTIALS,
    _build_routes,
    changed=_describe,
    refusal=_refuse,
    counts=_count,
    records=_records,
)
