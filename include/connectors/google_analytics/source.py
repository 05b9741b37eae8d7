"""GA4 Data API: one report per stream, asked for by finished days of the property.

Days are asked for in ranges, five ranges a request. An answer that says it folded, withheld or
sampled something is asked for again day by day, where less of that happens; what is left of it
stands beside the rows. No Retry-After is documented, the quota that ran out names its own wait.
"""

import logging
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from include.connectors.google_analytics.report import (
    Definition,
    build_definition,
    build_quality,
    build_records,
    build_request,
    find_overlap,
)
from include.core.clock import utcnow
from include.core.errors import ConfigError, ContractBroken, UpstreamUnavailable
from include.core.streams import Page, Window
from include.extract.http.api_client import build_base_url
from include.extract.http.api_source import ApiSource
from include.extract.http.client import AnswerRules, HttpClient, HttpLimits
from include.extract.http.date_slices import DAY, Slice, build_complete, build_slices
from include.extract.http.google_errors import build_explain, seconds_to_midnight
from include.extract.http.google_login import build_google_auth
from include.extract.record_path import pick
from include.extract.source import FROM_THE_START, ReadOptions

log = logging.getLogger(__name__)

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
BATCH = 5
# A day that is still counted may change while it is paged.
WALKS = 4
# A failed request counts against ten an hour for the whole property.
LIMITS = HttpLimits(tries=3, read_s=120.0)
# A tenth of what a standard property has; hourly ones flow back within the hour.
LOW_TOKENS = {"tokensPerProjectPerHour": 1_400, "tokensPerHour": 4_000, "tokensPerDay": 20_000}
LOW_WAIT_S = 30.0
PROBE = Definition(("date",), ("sessions",))


def find_wait(codes: tuple[str, ...], message: str) -> float | None:
    """Seconds until the quota that ran out is there again, by the words of Google's message."""
    text = message.lower()
    if "concurrent" in text:
        return 30.0
    if "server errors" in text:
        return 3600.0
    if "per hour" in text or "thresholded" in text:
        return 1800.0
    return seconds_to_midnight() if "per day" in text or "daily" in text else None


class GoogleAnalyticsSource(ApiSource):
    """One property."""

    usual_limits = LIMITS

    def _prepare(self) -> None:
        fields = self._credentials.fields
        found = self._feed.options.get("property_id") or fields.get("property_id")
        self._property = str(found or "").removeprefix("properties/")
        if not self._property.isdigit():
            raise ConfigError(
                f"property_id is `{self._property or 'missing'}`. Expected the property's number "
                "(not G-XXXX), from Admin, Property settings. Set the feed's option `property_id`."
            )
        self._zone: ZoneInfo | None = None
        self._client = HttpClient(
            build_base_url(self._api.base_url, self._credentials.host),
            auth=build_google_auth(self._credentials, SCOPE),
            # Tokens are counted by property: one that ran out must not stop the others.
            limiter=self._build_limiter(self._property),
            limits=self._limits,
            answers=AnswerRules(explain=build_explain(find_wait)),
        )

    def check(self) -> None:
        """The login may read the property, and each report's fields exist and go together."""
        body = self._client.get(f"properties/{self._property}/metadata").body
        known = _names(body, "dimensions") | _names(body, "metrics")
        for name in sorted(self._feed.streams):
            definition = build_definition(self._find_asked(name))
            missing = set(definition.dimensions + definition.metrics) - known
            if missing:
                raise ContractBroken(
                    f"property `{self._property}` has no {', '.join(sorted(missing))} (stream "
                    f"{name}). Expected the fields of the connector. Update its columns."
                )
            self._check_compatible(name, definition)

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """The window's days, oldest first; each page names the days it completes."""
        definition = build_definition(self._find_asked(stream))
        size = max(int(self._feed.options.get("days_per_request") or 1), 1)
        waiting = deque(build_slices(window, self._fetch_zone(), size))
        while pieces := list(islice(_drain(waiting), BATCH)):
            again: list[Slice] = []
            reports = self._run_batch([build_request(definition, piece) for piece in pieces])
            for piece, report in zip(pieces, reports, strict=True):
                quality = build_quality(report.get("metadata") or {})
                if quality.is_flagged and len(piece.days) > 1:
                    again += [Slice(day, day) for day in piece.days]
                    continue
                yield from self._read_pages(definition, piece, report)
            waiting.extendleft(reversed(again))

    def _read_pages(
        self, definition: Definition, piece: Slice, report: dict[str, Any]
    ) -> Iterator[Page]:
        """Offset and limit go into the body; there is no token, `rowCount` says when to stop.

        Each page begins with the last row of the one before: where another stands there, rows have
        come or gone in front of it, and the report is read again from its beginning.

        Raises:
            UpstreamUnavailable: If it moves each time.
        """
        for _ in range(WALKS):
            done, last = 0, None
            while True:
                records = build_records(report, definition, self._property)
                if last is not None:
                    if not records or records[0]["dimensions"] != last:
                        break
                    records = records[1:]
                done += len(records)
                if done >= int(report.get("rowCount") or 0):
                    yield Page(records, complete=build_complete(self._property, [piece]))
                    return
                _require_more(records, done, report)
                yield Page(records)
                last = records[-1]["dimensions"] if find_overlap() else None
                report = self._run(build_request(definition, piece, offset=done - find_overlap()))
            log.warning("action=report_moved property=%s day=%s", self._property, piece.first)
            report = self._run(build_request(definition, piece))
        raise UpstreamUnavailable(
            f"the report of {piece.first} changed each of {WALKS} times it was paged. Expected "
            "one that stands still. Nothing of it was kept; the next try reads it again."
        )

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.post(f"properties/{self._property}:runReport", request)
        return self._accept(answer.body)

    def _run_batch(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        path = f"properties/{self._property}:batchRunReports"
        reports = pick(self._client.post(path, {"requests": requests}).body, "reports")
        if not isinstance(reports, list) or len(reports) != len(requests):
            raise ContractBroken(
                f"`{path}` answered {len(reports) if isinstance(reports, list) else 'no'} reports. "
                f"Expected {len(requests)}. Check the connection's host."
            )
        return [self._accept(report) for report in reports]

    def _accept(self, report: Any) -> dict[str, Any]:
        """Slow down before the property's other users are locked out."""
        if not isinstance(report, dict):
            raise ContractBroken(
                "the answer is no report. Expected an object. Check the connection's host."
            )
        quota = report.get("propertyQuota") or {}
        low = [
            name
            for name, least in LOW_TOKENS.items()
            # A quota that is used up has no `remaining`: proto-JSON leaves zero out.
            if name in quota and int(quota[name].get("remaining", 0)) <= least
        ]
        if low:
            log.warning("action=slow_down property=%s quota=%s", self._property, ",".join(low))
            self._limits.sleep(LOW_WAIT_S)
        return report

    def _fetch_zone(self) -> ZoneInfo:
        """The property's time zone, which only a report's metadata tells."""
        if self._zone is None:
            yesterday = utcnow().date() - DAY
            report = self._run(build_request(PROBE, Slice(yesterday, yesterday), limit=1))
            name = pick(report, "metadata.timeZone")
            try:
                self._zone = ZoneInfo(str(name))
            except (ZoneInfoNotFoundError, ValueError):
                raise ContractBroken(
                    f"the property's time zone is `{str(name)[:40]}`. Expected an IANA name. "
                    "Without it no day can be called finished; report it to Google."
                ) from None
        return self._zone

    def _check_compatible(self, stream: str, definition: Definition) -> None:
        body = {
            "dimensions": [{"name": name} for name in definition.dimensions],
            "metrics": [{"name": name} for name in definition.metrics],
            "compatibilityFilter": "INCOMPATIBLE",
        }
        path = f"properties/{self._property}:checkCompatibility"
        found = self._client.post(path, body).body
        wanted = set(definition.dimensions + definition.metrics)
        wrong = wanted & _incompatible(found)
        if wrong:
            raise ContractBroken(
                f"the fields {', '.join(sorted(wrong))} do not go together (stream {stream}). "
                "Expected a compatible report. Update the connector's columns."
            )


def _require_more(records: list[dict[str, Any]], done: int, report: dict[str, Any]) -> None:
    if not records:
        raise ContractBroken(
            f"the report ends after `{done}` of {report.get('rowCount')} rows. Expected all. Run "
            "again; if it stays, report it to Google."
        )


def _drain(waiting: deque[Slice]) -> Iterator[Slice]:
    while waiting:
        yield waiting.popleft()


def _names(body: Any, kind: str) -> set[str]:
    """API names, and the former ones that are still answered."""
    found: set[str] = set()
    for field in pick(body, kind) or []:
        found |= {str(field.get("apiName")), *field.get("deprecatedApiNames", [])}
    return found


def _incompatible(body: Any) -> set[str]:
    return {
        str(pick(field, f"{kind}Metadata.apiName"))
        for kind in ("dimension", "metric")
        for field in pick(body, f"{kind}Compatibilities") or []
        if field.get("compatibility") == "INCOMPATIBLE"
    }


SOURCE = GoogleAnalyticsSource
