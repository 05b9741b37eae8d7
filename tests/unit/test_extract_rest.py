"""The REST engine: paging in all its kinds, windows, nested lists, and answers that lie."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.core.errors import ContractBroken, EltError
from include.core.streams import Window
from include.extract.choose_source import build_source
from include.extract.http.api_client import build_base_url
from include.extract.http.client import HttpLimits
from include.extract.rest.source import RestSource
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

LIMITS = HttpLimits(tries=1)
COLUMNS = {"id": "bigint", "at": "timestamp"}


def _connector(paginator: dict[str, Any], **stream: Any) -> dict[str, Any]:
    things = {"primary_key": ["id"], "columns": COLUMNS, "path": "things", **stream}
    return {
        "connector": "toy", "title": "Toy", "kind": "rest",
        "api": {"base_url": "http://x", "records_path": "data", "paginator": paginator},
        "streams": {"things": things},
    }  # fmt: skip


def _read(api: FakeApi, connector: dict[str, Any], window: Window | None = None) -> list[Any]:
    source = RestSource(build_feed(connector), Credentials("c", api.url), limits=LIMITS)
    return list(source.read("things", window or Window()))


def _ids(pages: list[Any]) -> list[int]:
    return [record["id"] for page in pages for record in page.records]


def _paged(answer: Callable[[dict[str, str]], dict[str, Any]]) -> Callable[[Seen], Reply]:
    return lambda seen: Reply(answer(seen.query))


def _rows(*ids: int) -> list[dict[str, int]]:
    return [{"id": i} for i in ids]


def test_cursor_pages_and_an_empty_page_that_is_not_the_end() -> None:
    """A reader once stopped at the first empty page and lost everything behind it."""
    pages = {None: ([1, 2], "b"), "b": ([], "c"), "c": ([3], None)}

    def answer(query: dict[str, str]) -> dict[str, Any]:
        ids, following = pages[query.get("after")]
        return {"data": _rows(*ids), "meta": {"next": following}}

    with FakeApi(_paged(answer)) as api:
        paginator = {"kind": "cursor", "param": "after", "next_path": "meta.next"}
        assert _ids(_read(api, _connector(paginator))) == [1, 2, 3]
        assert len(api.seen) == 3


def test_last_id_pages() -> None:
    def answer(query: dict[str, str]) -> dict[str, Any]:
        first = int(query.get("starting_after", "0")) + 1
        return {"data": _rows(first, first + 1), "has_more": first < 5}

    paginator = {"kind": "last_id", "size": 2, "size_param": "limit", "param": "starting_after",
                 "more_path": "has_more"}  # fmt: skip
    with FakeApi(_paged(answer)) as api:
        assert _ids(_read(api, _connector(paginator))) == [1, 2, 3, 4, 5, 6]
        assert [s.query.get("limit") for s in api.seen] == ["2", "2", "2"]


def test_last_id_with_nothing_to_page_after() -> None:
    paginator = {"kind": "last_id", "param": "after", "more_path": "more"}
    with FakeApi([Reply({"data": [], "more": True})]) as api, pytest.raises(ContractBroken):
        _read(api, _connector(paginator))


@pytest.mark.parametrize("kind", ["page_number", "offset"])
def test_counted_pages_end_with_an_empty_one(kind: str) -> None:
    """A short page is no end: some sources drop filtered rows from a page."""
    sizes = [2, 1, 2, 0]

    def answer(seen: Seen) -> Reply:
        number = (len(api.seen) - 1) % len(sizes)
        return Reply({"data": [{"id": number * 10 + i} for i in range(sizes[number])]})

    with FakeApi(answer) as api:
        assert _ids(_read(api, _connector({"kind": kind, "param": "p"}))) == [0, 1, 10, 20, 21]
        expected = ["1", "2", "3", "4"] if kind == "page_number" else ["0", "2", "3", "5"]
        assert [s.query["p"] for s in api.seen] == expected * 2, "walked until it stood still"


def test_next_url_and_link_header_stay_on_the_host() -> None:
    for kind in ("next_url", "link_header"):

        def answer(seen: Seen, kind: str = kind) -> Reply:
            url = f"{api.url}/things?page=2" if "page" not in seen.query else None
            body = {"data": _rows(2 if "page" in seen.query else 1), "next": url}
            link = {"Link": f'<{api.url}/a>; rel="prev", <{url}>; rel="next"'} if url else {}
            return Reply(body, headers=link if kind == "link_header" else {})

        with FakeApi(answer) as api:
            assert _ids(_read(api, _connector({"kind": kind, "next_path": "next"}))) == [1, 2]
    script = [Reply({"data": [], "next": "https://evil.example/"})]
    with FakeApi(script) as api, pytest.raises(ContractBroken, match="evil"):
        _read(api, _connector({"kind": "next_url", "next_path": "next"}))


@pytest.mark.parametrize(
    "body",
    [
        {"data": _rows(1), "next": "same"},  # the position never moves
        {"data": _rows(1, 2), "more": True, "next": "x"},
    ],
)
def test_a_paginator_that_does_not_advance_is_no_endless_loop(body: dict[str, Any]) -> None:
    with FakeApi([Reply(body)]) as api:
        with pytest.raises(ContractBroken, match="again and again"):
            _read(api, _connector({"kind": "cursor", "param": "c", "next_path": "next"}))
        assert len(api.seen) < 8


def test_a_page_sent_twice_is_asked_for_again() -> None:
    """The sandbox repeats a page now and then; its rows were once counted twice."""
    answers = iter([
        {"data": _rows(1, 2), "more": True}, {"data": _rows(1, 2), "more": True},
        {"data": _rows(3), "more": False},
    ])  # fmt: skip
    with FakeApi(lambda seen: Reply(next(answers))) as api:
        paginator = {"kind": "last_id", "param": "after", "more_path": "more"}
        assert _ids(_read(api, _connector(paginator))) == [1, 2, 3]


@pytest.mark.parametrize("body", [{}, {"data": {"id": 1}}, [1], {"data": [1]}])
def test_a_missing_list_is_a_broken_contract(body: Any) -> None:
    with FakeApi([Reply(body)]) as api, pytest.raises(ContractBroken, match="list of records"):
        _read(api, _connector({"kind": "single"}))


def test_windows_are_asked_for_and_cut_exactly() -> None:
    """Two neighbouring windows give each record once, also at the same second."""
    seconds = [100, 101, 102, 103]

    def answer(query: dict[str, str]) -> dict[str, Any]:
        low, high = int(query["t[gte]"]), int(query["t[lt]"])
        return {"data": [{"id": s, "at": s} for s in seconds if low <= s < high]}

    stream = {
        "columns": {"id": "bigint", "at": {"type": "timestamp", "format": "epoch_s"}},
        "cursor": {"field": "at", "param": "t[gte]", "end_param": "t[lt]", "format": "epoch_s",
                   "why": "test"},
    }  # fmt: skip
    connector = _connector({"kind": "single"}, **stream)
    edges = [datetime.fromtimestamp(t, UTC) for t in (100, 101.5, 103)]
    with FakeApi(_paged(answer)) as api:
        first = _read(api, connector, Window(edges[0], edges[1]))
        second = _read(api, connector, Window(edges[1], edges[2]))
    assert (_ids(first), _ids(second)) == ([100, 101], [102])
    assert second[0].filtered == 1  # 101 came along with the rounded bound


def test_records_without_a_readable_cursor_reach_the_loader() -> None:
    rows = [{"id": 1, "at": None}, {"id": 2, "at": "gibberish"}, {"id": 3, "at": "2020-01-01"}]
    cursor = {"field": "at", "why": "test"}
    with FakeApi([Reply({"data": rows})]) as api:
        start = datetime(2025, 1, 1, tzinfo=UTC)
        pages = _read(api, _connector({"kind": "single"}, cursor=cursor), Window(start))
    assert (_ids(pages), pages[0].filtered) == ([1, 2], 1)


def test_a_partial_embedded_list_is_completed() -> None:
    """Ten of twelve invoice lines came embedded; the other two were once lost."""
    lines = [{"id": i} for i in range(12)]

    def answer(seen: Seen) -> Reply:
        if seen.path == "/things/1/lines":
            start = int(seen.query.get("after", "-1")) + 1
            return Reply({"data": lines[start : start + 7], "more": start + 7 < 12})
        embedded = {"data": lines[:10], "more": True, "url": "/things/1/lines"}
        return Reply({"data": [{"id": 1, "lines": embedded}], "more": False})

    children = {"lines": {"path": "lines.data", "more_path": "lines.more", "url_path": "lines.url",
                          "columns": {"id": "int"}}}  # fmt: skip
    paginator = {"kind": "last_id", "param": "after", "more_path": "more"}
    with FakeApi(answer) as api:
        pages = _read(api, _connector(paginator, children=children))
    assert pages[0].records[0]["lines"]["data"] == lines


def test_check_asks_little_and_errors_carry_their_place() -> None:
    paginator = {"kind": "offset", "size": 100, "size_param": "limit"}
    with FakeApi([Reply({"data": []}), Reply({}, 403)]) as api:
        source = build_source(build_feed(_connector(paginator)), Credentials("c", api.url))
        source.check()
        assert api.seen[0].query["limit"] == "1"
        with pytest.raises(EltError) as caught:
            list(source.read("things", Window()))
    assert str(caught.value).startswith("testco/feed/things: ")


@pytest.mark.parametrize(
    ("host", "expected"),
    [(None, "https://api.x/v1"), ("http://h:1", "http://h:1/v1"), ("http://h/s/v1/", "http://h/s/v1"),
     ("http://h/s", "http://h/s/v1")],
)  # fmt: skip
def test_the_connections_host_keeps_the_declared_path(host: str | None, expected: str) -> None:
    assert build_base_url("https://api.x/v1", host) == expected
