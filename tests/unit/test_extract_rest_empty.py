"""How sources say "none": 204 without a body, `null` for the list. Anything else is no list."""

from typing import Any

import pytest

from include.connectors.gohighlevel.lists import _list
from include.connectors.google_ads.gaql import fetch_rows as fetch_ads_rows
from include.connectors.meta_ads.graph import fetch_rows as fetch_graph_rows
from include.connectors.square.source import _records
from include.core.errors import ContractBroken
from tests.shipped import load_known_connectors
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.test_extract_rest import _connector, _ids, _read

PAGINATORS: list[dict[str, Any]] = [
    {"kind": "single"},
    {"kind": "page_number", "size": 2, "size_param": "n", "total_path": "total"},
    {"kind": "page_number", "last_path": "pages"},
    {"kind": "offset", "size": 2, "size_param": "n"},
    {"kind": "cursor", "param": "after", "next_path": "next"},
    {"kind": "last_id", "param": "after", "more_path": "more"},
    {"kind": "next_url", "next_path": "next"},
]


@pytest.mark.parametrize("paginator", PAGINATORS, ids=lambda one: one["kind"])
def test_204_is_an_empty_list(paginator: dict[str, Any]) -> None:
    """It was a broken contract, `0 bytes of no content type`, and the stream stayed red."""
    with FakeApi([Reply(status=204, raw=b"")]) as api:
        assert _ids(_read(api, _connector(paginator))) == []
        assert len(api.seen) == 1


def test_null_in_the_place_of_the_list_is_an_empty_one() -> None:
    with FakeApi([Reply({"data": None, "next": None})]) as api:
        paginator = {"kind": "cursor", "param": "after", "next_path": "next"}
        assert _ids(_read(api, _connector(paginator))) == []


def test_204_behind_the_last_page_is_its_end() -> None:
    def answer(seen: Seen) -> Reply:
        if seen.query.get("page", "1") == "1":
            return Reply({"data": [{"id": 1}, {"id": 2}]})
        return Reply(status=204, raw=b"")

    with FakeApi(answer) as api:
        found = _read(api, _connector({"kind": "page_number"}))
        assert sorted(set(_ids(found))) == [1, 2]


def test_204_where_records_are_missing_is_no_end() -> None:
    """The first page named five: a silent second one would have been believed."""

    def answer(seen: Seen) -> Reply:
        if seen.query.get("page", "1") == "1":
            return Reply({"data": [{"id": 1}, {"id": 2}], "total": 5})
        return Reply(status=204, raw=b"")

    paginator = {"kind": "page_number", "size": 2, "size_param": "n", "total_path": "total"}
    with FakeApi(answer) as api, pytest.raises(Exception, match="as the answer says"):
        _read(api, _connector(paginator))


@pytest.mark.parametrize(
    "body", [{}, {"error": "x"}, {"data": {}}, {"data": ""}, {"data": 0}, {"data": [1]}, "text"]
)
def test_what_is_no_list_stays_a_broken_contract(body: Any) -> None:
    with FakeApi([Reply(body)]) as api, pytest.raises(ContractBroken):
        _read(api, _connector({"kind": "single"}))


def test_200_without_a_body_is_no_empty_list() -> None:
    """Proxies answer so; 204 says that there is nothing, an empty 200 says nothing at all."""
    with FakeApi([Reply(raw=b"")]) as api, pytest.raises(ContractBroken):
        _read(api, _connector({"kind": "single"}))


def test_the_vendors_own_lists_take_null_as_well() -> None:
    payments = load_known_connectors()["square"].streams["payments"]
    assert _records({payments.records_path: None}, payments) == []
    assert _list({"contacts": None, "meta": {}}, "contacts") == []
    assert fetch_graph_rows({"data": None}, "x") == []
    assert fetch_ads_rows({"results": None}, "x") == []
    for refused in (
        lambda: _records({"other": None}, payments),
        lambda: _list({"meta": {}}, "contacts"),
        lambda: fetch_graph_rows({"paging": {}}, "x"),
        lambda: fetch_ads_rows({"rows": None}, "x"),
    ):
        with pytest.raises(ContractBroken):
            refused()
