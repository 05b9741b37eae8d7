"""ERPNext: wall-clock moments, pages by key, child rows in bulk, exact money."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from include.config.credentials import Credentials
from include.connectors.erpnext.listing import NAMES_LENGTH, split_names
from include.connectors.erpnext.site_time import build_instant, build_wall_end, build_wall_start
from include.connectors.erpnext.source import ErpnextSource
from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    EltError,
    MissingSecret,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Page, Window
from include.extract.http.client import HttpLimits
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

CANARY = "secret_canary_55"
NEW_YORK = ZoneInfo("America/New_York")
WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


def _source(api: FakeApi, **options: Any) -> ErpnextSource:
    feed = build_feed("erpnext", **{"timezone": "America/New_York", **options})
    credentials = Credentials("c", api.url, {"login": "key", "password": CANARY})
    return ErpnextSource(feed, credentials, limits=HttpLimits(tries=1, read_s=5))


def _pages(api: FakeApi, stream: str, window: Window = WINDOW, **options: Any) -> list[Page]:
    return list(_source(api, **options).read(stream, window))


def _doc(name: str, modified: str = "2026-01-01 08:00:00.000000", **more: Any) -> dict[str, Any]:
    return {"name": name, "modified": modified, "creation": modified, **more}


def _once(rows: list[dict[str, Any]]) -> list[Reply]:
    return [Reply({"data": rows}), Reply({"data": []})]


HTML = b"<!DOCTYPE html><html>Updating</html>"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply({"exc_type": "AuthenticationError", "exception": CANARY}, 401), AccessDenied),
        (Reply({"exc_type": "PermissionError", "exception": CANARY}, 403), AccessDenied),
        (Reply({"exc_type": "DoesNotExistError"}, 404), ContractBroken),
        (Reply({"exc_type": "ValidationError", "exc": json.dumps([CANARY])}, 417), ContractBroken),
        (Reply({"exc_type": "OperationalError"}, 500), UpstreamUnavailable),
        (Reply(raw=HTML, status=503), UpstreamUnavailable),
        (Reply(raw=b"Too Many Requests", status=429, headers={"Retry-After": "70"}), RateLimited),
        (Reply({"message": []}), ContractBroken),
        (Reply({"data": [{"customer": "x"}]}), ContractBroken),
        (Reply(raw=HTML, headers={"Content-Type": "text/html"}), ContractBroken),
    ],
)
def test_each_fault_has_its_error(reply: Reply, error: type[EltError]) -> None:
    with FakeApi([reply]) as api:
        with pytest.raises(error) as caught:
            _pages(api, "items")
        assert CANARY not in str(caught.value)
        assert api.seen[0].headers["Authorization"] == f"token key:{CANARY}"
        if isinstance(caught.value, RateLimited):
            assert caught.value.retry_after_s == 70


def test_the_error_names_frappes_type() -> None:
    script = [Reply({"exc_type": "ValidationError"}, 417)]
    with FakeApi(script) as api, pytest.raises(ContractBroken, match=r"417 \(ValidationError\)"):
        _pages(api, "items")


def test_key_and_secret_are_both_needed() -> None:
    with pytest.raises(MissingSecret, match="login"):
        ErpnextSource(build_feed("erpnext"), Credentials("c", "https://x", {"password": CANARY}))
    with pytest.raises(ConfigError, match="no host"):
        ErpnextSource(build_feed("erpnext"), Credentials("c", None, {"password": CANARY}))


def test_moments_are_of_the_sites_zone() -> None:
    """Frappe writes and filters by a wall clock without an offset.

    Ledger entries got a second name within the hour, and were loaded under both.
    """
    with FakeApi(_once([_doc("PE-1", references=None)])) as api:
        source = _source(api)
        pages = list(source.read("stock_ledger_entries", WINDOW))
        filters = json.loads(api.seen[0].query["filters"])
    assert filters == [
        ["to_rename", "=", "0"],
        ["modified", ">=", "2025-12-31 19:00:00.000000"],
        ["modified", "<", "2026-01-01 19:00:00.000000"],
    ]
    assert pages[0].records[0]["modified"] == "2026-01-01T13:00:00Z"


def test_the_zone_is_asked_from_the_site() -> None:
    zone = Reply({"message": {"time_zone": "Europe/Berlin"}})
    with FakeApi([zone, *_once([_doc("I-1")])]) as api:
        (page,) = _pages(api, "items", timezone=None)
        assert api.seen[0].path == "/api/method/frappe.client.get_time_zone"
    assert page.records[0]["modified"] == "2026-01-01T07:00:00Z"


def test_an_unknown_zone_is_a_mistake_of_the_feed() -> None:
    script = [Reply({"message": {"time_zone": None}})]
    with FakeApi(script) as api, pytest.raises(ConfigError, match="option `timezone`"):
        _pages(api, "items", timezone=None)


def test_each_text_of_the_repeated_hour_is_in_one_window_only() -> None:
    """On 2026-11-01 New York repeats 01:00 to 02:00: 05:00 to 07:00 UTC is two hours for one."""
    edges = [datetime(2026, 11, 1, 4, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(9)]
    minutes = [(hour, minute) for hour in range(1, 3) for minute in (0, 29, 31)]
    for text in (f"2026-11-01 {hour:02d}:{minute:02d}:00" for hour, minute in minutes):
        instant = datetime.fromisoformat(build_instant(text, NEW_YORK) or "")
        holding = [pair for pair in pairwise(edges) if pair[0] <= instant < pair[1]]
        assert len(holding) == 1
        # What the site is asked for holds the text.
        low, high = (
            build_wall_start(holding[0][0], NEW_YORK),
            build_wall_end(holding[0][1], NEW_YORK),
        )
        assert low <= f"{text}.000000" < high


def test_the_lookback_covers_the_repeated_hour() -> None:
    for name, stream in build_feed("erpnext").streams.items():
        assert stream.cursor is None or stream.lookback_h >= 2, name


def test_pages_go_by_key_not_by_offset() -> None:
    """A document saved while paging leaves its page and would push the next one over the edge."""
    first = [_doc("A"), _doc("B")]
    second = [_doc("C")]
    replies = [Reply({"data": rows}) for rows in (first, second, [])]
    with FakeApi(replies) as api:
        pages = _pages(api, "items", page_size=2)
        asked = [seen.query for seen in api.seen]
    assert [record["name"] for page in pages for record in page.records] == ["A", "B", "C"]
    assert {query["limit_start"] for query in asked} == {"0"}
    assert {query["order_by"] for query in asked} == {"modified asc, name asc"}
    last = "2026-01-01 08:00:00.000000"
    assert "or_filters" not in asked[0]
    assert json.loads(asked[1]["filters"]) == [["modified", ">=", last]]
    assert json.loads(asked[1]["or_filters"]) == [["modified", ">", last], ["name", ">", "B"]]
    assert json.loads(asked[2]["or_filters"])[1] == ["name", ">", "C"]


def test_a_page_that_repeats_is_no_endless_loop() -> None:
    with FakeApi([Reply({"data": [_doc("A")]})]) as api:
        with pytest.raises(ContractBroken, match="same page"):
            _pages(api, "items")
        assert len(api.seen) == 2


def test_children_come_in_bulk_with_their_parents_doctype() -> None:
    rows = [
        {"name": "r2", "parent": "SO-1", "idx": 2, "item_code": "B"},
        {"name": "r1", "parent": "SO-1", "idx": 1, "item_code": "A"},
    ]

    def answer(seen: Seen) -> Reply:
        if seen.path == "/api/resource/Sales%20Order":
            more = "or_filters" in seen.query
            return Reply({"data": [] if more else [_doc("SO-1"), _doc("SO-2")]})
        assert seen.query["parent"] == "Sales Order"
        filters = json.loads(seen.query["filters"])
        assert ["parent", "in", ["SO-1", "SO-2"]] in filters
        assert ["parenttype", "=", "Sales Order"] in filters
        return Reply({"data": rows if "Item" in seen.path else []})

    with FakeApi(answer) as api:
        (page,) = _pages(api, "sales_orders")
    one, two = page.records
    assert [row["item_code"] for row in one["items"]] == ["A", "B"]
    assert (two["items"], one["taxes"]) == ([], [])


def test_many_children_are_paged() -> None:
    rows = [{"name": f"r{n}", "parent": "PE-1", "idx": n} for n in range(1, 6)]

    def answer(seen: Seen) -> Reply:
        if "Reference" not in seen.path:
            return Reply({"data": [] if "or_filters" in seen.query else [_doc("PE-1")]})
        start = int(seen.query["limit_start"])
        return Reply({"data": rows[start : start + 2]})

    with FakeApi(answer) as api:
        (page,) = _pages(api, "payment_entries", page_size=2)
    assert [row["idx"] for row in page.records[0]["references"]] == [1, 2, 3, 4, 5]


def test_addresses_stay_short_whatever_the_names() -> None:
    names = [f"Größe & Söhne / {number} #7" for number in range(400)]
    groups = list(split_names(names))
    assert [name for group in groups for name in group] == names
    assert len(groups) > 5
    long = "x" * (NAMES_LENGTH * 2)
    assert list(split_names(["a", long, "b"])) == [["a"], [long], ["b"]]
    assert list(split_names([])) == []


def test_money_keeps_its_decimals() -> None:
    """Sent as JSON floats: 0.1 + 0.2 must not be seen anywhere."""
    raw = b'{"data": [{"name": "I-1", "modified": "2026-01-01 08:00:00", "standard_rate": 59.99}]}'
    with FakeApi([Reply(raw=raw), Reply({"data": []})]) as api:
        (page,) = _pages(api, "items")
    assert page.records[0]["standard_rate"] == Decimal("59.99")


def test_renames_leave_no_trace_so_masters_are_swept() -> None:
    streams = build_feed("erpnext").streams
    for name in ("customers", "items"):
        assert (streams[name].cursor, streams[name].sweep) == (None, "all")


def test_check_asks_for_children_too() -> None:
    """The right to read a document is not the right to list its child DocType."""

    def answer(seen: Seen) -> Reply:
        if seen.path.endswith("Sales%20Invoice%20Payment"):
            return Reply({"exc_type": "PermissionError"}, 403)
        return Reply({"data": [_doc("X-1", parent="X-1")]})

    with FakeApi(answer) as api, pytest.raises(AccessDenied):
        _source(api).check()
