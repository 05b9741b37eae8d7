"""What to ask Square for: one query per stream, or per location where the API wants them named.

Each endpoint has its own words for a window. Bounds are rounded outwards here; `keep_inside` cuts
exactly afterwards. Source: Square OpenAPI 2025-08-20, descriptions of the parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from include.config.connector_spec import Stream
from include.core.clock import format_instant
from include.core.streams import Window

LIST_PAGE = 100
ORDER_PAGE = 500
CATALOG_PAGE = 1000
COUNT_PAGE = 1000
LOCATIONS_PER_SEARCH = 10
# Left out, lists begin one year ago: created_at and updated_at windows are joined by AND.
FIRST_MOMENT = "1970-01-01T00:00:00Z"
CATALOG_TYPES = {
    "catalog_items": "ITEM",
    "catalog_item_variations": "ITEM_VARIATION",
    "catalog_categories": "CATEGORY",
}


@dataclass(frozen=True)
class Query:
    """One request to repeat with a cursor; `body` None means GET."""

    path: str
    params: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None

    def small(self) -> "Query":
        """The same asking for one record."""
        if self.body is not None:
            return replace(self, body={**self.body, "limit": 1})
        return replace(self, params={**self.params, "limit": "1"} if self.params else {})


def build_queries(
    name: str, stream: Stream, window: Window, locations: Sequence[str]
) -> list[Query]:
    """Every query that together holds the stream's window.

    Args:
        locations: Ids of all the seller's locations; payments and orders are asked by location.
    """
    path = stream.path or ""
    if name == "payments":
        return [
            Query(path, {"location_id": location, **_list_params(window)}) for location in locations
        ]
    if name == "payouts":
        return [
            Query(path, {"location_id": location, **_made_params(window)}) for location in locations
        ]
    if name == "refunds":
        return [Query(path, _list_params(window))]
    if name == "orders":
        step = LOCATIONS_PER_SEARCH
        groups = [list(locations[at : at + step]) for at in range(0, len(locations), step)]
        return [Query(path, body=_order_search(group, window)) for group in groups]
    if name == "customers":
        # The default order is by name, which a page turned meanwhile would not survive.
        sort = {"field": "CREATED_AT", "order": "ASC"}
        return [Query(path, body={"limit": LIST_PAGE, "query": {"sort": sort}})]
    if name in CATALOG_TYPES:
        return [Query(path, body=_catalog_search(CATALOG_TYPES[name], window))]
    if name == "inventory_counts":
        after = {"updated_after": _exclusive(window.start)} if window.start else {}
        return [Query(path, body={"limit": COUNT_PAGE, **after})]
    return [Query(path)]


def _list_params(window: Window) -> dict[str, str]:
    params = {
        "begin_time": FIRST_MOMENT,
        "sort_field": "UPDATED_AT",
        "sort_order": "ASC",
        "limit": str(LIST_PAGE),
    }
    if window.start:
        params["updated_at_begin_time"] = _floor(window.start)
    if window.end:
        params["updated_at_end_time"] = _ceiling(window.end)
    return params


def _made_params(window: Window) -> dict[str, str]:
    """A list that knows only when its records were made."""
    params = {"begin_time": FIRST_MOMENT, "sort_order": "ASC", "limit": str(LIST_PAGE)}
    if window.start:
        params["begin_time"] = _floor(window.start)
    if window.end:
        params["end_time"] = _ceiling(window.end)
    return params


def _order_search(locations: list[str], window: Window) -> dict[str, Any]:
    query: dict[str, Any] = {"sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"}}
    bounds = {}
    if window.start:
        bounds["start_at"] = _floor(window.start)
    if window.end:
        bounds["end_at"] = _ceiling(window.end)
    if bounds:
        query["filter"] = {"date_time_filter": {"updated_at": bounds}}
    return {
        "location_ids": locations,
        "limit": ORDER_PAGE,
        "return_entries": False,
        "query": query,
    }


def _catalog_search(object_type: str, window: Window) -> dict[str, Any]:
    body: dict[str, Any] = {
        "object_types": [object_type],
        "include_deleted_objects": True,
        "limit": CATALOG_PAGE,
    }
    if window.start:
        body["begin_time"] = _exclusive(window.start)
    return body


def _floor(instant: datetime) -> str:
    return format_instant(instant.replace(microsecond=instant.microsecond // 1000 * 1000))


def _ceiling(instant: datetime) -> str:
    """Square knows milliseconds; a finer end is rounded up."""
    rest = instant.microsecond % 1000
    return format_instant(instant + timedelta(microseconds=1000 - rest) if rest else instant)


def _exclusive(instant: datetime) -> str:
    """A bound the API excludes, so that the instant itself is inside."""
    return _floor(instant - timedelta(milliseconds=1))
