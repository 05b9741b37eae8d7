"""Lists and answers that are not what they seem, each an incident some connector has had."""

import logging
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.core import clock
from include.core.errors import ContractBroken, EltError, RateLimited, UpstreamUnavailable
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.rest.source import RestSource
from include.extract.stores.source_stores import Stores
from include.extract.stores.tokens import MemoryTokenStore
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed
from tests.unit.token_vendor import TokenVendor

LIMITS = HttpLimits(connect_s=1, read_s=1, tries=1)
CANARY = "c4nary-never-shown"


def _connector(paginator: dict[str, Any], **api: Any) -> dict[str, Any]:
    things = {"primary_key": ["id"], "columns": {"id": "bigint"}, "path": "things"}
    return {
        "connector": "toy", "title": "Toy", "kind": "rest",
        "api": {"base_url": "http://x", "records_path": "data", "paginator": paginator, **api},
        "streams": {"things": things},
    }  # fmt: skip


def _ids(api: FakeApi, connector: dict[str, Any], **source: Any) -> list[int]:
    credentials = Credentials("c", api.url, {"password": CANARY, "login": "me"})
    reader = RestSource(build_feed(connector), credentials, limits=LIMITS, **source)
    return [r["id"] for page in reader.read("things", Window()) for r in page.records]


def _rows(first: int, last: int) -> list[dict[str, int]]:
    return [{"id": n} for n in range(first, last + 1)]


PAGES = {"kind": "page_number", "size": 3, "size_param": "per_page", "total_path": "total"}


def test_a_truncated_page_that_looks_like_the_end_is_asked_for_again() -> None:
    """A proxy cut page two to one row; the short page was taken for the last one."""
    cut = chain([True], repeat(False))

    def answer(seen: Seen) -> Reply:
        first = (int(seen.query["page"]) - 1) * 3 + 1
        rows = _rows(first, min(first + 2, 7))
        if first == 4 and next(cut):
            rows = rows[:1]
        return Reply({"data": rows, "total": 7})

    with FakeApi(answer) as api:
        assert _ids(api, _connector(PAGES)) == [1, 2, 3, 4, 5, 6, 7]
        assert [seen.query["page"] for seen in api.seen][:5] == ["1", "2", "2", "3", "4"]


@pytest.mark.parametrize("kind", ["cursor", "next_url", "offset", "last_id"])
def test_a_list_that_ends_too_early_is_not_believed(kind: str) -> None:
    """The source forgot its next cursor: half a list once replaced the whole one."""
    spec = {"kind": kind, "total_path": "meta.total", "size": 3, "size_param": "limit"}

    def answer(seen: Seen) -> Reply:
        offset = int(seen.query.get("offset", "0"))
        return Reply({"data": [] if offset or "cursor" in seen.query else _rows(1, 3),
                      "meta": {"total": 9}})  # fmt: skip

    with FakeApi(answer) as api:
        with pytest.raises(UpstreamUnavailable, match="Expected `9`"):
            _ids(api, _connector(spec))
        assert len(api.seen) >= 3, "asked again before it is refused"


def test_records_added_while_pages_are_read_are_no_loss() -> None:
    totals = chain([4], repeat(6))

    def answer(seen: Seen) -> Reply:
        first, total = (int(seen.query["page"]) - 1) * 3 + 1, next(totals)
        return Reply({"data": _rows(first, min(first + 2, total)), "total": total})

    with FakeApi(answer) as api:
        assert _ids(api, _connector(PAGES)) == [1, 2, 3, 4, 5, 6]


def test_an_empty_page_that_is_not_the_end() -> None:
    """Rows filtered out by rights left page two empty; the pages behind it were lost."""
    spec = {"kind": "page_number", "more_path": "more"}
    pages = {"1": _rows(1, 2), "2": [], "3": _rows(5, 6)}

    def answer(seen: Seen) -> Reply:
        page = seen.query["page"]
        return Reply({"data": pages[page], "more": page != "3"})

    with FakeApi(answer) as api:
        assert _ids(api, _connector(spec)) == [1, 2, 5, 6]


@pytest.mark.parametrize("total", [None, "many", True, -1])
def test_a_total_that_is_none_is_a_wrong_path(total: Any) -> None:
    script = [Reply({"data": [], "total": total})]
    with FakeApi(script) as api, pytest.raises(ContractBroken, match="total_path"):
        _ids(api, _connector(PAGES))


def test_html_with_status_200_is_no_empty_list() -> None:
    """A login page answered 200 for a night, and every list was empty."""
    page = Reply(
        raw=b"<!doctype html><title>Sign in</title>", headers={"Content-Type": "text/html"}
    )
    with FakeApi([Reply({"data": _rows(1, 3), "next": "b"}), page]) as api:
        paginator = {"kind": "cursor", "param": "after", "next_path": "next"}
        with pytest.raises(ContractBroken, match="text/html") as caught:
            _ids(api, _connector(paginator))
    assert "Sign in" not in str(caught.value)


def test_a_token_that_expires_between_two_pages_goes_on_at_the_same_page() -> None:
    """The whole list was once read again from its start, for ever when it took an hour."""
    vendor = TokenVendor()
    asked: list[tuple[str | None, int]] = []
    now = datetime(2026, 11, 1, tzinfo=UTC)

    def answer(seen: Seen) -> Reply:
        if seen.path == "/token":
            return vendor(seen)
        token = int(seen.headers["Authorization"].rpartition("-")[2])
        expired = len(asked) >= 2 and token == 1
        asked.append((seen.query.get("after"), token))
        if expired:
            return Reply({"error": {"code": "token_expired"}}, 401)
        after = int(seen.query.get("after", "0"))
        return Reply(
            {"data": _rows(after + 1, after + 1), "next": after + 1 if after < 3 else None}
        )

    auth = {"kind": "oauth2", "token_url": "token", "scopes": ["read", "list"]}
    paginator = {"kind": "cursor", "param": "after", "next_path": "next"}
    with FakeApi(answer) as api, clock.frozen(now):
        credentials = Credentials("c", api.url, {"login": "id", "password": CANARY})
        source = RestSource(
            build_feed(_connector(paginator, auth=auth)),
            credentials,
            Stores(token_store=MemoryTokenStore()),
            LIMITS,
        )
        found = []
        pages = source.read("things", Window())
        for _ in range(2):
            found += next(pages).records
        with clock.frozen(now + timedelta(minutes=10)):
            for page in pages:
                found += page.records
    assert [record["id"] for record in found] == [1, 2, 3, 4]
    assert [after for after, _ in asked] == [None, "1", "2", "2", "3"]
    assert vendor.exchanges == 2
    assert vendor.forms[0]["scope"] == "read list"


def test_a_short_lived_token_is_not_fetched_for_every_request() -> None:
    """Tokens of 90 s were never live with a margin of two minutes: one exchange a page."""
    exchanges = []

    def answer(seen: Seen) -> Reply:
        if seen.path == "/token":
            exchanges.append(seen)
            return Reply({"access_token": "t", "expires_in": 90})
        page = int(seen.query["page"])
        return Reply({"data": _rows(page, page) if page < 5 else []})

    auth = {"kind": "oauth2", "token_url": "token", "client_auth": "basic"}
    with FakeApi(answer) as api:
        assert len(_ids(api, _connector({"kind": "page_number"}, auth=auth))) == 4
    assert len(exchanges) == 1
    assert exchanges[0].headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("status", [200, 403, 400])
def test_a_quota_body_is_a_limit_whatever_its_status(status: int) -> None:
    """`quotaExceeded` with 403 was an access error, and a person was called at night."""
    body = {"error": {"code": "userRateLimitExceeded", "message": "customer 7 exceeded"}}
    with FakeApi([Reply(body, status)]) as api, pytest.raises(RateLimited) as caught:
        _ids(api, _connector({"kind": "single"}))
    assert "customer 7" not in str(caught.value)


FAULTS = [
    Reply({}, 401), Reply({}, 404), Reply({}, 429, {"Retry-After": "9"}), Reply({}, 500),
    Reply({"data": [1]}), Reply({"nothing": 1}), Reply(raw=b"<html>"), Reply(raw=b'{"data": ['),
    Reply({"data": []}, hang_s=1.5), Reply({}, 302, {"Location": "https://else.example/?key=x"}),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda reply: str(reply.status))
def test_a_secret_in_the_query_is_never_shown(
    fault: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    """Exceptions and debug lines of the HTTP library quote whole addresses."""
    caplog.set_level(logging.DEBUG)
    auth = {"kind": "query", "name": "api_key"}
    with FakeApi([fault]) as api:
        with pytest.raises(EltError) as caught:
            _ids(api, _connector({"kind": "single"}, auth=auth))
        assert api.seen[0].query["api_key"] == CANARY
    shown = str(caught.value) + repr(caught.value.__dict__) + caplog.text
    assert CANARY not in shown
    assert "things" in str(caught.value)


def test_a_secret_in_the_query_stays_secret_when_nobody_listens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    connector = _connector({"kind": "single"}, auth={"kind": "query", "name": "api_key"})
    source = RestSource(
        build_feed(connector),
        Credentials("c", "http://127.0.0.1:9", {"password": CANARY}),
        limits=LIMITS,
    )
    with pytest.raises(UpstreamUnavailable) as caught:
        list(source.read("things", Window()))
    logging.getLogger("urllib3.connectionpool").warning("Failed to parse (url=/x?k=%s)", CANARY)
    assert CANARY not in str(caught.value) + repr(caught.value.__context__.__class__) + caplog.text


def test_a_next_address_with_the_secret_in_it_gets_it_once() -> None:
    """Some sources echo the key, masked, in the address of the next page."""

    def answer(seen: Seen) -> Reply:
        if seen.query.get("page") == "2":
            return Reply({"data": _rows(2, 2)})
        return Reply({"data": _rows(1, 1), "next": f"{api.url}/things?page=2&api_key=***"})

    auth = {"kind": "query", "name": "api_key"}
    with FakeApi(answer) as api:
        spec = {"kind": "next_url", "next_path": "next"}
        assert _ids(api, _connector(spec, auth=auth)) == [1, 2]
        assert api.seen[1].query == {"page": "2", "api_key": CANARY}
