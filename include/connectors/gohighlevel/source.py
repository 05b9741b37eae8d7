"""One GoHighLevel sub-account.

The token is a private integration token, or an OAuth one whose refresh token works once.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from requests.auth import AuthBase

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.load import start_instant
from include.config.models import Feed
from include.connectors.gohighlevel import lists
from include.connectors.gohighlevel.lists import Place, Records
from include.core.clock import utcnow
from include.core.errors import ConfigError, EltError, MissingSecret
from include.core.streams import Page, Window
from include.extract.http.auth import HeaderAuth
from include.extract.http.client import HttpClient, HttpLimits
from include.extract.http.oauth import OAuth, build_login
from include.extract.http.rate_limit import build_limiter
from include.extract.http.status import build_status_error
from include.extract.stores.rate_budget import RateBudget
from include.extract.stores.tokens import TokenStore
from include.extract.windows import keep_inside

# Conversations and calendars are pinned to the older version; everything else to the newer one.
EARLY_VERSION = "2021-04-15"
# 100 requests in 10 seconds, and no Retry-After: one interval is waited.
INTERVAL_S = 10.0


def build_source(
    feed: Feed,
    credentials: Credentials,
    *,
    token_store: TokenStore | None = None,
    rate_budget: RateBudget | None = None,
) -> "GoHighLevelSource":
    return GoHighLevelSource(feed, credentials, token_store=token_store, rate_budget=rate_budget)


def explain(what: str, status: int, retry_after_s: float | None, body: Any) -> EltError:
    """The error for an answer that is not 2xx; bodies hold sentences only, so none is shown."""
    wait = retry_after_s or (INTERVAL_S if status == 429 else None)
    return build_status_error(what, status, wait, None)


class GoHighLevelSource:
    """Reads one location."""

    def __init__(
        self,
        feed: Feed,
        credentials: Credentials,
        *,
        token_store: TokenStore | None = None,
        rate_budget: RateBudget | None = None,
        limits: HttpLimits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        api = feed.connector.api
        if api is None:
            raise ConfigError(
                "connector `gohighlevel` has no `api`. Expected one. Restore its connector.yaml."
            )
        self._feed, self._credentials = feed, credentials
        self._limiter = build_limiter(
            api, credentials, rate_budget, secrets=feed.connector.secrets, sleep=sleep
        )
        self._limits, self._sleep = limits, sleep
        self._host = (credentials.host or api.base_url).rstrip("/")
        self._version = str(api.version)
        self._auth = self._build_auth(token_store)
        self._place: Place | None = None

    def check(self) -> None:
        """The token works, and every list answers."""
        for name in sorted(self._feed.streams):
            next(self._fetch(name, Window()), None)

    def discover(self) -> dict[str, Stream]:
        return dict(self._feed.streams)

    def read(self, stream: str, window: Window) -> Iterator[Page]:
        """Pages of one stream; contacts by change, everything else whole."""
        spec = self._feed.streams[stream]
        for records in self._fetch(stream, window):
            kept, outside = keep_inside(records, spec, window)
            yield Page(kept, filtered=outside)

    def _fetch(self, stream: str, window: Window) -> Iterator[Records]:
        place = self._find_place()
        if stream == "contacts":
            return lists.fetch_contacts(place, window)
        if stream == "calendar_events":
            ahead = timedelta(days=int(self._feed.options.get("events_ahead_days") or 180))
            return lists.fetch_events(place, start_instant(self._feed), utcnow() + ahead)
        found: Iterator[Records] = {
            "opportunities": lists.fetch_opportunities,
            "pipelines": lists.fetch_pipelines,
            "conversations": lists.fetch_conversations,
            "calendars": lists.fetch_calendars,
            "users": lists.fetch_users,
        }[stream](place)
        return found

    def _build_auth(self, token_store: TokenStore | None) -> AuthBase:
        fields = self._credentials.fields
        if not fields.get("login"):
            return HeaderAuth("Authorization", f"Bearer {self._credentials.secret('password')}")
        self._credentials.secret("refresh_token")
        login = build_login(
            self._credentials, f"{self._host}/oauth/token", form={"user_type": "Location"}
        )
        return OAuth(login, token_store, explain=explain, sleep=self._sleep)

    def _find_place(self) -> Place:
        """The sub-account of the token, or of the connection.

        Raises:
            MissingSecret: If neither names it.
        """
        if self._place is None:
            named = self._auth.token().facts if isinstance(self._auth, OAuth) else {}
            fields = self._credentials.fields
            location = fields.get("location_id") or named.get("locationId")
            if not location:
                raise MissingSecret(
                    f"connection `{self._credentials.connection_id}` has no `location_id` and the "
                    "token names none. Expected the sub-account's id. Add it to Extra."
                )
            company = fields.get("company_id") or named.get("companyId")
            clients = self._build_client(self._version), self._build_client(EARLY_VERSION)
            self._place = Place(*clients, location, company)
        return self._place

    def _build_client(self, version: str) -> HttpClient:
        return HttpClient(
            self._host,
            auth=self._auth,
            headers={"Version": version},
            limiter=self._limiter,
            limits=self._limits,
            exact_numbers=True,
            explain=explain,
            sleep=self._sleep,
        )
