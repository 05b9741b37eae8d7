"""Shopify: errors inside HTTP 200, the cost budget, nested pages, bulk operations."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.shopify.bulk import join_children, require_kind
from include.connectors.shopify.queries import (
    ROOTS,
    build_bulk_query,
    build_filter,
    build_page_query,
    sum_shares,
)
from include.connectors.shopify.source import ShopifySource
from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    EltError,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

CANARY = "shpat_canary_77"
WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
FEED = build_feed("shopify", bulk="never")
ORDERS = FEED.streams["orders"]


class Shop:
    """A source at a fake shop, with its sleeps."""

    def __init__(self, api: FakeApi, **options: Any) -> None:
        self.naps: list[float] = []
        feed = build_feed("shopify", **{"bulk": "never", **options})
        credentials = Credentials("c", api.url, {"password": CANARY})
        limits = HttpLimits(tries=1, read_s=5, sleep=self.naps.append)
        self.source = ShopifySource(feed, credentials, limits=limits)

    def read(self, stream: str = "customers", window: Window = WINDOW) -> list[dict[str, Any]]:
        return [r for page in self.source.read(stream, window) for r in page.records]


def _page(field: str, nodes: list[Any], after: str | None = None, **extensions: Any) -> Reply:
    info = {"hasNextPage": after is not None, "endCursor": after}
    return Reply({"data": {field: {"pageInfo": info, "nodes": nodes}}, "extensions": extensions})


def _error(code: str, **more: Any) -> Reply:
    return Reply({"errors": [{"message": CANARY, "extensions": {"code": code, **more}}]})


def _product(number: int, day: int = 1) -> dict[str, Any]:
    return {"id": f"gid://shopify/Customer/{number}", "updatedAt": f"2026-01-0{day}T10:00:00Z"}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply({"errors": "[API] Invalid API key or access token"}, 401), AccessDenied),
        (Reply({"errors": "[API] Invalid API key or access token"}), AccessDenied),
        (Reply({"errors": "Not Found"}), ContractBroken),
        (Reply({"errors": "Unavailable Shop"}, 402), AccessDenied),
        (Reply({"errors": "locked"}, 423), AccessDenied),
        (_error("ACCESS_DENIED"), AccessDenied),
        (_error("undefinedField", typeName="Order", fieldName="nope"), ContractBroken),
        (Reply({"errors": [{"message": "syntax"}]}), ContractBroken),
        (_error("INTERNAL_SERVER_ERROR"), UpstreamUnavailable),
        (_error("THROTTLED"), RateLimited),
        (_error("MAX_COST_EXCEEDED"), ContractBroken),
        (Reply({"data": None}), ContractBroken),
        (Reply({"data": {"customers": None}}), ContractBroken),
        (Reply([]), ContractBroken),
    ],
)
def test_each_fault_has_its_error(reply: Reply, error: type[EltError]) -> None:
    with FakeApi([reply]) as api:
        with pytest.raises(error) as caught:
            Shop(api).read()
        assert CANARY not in str(caught.value)
        assert api.seen[0].headers["X-Shopify-Access-Token"] == CANARY
        assert len(api.seen) < 12


def test_an_internal_error_is_tried_again() -> None:
    with FakeApi([_error("INTERNAL_SERVER_ERROR"), _page("customers", [_product(1)])]) as api:
        assert len(Shop(api).read()) == 1


def test_an_ignored_filter_is_refused() -> None:
    """An unknown filter field is ignored silently, and every record of the shop matches."""
    search = [{"path": ["customers"], "warnings": [{"field": "updated", "code": "invalid_field"}]}]
    script = [_page("customers", [], search=search)]
    with FakeApi(script) as api, pytest.raises(ContractBroken, match="updated"):
        Shop(api).read()


def test_throttled_waits_until_the_budget_holds_the_query() -> None:
    cost = {
        "requestedQueryCost": 752,
        "throttleStatus": {"currentlyAvailable": 502, "restoreRate": 100.0},
    }
    throttled = _error("THROTTLED")
    throttled.body["extensions"] = {"cost": cost}
    with FakeApi([throttled, _page("customers", [_product(1)])]) as api:
        shop = Shop(api)
        assert len(shop.read()) == 1
        assert shop.naps == [2.5]


def test_it_waits_before_the_bucket_is_empty() -> None:
    cost = {
        "requestedQueryCost": 300,
        "throttleStatus": {"currentlyAvailable": 100, "restoreRate": 50},
    }
    pages = [_page("customers", [_product(1)], "a", cost=cost), _page("customers", [_product(2)])]
    with FakeApi(pages) as api:
        shop = Shop(api)
        assert len(shop.read()) == 2
        assert shop.naps == [4.0]


def test_a_query_too_expensive_asks_for_half() -> None:
    script = [_error("MAX_COST_EXCEEDED"), _error("MAX_COST_EXCEEDED"), _page("orders", [])]
    with FakeApi(script) as api:
        assert Shop(api).read("orders") == []
        assert [s.body["variables"]["first"] for s in api.seen] == [20, 10, 5]


def test_line_items_beyond_the_first_page_are_read() -> None:
    lines = [{"id": f"l{i}"} for i in range(5)]

    def connection(part: list[Any], after: str | None) -> dict[str, Any]:
        return {"pageInfo": {"hasNextPage": after is not None, "endCursor": after}, "nodes": part}

    order = {
        "id": "o1",
        "updatedAt": "2026-01-01T00:00:00Z",
        "lineItems": connection(lines[:2], "b"),
    }

    def answer(seen: Seen) -> Reply:
        if "query Nested" not in seen.body["query"]:
            return _page("orders", [order])
        assert seen.body["variables"]["id"] == "o1"
        first = seen.body["variables"]["after"] == "b"
        part = connection(lines[2:4], "d") if first else connection(lines[4:], None)
        return Reply({"data": {"order": {"lineItems": part}}})

    with FakeApi(answer) as api:
        assert Shop(api).read("orders")[0]["lineItems"] == lines


def test_a_position_that_does_not_move_is_no_endless_loop() -> None:
    with FakeApi([_page("customers", [_product(1)], "same")]) as api:
        with pytest.raises(ContractBroken, match="again and again"):
            Shop(api).read()
        assert len(api.seen) < 6


def test_records_outside_the_window_are_left_out() -> None:
    """The customers filter matches whole days, so the window is applied again."""
    with FakeApi([_page("customers", [_product(1, day=1), _product(2, day=2)])]) as api:
        page = next(iter(Shop(api).source.read("customers", WINDOW)))
    assert ([r["id"] for r in page.records], page.filtered) == (["gid://shopify/Customer/1"], 1)


def test_datetimes_in_the_filter_are_quoted() -> None:
    """Without quotes the time part is dropped and the whole day matches."""
    assert build_filter(WINDOW, ROOTS["orders"]) == (
        "updated_at:>='2026-01-01T00:00:00Z' AND updated_at:<'2026-01-02T00:00:00Z'"
    )
    late = Window(None, datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC))
    assert build_filter(late, ROOTS["orders"]) == "updated_at:<'2026-01-01T00:00:01Z'"
    assert build_filter(Window(), ROOTS["orders"]) is None


def test_sorting_only_where_it_exists() -> None:
    assert "sortKey: UPDATED_AT" in build_page_query(ORDERS)
    assert "sortKey" not in build_page_query(FEED.streams["product_variants"])
    locations = build_page_query(FEED.streams["locations"])
    assert "includeInactive: true" in locations
    assert "$filter" not in locations


class BulkShop:
    """Answers bulk requests: run, two polls, download."""

    def __init__(self, lines: list[dict[str, Any]], **final: Any) -> None:
        self.content = "".join(json.dumps(line) + "\n" for line in lines).encode()
        self.final = final
        self.api = FakeApi(self.answer)
        self.polls = 0

    def answer(self, seen: Seen) -> Reply:
        if seen.method == "GET":
            assert "X-Shopify-Access-Token" not in seen.headers
            return Reply(raw=self.content)
        if "bulkOperationRunQuery" in seen.body["query"]:
            started = {"bulkOperation": {"id": "b1", "status": "CREATED"}, "userErrors": []}
            return Reply({"data": {"bulkOperationRunQuery": self.final.get("run", started)}})
        self.polls += 1
        done = {
            "status": "COMPLETED",
            "objectCount": str(self.content.count(b"\n")),
            "url": f"{self.api.url}/file.jsonl?signature=x" if self.content else None,
            **self.final,
        }
        return Reply({"data": {"bulkOperation": done if self.polls > 1 else {"status": "RUNNING"}}})


@pytest.fixture
def bulk_lines() -> list[dict[str, Any]]:
    """Children stand before, between and far behind their parents."""
    at = "2026-01-01T00:00:00Z"
    return [
        {"id": "gid://shopify/LineItem/1", "__parentId": "gid://shopify/Order/2"},
        {"id": "gid://shopify/Order/1", "updatedAt": at, "refunds": []},
        {"id": "gid://shopify/Order/2", "updatedAt": at, "refunds": []},
        {"id": "gid://shopify/LineItem/2", "__parentId": "gid://shopify/Order/1"},
        {"id": "gid://shopify/Order/3", "updatedAt": at, "refunds": []},
        {"id": "gid://shopify/LineItem/3", "__parentId": "gid://shopify/Order/2"},
    ]


def _run_bulk(shop: BulkShop) -> list[dict[str, Any]]:
    try:
        return Shop(shop.api, bulk="always").read("orders")
    finally:
        shop.api.close()


def test_bulk_children_join_by_parent_not_by_neighbour(bulk_lines: list[dict[str, Any]]) -> None:
    """With groupObjects false a child need not follow its parent; adjacency lost line items."""
    records = _run_bulk(BulkShop(bulk_lines))
    found = {r["id"][-1]: [line["id"][-1] for line in r["lineItems"]] for r in records}
    assert found == {"1": ["2"], "2": ["1", "3"], "3": []}
    assert "__parentId" not in json.dumps(records)


def test_a_bulk_operation_without_rows_has_no_file() -> None:
    assert _run_bulk(BulkShop([])) == []


@pytest.mark.parametrize(
    ("final", "error"),
    [
        ({"status": "FAILED", "errorCode": "INTERNAL_SERVER_ERROR", "url": None,
          "partialDataUrl": "http://x/partial"}, UpstreamUnavailable),
        ({"status": "FAILED", "errorCode": "ACCESS_DENIED"}, AccessDenied),
        ({"status": "EXPIRED"}, UpstreamUnavailable),
        ({"url": None}, UpstreamUnavailable),
        ({"objectCount": "7"}, UpstreamUnavailable),
        ({"run": {"bulkOperation": None, "userErrors": [{"code": "OPERATION_IN_PROGRESS"}]}},
         RateLimited),
        ({"run": {"bulkOperation": None, "userErrors": [{"code": "INVALID"}]}}, ContractBroken),
    ],
)  # fmt: skip
def test_a_bulk_operation_that_fails_is_never_done(
    bulk_lines: list[dict[str, Any]], final: dict[str, Any], error: type[EltError]
) -> None:
    """A FAILED operation with partial data was once taken for a finished slice."""
    with pytest.raises(error):
        _run_bulk(BulkShop(bulk_lines, **final))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (
            {"id": "gid://shopify/LineItem/9", "__parentId": "gid://shopify/Order/99"},
            ContractBroken,
        ),
        ({"id": "gid://shopify/Mystery/9", "__parentId": "gid://shopify/Order/1"}, ContractBroken),
    ],
)
def test_children_that_belong_nowhere(
    bulk_lines: list[dict[str, Any]], change: dict[str, Any], error: type[EltError]
) -> None:
    with pytest.raises(error):
        _run_bulk(BulkShop([*bulk_lines, change]))


def test_a_cut_bulk_file(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"id": "gid://shopify/Order/1"}\n{"id": "gid://sho')
    with pytest.raises(UpstreamUnavailable, match="line 2"):
        list(join_children(path, ORDERS, 0))


@pytest.mark.parametrize(
    ("bulk", "days", "expected"),
    [("auto", 1, False), ("auto", 200, True), ("never", 200, False), ("always", 1, True)],
)
def test_long_windows_go_by_bulk(bulk: str, days: int, expected: bool) -> None:
    source = ShopifySource(
        build_feed("shopify", bulk=bulk), Credentials("c", "http://x", {"password": "p"})
    )
    end = datetime(2026, 10, 1, tzinfo=UTC)
    window = Window(datetime.fromtimestamp(end.timestamp() - days * 86400, UTC), end)
    assert source._is_bulk(ORDERS, window) is expected
    assert source._is_bulk(FEED.streams["locations"], window) is False
    assert "sortKey" in build_bulk_query(ORDERS, window)


def test_deleted_products_come_from_the_events_of_the_window() -> None:
    """The list of products is silent about a deleted one: it stayed for ever."""
    product = {"id": "gid://shopify/Product/1", "updatedAt": "2026-01-01T10:00:00Z"}
    event = {"id": "gid://shopify/BasicEvent/5", "subjectId": "gid://shopify/Product/9"}
    with FakeApi([_page("products", [product]), _page("events", [event])]) as api:
        pages = list(Shop(api).source.read("products", WINDOW))
    assert [one.key for page in pages for one in page.deleted] == [("gid://shopify/Product/9",)]
    asked = api.seen[1].body
    assert asked["variables"]["filter"] == (
        "action:destroy AND subject_type:PRODUCT AND "
        "created_at:>='2026-01-01T00:00:00Z' AND created_at:<'2026-01-02T00:00:00Z'"
    )
    assert "... on BasicEvent { subjectId" in asked["query"]


def test_quantities_are_asked_for_by_name_and_become_columns() -> None:
    level = {
        "id": "gid://shopify/InventoryLevel/1?inventory_item_id=7",
        "quantities": [{"name": "available", "quantity": 5}, {"name": "on_hand", "quantity": 8}],
    }
    levels = {"nodes": [level], "pageInfo": {"hasNextPage": False}}
    item = {"id": "gid://shopify/InventoryItem/7", "inventoryLevels": levels}
    with FakeApi([_page("inventoryItems", [item])]) as api:
        found = Shop(api).read("inventory_items", Window(None, WINDOW.end))
    assert found[0]["inventoryLevels"][0]["quantities"] == {"available": 5, "on_hand": 8}
    query = build_page_query(FEED.streams["inventory_items"])
    assert 'quantities(names: ["available", "on_hand", "committed"]) { name quantity }' in query


def test_stock_is_always_read_in_full_by_bulk() -> None:
    """A level changes without its item, so no window of items holds every change."""
    source = ShopifySource(
        build_feed("shopify", bulk="auto"), Credentials("c", "http://x", {"password": "p"})
    )
    stream = FEED.streams["inventory_items"]
    assert source._is_bulk(stream, Window(None, WINDOW.end)) is True
    assert "query:" not in build_bulk_query(stream, Window(None, WINDOW.end))


@pytest.fixture
def no_host() -> Iterator[Credentials]:
    yield Credentials("testco__feed", None, {"password": "p"})


def test_a_shop_needs_its_address_and_a_known_bulk_choice(no_host: Credentials) -> None:
    with pytest.raises(ConfigError, match="myshopify"):
        ShopifySource(FEED, no_host)
    with pytest.raises(ConfigError, match="sometimes"):
        ShopifySource(
            build_feed("shopify", bulk="sometimes"), Credentials("c", "http://x", {"password": "p"})
        )


def test_shares_of_a_line_are_summed_exactly() -> None:
    """Line fields leave order-level and code discounts out: only the allocations hold them all."""
    shares = [{"allocatedAmountSet": {"shopMoney": {"amount": a}}} for a in ("0.10", "0.2")]
    line = {"discountAllocations": shares, "taxLines": []}
    sum_shares(line)
    assert line == {"discountAllocations": {"total": "0.30"}, "taxLines": {"total": "0"}}


def test_another_operations_file_is_never_loaded() -> None:
    """Two operations were given one number: customers stood among the inventory items."""
    item, customer = {"id": "gid://shopify/InventoryItem/1"}, {"id": "gid://shopify/Customer/1"}
    assert list(require_kind([item, {"id": 7}, {}], "InventoryItem")) == [item, {"id": 7}, {}]
    with pytest.raises(UpstreamUnavailable, match="holds `Customer`"):
        list(require_kind([item, customer], "InventoryItem"))
