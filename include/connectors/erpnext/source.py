"""ERPNext over Frappe's REST API: documents by `modified`, then their child rows in bulk.

Data flow: window -> site's wall clock -> pages by key (modified, name) -> child rows of the page's
documents -> instants in UTC -> window filter -> Page.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from include.config.connector_spec import Stream
from include.connectors.erpnext.listing import (
    CHILD_DOCTYPES,
    Filter,
    build_child_params,
    build_list_params,
    split_names,
)
from include.connectors.erpnext.site_time import build_wall_end, build_wall_start, set_instants
from include.core.errors import ConfigError, ContractBroken
from include.core.streams import Page, Window
from include.extract.http.api_source import ApiSource
from include.extract.http.auth import HeaderAuth
from include.extract.http.client import AnswerRules, HttpClient
from include.extract.source import FROM_THE_START, ReadOptions
from include.extract.windows import keep_inside

log = logging.getLogger(__name__)

COUNT_METHOD = "api/method/frappe.client.get_count"
# Written under a random name; a job of the site gives them their own within the hour (and stamps
# `modified` then), so before that they would be read once under each.
RENAMED = frozenset({"GL Entry", "Stock Ledger Entry"})
ZONE_METHOD = "api/method/frappe.client.get_time_zone"


class ErpnextSource(ApiSource):
    """One site."""

    def _prepare(self) -> None:
        credentials = self._credentials
        if not credentials.host:
            raise ConfigError(
                f"connection `{credentials.connection_id}` has no host. Expected the site's "
                "address, `https://<site>`. Add it to the connection."
            )
        key, secret = credentials.secret("login"), credentials.secret("password")
        self._size = int(self._feed.options.get("page_size") or 500)
        self._zone: ZoneInfo | None = None
        self._client = HttpClient(
            credentials.host,
            auth=HeaderAuth("Authorization", f"token {key}:{secret}"),
            limiter=self._build_limiter(),
            limits=self._limits,
            answers=AnswerRules(self._api.exact_numbers),
        )

    def check(self) -> None:
        """The key works, the zone is known, each DocType and its child rows may be read."""
        self._fetch_zone()
        for stream in self._feed.streams.values():
            found = self._list(stream.path or "", build_list_params([], size=1))
            for child in stream.children:
                names = [str(document["name"]) for document in found]
                self._fetch_children(stream, child, names)

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of a window, oldest change first.

        Raises:
            ContractBroken: If an answer has no list of documents.
        """
        spec = self._feed.streams[stream]
        zone = self._fetch_zone()
        moments = {name for name, column in spec.columns.items() if column.type == "timestamp"}
        for documents in self._walk(spec, window, zone):
            for child in spec.children:
                rows = self._fetch_children(spec, child, [str(d["name"]) for d in documents])
                for document in documents:
                    document[child] = rows.get(str(document["name"]), [])
            for document in documents:
                set_instants(document, frozenset(moments), zone)
            kept, outside = keep_inside(documents, spec, window)
            yield Page(kept, filtered=outside)

    def count(self, stream: str, window: Window) -> int | None:
        """`frappe.client.get_count` with the filters of the list."""
        spec = self._feed.streams[stream]
        if not spec.cursor:
            return None
        filters = json.dumps(_build_bounds(spec, window, self._fetch_zone()))
        body = self._client.get(COUNT_METHOD, {"doctype": spec.path or "", "filters": filters}).body
        counted = body.get("message") if isinstance(body, dict) else None
        return counted if isinstance(counted, int) else None

    def _fetch_zone(self) -> ZoneInfo:
        """The site's zone: option `timezone`, else what the site says."""
        if self._zone is None:
            named = self._feed.options.get("timezone")
            if not named:
                answer = self._client.get(ZONE_METHOD).body
                message = answer.get("message") if isinstance(answer, dict) else None
                named = message.get("time_zone") if isinstance(message, dict) else message
            try:
                self._zone = ZoneInfo(str(named or ""))
            except (ValueError, OSError):
                raise ConfigError(
                    f"time zone `{named}` is unknown. Expected an IANA name such as "
                    "`America/New_York`. Set the feed's option `timezone`."
                ) from None
        return self._zone

    def _walk(
        self, stream: Stream, window: Window, zone: ZoneInfo
    ) -> Iterator[list[dict[str, Any]]]:
        """Pages by key: an offset would skip documents when one of an earlier page is saved."""
        bounds = _build_bounds(stream, window, zone)
        after: tuple[str, str] | None = None
        while True:
            params = build_list_params(bounds, size=self._size, after=after)
            found = self._list(stream.path or "", params)
            if not found:
                return
            following = (str(found[-1]["modified"]), str(found[-1]["name"]))
            if following == after:
                raise ContractBroken(
                    f"`{stream.path}` answers the same page again. Expected documents after the "
                    "last one. Run again; if it stays, report it to the site's administrator."
                )
            after = following
            yield found

    def _fetch_children(
        self, stream: Stream, child: str, names: list[str]
    ) -> dict[str, list[dict[str, Any]]]:
        """Child rows by parent, in the document's order; a parent that has none is not in it."""
        doctype = CHILD_DOCTYPES[stream.path or "", child]
        found: dict[str, list[dict[str, Any]]] = {}
        for some in split_names(names):
            start = 0
            while True:
                params = build_child_params(stream.path or "", child, some, self._size, start)
                rows = self._list(doctype, params)
                for row in rows:
                    found.setdefault(str(row["parent"]), []).append(row)
                if len(rows) < self._size:
                    break
                start += len(rows)
        for rows in found.values():
            rows.sort(key=lambda row: (row.get("idx") or 0, str(row["name"])))
        return found

    def _list(self, doctype: str, params: dict[str, str]) -> list[dict[str, Any]]:
        body = self._client.get(f"api/resource/{quote(doctype, safe='')}", params).body
        found = body.get("data") if isinstance(body, dict) else None
        if isinstance(found, list) and all(isinstance(d, dict) and "name" in d for d in found):
            return found
        keys = ", ".join(sorted(body)[:8]) if isinstance(body, dict) else type(body).__name__
        raise ContractBroken(
            f"the answer of `{doctype}` has no list of documents at `data`, it has: "
            f"{keys or 'nothing'}. Expected a list of objects. Check the connection's host."
        )


def _build_bounds(stream: Stream, window: Window, zone: ZoneInfo) -> list[Filter]:
    bounds: list[Filter] = []
    if stream.path in RENAMED:
        bounds.append(["to_rename", "=", "0"])
    if stream.cursor and window.start:
        bounds.append(["modified", ">=", build_wall_start(window.start, zone)])
    if stream.cursor and window.end:
        bounds.append(["modified", "<", build_wall_end(window.end, zone)])
    return bounds


SOURCE = ErpnextSource
