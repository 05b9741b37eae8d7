"""OAuth tokens: stored before used, renewed once, refused clearly."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from include.config.credentials import Credentials
from include.core import clock
from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    EltError,
    MissingSecret,
)
from include.extract.http.client import HttpClient, HttpLimits
from include.extract.http.oauth import Login, OAuth, build_login
from include.extract.stores.tokens import MemoryTokenStore, build_token, parse_token
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.token_vendor import TokenVendor

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def vendor() -> TokenVendor:
    return TokenVendor()


@pytest.fixture
def api(vendor: TokenVendor) -> Iterator[FakeApi]:
    with FakeApi(vendor) as found:
        yield found


def _login(api: FakeApi, refresh: str | None = "refresh-0") -> Login:
    return Login(f"{api.url}/token", "client", "s3cret-of-client", refresh)


def _client(api: FakeApi, oauth: OAuth) -> HttpClient:
    return HttpClient(api.url, auth=oauth, limits=HttpLimits(tries=1))


def test_each_new_refresh_token_is_kept_and_used_next(api: FakeApi, vendor: TokenVendor) -> None:
    store = MemoryTokenStore()
    for day in range(3):
        with clock.frozen(NOW + timedelta(days=day)):
            assert _client(api, OAuth(_login(api), store)).get("x").body == {"ok": True}
    used = [form["refresh_token"] for form in vendor.forms]
    assert used == ["refresh-0", "refresh-1", "refresh-2"]


def test_a_live_token_is_shared_instead_of_renewed(api: FakeApi, vendor: TokenVendor) -> None:
    store = MemoryTokenStore()
    for _ in range(3):
        _client(api, OAuth(_login(api), store)).get("x")
    assert vendor.exchanges == 1


def test_the_new_token_is_stored_before_it_is_used(api: FakeApi) -> None:
    asked_before_put: list[list[str]] = []

    class Store(MemoryTokenStore):
        def put(self, origin: str, text: str) -> None:
            asked_before_put.append([seen.path for seen in api.seen])
            super().put(origin, text)

    _client(api, OAuth(_login(api), Store())).get("x")
    assert asked_before_put == [["/token"]]
    assert [seen.path for seen in api.seen] == ["/token", "/x"]


def test_a_crash_after_storing_loses_nothing(api: FakeApi, vendor: TokenVendor) -> None:
    store = MemoryTokenStore()

    class Dies(MemoryTokenStore):
        lock = store.lock
        get = store.get

        def put(self, origin: str, text: str) -> None:
            store.put(origin, text)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _client(api, OAuth(_login(api), Dies())).get("x")
    assert [seen.path for seen in api.seen] == ["/token"]
    assert _client(api, OAuth(_login(api), store)).get("x").body == {"ok": True}
    assert vendor.exchanges == 1


def test_a_401_renews_once_and_repeats_the_request(api: FakeApi, vendor: TokenVendor) -> None:
    """Salesforce says nothing about expiry: only the 401 tells that a session has ended."""
    vendor.expires_in = None
    client = _client(api, OAuth(_login(api), MemoryTokenStore()))
    with clock.frozen(NOW):
        client.get("x")
    vendor.access = "revoked"
    with clock.frozen(NOW + timedelta(hours=2)):
        assert client.post("x", {"a": 1}).body == {"ok": True}
    assert vendor.exchanges == 2
    assert api.seen[-1].body == {"a": 1}


def test_a_401_for_a_fresh_token_is_about_rights(api: FakeApi, vendor: TokenVendor) -> None:
    client = _client(api, OAuth(_login(api), MemoryTokenStore()))
    client.get("x")
    vendor.access = "other rights"
    with pytest.raises(AccessDenied):
        client.get("x")
    assert vendor.exchanges == 1


def test_newer_secrets_in_the_connection_win(api: FakeApi, vendor: TokenVendor) -> None:
    store = MemoryTokenStore()
    _client(api, OAuth(_login(api), store)).get("x")
    vendor.refresh = "authorized-again"
    _client(api, OAuth(_login(api, "authorized-again"), store)).get("x")
    assert [f["refresh_token"] for f in vendor.forms] == ["refresh-0", "authorized-again"]


def test_client_credentials_need_no_store(api: FakeApi, vendor: TokenVendor) -> None:
    _client(api, OAuth(_login(api, None))).get("x")
    assert vendor.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": "client",
            "client_secret": "s3cret-of-client",
        }
    ]


def test_a_refresh_token_without_a_store_is_refused(api: FakeApi) -> None:
    with pytest.raises(ConfigError, match="place to keep"):
        OAuth(_login(api))
    assert api.seen == []


def test_a_used_up_refresh_token_is_told_without_showing_it(
    api: FakeApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    login = _login(api, "refresh-long-gone")
    oauth = OAuth(login, MemoryTokenStore())
    with pytest.raises(AccessDenied, match="invalid_grant") as caught:
        _client(api, oauth).get("x")
    assert len(api.seen) == 1
    shown = str(caught.value) + caplog.text + repr(oauth) + repr(login)
    assert "refresh-long-gone" not in shown
    assert "s3cret-of-client" not in shown


def test_an_answer_lost_on_the_wire_is_told_as_what_it_is(
    api: FakeApi, vendor: TokenVendor
) -> None:
    """The vendor rotated, we never saw it: nothing can get it back, a person must authorize."""
    vendor.lost = 1
    oauth = OAuth(_login(api), MemoryTokenStore(), sleep=lambda seconds: None)
    with pytest.raises(AccessDenied, match="Authorize again"):
        oauth.token()
    assert [form["refresh_token"] for form in vendor.forms] == ["refresh-0", "refresh-0"]


def test_a_token_endpoint_that_stumbles_is_asked_again() -> None:
    answers = [Reply(status=503), Reply({"access_token": "a"}), Reply({"ok": True})]
    with FakeApi(answers) as api:
        oauth = OAuth(_login(api), MemoryTokenStore(), sleep=lambda seconds: None)
        assert oauth.token().refresh_token == "refresh-0"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_login_follows_no_redirect(status: int) -> None:
    """A 307 would carry the client's secret to whoever the answer names; no test missed it."""

    def answer(seen: Seen) -> Reply:
        if seen.path == "/token":
            return Reply({}, status, {"Location": "/elsewhere"})
        return Reply({"access_token": "stolen", "expires_in": 3600})

    with FakeApi(answer) as api, pytest.raises(EltError):
        _client(api, OAuth(_login(api), MemoryTokenStore())).get("x")
    assert {seen.path for seen in api.seen} == {"/token"}


def test_an_answer_without_a_token_is_no_token() -> None:
    with pytest.raises(ContractBroken):
        build_token({"error": "maintenance"}, None)


def test_a_token_survives_being_text(api: FakeApi) -> None:
    token = OAuth(_login(api), MemoryTokenStore()).token()
    assert parse_token(token.to_text()) == token
    assert token.facts == {"instance_url": "http://mine"}
    assert "access-1" not in repr(token)


def test_the_connections_fields() -> None:
    fields = {"login": "id", "password": "pw", "refresh_token": "r"}
    found = build_login(Credentials("c", None, fields), "https://x/token", client_auth="basic")
    assert (found.client_id, found.client_secret, found.refresh_token) == ("id", "pw", "r")
    with pytest.raises(MissingSecret):
        build_login(Credentials("c", None, {"client_id": "id"}), "https://x/token")
