"""Logins, waits and days that the Google connectors share."""

import json
import pickle
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
import requests
import requests_mock
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from include.config.credentials import ConnectionFields, Credentials, build_credentials
from include.connectors.google_analytics.source import find_wait
from include.core import clock
from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    EltError,
    MissingSecret,
    RateLimited,
    UpstreamUnavailable,
)
from include.core.streams import Window
from include.extract.http.date_slices import Slice, build_complete, build_slices
from include.extract.http.google_errors import build_explain, has_code, seconds_to_midnight
from include.extract.http.google_login import TOKEN_URL, build_google_auth

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
REFRESH = {"client_id": "id", "client_secret": "hush", "refresh_token": "1//secret"}
API = "https://api.example/x"


@pytest.fixture(scope="module")
def key() -> dict[str, str]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "type": "service_account",
        "client_email": "elt@example.iam.gserviceaccount.com",
        "private_key": pem.decode(),
        "token_uri": "https://tokens.example/token",
    }


def _credentials(**extra: Any) -> Credentials:
    fields = {"host": None, "port": None, "schema": None, "login": None, "password": None}
    return build_credentials(ConnectionFields("acme__ga", **fields, extra=extra))


def _ask(auth: Any) -> requests.Response:
    return requests.get(API, auth=auth, timeout=5)


def _sent_form(api: requests_mock.Mocker, position: int = 0) -> dict[str, list[str]]:
    return parse_qs(api.request_history[position].text)


@pytest.mark.parametrize("how", ["text", "object", "file", "legacy"])
def test_a_service_account_as_airflows_connection_holds_it(
    key: dict[str, str], tmp_path: Path, how: str
) -> None:
    """Airflow's form stores the key as text, people paste it as an object or name a file."""
    path = tmp_path / "key.json"
    path.write_text(json.dumps(key))
    extra: dict[str, Any] = {
        "text": {"keyfile_dict": json.dumps(key)},
        "object": {"keyfile_dict": key},
        "file": {"key_path": str(path)},
        "legacy": {"extra__google_cloud_platform__keyfile_dict": json.dumps(key)},
    }[how]
    with requests_mock.Mocker() as api:
        api.post(key["token_uri"], json={"access_token": "at-1", "expires_in": 3600})
        api.get(API, json={})
        _ask(build_google_auth(_credentials(**extra), SCOPE))
        form = _sent_form(api)
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        assert api.last_request.headers["Authorization"] == "Bearer at-1"


def test_a_refresh_token_goes_to_google_unless_told_otherwise() -> None:
    for token_uri in (None, "https://tokens.example/t"):
        with requests_mock.Mocker() as api:
            api.post(token_uri or TOKEN_URL, json={"access_token": "at-1", "expires_in": 3600})
            api.get(API, json={})
            _ask(build_google_auth(_credentials(**REFRESH, token_uri=token_uri), SCOPE))
            form = _sent_form(api)
            assert form["refresh_token"] == ["1//secret"]
            assert form["grant_type"] == ["refresh_token"]


def test_the_scope_of_the_connection_wins() -> None:
    with requests_mock.Mocker() as api:
        api.post(TOKEN_URL, json={"access_token": "at-1", "expires_in": 3600})
        api.get(API, json={})
        _ask(build_google_auth(_credentials(**REFRESH, scope="a.scope, b.scope"), SCOPE))
        assert _sent_form(api)["scope"] == ["a.scope b.scope"]


@pytest.mark.parametrize("status", [302, 307])
def test_a_login_follows_no_redirect(status: int) -> None:
    """A 307 sends the form once more: the client's secret, to whoever the answer names."""
    elsewhere = "https://elsewhere.example/token"
    with requests_mock.Mocker() as api:
        api.post(TOKEN_URL, status_code=status, headers={"Location": elsewhere})
        api.register_uri(requests_mock.ANY, elsewhere, json={"access_token": "stolen"})
        api.get(API, json={})
        with pytest.raises(EltError):
            _ask(build_google_auth(_credentials(**REFRESH), SCOPE))
        assert {seen.url for seen in api.request_history} == {TOKEN_URL}


def test_a_refused_token_is_renewed_once() -> None:
    """The token may be revoked before its time; a second 401 is about rights."""
    with requests_mock.Mocker() as api:
        api.post(
            TOKEN_URL, [{"json": {"access_token": f"at-{n}", "expires_in": 9}} for n in (1, 2)]
        )
        api.get(API, [{"status_code": 401}, {"json": {"ok": True}}, {"status_code": 401}])
        auth = build_google_auth(_credentials(**REFRESH), SCOPE)
        answer = _ask(auth)
        assert answer.json() == {"ok": True}
        assert answer.request.headers["Authorization"] == "Bearer at-2"
        sent = [r.headers.get("Authorization") for r in api.request_history if r.method == "GET"]
        assert sent == ["Bearer at-1", "Bearer at-2"]


def test_a_token_serves_many_requests() -> None:
    with requests_mock.Mocker() as api:
        api.post(TOKEN_URL, json={"access_token": "at-1", "expires_in": 3600})
        api.get(API, json={})
        auth = build_google_auth(_credentials(**REFRESH), SCOPE)
        for _ in range(3):
            _ask(auth)
        assert [r.method for r in api.request_history] == ["POST", "GET", "GET", "GET"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status_code": 400, "json": {"error": "invalid_grant"}}, AccessDenied),
        ({"status_code": 401, "json": {"error": "invalid_client"}}, AccessDenied),
        ({"status_code": 503}, UpstreamUnavailable),
        ({"exc": requests.ConnectTimeout}, UpstreamUnavailable),
        ({"status_code": 429, "headers": {"Retry-After": "7"}}, RateLimited),
        ({"text": "<html>sign in</html>"}, ContractBroken),
    ],
)
def test_the_token_endpoint_fails_with_our_errors(
    answer: dict[str, Any], error: type[Exception]
) -> None:
    with requests_mock.Mocker() as api:
        api.post(TOKEN_URL, **answer)
        with pytest.raises(error) as caught:
            _ask(build_google_auth(_credentials(**REFRESH), SCOPE))
    assert "secret" not in str(caught.value).replace("Expected", "")
    assert type(pickle.loads(pickle.dumps(caught.value))) is error


@pytest.mark.parametrize(
    ("extra", "error", "words"),
    [
        ({}, MissingSecret, "keyfile_dict"),
        ({"client_id": "id", "refresh_token": "r"}, MissingSecret, "client_secret"),
        ({"keyfile_dict": "{not json"}, ConfigError, "cannot be read"),
        ({"keyfile_dict": "[1]"}, ConfigError, "no JSON object"),
        ({"key_path": "/nowhere/key.json"}, ConfigError, "cannot be read"),
        ({"keyfile_dict": {"type": "external_account"}}, ConfigError, "external_account"),
        ({"keyfile_dict": {"type": "service_account"}}, ConfigError, "private_key"),
    ],
)
def test_an_incomplete_connection_says_what_is_missing(
    extra: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        build_google_auth(_credentials(**extra), SCOPE)


def test_a_damaged_key_is_named_and_not_shown(key: dict[str, str]) -> None:
    damaged = {**key, "private_key": "-----BEGIN PRIVATE KEY-----\nabcdef\n"}
    with pytest.raises(ConfigError, match="acme__ga") as caught:
        build_google_auth(_credentials(keyfile_dict=damaged), SCOPE)
    assert "abcdef" not in str(caught.value)


def _body(status: str, message: str, **details: Any) -> dict[str, Any]:
    return {"error": {"code": 429, "status": status, "message": message, "details": [details]}}


@pytest.mark.parametrize(
    ("message", "wait"),
    [
        ("Exhausted concurrent requests quota.", 30),
        ("Exhausted property tokens for a project per hour.", 1800),
        ("Exhausted potentially thresholded requests quota.", 1800),
        ("Exhausted server errors quota.", 3600),
        ("Too fast.", None),
    ],
)
def test_the_exhausted_quota_names_its_wait(message: str, wait: float | None) -> None:
    error = build_explain(find_wait)("POST /x", 429, None, _body("RESOURCE_EXHAUSTED", message))
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == wait
    assert has_code(error, "RESOURCE_EXHAUSTED")
    assert message not in str(error)


def test_daily_tokens_come_back_at_midnight_pacific() -> None:
    with clock.frozen(datetime(2026, 11, 20, 6, 0, tzinfo=UTC)):  # 22:00 the day before, there
        assert seconds_to_midnight() == 2 * 3600
        error = build_explain(find_wait)(
            "POST /x", 429, None, _body("RESOURCE_EXHAUSTED", "Exhausted property tokens per day.")
        )
        assert isinstance(error, RateLimited)
        assert error.retry_after_s == 7200


def test_a_header_wins_and_details_are_found_at_any_depth() -> None:
    details = {"errors": [{"details": {"quotaErrorDetails": {"retryDelay": "28s"}}}]}
    body = [_body("RESOURCE_EXHAUSTED", "x", **details)]
    explain = build_explain(lambda codes, message: None)
    waits = [explain("POST /x", 429, given, body).retry_after_s for given in (None, 3.0)]
    assert waits == [28.0, 3.0]


def test_codes_are_shown_and_sentences_are_not() -> None:
    body = _body("PERMISSION_DENIED", "User jane@corp.example may not", reason="SERVICE_DISABLED")
    error = build_explain(find_wait)("GET /x", 403, None, body)
    assert isinstance(error, AccessDenied)
    assert has_code(error, "SERVICE_DISABLED")
    assert "jane" not in str(error)


NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)  # still the 19th in Denver


def _days(slices: list[Slice]) -> list[date]:
    return [day for piece in slices for day in piece.days]


def test_a_day_counts_when_it_is_over_there() -> None:
    window = Window(datetime(2026, 11, 16, 13, tzinfo=UTC), NOW)
    with clock.frozen(NOW):
        for zone, last in (("America/Denver", 18), ("UTC", 19), ("Asia/Tokyo", 19)):
            days = _days(build_slices(window, ZoneInfo(zone), 3))
            assert (days[0].day, days[-1].day) == (16, last)


def test_a_backfill_reads_its_days_to_the_last() -> None:
    """A window's end was once taken as `now`, and each backfill missed its last day out west."""
    window = Window(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC))
    with clock.frozen(NOW):
        days = _days(build_slices(window, ZoneInfo("America/Denver"), 7))
    assert days == [date(2026, 10, 1), date(2026, 10, 2)]


def test_days_google_has_forgotten_are_not_asked_for() -> None:
    window = Window(datetime(2020, 1, 1, tzinfo=UTC), NOW)
    with clock.frozen(NOW):
        slices = build_slices(window, ZoneInfo("UTC"), 14, keep_days=1110)
    assert slices[0].first == NOW.date() - timedelta(days=1110)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 20))
def test_slices_are_all_days_once_in_order(start: int, length: int, size: int) -> None:
    since = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=start)
    window = Window(since, since + timedelta(days=length))
    with clock.frozen(NOW):
        slices = build_slices(window, ZoneInfo("UTC"), size)
    wanted = [since.date() + timedelta(days=d) for d in range(length)]
    assert _days(slices) == wanted
    assert all(1 <= len(piece.days) <= size for piece in slices)
    assert len(build_complete("7", slices)) == length
    for piece in slices:
        if len(piece.days) > 1:
            assert _days(list(piece.halves())) == piece.days
