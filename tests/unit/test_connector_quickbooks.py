"""The traps of QuickBooks Online's API, against a scripted company."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.quickbooks import query
from include.connectors.quickbooks.lines import flatten_lines
from include.connectors.quickbooks.query import Statement
from include.connectors.quickbooks.source import QuickBooksSource
from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.stores.source_stores import Stores
from include.extract.stores.tokens import MemoryTokenStore
from tests.shipped import load_known_connectors
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

CONNECTOR = load_known_connectors()["quickbooks"]
WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
Answerer = Callable[[Seen], Reply]


@pytest.fixture
def fake_api() -> Iterator[Callable[[Any], FakeApi]]:
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(FakeApi(script))


def _company(answer: Answerer) -> Answerer:
    def script(seen: Seen) -> Reply:
        if seen.path.endswith("/bearer"):
            return Reply({"access_token": "a1", "refresh_token": "r1", "expires_in": 3600})
        if "count(*)" in seen.query.get("query", ""):
            return Reply({"QueryResponse": {"totalCount": 1}, "time": "2026-11-01T17:00:00-07:00"})
        return answer(seen)

    return script


def _source(api: FakeApi, **fields: str) -> QuickBooksSource:
    known = {"login": "id", "password": "secret", "refresh_token": "r0", "realm_id": "77",
             "token_url": f"{api.url}/oauth2/v1/tokens/bearer"}  # fmt: skip
    return QuickBooksSource(
        build_feed(CONNECTOR), Credentials("c", api.url, {**known, **fields}),
        Stores(token_store=MemoryTokenStore()), HttpLimits(tries=2, sleep=lambda s: None),
    )  # fmt: skip


def _row(key: int, second: int = 0, **values: Any) -> dict[str, Any]:
    at = datetime(2026, 11, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    return {"Id": str(key), "SyncToken": "0",
            "MetaData": {"LastUpdatedTime": at.isoformat()}, **values}  # fmt: skip


def _page(entity: str, rows: list[dict[str, Any]], start: int = 1) -> Reply:
    found = {entity: rows, "startPosition": start, "maxResults": len(rows)} if rows else {}
    return Reply({"QueryResponse": found, "time": "2026-11-05T01:02:03.456-08:00"})


def _ids(source: QuickBooksSource, stream: str = "invoices") -> list[str]:
    return [row["Id"] for page in source.read(stream, WINDOW) for row in page.records]


def test_a_request_is_complete(fake_api: Callable[[Any], FakeApi]) -> None:
    """Version, company, half-open window with encoded offsets, order, Basic login at the token."""
    api = fake_api(_company(lambda seen: _page("Invoice", [])))
    assert _ids(_source(api)) == []
    token, asked = api.seen
    assert token.headers["Authorization"].startswith("Basic ")
    assert token.body == {"grant_type": "refresh_token", "refresh_token": "r0"}
    assert asked.path == "/v3/company/77/query"
    assert asked.query["minorversion"] == "75"
    assert asked.query["query"] == (
        "SELECT * FROM Invoice WHERE MetaData.LastUpdatedTime >= '2026-11-01T00:00:00+00:00' AND "
        "MetaData.LastUpdatedTime < '2026-11-02T00:00:00+00:00' "
        "ORDERBY MetaData.LastUpdatedTime ASC STARTPOSITION 1 MAXRESULTS 1000"
    )


def test_lists_are_read_whole_with_inactive_ones(fake_api: Callable[[Any], FakeApi]) -> None:
    api = fake_api(_company(lambda seen: _page("Customer", [_row(1, Active=False)])))
    assert _ids(_source(api), "customers") == ["1"]
    assert "WHERE Active IN (true, false) ORDERBY" in api.seen[-1].query["query"]


def test_a_row_edited_while_pages_are_walked_hides_no_other() -> None:
    """By position the row behind an edited one is skipped; by change time it comes."""
    rows = [_row(n, n) for n in range(1, 5)]
    statement = Statement("Invoice", WINDOW.start, WINDOW.end, size=2)
    following = statement.following(rows[:2])
    assert following is not None
    assert following.position == 1
    assert "'2026-11-01T01:00:02+00:00'" in following.text()


def test_more_rows_of_one_instant_than_a_page() -> None:
    """A bulk import gives thousands of rows one time; going on at that time would not advance."""
    rows = [_row(n) for n in range(2)]
    first = Statement("Invoice", WINDOW.start, WINDOW.end, size=2).following(rows)
    assert first is not None
    second = first.following(rows)
    assert second is not None
    assert (first.position, second.position) == (1, 2)
    assert second.following(rows[:1]) is None


def test_pages_hold_each_row_once(
    fake_api: Callable[[Any], FakeApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of a page's last instant come again with the next page."""
    rows = [_row(n, second) for n, second in enumerate((0, 1, 1, 1, 1, 2, 3))]

    def answer(seen: Seen) -> Reply:
        text = seen.query["query"]
        after = text.split(">= '")[1][:25]
        left = [r for r in rows if r["MetaData"]["LastUpdatedTime"] >= after]
        start = int(text.split("STARTPOSITION ")[1].split()[0])
        return _page("Invoice", left[start - 1 : start + 1], start)

    monkeypatch.setattr(query, "PAGE", 2)
    assert _ids(_source(fake_api(_company(answer)))) == [str(n) for n in range(7)]


@pytest.mark.parametrize("after", range(1, 7))
@pytest.mark.parametrize("edited", range(7))
def test_edits_among_rows_of_one_second_hide_no_other(
    fake_api: Callable[[Any], FakeApi], monkeypatch: pytest.MonkeyPatch, after: int, edited: int
) -> None:
    """By position alone the row behind a page's border moved up into what was read already."""
    rows, asked = [_row(n) for n in range(7)], []
    gone = {str(edited), str(edited + 1)}

    def answer(seen: Seen) -> Reply:
        asked.append(seen.query["query"])
        left = [r for r in rows if len(asked) <= after or r["Id"] not in gone]
        start = int(asked[-1].split("STARTPOSITION ")[1].split()[0])
        return _page("Invoice", left[start - 1 : start + 2], start)

    monkeypatch.setattr(query, "PAGE", 3)
    found = _ids(_source(fake_api(_company(answer))))
    assert {str(n) for n in range(7)} - gone <= set(found)
    assert len(found) == len(set(found))


def test_rows_that_never_rest_are_not_read_for_ever(
    fake_api: Callable[[Any], FakeApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = count()

    def answer(seen: Seen) -> Reply:
        start = int(seen.query["query"].split("STARTPOSITION ")[1].split()[0])
        return _page("Invoice", [_row(next(numbers)) for _ in range(3)], start)

    monkeypatch.setattr(query, "PAGE", 3)
    with pytest.raises(UpstreamUnavailable, match="of one second"):
        _ids(_source(fake_api(_company(answer))))


def test_times_of_different_offsets_are_compared_as_instants() -> None:
    """As text 02:30-07:00 sorts before 01:30-08:00's successor; in UTC they are in order."""
    rows = [
        {"Id": "1", "MetaData": {"LastUpdatedTime": "2026-11-01T01:30:00-06:00"}},
        {"Id": "2", "MetaData": {"LastUpdatedTime": "2026-11-01T01:10:00-07:00"}},
    ]
    assert Statement("Invoice", None, None, size=2).following(rows) is not None
    with pytest.raises(ContractBroken, match="out of order"):
        Statement("Invoice", None, None, size=2).following(rows[::-1])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"Fault": {"Error": [{"code": "4001"}], "type": "ValidationFault"}}, ContractBroken),
        ({"Fault": {"Error": [{"code": "3100"}], "type": "AuthorizationFault"}}, AccessDenied),
        ({"Fault": {"Error": [{"code": "6190"}], "type": "ValidationFault"}}, AccessDenied),
        ({"Fault": {"Error": [{"code": "10000"}], "type": "SystemFault"}}, UpstreamUnavailable),
        ({"fault": {"error": [{"code": "3001"}], "type": "SERVICE"}}, RateLimited),
    ],
)
def test_a_fault_with_status_200_is_an_error(
    fake_api: Callable[[Any], FakeApi], fault: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        _ids(_source(fake_api(_company(lambda seen: Reply(fault)))))


def test_a_passing_fault_is_tried_again(fake_api: Callable[[Any], FakeApi]) -> None:
    system = {"Fault": {"Error": [{"code": "10000"}], "type": "SystemFault"}}
    replies = [Reply(system), _page("Invoice", [_row(1)])]
    assert _ids(_source(fake_api(_company(lambda seen: replies.pop(0))))) == ["1"]


def test_too_many_requests_wait_a_minute(fake_api: Callable[[Any], FakeApi]) -> None:
    """Intuit sends no Retry-After."""
    body = {"fault": {"error": [{"code": "3001"}], "type": "SERVICE"}}
    with pytest.raises(RateLimited) as caught:
        _ids(_source(fake_api(_company(lambda seen: Reply(body, 429)))))
    assert caught.value.retry_after_s == 60


@pytest.mark.parametrize(
    "answer",
    [
        {"QueryResponse": {"startPosition": 1, "maxResults": 3}},
        {"QueryResponse": {"Invoice": [_row(1)], "startPosition": 1, "maxResults": 2}},
        {"time": "now"},
    ],
)
def test_a_list_that_is_not_whole_stops_the_load(
    fake_api: Callable[[Any], FakeApi], answer: dict[str, Any]
) -> None:
    with pytest.raises(ContractBroken, match="whole list"):
        _ids(_source(fake_api(_company(lambda seen: Reply(answer)))))


def test_another_page_than_asked_for_is_asked_again(fake_api: Callable[[Any], FakeApi]) -> None:
    replies = [_page("Invoice", [_row(9)], start=1001), _page("Invoice", [_row(1)])]
    assert _ids(_source(fake_api(_company(lambda seen: replies.pop(0))))) == ["1"]


def test_money_is_exact(fake_api: Callable[[Any], FakeApi]) -> None:
    raw = b'{"QueryResponse":{"Invoice":[{"Id":"1","SyncToken":"0","TotalAmt":362.07,"MetaData":{'
    raw += b'"LastUpdatedTime":"2026-11-01T02:00:00Z"}}],"startPosition":1,"maxResults":1}}'
    source = _source(fake_api(_company(lambda seen: Reply(raw=raw))))
    [page] = source.read("invoices", WINDOW)
    assert page.records[0]["TotalAmt"] == Decimal("362.07")


def test_lines_add_up_to_the_total() -> None:
    """Subtotals repeat, bundles hide their lines: both would change the revenue."""
    inner = [{"Id": "3", "Amount": 4, "DetailType": "SalesItemLineDetail"}]
    record = {"Line": [
        {"Id": "1", "Amount": 10, "DetailType": "SalesItemLineDetail"},
        {"Id": "2", "Amount": 4, "DetailType": "GroupLineDetail",
         "GroupLineDetail": {"Line": inner}},
        {"Amount": 14, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
    ]}  # fmt: skip
    lines = flatten_lines(record)["Line"]
    assert [line["Id"] for line in lines] == ["1", "2", "3"]
    assert sum(line.get("Amount", 0) for line in lines) == 14
    assert lines[2]["group_line_id"] == "2"


def _cdc(rows: dict[str, list[dict[str, Any]]]) -> Reply:
    return Reply({"CDCResponse": [{"QueryResponse": [rows]}], "time": "now"})


def _deletions(source: QuickBooksSource, window: Window) -> list[tuple[str, str]]:
    pages = source.read("deletions", window)
    return [(row["entity"], row["Id"]) for page in pages for row in page.records]


def test_deletions_go_back_30_days_and_no_further(fake_api: Callable[[Any], FakeApi]) -> None:
    """By Intuit's clock, not ours: a second too far is refused."""
    gone = _row(7, status="Deleted")
    api = fake_api(_company(lambda seen: _cdc({"Invoice": [gone, _row(8)]})))
    old = Window(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))
    assert _deletions(_source(api), old) == [("Invoice", "7")]
    asked = api.seen[-1].query
    assert asked["changedSince"] == "2026-10-03T00:05:00+00:00"
    assert "Customer" not in asked["entities"].split(",")
    assert "JournalEntry" in asked["entities"].split(",")


def test_a_full_answer_about_changes_is_split(
    fake_api: Callable[[Any], FakeApi], caplog: pytest.LogCaptureFixture
) -> None:
    """1,000 objects in all and no pages: what is cut off would be deletions nobody hears of."""
    caplog.set_level(logging.WARNING)
    whole = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def answer(seen: Seen) -> Reply:
        names = seen.query["entities"].split(",")
        since = datetime.fromisoformat(seen.query["changedSince"])
        if len(names) > 1 or (names == ["Invoice"] and since < whole):
            return _cdc({"Invoice": [_row(n) for n in range(1000)]})
        return _cdc({names[0]: [_row(5, 3600 * 20, status="Deleted")]})

    found = _deletions(_source(fake_api(_company(answer))), WINDOW)
    assert ("Invoice", "5") in found
    assert ("Bill", "5") in found
    assert caplog.text.count("deletions_unknown entity=Invoice") == 1


def test_a_company_id_is_needed(fake_api: Callable[[Any], FakeApi]) -> None:
    with pytest.raises(ConfigError, match="realm_id"):
        _source(fake_api([Reply({})]), realm_id="acme")
