"""Summit's sub-account, reached by OAuth with a refresh token that is used once."""

from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from include.sandbox.advance import Changes
from include.sandbox.economy_views import fetch_clicks
from include.sandbox.serve.logins import TokenChain
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Refusal, Vendor
from include.sandbox.vendors.gohighlevel.account import SubAccount
from include.sandbox.vendors.gohighlevel.app import GoHighLevelApi
from include.sandbox.world import START

TENANT = "summit"
LOCATION_ID = "ve9SandboxSummit00Lo"
COMPANY_ID = "5DPSandboxAgency00Co"
ACCOUNT = "gohighlevel/summit"
PRIVATE_TOKEN = "pit-sandbox-summit-0001"  # noqa: S105
CREDENTIALS = {
    TENANT: {
        "login": "65f0sandbox-summit",
        "password": "sandbox-summit-client-secret",
        "extra": {"refresh_token": TokenChain(ACCOUNT).refresh_token()},
    }
}


def fetch_account(session: Session, tenant: str) -> SubAccount:
    """The tenant's sub-account as it is now."""
    business, clicks = session.world.businesses[tenant], fetch_clicks(session, tenant)
    return session.state(
        "gohighlevel",
        tenant,
        lambda: SubAccount(business, clicks, session.spec.seed, START, LOCATION_ID),
    )


def _build_routes(session: Session) -> list[BaseRoute]:
    login = CREDENTIALS[TENANT]
    client = (str(login["login"]), str(login["password"]))
    fetch = partial(fetch_account, session, TENANT)
    return [*GoHighLevelApi(fetch, TokenChain(ACCOUNT), client, COMPANY_ID, PRIVATE_TOKEN).routes()]


def _describe(session: Session, tenant: str, done: Changes) -> dict[str, list[str]]:
    account, touched = fetch_account(session, tenant), done.moved + done.arrived
    people = {p.contact.party_id for p in touched}
    return {
        "contacts": sorted(account.find_id("contact", party_id) for party_id in people),
        "opportunities": sorted({account.find_id("opportunity", p.number) for p in touched}),
        "new_opportunities": sorted(
            {account.find_id("opportunity", p.number) for p in done.arrived}
        ),
    }


def _refuse(kind: str) -> Refusal:
    texts = {
        "401": "Invalid JWT",
        "403": "The token is not authorized for this scope.",
        "429": "Too Many Requests",
    }
    if kind in texts:
        return int(kind), {"statusCode": int(kind), "message": texts[kind]}
    return 500, {"statusCode": 500, "message": "Internal server error"}


def _count(session: Session, tenant: str) -> dict[str, Any]:
    found = fetch_account(session, tenant)
    streams = {
        "contacts": found.contacts, "opportunities": found.opportunities,
        "pipelines": found.pipelines, "conversations": found.conversations,
        "calendars": found.calendars, "calendar_events": found.events, "users": found.users,
    }  # fmt: skip
    return {"streams": {stream: len(rows) for stream, rows in streams.items()}}


def _records(session: Session, tenant: str) -> dict[str, list[str]]:
    return fetch_account(session, tenant).records_of


VENDOR = Vendor(
    "gohighlevel",
    CREDENTIALS,
    _build_routes,
    changed=_describe,
    refusal=_refuse,
    counts=_count,
    records=_records,
)
