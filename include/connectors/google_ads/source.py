"""Google Ads API over REST: googleAds:search with GAQL, one client account after the other.

Lists are read whole (removed entities stay, with that status). Performance is read by slices of at
most 14 days, each query ordered by day: page tokens expire after about two hours, and a slice is
then continued from the last day seen. Only slices read to their end are declared complete.
"""

import logging
from collections import deque
from collections.abc import Iterator
from datetime import date
from typing import Any

from include.config.connector_spec import Stream
from include.connectors.google_ads.accounts import NOT_ENABLED, Account, clean_id, find_accounts
from include.connectors.google_ads.client import LIMITS, AdsClient
from include.connectors.google_ads.gaql import CLICKS, CLIENTS, Shape, build_query, build_shape
from include.core.clock import utcnow
from include.core.errors import ContractBroken, EltError
from include.core.streams import Page, Window
from include.extract.http.api_source import ApiSource
from include.extract.http.date_slices import DAY, Slice, build_complete, build_slices, slice_key
from include.extract.http.google_errors import has_code
from include.extract.record_path import pick
from include.extract.source import FROM_THE_START, ReadOptions

log = logging.getLogger(__name__)

SLICE_DAYS = 14
# Daily data is kept 37 months; older days answer nothing, which would delete what was loaded.
KEEP_DAYS = 1110
# Slice and age of clicks: one day a query, and the last 90 days only.
CLICK_DAYS = (1, 89)
EXPIRED = "EXPIRED_PAGE_TOKEN"
TOO_MUCH = "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"
RESTARTS = 3


class GoogleAdsSource(ApiSource):
    """Every client account one login reaches, or those the feed names."""

    usual_limits = LIMITS

    def _prepare(self) -> None:
        self._client = AdsClient(
            self._feed, self._api, self._credentials, self._build_limiter(), self._limits
        )
        self._accounts: list[Account] = []

    def check(self) -> None:
        """The login reaches accounts, and each stream's query is accepted for the first one."""
        account = self._fetch_accounts()[0]
        yesterday = utcnow().astimezone(account.zone).date() - DAY
        piece = Slice(yesterday, yesterday)
        for stream in map(self._find_asked, self._feed.streams):
            query = build_query(stream, piece if stream.cursor else None)
            next(self._client.search(account.customer_id, account.login_id, f"{query} LIMIT 1"))

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of every account; one closed meanwhile is left out, its rows stay as they are."""
        spec = self._find_asked(stream)
        for account in self._fetch_accounts():
            try:
                yield from self._read_account(spec, account, window)
            except EltError as error:
                if not has_code(error, NOT_ENABLED):
                    raise
                log.warning(
                    "action=account_skipped customer=%s reason=not_enabled", account.customer_id
                )

    def _read_account(self, spec: Stream, account: Account, window: Window) -> Iterator[Page]:
        shape = build_shape(spec)
        if spec.cursor is None:
            query = build_query(spec, None)
            for rows in self._client.search(account.customer_id, account.login_id, query):
                yield Page([shape.complete(row) for row in rows])
            return
        days, kept = CLICK_DAYS if spec.path == CLICKS else (SLICE_DAYS, KEEP_DAYS)
        waiting = deque(build_slices(window, account.zone, days, keep_days=kept))
        while waiting:
            piece = waiting.popleft()
            try:
                yield from self._read_slice(spec, account, piece, shape)
            except EltError as error:
                if not has_code(error, TOO_MUCH) or piece.first == piece.last:
                    raise
                log.warning("action=slice_halved customer=%s", account.customer_id)
                waiting.extendleft(reversed(piece.halves()))

    def _read_slice(
        self, spec: Stream, account: Account, piece: Slice, shape: Shape
    ) -> Iterator[Page]:
        """One slice to its end; the day an expired token cut is read again from its beginning."""
        rest, restarts = piece, 0
        while True:
            try:
                query = build_query(spec, rest)
                for rows in self._client.search(account.customer_id, account.login_id, query):
                    for row in rows:
                        shape.complete(row)
                        row["slice_key"] = slice_key(account.customer_id, _day(row))
                    yield Page(rows)
                    if rows:
                        rest = rest.since(_day(rows[-1]))
                break
            except EltError as error:
                restarts += 1
                if not has_code(error, EXPIRED) or restarts > RESTARTS:
                    raise
                log.warning("action=slice_continued customer=%s", account.customer_id)
        yield Page([], complete=build_complete(account.customer_id, [piece]))

    def _fetch_accounts(self) -> list[Account]:
        if not self._accounts:
            login = self._client.login_id
            named = [clean_id(str(c)) for c in self._feed.options.get("customer_ids") or ()]
            roots = named or ([login] if login else self._client.fetch_roots())
            self._accounts = find_accounts(roots, login, self._search_clients)
        return self._accounts

    def _search_clients(self, root: str, login_id: str | None) -> Iterator[dict[str, Any]]:
        for rows in self._client.search(root, login_id, CLIENTS):
            yield from rows


def _day(row: dict[str, Any]) -> date:
    """Day of a report row.

    Raises:
        ContractBroken: If there is none, so that nothing could be deleted and inserted by day.
    """
    found = pick(row, "segments.date")
    try:
        return date.fromisoformat(str(found))
    except ValueError:
        raise ContractBroken(
            f"a report row has the date `{str(found)[:20]}`. Expected YYYY-MM-DD. Check the API "
            "version."
        ) from None


SOURCE = GoogleAdsSource
