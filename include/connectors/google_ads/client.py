"""One login at the Google Ads API: searches page by page, with its headers."""

import json
import logging
from collections.abc import Iterator
from typing import Any

from include.config.connector_spec import Api
from include.config.credentials import Credentials
from include.config.models import Feed
from include.connectors.google_ads.accounts import clean_id
from include.connectors.google_ads.gaql import fetch_rows
from include.core.errors import ConfigError, ContractBroken
from include.extract.http.api_client import build_base_url
from include.extract.http.client import AnswerRules, HttpClient, HttpLimits
from include.extract.http.google_errors import build_explain, seconds_to_midnight
from include.extract.http.google_login import build_google_auth
from include.extract.http.rate_limit import RateLimiter
from include.extract.record_path import pick

log = logging.getLogger(__name__)

SCOPE = "https://www.googleapis.com/auth/adwords"
LIMITS = HttpLimits(tries=5, read_s=180.0)
LONG_TERM = "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION"
REPEATS_BEFORE_GIVING_UP = 2


def find_wait(codes: tuple[str, ...], _message: str) -> float | None:
    """`retryDelay` is the only hint Google documents; without it only the day's cap is known."""
    return seconds_to_midnight() if LONG_TERM in codes else None


class AdsClient:
    """Sends queries for one client account at a time.

    Attributes:
        login_id: Manager the login works through; None when none is set.
    """

    def __init__(
        self,
        feed: Feed,
        api: Api,
        credentials: Credentials,
        limiter: RateLimiter,
        limits: HttpLimits,
    ) -> None:
        further = _hook_fields(credentials)
        fields = {**further, **credentials.fields}
        login = feed.options.get("login_customer_id") or fields.get("login_customer_id")
        self.login_id = clean_id(str(login)) if login else None
        self._version = str(feed.options.get("api_version") or api.version)
        self._base_url = build_base_url(api.base_url, credentials.host)
        self._auth = build_google_auth(credentials, SCOPE, further)
        # Ignored by Google since September 2026; older proxies still ask for it.
        token = fields.get("developer_token")
        self._headers = {"developer-token": token} if token else {}
        self._limits, self._limiter = limits, limiter
        self._answers = AnswerRules(api.exact_numbers, build_explain(find_wait))
        self._clients: dict[str | None, HttpClient] = {}

    def fetch_roots(self) -> list[str]:
        """Ids of the accounts the login is a user of, managers and clients."""
        path = f"{self._version}/customers:listAccessibleCustomers"
        names = pick(self._http(self.login_id).get(path).body, "resourceNames")
        if not isinstance(names, list):
            raise ContractBroken(
                f"the answer of `{path}` has no `resourceNames`. Expected the login's accounts. "
                "Check the connection's host and the API version."
            )
        return [clean_id(str(name)) for name in names]

    def search(
        self, customer_id: str, login_id: str | None, query: str
    ) -> Iterator[list[dict[str, Any]]]:
        """Pages of rows, the first one also when it is empty.

        A page that comes twice is asked for again, then refused.
        """
        path = f"{self._version}/customers/{customer_id}/googleAds:search"
        token: str | None = None
        seen: set[str] = set()
        repeats = 0
        while True:
            # pageSize must not be sent: the server fixes it and refuses the request.
            body = {"query": query} | ({"pageToken": token} if token else {})
            answer = self._http(login_id).post(path, body)
            following = pick(answer.body, "nextPageToken")
            if following and following in seen | {token}:
                repeats += 1
                if repeats > REPEATS_BEFORE_GIVING_UP:
                    raise ContractBroken(
                        f"`{path}` answers the same page again and again. Expected the next one. "
                        f"Report request {answer.headers.get('request-id', 'without id')}."
                    )
                continue
            repeats = 0
            rows = fetch_rows(answer.body, path)
            log.debug(
                "action=page customer=%s rows=%d request=%s",
                *(customer_id, len(rows), answer.headers.get("request-id")),
            )
            yield rows
            if not following:
                return
            token = str(following)
            seen.add(token)

    def _http(self, login_id: str | None) -> HttpClient:
        if login_id not in self._clients:
            login = {"login-customer-id": login_id} if login_id else {}
            self._clients[login_id] = HttpClient(
                self._base_url,
                auth=self._auth,
                headers={**self._headers, **login},
                limiter=self._limiter,
                limits=self._limits,
                answers=self._answers,
            )
        return self._clients[login_id]


def _hook_fields(credentials: Credentials) -> dict[str, str]:
    """Fields of `google_ads_client`, where the provider's GoogleAdsHook keeps them.

    Raises:
        ConfigError: If it is there and no JSON object.
    """
    text = credentials.fields.get("google_ads_client")
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError(
            f"`google_ads_client` of connection `{credentials.connection_id}` is no JSON object. "
            "Expected the fields GoogleAdsHook reads. Correct Extra."
        )
    return {name: str(value) for name, value in found.items() if value is not None}
