"""The Google Ads accounts of acme and summit, each below a manager the login is a user of."""

from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.routing import BaseRoute

from include.sandbox.economy_views import fetch_ads
from include.sandbox.serve.session import Session
from include.sandbox.serve.vendors import Vendor
from include.sandbox.vendors.google.login import (
    CLIENT_ID,
    CLIENT_SECRET,
    GoogleLogin,
    build_refresh_token,
)
from include.sandbox.vendors.google.routes import (
    View,
    build_consent_route,
    build_route,
    build_token_route,
)
from include.sandbox.vendors.google_ads.account import Account
from include.sandbox.vendors.google_ads.answer import build_page
from include.sandbox.vendors.google_ads.failure import VERSION, build_failure, build_refusal
from include.sandbox.vendors.google_ads.query import Query, parse

SCOPE = "https://www.googleapis.com/auth/adwords"
HOST = "googleads.googleapis.com"
NAMES = {"acme": "Acme Outdoor", "summit": "Summit Home Services"}
MANAGERS = {"acme": "4410000001", "summit": "4410000051"}
CLOSED = {"acme": "4410000002", "summit": "4410000052"}
ALIVE = ("v23", "v24", "v25", VERSION)
CREDENTIALS = {
    tenant: {
        "conn_type": "google_cloud_platform",
        "extra": {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "refresh_token": build_refresh_token(tenant),
            "token_uri": "{base}/google_ads/token",
            "scope": SCOPE,
            "login_customer_id": f"{manager[:3]}-{manager[3:6]}-{manager[6:]}",
        },
    }
    for tenant, manager in MANAGERS.items()
}


def fetch_account(session: Session, tenant: str) -> Account:
    """The tenant's client account as it is now."""
    prospects = session.world.businesses[tenant].prospects
    ways = {prospect.key: prospect.way for prospect in prospects}

    def build() -> Account:
        ads = fetch_ads(session, tenant, "google")
        known = {click.key: ways.get(click.key, "purchase") for click in ads.clicks}
        return Account(ads, NAMES[tenant], known, session.spec.seed, session.now[tenant])

    return session.state("google_ads", tenant, build)


class AdsApi:
    """Views of all accounts behind one host."""

    def __init__(self, fetch: Callable[[str], Account]) -> None:
        self._fetch = fetch

    def list_accessible(self, tenant: str, request: Request, body: dict[str, Any]) -> Any:
        _check_version(request)
        return {"resourceNames": [f"customers/{MANAGERS[tenant]}"]}

    def search(self, tenant: str, request: Request, body: dict[str, Any]) -> Any:
        """`googleAds:search`: one page of rows, with what Google refuses refused in its words."""
        _check_version(request)
        if "pageSize" in body:
            raise build_failure(
                400, "requestError", "PAGE_SIZE_NOT_SUPPORTED", "Setting the page size is not "
                "supported. Search Responses will have fixed page size of '10000' rows.",
            )  # fmt: skip
        account = self._fetch(tenant)
        number = request.path_params["customer"]
        _check_access(tenant, account, number, request.headers.get("login-customer-id"))
        today = account.now.astimezone(ZoneInfo(account.ads.timezone)).date()
        query = parse(str(body.get("query") or ""), today)
        rows = self._rows(tenant, account, number, query)
        return build_page(query, rows, body.get("pageToken"))

    def _rows(
        self, tenant: str, account: Account, number: str, query: Query
    ) -> list[dict[str, Any]]:
        if query.resource == "customer_client":
            clients = _clients(tenant, account)
            mine = clients if number == MANAGERS[tenant] else [clients[1] | _level(0)]
            return [row for row in mine if all(test(row[f]) for f, test in query.tests)]
        if number == MANAGERS[tenant]:
            if query.metrics:
                raise build_failure(
                    400, "queryError", "REQUESTED_METRICS_FOR_MANAGER",
                    "Metrics cannot be requested for a manager account.",
                )  # fmt: skip
            row = account.customer() | {
                "customer.id": int(number),
                "customer.resource_name": f"customers/{number}",
                "customer.manager": True,
            }
            return [row] if query.resource == "customer" else []
        return account.search(query)


def _check_version(request: Request) -> None:
    version = request.path_params["version"]
    if version not in ALIVE:
        raise build_failure(
            400, "requestError", "UNSUPPORTED_VERSION", f"Version {version} is deprecated. "
            "Requests to this version will be blocked.",
        )  # fmt: skip


def _check_access(tenant: str, account: Account, number: str, login: str | None) -> None:
    """Clients are reached through their manager only: the login is a user of the manager."""
    if not number.isdigit() or (login is not None and not login.isdigit()):
        raise build_failure(400, "requestError", "INVALID_CUSTOMER_ID", "Invalid customer ID.")
    known = {MANAGERS[tenant], CLOSED[tenant], account.customer_id}
    through = login or number
    if number not in known or through != MANAGERS[tenant]:
        raise build_failure(
            403, "authorizationError", "USER_PERMISSION_DENIED",
            "User doesn't have permission to access customer. Note: If you're accessing a client "
            "customer, the manager's customer id must be set in the 'login-customer-id' header.",
        )  # fmt: skip
    if number == CLOSED[tenant]:
        raise build_failure(
            403, "authorizationError", "CUSTOMER_NOT_ENABLED",
            "The customer account can't be accessed because it is not yet enabled or has been "
            "deactivated.",
        )  # fmt: skip


def _level(level: int) -> dict[str, Any]:
    return {"customer_client.level": level}


def _clients(tenant: str, account: Account) -> list[dict[str, Any]]:
    """The manager itself, its client, and a client closed long ago."""
    rows = (
        (MANAGERS[tenant], 0, True, "ENABLED", f"{NAMES[tenant]} Agency"),
        (account.customer_id, 1, False, "ENABLED", NAMES[tenant]),
        (CLOSED[tenant], 1, False, "CANCELED", f"{NAMES[tenant]} (old)"),
    )
    root = f"customers/{MANAGERS[tenant]}/customerClients"
    return [
        {
            "customer_client.resource_name": f"{root}/{number}",
            "customer_client.client_customer": f"customers/{number}",
            "customer_client.id": int(number),
            "customer_client.level": level,
            "customer_client.manager": manager,
            "customer_client.time_zone": account.ads.timezone,
            "customer_client.currency_code": "USD",
            "customer_client.status": status,
            "customer_client.hidden": False,
            "customer_client.descriptive_name": name,
        }
        for number, level, manager, status, name in rows
    ]


def _count(session: Session, tenant: str) -> dict[str, Any]:
    """Entities, and days by keyword; `spend` and `value` in cents."""
    account = fetch_account(session, tenant)
    days, campaigns = account.ads.days, account.ads.campaigns
    groups = [group for campaign in campaigns for group in campaign.groups]
    return {
        "streams": {
            "customers": 1,
            "campaigns": len(campaigns),
            "ad_groups": len(groups),
            "ads": sum(len(group.ads) for group in groups),
            "keywords": sum(len(group.keywords) for group in groups),
            "conversion_actions": len(set(account.ways.values())),
            "keyword_stats": len({(c.day, c.keyword.number) for c in days if c.keyword}),
        },
        "spend": sum(cell.spend for cell in days),
        "clicks": sum(cell.clicks for cell in days),
        "conversions": sum(cell.conversions for cell in days),
        "value": sum(cell.value for cell in days),
    }


def _build_routes(session: Session) -> list[BaseRoute]:
    login = GoogleLogin(frozenset(MANAGERS), SCOPE, HOST)
    api = AdsApi(partial(fetch_account, session))
    views: tuple[tuple[str, View, str], ...] = (
        ("/{version}/customers:listAccessibleCustomers", api.list_accessible, "GET"),
        ("/{version}/customers/{customer:str}/googleAds:search", api.search, "POST"),
    )
    routes: list[BaseRoute] = [build_route(login, path, view, how) for path, view, how in views]
    return [build_consent_route(login), build_token_route(login), *routes]


VENDOR = Vendor("google_ads", CREDENTIALS, _build_routes, refusal=build_refusal, counts=_count)
