"""One GoHighLevel sub-account.

The token is a private integration token, or an OAuth one whose refresh token works once.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from requests.auth import AuthBase

from include.config.load import start_instant
from include.connectors.gohighlevel import lists
from include.connectors.gohighlevel.lists import Records, SubAccount
from include.core.clock import utcnow
from include.core.errors import EltError, MissingSecret
from include.core.streams import Page, Window
from include.extract.http.api_source import ApiSource
from include.extract.http.auth import HeaderAuth
from include.extract.http.client import AnswerRules, HttpClient
from include.extract.http.oauth import OAuth, build_login
from include.extract.http.status import build_status_error
from include.extract.source import FROM_THE_START, ReadOptions
from include.extract.windows import keep_inside

# Conversations and calendars are pinned to the older version; everything else to the newer one.
EARLY_VERSION = "2021-04-15"
# 100 requests in 10 seconds, and no Retry-After: one interval is waited.
INTERVAL_S = 10.0


def explain(what: str, status: int, retry_after_s: float | None, body: Any) -> EltError:
    """The error for an answer that is not 2xx; bodies hold sentences only, so none is shown."""
    wait = retry_after_s or (INTERVAL_S if status == 429 else None)
    return build_status_error(what, status, wait, None)


class GoHighLevelSource(ApiSource):
    """Reads one location."""

    def _prepare(self) -> None:
        self._limiter = self._build_limiter()
        self._host = (self._credentials.host or self._api.base_url).rstrip("/")
        self._auth = self._build_auth()
        self._account: SubAccount | None = None

    def check(self) -> None:
        """The token works, and every list answers."""
        for name in sorted(self._feed.streams):
            next(self._fetch(name, Window()), None)

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of one stream; contacts by change, everything else whole."""
        spec = self._feed.streams[stream]
        for records in self._fetch(stream, window):
            kept, outside = keep_inside(records, spec, window)
            yield Page(kept, filtered=outside)

    def _fetch(self, stream: str, window: Window) -> Iterator[Records]:
        account = self._find_account()
        if stream == "contacts":
            return lists.fetch_contacts(account, window)
        if stream == "calendar_events":
            ahead = timedelta(days=int(self._feed.options.get("events_ahead_days") or 180))
            return lists.fetch_events(account, start_instant(self._feed), utcnow() + ahead)
        found: Iterator[Records] = {
            "opportunities": lists.fetch_opportunities,
            "pipelines": lists.fetch_pipelines,
            "conversations": lists.fetch_conversations,
            "calendars": lists.fetch_calendars,
            "users": lists.fetch_users,
        }[stream](account)
        return found

    def _build_auth(self) -> AuthBase:
        fields = self._credentials.fields
        if not fields.get("login"):
            return HeaderAuth("Authorization", f"Bearer {self._credentials.secret('password')}")
        self._credentials.secret("refresh_token")
        login = build_login(
            self._credentials, f"{self._host}/oauth/token", form={"user_type": "Location"}
        )
        return OAuth(login, self._stores.token_store, explain=explain, sleep=self._limits.sleep)

    def _find_account(self) -> SubAccount:
        """The sub-account of the token, or of the connection.

        Raises:
            MissingSecret: If neither names it.
        """
        if self._account is None:
            named = self._auth.token().facts if isinstance(self._auth, OAuth) else {}
            fields = self._credentials.fields
            location = fields.get("location_id") or named.get("locationId")
            if not location:
                raise MissingSecret(
                    f"connection `{self._credentials.connection_id}` has no `location_id` and the "
                    "token names none. Expected the sub-account's id. Add it to Extra."
                )
            company = fields.get("company_id") or named.get("companyId")
            clients = self._build_client(str(self._api.version)), self._build_client(EARLY_VERSION)
            self._account = SubAccount(*clients, location, company)
        return self._account

    def _build_client(self, version: str) -> HttpClient:
        return HttpClient(
            self._host,
            auth=self._auth,
            headers={"Version": version},
            limiter=self._limiter,
            limits=self._limits,
            answers=AnswerRules(exact_numbers=True, explain=explain),
        )


SOURCE = GoHighLevelSource
