"""Every way an HTTP source can misbehave ends in the right error, or in a retry that succeeds."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from include.config.connector_spec import Auth
from include.config.credentials import Credentials
from include.core import clock
from include.core.errors import (
    AccessDenied,
    ContractBroken,
    EltError,
    MissingSecret,
    RateLimited,
    UpstreamUnavailable,
)
from include.extract.http.auth import build_auth
from include.extract.http.client import AnswerRules, HttpClient, HttpLimits
from include.extract.http.rate_limit import RateLimiter
from include.extract.http.status import parse_retry_after
from include.extract.http.usage_headers import find_rest_s
from tests.unit.fake_api import FakeApi, Reply

CANARY = "sk_live_canary_7f3a"
LIMITS = HttpLimits(connect_s=2, read_s=0.3, tries=3, backoff_s=0.001, max_sleep_s=5)


class Clock:
    """Counts sleeps instead of sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def naps() -> Clock:
    return Clock()


@pytest.fixture
def serve(naps: Clock) -> Iterator[object]:
    running: list[FakeApi] = []

    def start(*script: Reply, **options: object) -> tuple[HttpClient, FakeApi]:
        api = FakeApi(list(script))
        running.append(api)
        auth = build_auth(Auth(kind="bearer", secret="password"), _credentials())
        limits = replace(LIMITS, sleep=naps.sleep)
        answers = AnswerRules(**options)
        client = HttpClient(f"{api.url}/v1", auth=auth, limits=limits, answers=answers)
        return client, api

    yield start
    for api in running:
        api.close()


def _credentials() -> Credentials:
    return Credentials("testco__feed", None, {"password": CANARY})


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply({"error": {"code": "bad"}}, 401), AccessDenied),
        (Reply({"error": {}}, 403), AccessDenied),
        (Reply({}, 402), AccessDenied),
        (Reply({}, 404), ContractBroken),
        (Reply({"error": {"param": "created[gte]"}}, 400), ContractBroken),
        (Reply({}, 302, {"Location": "https://elsewhere.example/"}), ContractBroken),
        (Reply({}, 429, {"Retry-After": "1"}), RateLimited),
        (Reply({}, 500), UpstreamUnavailable),
        (Reply(raw=b"<html>busy</html>", status=503), UpstreamUnavailable),
        (Reply({"a": 1}, cut=True), UpstreamUnavailable),
        (Reply(raw=b'{"data": [{"id": 1}, {"i'), UpstreamUnavailable),
        (Reply({}, hang_s=2), UpstreamUnavailable),
        (Reply(raw=b"<html>log in</html>", headers={"Content-Type": "text/html"}), ContractBroken),
        (Reply(raw=b"  <!doctype html>"), ContractBroken),
        (Reply(raw=b""), ContractBroken),
    ],
)
def test_each_fault_has_its_error(
    serve, naps: Clock, reply: Reply, error: type[EltError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client, api = serve(reply)
    with pytest.raises(error) as caught:
        client.get("charges", {"limit": "1", "api_key": CANARY})
    assert len(api.seen) == (LIMITS.tries if error.retryable else 1)
    assert api.seen[0].headers["Authorization"] == f"Bearer {CANARY}"
    everything = str(caught.value) + repr(caught.value.__cause__) + caplog.text + repr(client)
    assert CANARY not in everything
    assert "log in" not in everything


def test_a_retry_that_succeeds_is_invisible(serve, naps: Clock) -> None:
    client, api = serve(Reply({}, 500), Reply({"a": 1}, cut=True), Reply({"a": 1}))
    assert client.get("x").body == {"a": 1}
    assert len(api.seen) == 3
    assert all(0 < nap < 0.01 for nap in naps.slept)


def test_retry_after_is_waited_for(serve, naps: Clock) -> None:
    client, _ = serve(Reply({}, 429, {"Retry-After": "3"}), Reply({"a": 1}))
    assert client.get("x").body == {"a": 1}
    assert 3 <= naps.slept[0] < 3.2


def test_a_long_retry_after_frees_the_worker(serve, naps: Clock) -> None:
    """A worker once slept an hour inside a request; the wait now goes to the scheduler."""
    client, api = serve(Reply({}, 429, {"Retry-After": "3600"}))
    with pytest.raises(RateLimited) as caught:
        client.get("x")
    assert caught.value.retry_after_s == 3600
    assert naps.slept == []
    assert len(api.seen) == 1


def test_what_starts_something_is_sent_once(serve) -> None:
    """A bulk job sent again after a lost answer once ran twice."""
    client, api = serve(Reply({}, 500))
    with pytest.raises(UpstreamUnavailable):
        client.post("jobs", {"a": 1}, repeatable=False)
    assert len(api.seen) == 1


def test_nobody_listens() -> None:
    client = HttpClient("http://127.0.0.1:9", limits=replace(LIMITS, sleep=lambda s: None))
    with pytest.raises(UpstreamUnavailable, match="ConnectionError"):
        client.get("x")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("7", 7.0), ("0.5", 0.5), ("-3", 0.0), (None, None), ("soon", None),
     ("Sun, 01 Nov 2026 00:01:00 GMT", 60.0), ("Sat, 31 Oct 2026 00:00:00 GMT", 0.0)],
)  # fmt: skip
def test_retry_after_in_both_forms(value: str | None, expected: float | None) -> None:
    with clock.frozen(datetime(2026, 11, 1, tzinfo=UTC)):
        assert parse_retry_after(value) == expected


def test_a_date_counts_from_the_sources_clock() -> None:
    """Our clock ran ten minutes fast: every Retry-After date was over, and we asked on."""
    with clock.frozen(datetime(2026, 11, 1, 0, 10, tzinfo=UTC)):
        value, date = "Sun, 01 Nov 2026 00:00:30 GMT", "Sun, 01 Nov 2026 00:00:10 GMT"
        assert parse_retry_after(value, date) == 20
        assert parse_retry_after(value, None) == 0


def test_giving_up_says_when_to_try_again(serve) -> None:
    client, _ = serve(Reply({}, 429, {"Retry-After": "3600"}))
    with (
        clock.frozen(datetime(2026, 11, 1, tzinfo=UTC)),
        pytest.raises(RateLimited, match="after `2026-11-01T01:00:00Z`"),
    ):
        client.get("x")


def test_maintenance_with_a_time_is_waited_for_like_a_limit(serve) -> None:
    client, api = serve(Reply({}, 503, {"Retry-After": "7200"}))
    with pytest.raises(RateLimited) as caught:
        client.get("x")
    assert (caught.value.retry_after_s, len(api.seen)) == (7200, 1)


@pytest.mark.parametrize(
    ("status", "said", "requests"), [(409, "false", 1), (500, "false", 1), (500, "true", 2),
                                     (400, "true", 2), (400, "", 1)],
)  # fmt: skip
def test_the_sources_own_word_on_trying_again(
    serve, naps: Clock, status: int, said: str, requests: int
) -> None:
    client, api = serve(Reply({}, status, {"Stripe-Should-Retry": said}), Reply({"a": 1}))
    with suppress(EltError):
        client.get("x")
    assert len(api.seen) == requests


@pytest.mark.parametrize(
    ("headers", "rest"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "12"}, 12),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(1_800_000_030)}, 30),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(1_800_000_030_000)}, 30),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "12"}, None),
        ({"X-RateLimit-Remaining": "0"}, None),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "5"}, 5),
        ({"RateLimit": '"burst";r=0;t=3, "day";r=70;t=4000'}, 3),
        ({"RateLimit": '"day";r=70;t=4000'}, None),
        ({"X-HubSpot-RateLimit-Remaining": "0",
          "X-HubSpot-RateLimit-Interval-Milliseconds": "10000"}, 10),
        ({"X-Shopify-Shop-Api-Call-Limit": "40/40"}, 0.5),
        ({"X-Shopify-Shop-Api-Call-Limit": "39/40"}, None),
        ({"X-RateLimit-Remaining": "some", "X-RateLimit-Reset": "soon"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_usage_headers_of_many_vendors(headers: dict[str, str], rest: float | None) -> None:
    found = find_rest_s(CaseInsensitiveDict(headers), now=lambda: 1_800_000_000.0)
    assert found == (pytest.approx(rest) if rest else None)


def test_an_answer_that_says_nothing_is_left_makes_the_next_request_wait() -> None:
    """The header was ignored, and every hundredth request was refused."""
    naps: list[float] = []
    left = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2"}
    with FakeApi([Reply({}, headers=left), Reply({})]) as api:
        limiter = RateLimiter(None, sleep=naps.append)
        client = HttpClient(api.url, limiter=limiter, limits=LIMITS)
        client.get("x")
        assert naps == []
        client.get("x")
    assert naps == [pytest.approx(2, abs=0.4)]


def test_a_refusal_without_retry_after_is_told_by_its_reset_header(serve, naps: Clock) -> None:
    client, _ = serve(Reply({}, 429, {"X-RateLimit-Reset": "4"}), Reply({"a": 1}))
    assert client.get("x").body == {"a": 1}
    assert 4 <= naps.slept[0] < 4.2


def test_exact_numbers_are_decimals(serve) -> None:
    client, _ = serve(
        Reply(raw=b'{"amount": 0.1, "big": 12345678901234567.89}'), exact_numbers=True
    )
    body = client.get("x").body
    assert str(body["amount"] + body["amount"] + body["amount"]) == "0.3"
    assert str(body["big"]) == "12345678901234567.89"


@pytest.mark.parametrize(
    ("base", "path", "expected"),
    [
        ("https://h/v1", "charges", "https://h/v1/charges"),
        ("https://h/v1", "/v1/invoices/in_1/lines", "https://h/v1/invoices/in_1/lines"),
        ("https://h/stripe/v1", "/v1/invoices/1/lines", "https://h/stripe/v1/invoices/1/lines"),
        ("https://h/stripe/v1", "/stripe/v1/x", "https://h/stripe/v1/x"),
        ("https://h", "https://h/next?page=2", "https://h/next?page=2"),
    ],
)
def test_addresses_the_source_names(base: str, path: str, expected: str) -> None:
    assert HttpClient(base).resolve(path) == expected


@pytest.mark.parametrize("url", ["https://evil.example/x", "http://h/x", "https://h:8443/x"])
def test_the_secret_never_follows_to_another_host(url: str) -> None:
    with pytest.raises(ContractBroken):
        HttpClient("https://h/v1").resolve(url)


def test_a_signed_download_gets_no_secret(serve) -> None:
    client, api = serve(Reply(raw=b"line\n"))
    assert b"".join(client.fetch_chunks(f"{api.url}/file?sig=1")) == b"line\n"
    assert "Authorization" not in api.seen[0].headers


@pytest.mark.parametrize(
    ("status", "error"), [(403, AccessDenied), (404, ContractBroken), (503, UpstreamUnavailable)]
)
def test_a_download_that_is_refused_is_no_file(serve, status: int, error: type[EltError]) -> None:
    """The vendor's error page would be read as the file's records, or as none."""
    client, api = serve(Reply(raw=b"", status=status))
    with pytest.raises(error):
        b"".join(client.fetch_chunks(f"{api.url}/file?sig=1"))


def test_a_missing_secret_names_the_field() -> None:
    with pytest.raises(MissingSecret, match="token"):
        build_auth(Auth(kind="bearer", secret="token"), _credentials())


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (Auth(kind="header", name="X-Key"), "X-Key", CANARY),
        (Auth(kind="basic"), "Authorization", "Basic OnNrX2xpdmVfY2FuYXJ5XzdmM2E="),
        (Auth(kind="token"), "Authorization", f'Token token="{CANARY}"'),
    ],
)
def test_other_kinds_of_auth(auth: Auth, header: str, value: str) -> None:
    with FakeApi([Reply({})]) as api:
        HttpClient(api.url, auth=build_auth(auth, _credentials())).get("x")
        assert api.seen[0].headers[header] == value


def test_a_key_in_the_address_is_sent_once_and_whole() -> None:
    """A next address that carried the key, masked by the source, sent two of them."""
    auth = build_auth(Auth(kind="query", name="api_key"), _credentials())
    with FakeApi([Reply({})]) as api:
        HttpClient(api.url, auth=auth).get("x?api_key=***&page=2")
        assert api.seen[0].query == {"api_key": CANARY, "page": "2"}


def test_the_rate_limit_spaces_requests() -> None:
    now, naps = [100.0], []
    limiter = RateLimiter(4, clock=lambda: now[0], sleep=naps.append)
    for _ in range(3):
        limiter.wait()
    assert naps == [0.25, 0.5]
    now[0] += 10
    limiter.wait()
    assert len(naps) == 2
