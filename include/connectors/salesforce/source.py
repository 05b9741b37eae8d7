"""One Salesforce org: SOQL pages for short windows, Bulk API 2.0 jobs for long ones.

Both ask `queryAll`, so that deleted rows come with `IsDeleted`. The org's address comes with the
token, so the first request is for a token.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote

from include.config.connector_spec import Stream
from include.connectors.salesforce.bulk import BulkApi
from include.connectors.salesforce.errors import explain
from include.connectors.salesforce.resume import find_job, read_job
from include.connectors.salesforce.soql import (
    Further,
    Selection,
    build_count_soql,
    build_records,
    build_selection,
    build_soql,
)
from include.core.errors import ConfigError, ContractBroken
from include.core.streams import Page, Window
from include.extract.http.api_source import ApiSource
from include.extract.http.client import AnswerRules, HttpClient
from include.extract.http.oauth import OAuth, build_login
from include.extract.source import FROM_THE_START, ReadOptions
from include.extract.stores.jobs import JobStore, MemoryJobStore
from include.extract.windows import keep_inside

log = logging.getLogger(__name__)

BULK_CHOICES = ("auto", "always", "never")
BULK_PAGE_RECORDS = 2_000
# A request line of more than 16,384 bytes is refused.
LONGEST_QUERY = 14_000


class SalesforceSource(ApiSource):
    """One org."""

    def _prepare(self) -> None:
        stores, sleep = self._stores, self._limits.sleep
        host = (self._credentials.host or self._api.base_url).rstrip("/")
        login = build_login(self._credentials, f"{host}/services/oauth2/token")
        self._auth = OAuth(login, stores.token_store, explain=explain, sleep=sleep)
        self._limiter = self._build_limiter()
        self._jobs: JobStore = stores.job_store or MemoryJobStore()
        self._client: HttpClient | None = None
        self._selections: dict[str, Selection] = {}
        wanted = (self._feed.options.get(f"{kind}_fields") for kind in ("standard", "custom"))
        self._further = Further(*(one is not False for one in wanted))
        self._bulk = str(self._feed.options.get("bulk") or "auto")
        if self._bulk not in BULK_CHOICES:
            raise ConfigError(
                f"option `bulk` is `{self._bulk}`. Expected one of {', '.join(BULK_CHOICES)}. "
                "Correct the tenant file."
            )

    def check(self) -> None:
        """The login works and every stream's object can be read."""
        for stream in self._feed.streams.values():
            soql = build_soql(self._describe(stream).only_declared(), None, Window())
            self._org().get("query", {"q": f"{soql} LIMIT 1"})

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of a window, in no order; a record changed meanwhile may come twice."""
        spec = self._feed.streams[stream]
        selection = self._describe(spec)
        field = spec.columns[spec.cursor.field].path if spec.cursor else None
        for rows, asked in self._fetch(selection, field, window):
            kept, outside = keep_inside(build_records(rows, asked), spec, window)
            yield Page(kept, filtered=outside)

    def count(self, stream: str, window: Window) -> int | None:
        """`SELECT COUNT()` over the same change times, deleted records included."""
        spec = self._feed.streams[stream]
        field = spec.columns[spec.cursor.field].path if spec.cursor else None
        if field is None:
            return None
        query = build_count_soql(spec.path or "", field, window)
        answer = self._org().get("queryAll", {"q": query}).body
        counted = answer.get("totalSize") if isinstance(answer, dict) else None
        return counted if isinstance(counted, int) else None

    def _fetch(
        self, selection: Selection, field: str | None, window: Window
    ) -> Iterator[tuple[list[Any], Selection]]:
        """Rows of a window in pieces, each with what was asked for: a former try's job keeps its.

        Streams without a cursor are small: worth a job only when the query is too long for a line.
        """
        soql = build_soql(selection, field, window)
        if self._is_bulk(soql, window, has_cursor=field is not None):
            api = BulkApi(self._org(), self._auth, self._limits.sleep)
            # What a whole read found an hour ago is not the stream any more.
            jobs = self._jobs if field else MemoryJobStore()
            job = find_job(api, jobs, selection, field, window)
            if job is not None:
                rows = read_job(api, jobs, job)
                while piece := list(islice(rows, BULK_PAGE_RECORDS)):
                    yield piece, job.selection
                if job.end != window.end:
                    # The job of a former try ends earlier than this window.
                    yield from self._fetch(selection, field, Window(job.end, window.end))
                return
        # Also objects that are not served by bulk jobs.
        if len(quote(soql)) > LONGEST_QUERY:
            log.warning(
                "action=fields_left_out object=%s fields=%d reason=query_too_long_for_pages",
                *(selection.object_name, len(selection.fields.keys() - selection.declared)),
            )
            selection = selection.only_declared()
        for records in self._fetch_pages(build_soql(selection, field, window)):
            yield records, selection

    def _is_bulk(self, soql: str, window: Window, *, has_cursor: bool) -> bool:
        is_long = len(quote(soql)) > LONGEST_QUERY
        if self._bulk == "never" or not has_cursor:
            return is_long and self._bulk != "never"
        if self._bulk == "always" or is_long or window.start is None or window.end is None:
            return True
        days = int(self._feed.options.get("bulk_after_days") or 30)
        return window.end - window.start > timedelta(days=days)

    def _fetch_pages(self, soql: str) -> Iterator[list[Any]]:
        """Pages by locator; the vendor decides how many rows each has."""
        answer = self._org().get("queryAll", {"q": soql}).body
        seen: set[str] = set()
        while True:
            records = answer.get("records") if isinstance(answer, dict) else None
            if not isinstance(records, list):
                raise ContractBroken(
                    "a query's answer has no `records`. Expected a list. Check the API version."
                )
            yield records
            if answer.get("done"):
                return
            following = str(answer.get("nextRecordsUrl") or "").rpartition("/")[2]
            if not following or following in seen:
                raise ContractBroken(
                    "a query's page names no new next page. Expected `nextRecordsUrl`. Run again; "
                    "if it stays, report it to the vendor."
                )
            seen.add(following)
            answer = self._org().get(f"query/{following}").body

    def _describe(self, stream: Stream) -> Selection:
        """The fields to ask for; one source, so one load or backfill chunk, keeps its list."""
        name = stream.path or ""
        if name not in self._selections:
            described = self._org().get(f"sobjects/{name}/describe").body
            selection = build_selection(stream, described, self._further)
            if selection.missing:
                # CurrencyIsoCode is missing in every org with one currency.
                fields = ",".join(selection.missing)
                log.info("action=fields_missing object=%s fields=%s", name, fields)
            self._selections[name] = selection
        return self._selections[name]

    def _org(self) -> HttpClient:
        """Client of the org's own host, which the token names."""
        if self._client is None:
            instance = self._auth.token().facts.get("instance_url")
            if not instance:
                raise ContractBroken(
                    "the token's answer names no `instance_url`. Expected the org's address. Check "
                    "that the connection's host is a Salesforce login host."
                )
            self._client = HttpClient(
                f"{instance.rstrip('/')}/services/data/{self._api.version}",
                auth=self._auth,
                limiter=self._limiter,
                limits=self._limits,
                answers=AnswerRules(exact_numbers=True, explain=explain),
            )
        return self._client


SOURCE = SalesforceSource
