"""One QuickBooks Online company: the query API by change time, deletions by change data capture.

Data flow: window -> SELECT by LastUpdatedTime -> pages -> rows not given before -> lines flattened
-> window filter -> Page.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.connectors.quickbooks.changes import build_deletions, fetch_changes, is_full
from include.connectors.quickbooks.faults import build_fault_error, explain, find_fault
from include.connectors.quickbooks.lines import flatten_lines
from include.connectors.quickbooks.query import (
    Statement,
    build_statement,
    change_time,
    fetch_rows,
    read_count,
)
from include.connectors.quickbooks.report import REPORTS, build_records, build_years
from include.core.clock import parse_instant, utcnow
from include.core.errors import ConfigError, ContractBroken, UpstreamUnavailable
from include.core.streams import Page, Window
from include.extract.http.api_client import build_base_url
from include.extract.http.api_source import ApiSource
from include.extract.http.client import AnswerRules, HttpClient, HttpLimits
from include.extract.http.oauth import OAuth, build_login
from include.extract.source import FROM_THE_START, ReadOptions
from include.extract.windows import keep_inside

log = logging.getLogger(__name__)

TOKEN_URL = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105  an address
# Requests end after 120 s at Intuit's side.
LIMITS = HttpLimits(read_s=125.0)
TRIES = 3
MAX_MOVES = 5
# Change data goes back 30 days; a little less, as asking takes time.
LOOK_BACK = timedelta(days=30) - timedelta(minutes=5)
# Where more changed than one answer holds: the shortest time deletions are looked for in.
SHORTEST = timedelta(minutes=1)


class QuickBooksSource(ApiSource):
    """One company."""

    usual_limits = LIMITS

    def _prepare(self) -> None:
        credentials = self._credentials
        self._realm = _realm_id(self._feed, credentials)
        self._version = {"minorversion": self._api.version or ""}
        url = credentials.fields.get("token_url") or TOKEN_URL
        login = build_login(credentials, url, client_auth="basic")
        self._client = HttpClient(
            build_base_url(self._api.base_url, credentials.host),
            auth=OAuth(login, self._stores.token_store, sleep=self._limits.sleep),
            limiter=self._build_limiter(),
            limits=self._limits,
            answers=AnswerRules(self._api.exact_numbers, explain),
        )

    def check(self) -> None:
        """The login reaches the company and may read each stream: one row of each."""
        for stream in self._feed.streams.values():
            if stream.path and stream.path.startswith(REPORTS):
                self._get(stream.path, next(build_years(self._feed.start_date, self._today()), {}))
            elif stream.path:
                self._ask(Statement(stream.path, None, None, size=1))
            else:
                self._fetch_cdc(self._entities()[:1], self._fetch_time())

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of a window by change time; an entity edited meanwhile may come twice.

        Raises:
            ContractBroken: If an answer is no list, or not in the order asked for.
        """
        spec = self._feed.streams[stream]
        if spec.path is None:
            yield from self._read_deletions(spec, window)
            return
        if spec.path.startswith(REPORTS):
            for year in build_years(self._feed.start_date, self._today()):
                yield Page(build_records(self._get(spec.path, year)))
            yield Page([], complete=("all",))
            return
        asked = window if spec.cursor else Window()
        for rows in self._walk(spec.path, asked):
            kept, outside = keep_inside([flatten_lines(row) for row in rows], spec, window)
            yield Page(kept, filtered=outside)

    def count(self, stream: str, window: Window) -> int | None:
        """`SELECT count(*)` over the same change times."""
        spec = self._feed.streams[stream]
        if spec.path is None or not spec.cursor:
            return None
        query = build_statement(spec.path, window).count_text()
        return read_count(self._get("query", {"query": query}))

    def _walk(self, entity: str, window: Window) -> Iterator[list[dict[str, Any]]]:
        """Pages without the rows of the last instant that the page before has given."""
        statement: Statement | None = build_statement(entity, window)
        given: set[tuple[str, str]] = set()
        before, moved = None, 0
        while statement is not None:
            rows = self._ask(statement)
            if statement.overlaps and (not rows or _identity(rows[0]) != before):
                statement, moved = replace(statement, position=1), moved + 1
                _require_rest(entity, moved)
                continue
            yield [row for row in rows if _identity(row) not in given]
            before = _identity(rows[-1]) if rows else None
            statement = statement.following(rows)
            if statement is not None:
                last = statement.after
                again = {_identity(r) for r in rows if last and change_time(r, entity) >= last}
                given = again if statement.position == 1 else given | again

    def _ask(self, statement: Statement) -> list[dict[str, Any]]:
        """Rows of one page; an answer to another statement is asked for again."""
        for _ in range(TRIES):
            body = self._get("query", {"query": statement.text()})
            rows = fetch_rows(body, statement)
            if rows is not None:
                return rows
            log.warning("action=page_repeated entity=%s", statement.entity)
        raise ContractBroken(
            f"`{statement.entity}` answers another page than asked for again and again. Expected "
            f"position {statement.position}. Run again; if it stays, report it to the vendor."
        )

    def _get(self, path: str, params: dict[str, str]) -> Any:
        """JSON of an answer; a fault at status 200 is an error like any other."""
        for attempt in range(1, TRIES + 1):
            answer = self._client.get(
                f"{quote(self._realm, safe='')}/{path}", {**params, **self._version}
            )
            log.debug("action=answer path=%s tid=%s", path, answer.headers.get("intuit_tid"))
            fault = find_fault(answer.body)
            if fault is None:
                return answer.body
            error = build_fault_error(f"GET {path}", *fault)
            if not isinstance(error, UpstreamUnavailable) or attempt == TRIES:
                raise error
            self._limits.sleep(attempt)
        raise AssertionError("the loop returns or raises")

    def _today(self) -> date:
        """In UTC: a month's last day is at most asked for some hours late."""
        return utcnow().date()

    def _entities(self) -> list[str]:
        """Documents of every stream, selected or not; rows of lists are never deleted."""
        streams = self._feed.connector.streams.values()
        return sorted(s.path for s in streams if s.path and s.cursor)

    def _read_deletions(self, spec: Stream, window: Window) -> Iterator[Page]:
        now = self._fetch_time()
        since = max(window.start or now - LOOK_BACK, now - LOOK_BACK)
        changes = self._fetch_cdc(self._entities(), since)
        parts = [changes]
        if is_full(changes):
            parts = [self._fetch_newest(entity, since, now) for entity in self._entities()]
        for part in parts:
            kept, outside = keep_inside(build_deletions(part), spec, window)
            yield Page(kept, filtered=outside)

    def _fetch_time(self) -> datetime:
        """Intuit's now, against which the look-back is measured.

        Raises:
            ContractBroken: If the answer has no time.
        """
        body = self._get("query", {"query": f"SELECT count(*) FROM {self._entities()[0]}"})  # noqa: S608  a declared name
        try:
            return parse_instant(str(body["time"]))
        except (KeyError, TypeError, ValueError):
            raise ContractBroken(
                "an answer has no readable `time`. Expected Intuit's clock beside QueryResponse. "
                "Check the connection's host."
            ) from None

    def _fetch_newest(
        self, entity: str, since: datetime, now: datetime
    ) -> dict[str, list[dict[str, Any]]]:
        """The longest stretch up to now that one answer holds whole: there are no pages."""
        start = since
        while is_full(found := self._fetch_cdc([entity], start)) and now - start > SHORTEST:
            start += (now - start) / 2
        if start > since:
            log.warning(
                "action=deletions_unknown entity=%s from=%s to=%s reason=answer_full",
                *(entity, since.isoformat(), start.isoformat()),
            )
        return found

    def _fetch_cdc(self, entities: list[str], since: datetime) -> dict[str, list[dict[str, Any]]]:
        at = since.astimezone(UTC).replace(microsecond=0).isoformat()
        return fetch_changes(self._get("cdc", {"entities": ",".join(entities), "changedSince": at}))


def _require_rest(entity: str, moved: int) -> None:
    """A list that moves each time it is read is not read for ever.

    Raises:
        UpstreamUnavailable: If it moved too often; the next run reads the same window.
    """
    if moved > MAX_MOVES:
        raise UpstreamUnavailable(
            f"`{entity}` has more rows of one second than a page holds, and they were edited "
            f"during each of `{moved}` reads. Expected a list that rests for one. Run again later."
        )
    log.warning("action=rows_moved entity=%s times=%d", entity, moved)


def _identity(row: dict[str, Any]) -> tuple[str, str]:
    return str(row.get("Id")), str(row.get("SyncToken"))


def _realm_id(feed: Feed, credentials: Credentials) -> str:
    realm = str(feed.options.get("realm_id") or credentials.fields.get("realm_id") or "")
    if not realm.isdecimal():
        raise ConfigError(
            "no company id. Expected `realm_id`, digits only, in the feed's options or in the "
            f"Extra of connection `{credentials.connection_id}`. Intuit shows it at the consent."
        )
    return realm


SOURCE = QuickBooksSource
