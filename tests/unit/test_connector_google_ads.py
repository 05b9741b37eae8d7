"""The traps of Google Ads, each with a fake account that springs it."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests_mock

from include.config.credentials import Credentials
from include.connectors.google_ads.gaql import build_field, build_query, build_shape
from include.connectors.google_ads.source import KEEP_DAYS, GoogleAdsSource
from include.core import clock
from include.core.errors import AccessDenied, ContractBroken, EltError, RateLimited
from include.core.streams import Page, Window
from tests.unit.feed_maker import build_feed

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
HOST = "https://googleads.googleapis.com/v26"
TOKENS = "https://oauth2.googleapis.com/token"
FIELDS = {"client_id": "id", "client_secret": "x", "refresh_token": "y"}
MANAGER, SHOP, OTHER = "1000000000", "2000000000", "3000000000"
Answer = dict[str, Any]


def _client(number: str, **more: Any) -> Answer:
    client = {"id": number, "status": "ENABLED", "timeZone": "America/Denver", "level": "1"}
    return {"customerClient": {**client, **more}}


def _failure(status: int, family: str, code: str, **details: Any) -> Answer:
    error = {"errorCode": {family: code}, "message": "secret sentence", "details": details}
    inner = {"code": status, "message": "secret sentence", "status": "INVALID_ARGUMENT"}
    return {"status_code": status, "json": {"error": {**inner, "details": [{"errors": [error]}]}}}


def _row(number: str, day: date, clicks: int = 3) -> Answer:
    return {
        "customer": {"resourceName": f"customers/{number}", "id": number, "currencyCode": "USD"},
        "campaign": {"resourceName": f"customers/{number}/campaigns/9", "id": "9"},
        "segments": {"date": day.isoformat(), "device": "MOBILE", "adNetworkType": "SEARCH"},
        "metrics": {"clicks": str(clicks), "costMicros": "15320000", "conversions": 1.5},
    }


class FakeAds:
    """Answers searches; `handle` may answer report queries itself (None: one row a day).

    Attributes:
        asked: (customer, first day, last day, page token, login-customer-id) of report queries.
    """

    def __init__(self, api: requests_mock.Mocker, clients: list[Answer]) -> None:
        self.clients, self.asked = clients, []  # type: ignore[var-annotated]
        self.handle: Callable[[str, list[date], str | None], Answer | None] = lambda *_: None
        api.post(TOKENS, json={"access_token": "t", "expires_in": 3600})
        api.post(re.compile(rf"{HOST}/customers/\d+/googleAds:search"), json=self._answer)
        self.accessible = [MANAGER]
        api.get(f"{HOST}/customers:listAccessibleCustomers", json=lambda *_: {
            "resourceNames": [f"customers/{number}" for number in self.accessible]})  # fmt: skip

    def _answer(self, request: Any, context: Any) -> Answer:
        number = request.path.split("/")[3]
        body = request.json()
        assert "pageSize" not in body
        if "customer_client" in body["query"]:
            return {"results": self.clients, "fieldMask": "x"}
        found = re.search(r"BETWEEN '(\S+)' AND '(\S+)'", body["query"])
        assert found
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        token = body.get("pageToken")
        self.asked.append((number, first, last, token, request.headers.get("login-customer-id")))
        days = [first + timedelta(days=d) for d in range((last - first).days + 1)]
        answer = self.handle(number, days, token)
        if answer is None:
            return {"results": [_row(number, day) for day in days], "fieldMask": "x"}
        context.status_code = answer.get("status_code", 200)
        return answer["json"]


@pytest.fixture
def api() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker, clock.frozen(NOW):
        yield mocker


def _source(fields: dict[str, str] | None = None, **options: Any) -> GoogleAdsSource:
    feed = build_feed("google_ads", **options)
    waits: list[float] = []
    limits = replace(GoogleAdsSource.usual_limits, sleep=waits.append)
    return GoogleAdsSource(feed, Credentials("c", None, fields or FIELDS), limits=limits)


def _read(source: GoogleAdsSource, days: int, stream: str = "campaign_stats") -> list[Page]:
    return list(source.read(stream, Window(NOW - timedelta(days=days), NOW)))


def _records(pages: list[Page]) -> list[Answer]:
    return [record for page in pages for record in page.records]


def _complete(pages: list[Page]) -> list[str]:
    return [key for page in pages for key in page.complete]


def test_managers_are_walked_down_and_clients_read_once(api: requests_mock.Mocker) -> None:
    """A client below two managers comes twice; a manager has no numbers; closed ones are left."""
    ads = FakeAds(api, [
        _client(MANAGER, manager=True), _client(SHOP), _client(OTHER, status="CANCELED"),
    ])  # fmt: skip
    ads.accessible = [MANAGER, "1500000000"]
    pages = _read(_source(), 1)
    assert [r["customer"]["id"] for r in _records(pages)] == [SHOP]
    assert [asked[4] for asked in ads.asked] == [MANAGER]


@pytest.mark.parametrize("where", ["option", "extra", "hook"])
def test_the_login_customer_is_digits(api: requests_mock.Mocker, where: str) -> None:
    ads = FakeAds(api, [_client(SHOP)])
    shown = "100-000-0000"
    source = {
        "option": lambda: _source(login_customer_id=shown),
        "extra": lambda: _source({**FIELDS, "login_customer_id": shown}),
        "hook": lambda: _source(
            {"google_ads_client": json.dumps({**FIELDS, "login_customer_id": shown})}
        ),
    }[where]()
    _read(source, 1)
    assert {asked[4] for asked in ads.asked} == {MANAGER}
    assert "listAccessible" not in " ".join(r.path for r in api.request_history)


def test_named_accounts_only(api: requests_mock.Mocker) -> None:
    ads = FakeAds(api, [_client(SHOP)])
    _read(_source(customer_ids=["200-000-0000"]), 1)
    roots = [r.path for r in api.request_history if "googleads:search" in r.path.lower()]
    assert roots[0].startswith(f"/v26/customers/{SHOP}/")
    assert len(ads.asked) == 1


def test_zero_and_false_are_put_back(api: requests_mock.Mocker) -> None:
    """An omitted number is 0, an omitted text is unknown."""
    FakeAds(api, [_client(SHOP)])
    [record] = _records(_read(_source(), 1))
    assert record["metrics"] == {
        "clicks": "3", "costMicros": "15320000", "conversions": Decimal("1.5"),
        "impressions": "0", "interactions": "0", "conversionsValue": 0, "allConversions": 0,
        "allConversionsValue": 0,
    }  # fmt: skip
    assert record["slice_key"] == f"{SHOP}/2026-10-19"
    customers = build_feed("google_ads").streams["customers"]
    found = build_shape(customers).complete({"customer": {"resourceName": "c/1", "id": "1"}})
    assert found == {"customer": {"id": "1", "manager": False, "autoTaggingEnabled": False,
                                  "testAccount": False}}  # fmt: skip


def test_slices_are_two_weeks_ordered_by_day(api: requests_mock.Mocker) -> None:
    ads = FakeAds(api, [_client(SHOP)])
    pages = _read(_source(), 30)
    assert [(last - first).days + 1 for _, first, last, _, _ in ads.asked] == [14, 14, 2]
    assert len(_complete(pages)) == len(_records(pages)) == 30
    query = api.last_request.json()["query"]
    assert query.endswith("ORDER BY segments.date")


def test_today_and_forgotten_days_are_not_asked_for(api: requests_mock.Mocker) -> None:
    """Google keeps 37 months of days: an empty answer for older ones would delete them here."""
    ads = FakeAds(api, [_client(SHOP)])
    _read(_source(), 3000)
    assert ads.asked[0][1] == NOW.date() - timedelta(days=KEEP_DAYS)
    assert ads.asked[-1][2] == date(2026, 10, 19)


def test_an_expired_page_token_continues_with_the_last_day(api: requests_mock.Mocker) -> None:
    """Tokens live about two hours; days before the last one seen are whole, it is not."""
    ads = FakeAds(api, [_client(SHOP)])

    def handle(number: str, days: list[date], token: str | None) -> Answer | None:
        if token:
            return _failure(400, "requestError", "EXPIRED_PAGE_TOKEN")
        if len(days) == 10:
            rows = [_row(number, day) for day in days[:4]]
            return {"json": {"results": rows, "fieldMask": "x", "nextPageToken": "p2"}}
        return None

    ads.handle = handle
    pages = _read(_source(), 10)
    assert [asked[1].day for asked in ads.asked] == [10, 10, 13]
    seen = {r["segments"]["date"] for r in _records(pages)}
    assert len(seen) == len(_complete(pages)) == 10
    assert [bool(page.complete) for page in pages] == [False, False, True]


def test_a_report_edited_between_its_pages_loses_no_row(api: requests_mock.Mocker) -> None:
    """Rows come and go while pages are read: tokens belong to what the query found at first."""
    ads = FakeAds(api, [_client(SHOP)])
    live: dict[date, int] = {}
    found: list[tuple[date, int]] = []

    def handle(number: str, days: list[date], token: str | None) -> Answer | None:
        if token is None:
            live.update({day: 3 for day in days if day not in live})
            found[:] = sorted(live.items())
        start = int(token or 0)
        rows = [_row(number, day, clicks) for day, clicks in found[start : start + 2]]
        del live[min(live)]  # read already: what is behind it moves up
        live[max(live)] += 1
        more = {"nextPageToken": str(start + 2)} if start + 2 < len(found) else {}
        return {"json": {"results": rows, "fieldMask": "x"} | more}

    ads.handle = handle
    records = _records(_read(_source(), 10))
    assert [r["segments"]["date"] for r in records] == sorted(
        (NOW - timedelta(days=n)).date().isoformat() for n in range(1, 11)
    )
    assert {r["metrics"]["clicks"] for r in records} == {"3"}
    assert len(ads.asked) == 5


def test_a_token_that_always_expires_ends_the_load(api: requests_mock.Mocker) -> None:
    ads = FakeAds(api, [_client(SHOP)])
    ads.handle = lambda *_: _failure(400, "requestError", "EXPIRED_PAGE_TOKEN")
    with pytest.raises(ContractBroken, match="EXPIRED_PAGE_TOKEN"):
        _read(_source(), 2)
    assert len(ads.asked) == 4


def test_too_much_at_once_halves_the_days(api: requests_mock.Mocker) -> None:
    ads = FakeAds(api, [_client(SHOP)])
    code = "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"

    def handle(number: str, days: list[date], token: str | None) -> Answer | None:
        return _failure(429, "quotaError", code) if len(days) > 4 else None

    ads.handle = handle
    pages = _read(_source(), 14)
    assert {r["segments"]["date"] for r in _records(pages)} == {
        (NOW.date() - timedelta(days=d)).isoformat() for d in range(1, 15)
    }
    assert len(_complete(pages)) == 14

    ads.handle = lambda *_: _failure(429, "quotaError", code)
    with pytest.raises(RateLimited):
        _read(_source(), 2)


def test_the_wait_is_in_the_details(api: requests_mock.Mocker) -> None:
    ads = FakeAds(api, [_client(SHOP)])
    details = {"quotaErrorDetails": {"retryDelay": "3600s", "rateScope": "ACCOUNT"}}
    ads.handle = lambda *_: _failure(429, "quotaError", "RESOURCE_EXHAUSTED", **details)
    with pytest.raises(RateLimited) as caught:
        _read(_source(), 1)
    assert caught.value.retry_after_s == 3600
    assert "secret sentence" not in str(caught.value)


def test_an_account_closed_meanwhile_is_left_out_with_its_rows(api: requests_mock.Mocker) -> None:
    """Its days are not called complete, so that what was loaded stays."""
    ads = FakeAds(api, [_client(SHOP), _client(OTHER)])
    closed = _failure(403, "authorizationError", "CUSTOMER_NOT_ENABLED")
    ads.handle = lambda number, *_: closed if number == SHOP else None
    pages = _read(_source(), 2)
    assert {r["customer"]["id"] for r in _records(pages)} == {OTHER}
    assert {key.split("/")[0] for key in _complete(pages)} == {OTHER}


def test_a_lost_permission_is_no_empty_account(api: requests_mock.Mocker) -> None:
    """Airbyte ignores each 403: a lost permission then looks like an account without ads."""
    ads = FakeAds(api, [_client(SHOP)])
    ads.handle = lambda *_: _failure(403, "authorizationError", "USER_PERMISSION_DENIED")
    with pytest.raises(AccessDenied, match="USER_PERMISSION_DENIED"):
        _read(_source(), 1)


def test_nothing_but_closed_accounts_is_an_error(api: requests_mock.Mocker) -> None:
    FakeAds(api, [_client(MANAGER, manager=True), _client(SHOP, status="SUSPENDED")])
    with pytest.raises(AccessDenied, match="no enabled client"):
        _read(_source(), 1)


def test_a_page_that_comes_again_and_again_is_refused(api: requests_mock.Mocker) -> None:
    ads = FakeAds(api, [_client(SHOP)])
    rows = [_row(SHOP, date(2026, 10, 19))]
    ads.handle = lambda *_: {"json": {"results": rows, "fieldMask": "x", "nextPageToken": "p2"}}
    with pytest.raises(ContractBroken, match="again and again"):
        _read(_source(), 1)
    assert len(ads.asked) == 4


def test_an_empty_answer_is_told_from_a_strange_one(api: requests_mock.Mocker) -> None:
    ads = FakeAds(api, [_client(SHOP)])
    ads.handle = lambda *_: {"json": {"fieldMask": "x"}}
    assert _complete(_read(_source(), 1)) == [f"{SHOP}/2026-10-19"]
    ads.handle = lambda *_: {"json": {"items": []}}
    with pytest.raises(ContractBroken, match="items"):
        _read(_source(), 1)


def test_the_version_is_configuration(api: requests_mock.Mocker) -> None:
    FakeAds(api, [])
    api.post(re.compile(r".*/v25/customers/\d+/googleAds:search"), json={"fieldMask": "x"})
    with pytest.raises(EltError):
        _read(_source(api_version="v25", login_customer_id=MANAGER), 1)
    assert api.last_request.path.startswith("/v25/")


def test_a_developer_token_is_sent_when_there_is_one(api: requests_mock.Mocker) -> None:
    """Google ignores it since September 2026 and will refuse it one day."""
    FakeAds(api, [_client(SHOP)])
    _read(_source(), 1)
    assert "developer-token" not in api.last_request.headers
    _read(_source({**FIELDS, "developer_token": "dev"}), 1)
    assert api.last_request.headers["developer-token"] == "dev"


def test_every_selected_segment_and_id_is_in_the_key() -> None:
    """Adding a segment changes the grain; a key without it would overwrite rows."""
    for name, stream in build_feed("google_ads").streams.items():
        segments = {
            c for c, col in stream.columns.items() if (col.path or "").startswith("segments")
        }
        named = {c for c in segments if c.endswith("_name")}
        assert segments - named <= set(stream.primary_key), name
        assert stream.primary_key[0] == "customer_id"
        assert (stream.sweep == "slice_key") == (stream.cursor is not None), name
        if stream.cursor:
            assert stream.lookback_h >= 30 * 24


def test_conversion_actions_never_meet_cost_or_clicks() -> None:
    query = build_query(build_feed("google_ads").streams["campaign_conversions"], None)
    assert "conversion_action" in query
    assert not re.search(r"clicks|cost|impressions|interactions", query)


def test_names_of_the_answer_become_names_of_the_query() -> None:
    assert build_field("adGroupAd.ad.finalUrls") == "ad_group_ad.ad.final_urls"
    assert build_field("metrics.costMicros") == "metrics.cost_micros"
    keywords = build_query(build_feed("google_ads").streams["keywords"], None)
    assert keywords.endswith("FROM ad_group_criterion WHERE ad_group_criterion.type = KEYWORD")
