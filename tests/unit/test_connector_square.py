"""Square: all locations, the default year, exclusive bounds, advisory limits, expiring cursors."""

from datetime import UTC, datetime
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.square.requests import FIRST_MOMENT, build_queries
from include.connectors.square.source import SquareSource
from include.core.errors import (
    AccessDenied,
    ContractBroken,
    EltError,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Page, Window
from include.extract.http.client import HttpLimits
from tests.unit.fake_api import Answerer, FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

CANARY = "EAAA_canary_91"
WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
STREAMS = build_feed("square").streams
PLACES = [f"L{number:02d}" for number in range(12)]


def _source(api: FakeApi) -> SquareSource:
    credentials = Credentials("c", api.url, {"password": CANARY})
    limits = HttpLimits(tries=1, read_s=5)
    return SquareSource(build_feed("square"), credentials, limits=limits)


def _pages(api: FakeApi, stream: str, window: Window = WINDOW) -> list[Page]:
    return list(_source(api).read(stream, window))


def _ids(pages: list[Page]) -> list[str]:
    return [record["id"] for page in pages for record in page.records]


def _shop(places: list[str], answer: Answerer) -> Answerer:
    def reply(seen: Seen) -> Reply:
        if seen.path == "/v2/locations":
            return Reply({"locations": [{"id": place} for place in places]})
        return answer(seen)

    return reply


def _row(key: str, at: str = "2026-01-01T10:00:00.500Z", **more: Any) -> dict[str, Any]:
    return {"id": key, "created_at": at, "updated_at": at, **more}


def _error(code: str, category: str = "INVALID_REQUEST_ERROR", **more: str) -> dict[str, Any]:
    return {"errors": [{"category": category, "code": code, "detail": CANARY, **more}]}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(_error("UNAUTHORIZED", "AUTHENTICATION_ERROR"), 401), AccessDenied),
        (Reply(_error("ACCESS_TOKEN_EXPIRED", "AUTHENTICATION_ERROR"), 401), AccessDenied),
        (Reply(_error("INSUFFICIENT_SCOPES", "AUTHENTICATION_ERROR"), 403), AccessDenied),
        (Reply(_error("RATE_LIMITED", "RATE_LIMIT_ERROR"), 429), RateLimited),
        (Reply({"message": CANARY, "type": "too_many_requests"}, 429), RateLimited),
        (Reply(_error("INVALID_TIME_RANGE"), 400), ContractBroken),
        (Reply(_error("INTERNAL_SERVER_ERROR", "API_ERROR"), 500), UpstreamUnavailable),
        (Reply(raw=b"upstream connect error", status=503), UpstreamUnavailable),
        (Reply(raw=b"<!DOCTYPE html>", status=530), UpstreamUnavailable),
        (Reply({"refund": []}), ContractBroken),
        (Reply({"refunds": {"id": "r1"}}), ContractBroken),
        (Reply([]), ContractBroken),
    ],
)
def test_each_fault_has_its_error(reply: Reply, error: type[EltError]) -> None:
    with FakeApi([reply]) as api:
        with pytest.raises(error) as caught:
            _pages(api, "refunds")
        assert CANARY not in str(caught.value)
        assert api.seen[0].headers["Authorization"] == f"Bearer {CANARY}"
        assert api.seen[0].headers["Square-Version"] == "2025-08-20"


def test_the_error_names_the_vendors_code_and_field() -> None:
    script = [Reply(_error("INVALID_TIME", field="begin_time"), 400)]
    with FakeApi(script) as api, pytest.raises(ContractBroken, match="INVALID_TIME, begin_time"):
        _pages(api, "refunds")


def test_payments_of_every_location_from_the_beginning() -> None:
    """Without a location only the main one answers, without begin_time only the last year."""

    def answer(seen: Seen) -> Reply:
        assert seen.query["begin_time"] == FIRST_MOMENT
        assert seen.query["updated_at_begin_time"] == "2026-01-01T00:00:00Z"
        assert seen.query["updated_at_end_time"] == "2026-01-02T00:00:00Z"
        assert (seen.query["sort_field"], seen.query["sort_order"]) == ("UPDATED_AT", "ASC")
        assert seen.body is None
        return Reply({"payments": [_row(f"p-{seen.query['location_id']}")]})

    with FakeApi(_shop(PLACES[:3], answer)) as api:
        assert _ids(_pages(api, "payments")) == ["p-L00", "p-L01", "p-L02"]


def test_refunds_are_of_all_locations_and_of_all_years() -> None:
    with FakeApi([Reply({"refunds": [_row("r1")]})]) as api:
        assert _ids(_pages(api, "refunds")) == ["r1"]
        assert api.seen[0].query["begin_time"] == FIRST_MOMENT
        assert "location_id" not in api.seen[0].query


def test_orders_are_asked_ten_locations_at_a_time_and_sorted_as_filtered() -> None:
    asked: list[list[str]] = []

    def answer(seen: Seen) -> Reply:
        asked.append(seen.body["location_ids"])
        bounds = {"start_at": "2026-01-01T00:00:00Z", "end_at": "2026-01-02T00:00:00Z"}
        assert seen.body["query"] == {
            "filter": {"date_time_filter": {"updated_at": bounds}},
            "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
        }
        assert seen.body["return_entries"] is False
        return Reply({"orders": [_row(f"o{len(asked)}")]})

    with FakeApi(_shop(PLACES, answer)) as api:
        assert _ids(_pages(api, "orders")) == ["o1", "o2"]
    assert asked == [PLACES[:10], PLACES[10:]]


def test_the_end_of_a_window_is_cut_here() -> None:
    """Square's end is inclusive; side by side, two windows would both hold the same order."""
    rows = [_row("o1"), _row("o2", "2026-01-02T00:00:00Z")]
    with FakeApi(_shop(["L1"], lambda seen: Reply({"orders": rows}))) as api:
        (page,) = _pages(api, "orders")
    assert ([record["id"] for record in page.records], page.filtered) == (["o1"], 1)


def test_bounds_finer_than_a_millisecond_are_rounded_outwards() -> None:
    start = datetime(2026, 1, 1, 0, 0, 0, 1_500, tzinfo=UTC)
    end = datetime(2026, 1, 2, 0, 0, 0, 1_001, tzinfo=UTC)
    (query,) = build_queries("refunds", STREAMS["refunds"], Window(start, end), [])
    assert query.params["updated_at_begin_time"] == "2026-01-01T00:00:00.001000Z"
    assert query.params["updated_at_end_time"] == "2026-01-02T00:00:00.002000Z"


@pytest.mark.parametrize(
    ("stream", "name"),
    [("catalog_items", "begin_time"), ("inventory_counts", "updated_after")],
)
def test_exclusive_bounds_are_moved_by_a_millisecond(stream: str, name: str) -> None:
    (query,) = build_queries(stream, STREAMS[stream], WINDOW, [])
    assert query.body is not None
    assert query.body[name] == "2025-12-31T23:59:59.999000Z"


def test_deleted_catalog_objects_are_asked_for() -> None:
    (query,) = build_queries("catalog_items", STREAMS["catalog_items"], Window(), [])
    assert query.body is not None
    assert query.body["include_deleted_objects"] is True
    assert query.body["object_types"] == ["ITEM"]
    assert "begin_time" not in query.body


def test_variations_inside_items_are_left_to_their_own_stream() -> None:
    item = {"id": "i1", "type": "ITEM", "updated_at": "2026-01-01T10:00:00Z", "version": 1}
    item["item_data"] = {"name": "Tee", "variations": [{"id": "v1"}]}
    with FakeApi([Reply({"objects": [item]})]) as api:
        (page,) = _pages(api, "catalog_items")
    assert page.records[0]["item_data"] == {"name": "Tee"}


def test_customers_are_read_whole_in_a_stable_order() -> None:
    """Deleted and merged customers leave no trace, so only absence tells."""
    stream = STREAMS["customers"]
    assert (stream.cursor, stream.sweep) == (None, "all")
    (query,) = build_queries("customers", stream, Window(None, WINDOW.end), [])
    sort = {"field": "CREATED_AT", "order": "ASC"}
    assert query.body == {"limit": 100, "query": {"sort": sort}}


def test_only_a_missing_cursor_ends_the_pages() -> None:
    """Orders were clipped where a short page was taken for the last one."""
    script = [
        Reply({"refunds": [_row("r1")], "cursor": "a"}),
        Reply({"cursor": "b"}),
        Reply({"refunds": [_row("r2")], "cursor": "c"}),
        Reply({}),
    ]
    with FakeApi(script) as api:
        assert _ids(_pages(api, "refunds")) == ["r1", "r2"]
        assert [seen.query.get("cursor") for seen in api.seen] == [None, "a", "b", "c"]
        assert all(seen.query["begin_time"] == FIRST_MOMENT for seen in api.seen)


def test_an_expired_cursor_restarts_the_query() -> None:
    """A cursor lives minutes; the rows before it come again and the loader keeps one of them."""
    gone = Reply(_error("INVALID_CURSOR", field="cursor"), 400)
    first = Reply({"refunds": [_row("r1")], "cursor": "a"})
    last = Reply({"refunds": [_row("r2")]})
    with FakeApi([first, gone, first, last]) as api:
        assert _ids(_pages(api, "refunds")) == ["r1", "r1", "r2"]
        assert [seen.query.get("cursor") for seen in api.seen] == [None, "a", None, "a"]


def test_a_cursor_that_always_expires_ends() -> None:
    def answer(seen: Seen) -> Reply:
        if "cursor" in seen.query:
            return Reply(_error("INVALID_CURSOR", field="cursor"), 400)
        return Reply({"refunds": [_row("r1")], "cursor": "a"})

    with FakeApi(answer) as api:
        with pytest.raises(ContractBroken, match="INVALID_CURSOR"):
            _pages(api, "refunds")
        assert len(api.seen) == 6


def test_a_cursor_that_does_not_move_is_no_endless_loop() -> None:
    with FakeApi([Reply({"refunds": [_row("r1")], "cursor": "same"})]) as api:
        with pytest.raises(ContractBroken, match="same cursor"):
            _pages(api, "refunds")
        assert len(api.seen) == 2


def test_a_payment_without_updated_at_takes_created_at() -> None:
    old = {"id": "p1", "created_at": "2026-01-01T08:00:00Z"}
    with FakeApi(_shop(["L1"], lambda seen: Reply({"payments": [old]}))) as api:
        (page,) = _pages(api, "payments")
    assert page.records == [{**old, "updated_at": "2026-01-01T08:00:00Z"}]


def test_orders_without_version_are_compared_by_their_last_change() -> None:
    """order.version is missing for orders rung up at the register."""
    assert STREAMS["orders"].version == "updated_at"
    assert STREAMS["catalog_items"].version == "version"


def test_a_seller_without_locations_is_refused() -> None:
    """Zero locations would load zero payments and call it success."""
    with FakeApi([Reply({})]) as api, pytest.raises(ContractBroken, match="no location"):
        _pages(api, "payments")


def test_check_asks_each_stream_for_one_record() -> None:
    def answer(seen: Seen) -> Reply:
        if seen.path == "/v2/disputes":
            # It takes no limit and answers at most 50.
            assert not seen.query
            return Reply({})
        limit = seen.body["limit"] if seen.body else seen.query["limit"]
        assert int(limit) == 1
        return Reply({})

    with FakeApi(_shop(["L1", "L2"], answer)) as api:
        _source(api).check()
        paths = [seen.path for seen in api.seen]
    assert set(paths) == {f"/{stream.path}" for stream in STREAMS.values()}
