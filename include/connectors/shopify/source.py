"""Shopify Admin API (GraphQL): pages by `updated_at` windows, bulk operations for long ones.

The selection comes from connector.yaml; a record keeps the API's own field names, and connections
(`lineItems`) become plain lists.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from include.config.connector_spec import Stream
from include.connectors.shopify.bulk import read_bulk
from include.connectors.shopify.graphql import GraphQL
from include.connectors.shopify.login import build_shop_auth
from include.connectors.shopify.queries import (
    CONNECTIONS,
    COUNTS,
    NESTED_PAGE,
    OPTIONAL,
    ROOTS,
    SHOP,
    build_filter,
    build_nested_query,
    build_page_query,
    name_quantities,
    sum_shares,
)
from include.connectors.shopify.refunds import run_fill_refunds
from include.core.errors import ConfigError, ContractBroken
from include.core.streams import Page, Tombstone, Window
from include.extract.http.api_client import build_client
from include.extract.http.api_source import ApiSource
from include.extract.source import FROM_THE_START, ReadOptions
from include.extract.windows import keep_inside

log = logging.getLogger(__name__)

BULK_CHOICES = ("auto", "always", "never")
BULK_PAGE_RECORDS = 500
REPEATS_BEFORE_GIVING_UP = 2


class ShopifySource(ApiSource):
    """One shop."""

    def _prepare(self) -> None:
        if not self._credentials.host:
            raise ConfigError(
                f"connection `{self._credentials.connection_id}` has no host. Expected "
                "`https://<shop>.myshopify.com`. Add it to the connection."
            )
        auth = build_shop_auth(self._api, self._credentials, self._stores)
        self._client = build_client(
            self._api, self._credentials, self._stores, self._limits, auth=auth
        )
        path = f"admin/api/{self._api.version}/graphql.json"
        self._graphql = GraphQL(self._client, path, sleep=self._limits.sleep)
        self._bulk = str(self._feed.options.get("bulk") or "auto")
        if self._bulk not in BULK_CHOICES:
            raise ConfigError(
                f"option `bulk` is `{self._bulk}`. Expected one of {', '.join(BULK_CHOICES)}. "
                "Correct the tenant file."
            )

    def check(self) -> None:
        """The token works, and may read each stream."""
        self._graphql.run(SHOP)
        for stream in map(self._find_asked, self._feed.streams):
            variables = {"first": 1, "after": None, "filter": None, "nested": 1}
            self._graphql.run(build_page_query(stream), _used(stream, variables))

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of a window, oldest change first where the API can sort so.

        A record edited meanwhile may come twice; the loader keeps the newer one.
        """
        spec = self._find_asked(stream)
        if self._is_bulk(spec, window):
            records = read_bulk(self._graphql, self._client, spec, window, sleep=self._limits.sleep)
            while some := list(islice(records, BULK_PAGE_RECORDS)):
                self._fill_refunds(spec, some)
                yield _build_page(some, spec, window)
        else:
            for nodes in self._walk(spec, window):
                for node in nodes:
                    self._complete(spec, node)
                self._fill_refunds(spec, nodes)
                yield _build_page(nodes, spec, window)
        if spec.path == "products":
            yield from self._read_deletions(window)

    def count(self, stream: str, window: Window) -> int | None:
        """`ordersCount` with the list's own search; other roots count without one."""
        spec = self._find_asked(stream)
        query = COUNTS.get(spec.path or "")
        if query is None or not spec.cursor:
            return None
        found = build_filter(window, ROOTS[spec.path or ""])
        data = self._graphql.run(query, {"filter": found})
        counted = ((data or {}).get("ordersCount") or {}).get("count")
        return counted if isinstance(counted, int) else None

    def _fill_refunds(self, stream: Stream, records: list[dict[str, Any]]) -> None:
        if "refund_lines" in stream.children:
            run_fill_refunds(self._graphql, stream, records)

    def _read_deletions(self, window: Window) -> Iterator[Page]:
        """Products deleted in the window; the list itself is silent about them."""
        # The feed may have left the stream out; its declaration says what an event holds.
        events = self._feed.connector.streams["deletions"]
        for nodes in self._walk(events, window):
            # Ids are never used again, so a deletion needs no version to be the last word.
            yield Page([], deleted=tuple(Tombstone((node["subjectId"],)) for node in nodes))

    def _is_bulk(self, stream: Stream, window: Window) -> bool:
        allowed = ROOTS[stream.path or ""].bulk
        if self._bulk == "never" or allowed == "never":
            return False
        if self._bulk == "always" or allowed == "full":
            return True
        if window.start is None or window.end is None:
            return True
        days = int(self._feed.options.get("bulk_after_days") or 90)
        return window.end - window.start > timedelta(days=days)

    def _walk(self, stream: Stream, window: Window) -> Iterator[list[dict[str, Any]]]:
        field = stream.path or ""
        query = build_page_query(stream)
        size, after = ROOTS[field].page_size, None
        seen: set[str] = set()
        repeats = 0
        while True:
            variables = {
                "first": size,
                "after": after,
                "filter": build_filter(window, ROOTS[field]),
                "nested": NESTED_PAGE,
            }
            data = self._graphql.run(query, _used(stream, variables))
            if data is None:
                size = _halve(size, field)
                continue
            found = _connection(data.get(field), field)
            info = found["pageInfo"]
            following = info.get("endCursor")
            if info.get("hasNextPage") and (not following or following in seen):
                repeats += 1
                if repeats > REPEATS_BEFORE_GIVING_UP:
                    raise ContractBroken(
                        f"`{field}` answers the same position again and again. Expected the next "
                        "page. Run again; if it stays, report it to the vendor."
                    )
                continue
            repeats = 0
            yield found["nodes"]
            if not info.get("hasNextPage"):
                return
            seen.add(following)
            after = following

    def _complete(self, stream: Stream, node: dict[str, Any]) -> None:
        """Turn connections into lists, reading what did not fit into the first page."""
        for child in stream.children.values():
            if child.path not in CONNECTIONS or (
                child.path in OPTIONAL and node.get(child.path) is None
            ):
                continue
            found = _connection(node.get(child.path), child.path)
            elements = list(found["nodes"])
            query = build_nested_query(stream, child.path)
            one = ROOTS[stream.path or ""].node
            one = one[0].lower() + one[1:]
            seen: set[str] = set()
            while found["pageInfo"].get("hasNextPage"):
                after = str(found["pageInfo"].get("endCursor"))
                if after in seen:
                    raise ContractBroken(
                        f"`{child.path}` of `{node.get('id')}` repeats a page. Expected the next "
                        "one. Run again; if it stays, report it to the vendor."
                    )
                seen.add(after)
                variables = {"id": node.get("id"), "first": NESTED_PAGE * 4, "after": after}
                data = self._graphql.run(query, variables) or {}
                if data.get(one) is None:
                    # Deleted while being read: what is there already is its last state.
                    break
                found = _connection(data[one].get(child.path), child.path)
                elements += found["nodes"]
            node[child.path] = elements


def _build_page(records: list[dict[str, Any]], stream: Stream, window: Window) -> Page:
    # The search index matches some filters by whole days, so the window is applied again here.
    kept, outside = keep_inside(records, stream, window)
    for child in stream.children.values():
        for record in kept:
            for element in record.get(child.path) or ():
                name_quantities(element)
                sum_shares(element)
    return Page(kept, filtered=outside)


def _used(stream: Stream, variables: dict[str, Any]) -> dict[str, Any]:
    """Only the variables the stream's document declares."""
    if stream.cursor is None:
        variables.pop("filter")
    if not any(child.path in CONNECTIONS for child in stream.children.values()):
        variables.pop("nested")
    return variables


def _connection(found: Any, field: str) -> dict[str, Any]:
    if isinstance(found, dict) and "nodes" in found and isinstance(found.get("pageInfo"), dict):
        return found
    raise ContractBroken(
        f"the answer has no connection `{field}`. Expected nodes and pageInfo. Check the API "
        "version."
    )


def _halve(size: int, field: str) -> int:
    if size <= 1:
        raise ContractBroken(
            f"one record of `{field}` costs more than a query may. Expected room for one. Declare "
            "fewer columns or children."
        )
    log.info("action=page_halved field=%s size=%d", field, size // 2)
    return size // 2


SOURCE = ShopifySource
