"""Answers of status 2xx that are no list, positions that lead nowhere, and lists without an end."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.gohighlevel.lists import _list
from include.connectors.google_ads.gaql import fetch_rows as fetch_ads_rows
from include.connectors.meta_ads.graph import fetch_rows as fetch_graph_rows
from include.connectors.square.source import _records
from include.core.errors import ContractBroken, EltError, UpstreamUnavailable
from include.core.streams import Window
from include.extract.rest.source import RestSource
from include.extract.rest.walk import MOST_EMPTY_PAGES
from tests.shipped import load_known_connectors
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed
from tests.unit.test_extract_rest import _connector, _ids, _read

CURSOR = {"kind": "cursor", "param": "after", "next_path": "next"}
NEXT_URL = {"kind": "next_url", "next_path": "next"}
ROW = {"data": [{"id": 1}]}
FAULTS: list[dict[str, Any]] = [
    {"data": [], "error": "boom"},
    {"data": [], "error": {"code": "internal", "message": "customer 7"}},
    {"data": None, "errors": [{"message": "x"}]},
    {"data": [{"id": 1}], "errors": [{"message": "some could not be read"}]},
    {"data": [], "success": False},
    {"data": [], "ok": False, "error": "invalid_auth"},
    {"data": [], "status": "Error"},
]
HEALTHY: list[dict[str, Any]] = [
    {"data": [], "error": None, "errors": []},
    {"data": [], "error": "", "success": True, "ok": True},
    {"data": [], "errors": {"count": 0}, "error": {"code": 0, "message": ""}},
    {"data": [], "status": "ok"},
    {"data": [], "status": 0, "error": "none"},
]


@pytest.mark.parametrize("body", FAULTS, ids=str)
def test_an_answer_that_says_it_failed_is_no_list(body: dict[str, Any]) -> None:
    """`{"ok": false, "data": []}` with status 200 was an empty list: all was gone at the source."""
    with FakeApi([Reply(body)]) as api, pytest.raises(UpstreamUnavailable) as caught:
        _read(api, _connector({"kind": "single"}))
    assert "customer 7" not in str(caught.value)


@pytest.mark.parametrize("body", HEALTHY, ids=str)
def test_an_answer_that_counts_no_errors_is_a_list(body: dict[str, Any]) -> None:
    with FakeApi([Reply(body)]) as api:
        assert _ids(_read(api, _connector({"kind": "single"}))) == []


def test_a_failure_on_a_later_page_is_not_the_end() -> None:
    script = [Reply({"data": [{"id": 1}], "next": "b"}), Reply({"data": [], "error": "boom"})]
    with FakeApi(script) as api, pytest.raises(UpstreamUnavailable):
        _read(api, _connector(CURSOR))


def test_lists_of_connectors_own_code_are_held_to_it() -> None:
    payments = load_known_connectors()["square"].streams["payments"]
    reads: list[Callable[[], object]] = [
        lambda: _records({payments.records_path: [], "errors": [{"code": "x"}]}, payments),
        lambda: _list({"contacts": [], "error": "x"}, "contacts"),
        lambda: fetch_graph_rows({"data": [], "error": {"code": 1}}, "x"),
        lambda: fetch_ads_rows({"results": [], "error": {"code": 500}}, "x"),
    ]
    for read in reads:
        with pytest.raises(UpstreamUnavailable):
            read()


@pytest.mark.parametrize("body", [ROW, {"data": []}])
def test_accepted_is_not_finished(body: dict[str, Any]) -> None:
    """202 says that the list is being made: its empty one is not the answer."""
    with FakeApi([Reply(body, 202)]) as api, pytest.raises(UpstreamUnavailable, match="202"):
        _read(api, _connector({"kind": "single"}))


def test_a_part_is_not_the_list_unless_it_is_paged() -> None:
    with FakeApi([Reply(ROW, 206)]) as api, pytest.raises(ContractBroken, match="206"):
        _read(api, _connector({"kind": "single"}))
    with FakeApi([Reply(ROW | {"next": "b"}, 206), Reply({"data": [{"id": 2}]}, 206)]) as api:
        assert _ids(_read(api, _connector(CURSOR))) == [1, 2]


@pytest.mark.parametrize("pages", [[], [Reply(ROW | {"next": "b"})]])
def test_null_in_place_of_the_answer_is_no_empty_list(pages: list[Reply]) -> None:
    """`null` for page two was taken for the end."""
    with FakeApi([*pages, Reply(raw=b"null")]) as api, pytest.raises(ContractBroken, match="null"):
        _read(api, _connector(CURSOR))


@pytest.mark.parametrize("spec", [CURSOR, NEXT_URL], ids=lambda one: one["kind"])
@pytest.mark.parametrize("token", [{"href": "/x"}, ["/x"], True])
def test_a_position_that_is_no_text_is_refused(spec: dict[str, Any], token: Any) -> None:
    """`_links.next` is an object in many APIs: it was sent as Python writes it, or crashed."""
    with FakeApi([Reply(ROW | {"next": token})]) as api:
        with pytest.raises(ContractBroken, match="next_path"):
            _read(api, _connector(spec))
        assert len(api.seen) == 1


@pytest.mark.parametrize(
    "address",
    ["http://[::1/x", "http://169.254.169.254/latest", "//evil.example/x",
     "http://127.0.0.1@evil.example/x", "http://127.0.0.1:99999/x", "\t//evil.example/x"],
)  # fmt: skip
def test_an_address_that_is_none_or_leads_elsewhere_is_refused(address: str) -> None:
    """A broken one was a `ValueError` that no rule of retries knows."""
    with FakeApi([Reply(ROW | {"next": address})]) as api:
        with pytest.raises(EltError):
            _read(api, _connector(NEXT_URL))
        assert all(seen.path == "/things" for seen in api.seen)


def test_more_in_quotes_is_no_more() -> None:
    """`"more": "false"` was true, and the list had no end."""
    with FakeApi([Reply(ROW | {"more": "false"})]) as api:
        found = _read(api, _connector({"kind": "page_number", "more_path": "more"}))
        assert _ids(found) == [1]


def test_pages_without_records_and_without_end_are_refused() -> None:
    tokens = itertools.count()
    with FakeApi(lambda seen: Reply({"data": [], "next": f"t{next(tokens)}"})) as api:
        with pytest.raises(ContractBroken, match="empty pages"):
            _read(api, _connector(CURSOR))
        assert len(api.seen) == MOST_EMPTY_PAGES + 1


def test_what_is_no_object_in_a_list_is_set_aside() -> None:
    """One null among a hundred records refused all of them."""

    def answer(seen: Seen) -> Reply:
        if "after" in seen.query:
            return Reply({"data": ["x", {"id": 3}, [{"id": 9}]]})
        return Reply({"data": [{"id": 1}, None, {"id": 2}], "next": "b"})

    with FakeApi(answer) as api:
        pages = list(_pages(api))
    assert [record["id"] for page in pages for record in page.records] == [1, 2, 3]
    assert [[one.reason for one in page.rejects] for page in pages] == [
        ["not_an_object"], ["not_an_object"] * 2,
    ]  # fmt: skip
    assert pages[0].rejects[0].payload == "None"


def _pages(api: FakeApi) -> Any:
    return RestSource(build_feed(_connector(CURSOR)), Credentials("c", api.url, {})).read(
        "things", Window()
    )
