"""The traps of GoHighLevel's lists, against a scripted API."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.gohighlevel.source import GoHighLevelSource
from include.core import clock
from include.core.errors import (
    AccessDenied,
    ContractBroken,
    MissingSecret,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.stores.source_stores import Stores
from include.extract.stores.tokens import MemoryTokenStore
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

START, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC)
PRIVATE = {"password": "pit-1", "location_id": "loc"}


def _source(api: FakeApi, **fields: str) -> GoHighLevelSource:
    found = GoHighLevelSource(
        build_feed("gohighlevel"),
        Credentials("c", api.url, fields or PRIVATE),
        Stores(token_store=MemoryTokenStore()),
        HttpLimits(tries=2, sleep=lambda seconds: None),
    )
    found._limiter = None
    return found


def _read(source: GoHighLevelSource, stream: str, window: Window | None = None) -> list[str]:
    pages = source.read(stream, window or Window())
    return [record["id"] for page in pages for record in page.records]


def test_contacts_go_on_by_search_after_and_never_by_page_number() -> None:
    """Page numbers end at 10,000 rows, and `page` beside `searchAfter` is refused."""
    pages = [["a", "b"], ["c"], []]
    at = iter(pages)

    def answer(seen: Seen) -> Reply:
        rows = [
            {"id": i, "dateUpdated": "2026-10-01T05:00:00Z", "searchAfter": [5, i]}
            for i in next(at)
        ]
        return Reply({"contacts": rows, "total": 3})

    with FakeApi(answer) as api:
        assert _read(_source(api), "contacts", Window(START, END)) == ["a", "b", "c"]
        bodies = [seen.body for seen in api.seen]
        headers = api.seen[0].headers
    assert [body.get("searchAfter") for body in bodies] == [None, [5, "b"], [5, "c"]]
    assert not any("page" in body for body in bodies)
    bounds = {"gte": 1790812800000, "lt": 1790899200000}
    assert bodies[0]["filters"][0] == {"field": "dateUpdated", "operator": "range", "value": bounds}
    assert headers["Version"] == "2021-07-28"


def test_a_contact_keeps_no_paging_position() -> None:
    pages = iter([[{"id": "a", "searchAfter": [1, "a"]}], []])
    with FakeApi(lambda seen: Reply({"contacts": next(pages)})) as api:
        [record] = [r for p in _source(api).read("contacts", Window()) for r in p.records]
    assert record == {"id": "a"}


def test_the_position_of_opportunities_is_a_pair_and_the_vendors_url_is_not_followed() -> None:
    metas: list[dict[str, Any]] = [
        {"startAfter": 7, "startAfterId": "b", "nextPageUrl": "http://localhost:5066/x"},
        {},
    ]
    pages = iter(zip([["a", "b"], ["c"]], metas, strict=True))

    def answer(seen: Seen) -> Reply:
        rows, meta = next(pages)
        return Reply({"opportunities": [{"id": i} for i in rows], "meta": {**meta, "total": 3}})

    with FakeApi(answer) as api:
        assert _read(_source(api), "opportunities") == ["a", "b", "c"]
        second = api.seen[1].query
    assert (second["startAfter"], second["startAfterId"]) == ("7", "b")
    assert second["status"] == "all"


def test_a_short_read_never_sweeps() -> None:
    """A list that ends early would mark everything it lacks as deleted."""
    body = {"opportunities": [{"id": "a"}], "meta": {"total": 2}}
    with FakeApi([Reply(body)]) as api, pytest.raises(UpstreamUnavailable, match="1 of 2"):
        _read(_source(api), "opportunities")


def test_a_page_that_repeats_is_refused() -> None:
    body = {"opportunities": [{"id": "a"}], "meta": {"startAfter": 1, "startAfterId": "a"}}
    with FakeApi([Reply(body)]) as api, pytest.raises(ContractBroken, match="same page"):
        _read(_source(api), "opportunities")


def _conversations(times: list[int], size: int) -> Callable[[Seen], Reply]:
    def answer(seen: Seen) -> Reply:
        after = int(seen.query.get("startAfterDate", 0))
        rows = [(at, f"c{n}") for n, at in enumerate(times) if at > after]
        page = [{"id": name, "sort": [at]} for at, name in sorted(rows)[:size]]
        return Reply({"conversations": page, "total": len(times)})

    return answer


def test_conversations_of_the_same_millisecond_are_all_read() -> None:
    """The position is a time: the second of two rows of one time fell between two pages."""
    with FakeApi(_conversations([1, 5, 5, 9], 2)) as api:
        assert sorted(_read(_source(api), "conversations")) == ["c0", "c1", "c2", "c3"]
        assert api.seen[0].headers["Version"] == "2021-04-15"


@pytest.mark.parametrize("told", [{"total": 1}, {}, {"total": None}])
def test_a_conversation_without_a_date_is_read(told: dict[str, Any]) -> None:
    """The documented record has neither `sort` nor a date: the only page broke the contract."""
    conversation = {
        "id": "c1", "contactId": "p1", "locationId": "l1", "lastMessageBody": "x",
        "lastMessageType": "TYPE_SMS", "type": "TYPE_PHONE", "unreadCount": 1,
    }  # fmt: skip
    with FakeApi(lambda seen: Reply({"conversations": [conversation], **told})) as api:
        assert _read(_source(api), "conversations") == ["c1"]


def test_a_page_full_of_one_millisecond_is_told() -> None:
    with (
        FakeApi(_conversations([5, 5, 5, 9], 2)) as api,
        pytest.raises(UpstreamUnavailable, match="of 4"),
    ):
        _read(_source(api), "conversations")


def test_events_are_read_per_calendar_and_slice_once() -> None:
    def answer(seen: Seen) -> Reply:
        if seen.path == "/calendars/":
            return Reply({"calendars": [{"id": "x"}, {"id": "y"}]})
        return Reply({"events": [{"id": f"e-{seen.query['calendarId']}"}]})

    with FakeApi(answer) as api, clock.frozen(datetime(2025, 7, 1, tzinfo=UTC)):
        assert _read(_source(api), "calendar_events") == ["e-x", "e-y"]
        asked = [seen.query for seen in api.seen if seen.path == "/calendars/events"]
    spans = [(int(q["startTime"]), int(q["endTime"])) for q in asked if q["calendarId"] == "x"]
    assert all(end == start for (_, end), (start, _) in pairwise(spans))
    first = datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1000
    assert spans[0][0] == first
    assert spans[-1][1] == first + 361 * 86_400_000


def test_users_need_the_agency_else_the_older_list() -> None:
    body = {"users": [{"id": "u"}], "count": 1}
    with FakeApi([Reply(body)]) as api:
        assert _read(_source(api), "users") == ["u"]
        assert _read(_source(api, **PRIVATE, company_id="co"), "users") == ["u"]
        assert [seen.path for seen in api.seen] == ["/users/", "/users/search"]


def test_a_429_waits_one_interval() -> None:
    with FakeApi([Reply({"message": "Too Many Requests"}, status=429)]) as api:
        with pytest.raises(RateLimited) as caught:
            _read(_source(api), "pipelines")
        assert len(api.seen) == 2
    assert caught.value.retry_after_s == 10


def test_oauth_names_the_place_and_rotates() -> None:
    def answer(seen: Seen) -> Reply:
        if seen.path == "/oauth/token":
            return Reply({"access_token": "a", "refresh_token": "r2", "expires_in": 86399,
                          "locationId": "loc", "companyId": "co"})  # fmt: skip
        return Reply({"pipelines": [{"id": seen.query["locationId"]}]})

    with FakeApi(answer) as api:
        source = _source(api, login="id", password="secret", refresh_token="r1")
        assert _read(source, "pipelines") == ["loc"]
        form = api.seen[0].body
    assert form["user_type"] == "Location"
    assert form["refresh_token"] == "r1"


def test_a_used_up_refresh_token_is_access_denied() -> None:
    reply = Reply({"statusCode": 400, "message": "Invalid grant"}, status=400)
    with FakeApi([reply]) as api, pytest.raises(AccessDenied, match="Authorize again"):
        _read(_source(api, login="id", password="secret", refresh_token="r1"), "pipelines")


@pytest.mark.parametrize(
    "fields", [{"password": "pit"}, {"login": "id", "password": "secret", "location_id": "l"}]
)
def test_what_the_connection_lacks_is_named(fields: dict[str, str]) -> None:
    with FakeApi([Reply({})]) as api, pytest.raises(MissingSecret, match=r"location_id|refresh"):
        _read(_source(api, **fields), "pipelines")
