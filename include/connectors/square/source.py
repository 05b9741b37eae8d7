"""Square v2: GET lists and POST searches, all paged by a cursor, for all locations of the seller.

Data flow: window -> one request per stream or per group of locations (`requests.py`) -> pages until
the answer holds no cursor -> records completed -> window filter -> Page.
"""

import logging
from collections.abc import Iterator
from typing import Any

from include.config.connector_spec import Stream
from include.connectors.square.requests import LIST_PAGE, Query, build_queries
from include.core.errors import ContractBroken
from include.core.streams import Page, Window
from include.extract.http.api_client import build_client
from include.extract.http.api_source import ApiSource
from include.extract.rest.refused import require_no_fault
from include.extract.source import FROM_THE_START, ReadOptions
from include.extract.windows import keep_inside

log = logging.getLogger(__name__)

# A page without rows has no list at all; these keys may then stand alone.
EMPTY_PAGE_KEYS = frozenset({"cursor", "latest_time", "count", "matched_variation_ids"})
RESTARTS = 2
PAYOUTS = "payouts"


class SquareSource(ApiSource):
    """One seller."""

    def _prepare(self) -> None:
        self._client = build_client(self._api, self._credentials, self._stores, self._limits)

    def check(self) -> None:
        """The token works and may read each stream: one small page of each."""
        locations = self._fetch_locations()[:1]
        for name, stream in sorted(self._feed.streams.items()):
            for query in build_queries(name, stream, Window(), locations)[:1]:
                _records(self._ask(query.small(), None), stream)

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of a window; a record changed meanwhile may come twice, the loader keeps one.

        Raises:
            ContractBroken: If an answer has no list of records, or its cursor does not advance.
        """
        spec = self._feed.streams[stream]
        needs_places = stream in ("payments", "orders", "payouts")
        locations = self._fetch_locations() if needs_places else []
        for query in build_queries(stream, spec, window, locations):
            for records in self._walk(query, spec):
                for record in records:
                    _complete(record)
                    if stream == PAYOUTS:
                        self._fill_payout(record, spec)
                kept, outside = keep_inside(records, spec, window)
                yield Page(kept, filtered=outside)

    def _fill_payout(self, payout: dict[str, Any], stream: Stream) -> None:
        """What it is made of: a list of its own, asked for payout by payout."""
        path = f"{stream.path}/{payout['id']}/payout-entries"
        listed = stream.model_copy(update={"records_path": "payout_entries"})
        query = Query(path, {"sort_order": "ASC", "limit": str(LIST_PAGE)})
        payout["entries"] = [entry for page in self._walk(query, listed) for entry in page]
        fees = payout.get("payout_fee") or []
        payout["payout_fees"] = sum(
            (fee.get("amount_money") or {}).get("amount", 0) for fee in fees
        )

    def _fetch_locations(self) -> list[str]:
        """Ids of all locations: inactive ones still own old payments and orders."""
        answer = self._client.get("v2/locations").body
        found = answer.get("locations", []) if isinstance(answer, dict) else None
        if not isinstance(found, list) or not found:
            raise ContractBroken(
                "`v2/locations` names no location. Expected at least the seller's main one. "
                "Check that the token belongs to a seller account."
            )
        return sorted(str(location["id"]) for location in found)

    def _walk(self, query: Query, stream: Stream) -> Iterator[list[dict[str, Any]]]:
        """Pages until no cursor comes; an expired cursor restarts the query from its beginning.

        Cursors live some minutes only, so a slow load may lose one. Rows read before the restart
        come again; the loader keeps one of them.
        """
        cursor: str | None = None
        seen: set[str] = set()
        restarts = 0
        while True:
            try:
                body = self._ask(query, cursor)
            except ContractBroken as error:
                if cursor is None or error.status != 400 or restarts == RESTARTS:
                    raise
                restarts += 1
                log.warning("action=cursor_expired path=%s restart=%d", query.path, restarts)
                cursor, seen = None, set()
                continue
            yield _records(body, stream)
            # Limits are advisory: a page may be short or empty and still not be the last.
            cursor = body.get("cursor") or None
            if cursor is None:
                return
            if cursor in seen:
                raise ContractBroken(
                    f"`{query.path}` answers the same cursor again. Expected the next page. "
                    "Run again; if it stays, report it to the vendor."
                )
            seen.add(cursor)

    def _ask(self, query: Query, cursor: str | None) -> Any:
        more = {"cursor": cursor} if cursor else {}
        if query.body is None:
            return self._client.get(query.path, {**query.params, **more}).body
        return self._client.post(query.path, {**query.body, **more}).body


def _records(body: Any, stream: Stream) -> list[dict[str, Any]]:
    """The page's list; missing means empty when nothing unknown stands in its place."""
    where = stream.records_path or ""
    require_no_fault(body, where)
    found = body.get(where) if isinstance(body, dict) else None
    if found is None and isinstance(body, dict) and body.keys() <= {*EMPTY_PAGE_KEYS, where}:
        return []
    if isinstance(found, list) and all(isinstance(record, dict) for record in found):
        return found
    keys = ", ".join(sorted(body)[:8]) if isinstance(body, dict) else type(body).__name__
    raise ContractBroken(
        f"the answer has no list of records at `{where}`, it has: {keys or 'nothing'}. Expected a "
        "list of objects. Check the version in connector.yaml."
    )


def _complete(record: dict[str, Any]) -> None:
    """Fill what cursor and tables need."""
    # Some old payments have no updated_at.
    if "created_at" in record and not record.get("updated_at"):
        record["updated_at"] = record["created_at"]
    # Variations come as a stream of their own, in full.
    if isinstance(record.get("item_data"), dict):
        record["item_data"].pop("variations", None)


SOURCE = SquareSource
