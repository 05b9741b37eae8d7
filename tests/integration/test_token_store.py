"""The OAuth token in a real PostgreSQL: sealed, shared, one refresher at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from cryptography.fernet import Fernet

from include.core.errors import ConfigError
from include.extract.http.oauth import Login, OAuth
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.stores.tokens import WarehouseTokenStore
from tests.unit.fake_api import FakeApi
from tests.unit.token_vendor import TokenVendor

KEY = Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", KEY)


@pytest.fixture
def store(warehouse: str) -> Iterator[WarehouseTokenStore]:
    with Warehouse(warehouse).connect() as connection:
        ddl.run_migrations(connection)
        connection.execute("truncate elt_ops.oauth_tokens")
    yield WarehouseTokenStore(Warehouse(warehouse), "acme", "crm")


def test_what_is_put_is_there_for_the_next_process_and_sealed(
    store: WarehouseTokenStore, warehouse: str
) -> None:
    store.put("origin", "very secret")
    again = WarehouseTokenStore(Warehouse(warehouse), "acme", "crm")
    assert again.get("origin") == "very secret"
    assert again.get("newer connection") is None
    assert WarehouseTokenStore(Warehouse(warehouse), "acme", "erp").get("origin") is None
    with psycopg.connect(warehouse) as connection:
        rows = connection.execute("select t::text from elt_ops.oauth_tokens t").fetchall()
    assert len(rows) == 1
    assert "very secret" not in rows[0][0]


def test_without_a_key_nothing_is_asked_and_nothing_stored(
    store: WarehouseTokenStore, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "")
    vendor = TokenVendor()
    with FakeApi(vendor) as api:
        oauth = OAuth(Login(f"{api.url}/token", "id", "secret", "refresh-0"), store)
        with pytest.raises(ConfigError, match="FERNET_KEY"):
            oauth.token()
    assert vendor.forms == []
    with psycopg.connect(warehouse) as connection:
        assert connection.execute("select count(*) from elt_ops.oauth_tokens").fetchone() == (0,)


def test_a_new_key_reads_with_the_former_one_after_it(
    store: WarehouseTokenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("origin", "text")
    other = Fernet.generate_key().decode()
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", f"{other},{KEY}")
    assert store.get("origin") == "text"
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", other)
    with pytest.raises(ConfigError, match="former key"):
        store.get("origin")
    assert store.get("newer connection") is None


def test_many_processes_renew_once(store: WarehouseTokenStore, warehouse: str) -> None:
    """Six stream tasks start at once: a second use of the refresh token would end the login."""
    vendor = TokenVendor()
    with FakeApi(vendor) as api:
        login = Login(f"{api.url}/token", "id", "secret", "refresh-0")

        def ask(number: int) -> str:
            own = WarehouseTokenStore(Warehouse(warehouse), "acme", "crm")
            return OAuth(login, own).token().access_token

        with ThreadPoolExecutor(6) as pool:
            found = set(pool.map(ask, range(6)))
    assert found == {"access-1"}
    assert [form["refresh_token"] for form in vendor.forms] == ["refresh-0"]


def test_a_process_that_dies_holding_the_lock_frees_it(store: WarehouseTokenStore) -> None:
    with pytest.raises(KeyboardInterrupt), store.lock():
        store.put("origin", "rotated")
        raise KeyboardInterrupt
    with store.lock():
        assert store.get("origin") == "rotated"
