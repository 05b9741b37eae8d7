"""Tokens of Dev Dashboard apps: asked for, shared, renewed in time, never shown."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.connectors.shopify.source import ShopifySource
from include.core import clock
from include.core.errors import AccessDenied, ConfigError, MissingSecret
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.stores.source_stores import Stores
from include.extract.stores.tokens import MemoryTokenStore
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

NOW = datetime(2026, 11, 1, tzinfo=UTC)
APP = {"login": "app-id", "password": "shpss_canary_88"}


class DayShop:
    """Gives tokens for 24 hours to one app; only the newest is good for data."""

    def __init__(self) -> None:
        self.given, self.newest = 0, ""
        self.forms: list[dict[str, str]] = []
        self._lock = threading.Lock()

    def __call__(self, seen: Seen) -> Reply:
        if seen.path == "/admin/oauth/access_token":
            with self._lock:
                return self._grant(seen.body)
        if seen.headers.get("X-Shopify-Access-Token") != self.newest:
            return Reply({"errors": "[API] Invalid API key or access token"}, 401)
        return Reply({"data": {"customers": {"pageInfo": {"hasNextPage": False}, "nodes": []}}})

    def _grant(self, form: dict[str, str]) -> Reply:
        self.forms.append(form)
        if form.get("client_secret") != APP["password"]:
            return Reply({"error": "invalid_client"}, 400)
        self.given += 1
        self.newest = f"day-token-{self.given}"
        return Reply({"access_token": self.newest, "scope": "read_orders", "expires_in": 86399})


@pytest.fixture
def shop() -> DayShop:
    return DayShop()


@pytest.fixture
def api(shop: DayShop) -> Iterator[FakeApi]:
    with FakeApi(shop) as found:
        yield found


def _source(api: FakeApi, store: MemoryTokenStore | None = None, **fields: str) -> ShopifySource:
    credentials = Credentials("c", api.url, fields or APP)
    limits = HttpLimits(tries=1, sleep=lambda seconds: None)
    stores = Stores(token_store=store or MemoryTokenStore())
    return ShopifySource(build_feed("shopify", bulk="never"), credentials, stores, limits)


def _read(source: ShopifySource) -> list[Any]:
    return list(source.read("customers", Window(NOW, NOW + timedelta(hours=1))))


def test_id_and_secret_buy_a_token_that_all_share(api: FakeApi, shop: DayShop) -> None:
    """New shops cannot make a custom app in the admin: without a lasting token nothing was read."""
    store = MemoryTokenStore()
    for _ in range(3):
        _read(_source(api, store))
    assert shop.forms == [
        {
            "grant_type": "client_credentials",
            "client_id": "app-id",
            "client_secret": "shpss_canary_88",
        }
    ]
    assert "Authorization" not in api.seen[-1].headers


def test_names_in_extra_are_taken_too(api: FakeApi, shop: DayShop) -> None:
    _read(_source(api, client_id="app-id", client_secret=APP["password"]))
    assert shop.given == 1


def test_it_is_renewed_before_it_ends(api: FakeApi, shop: DayShop) -> None:
    store = MemoryTokenStore()
    for minutes, given in ((0, 1), (23 * 60, 1), (24 * 60 - 1, 2)):
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            _read(_source(api, store))
        assert shop.given == given


def test_a_token_that_ended_early_is_renewed_once(api: FakeApi, shop: DayShop) -> None:
    """Rotating the app's secret ends its tokens at once."""
    source = _source(api)
    with clock.frozen(NOW):
        _read(source)
    shop.newest = "another"
    with clock.frozen(NOW + timedelta(hours=1)):
        _read(source)
        shop.newest = "no token is good enough"
        with pytest.raises(AccessDenied):
            _read(source)
    assert shop.given == 2


def test_many_tasks_ask_for_one_token(api: FakeApi, shop: DayShop) -> None:
    store = MemoryTokenStore()
    with clock.frozen(NOW):
        _read(_source(api, store))
    with clock.frozen(NOW + timedelta(days=2)):
        tasks = [threading.Thread(target=_read, args=(_source(api, store),)) for _ in range(8)]
        for task in tasks:
            task.start()
        for task in tasks:
            task.join()
    assert shop.given == 2


def test_a_wrong_secret_is_told_and_not_shown(
    api: FakeApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = _source(api, login="app-id", password="shpss_wrong_canary")
    with pytest.raises(AccessDenied, match="invalid_client") as caught:
        _read(source)
    assert len(api.seen) == 1
    assert "wrong_canary" not in str(caught.value) + caplog.text + repr(source)


def test_a_token_is_in_no_log(
    api: FakeApi, shop: DayShop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _read(_source(api))
    assert shop.newest not in caplog.text
    assert APP["password"] not in caplog.text


@pytest.mark.parametrize("fields", [{"password": "shpat_9"}, {"login": "x", "password": "shpat_9"}])
def test_a_lasting_token_is_used_as_it_is(
    api: FakeApi, shop: DayShop, fields: dict[str, str]
) -> None:
    """Connections made before have the API key as their login; their token stays the token."""
    shop.newest = "shpat_9"
    _read(_source(api, **fields))
    assert shop.forms == []


def test_half_a_login_is_said_before_anyone_is_asked(api: FakeApi) -> None:
    with pytest.raises(ConfigError, match="client id"):
        _source(api, password="shpss_canary_88")
    with pytest.raises(MissingSecret):
        _source(api, login="app-id")
    assert api.seen == []
