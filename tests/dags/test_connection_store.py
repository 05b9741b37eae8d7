# ruff: noqa: TID251, AIR311  the API server writes Airflow's database; the SDK cannot
"""Secrets typed into the console become an Airflow connection: encrypted, never sent elsewhere."""

from collections.abc import Iterator

import pytest
from airflow import settings
from airflow.models import Connection
from airflow.utils.session import create_session

from include.core.errors import ConfigError
from include.orchestration.connection_store import run_save_connection

NAME = "shop__till"


@pytest.fixture(autouse=True)
def _table() -> Iterator[None]:
    """Airflow's table of connections and what it refers to, in the tests' own home."""
    settings.configure_orm()
    tables = [Connection.metadata.tables[name] for name in ("team", "connection")]
    Connection.metadata.create_all(settings.engine, tables)
    yield
    with create_session() as session:
        session.query(Connection).delete()


def read() -> Connection:
    with create_session() as session:
        found = session.query(Connection).filter(Connection.conn_id == NAME).one()
        session.expunge(found)
        return found


def test_fields_are_added_and_one_can_be_taken_out() -> None:
    run_save_connection(NAME, {"host": "https://till.example", "password": "p-1", "realm": "r"})
    run_save_connection(NAME, {"login": "me", "port": "8443"})
    found = read()
    assert (found.host, found.login, found.password, found.port) == (
        *("https://till.example", "me", "p-1"),
        8443,
    )
    assert found.extra_dejson == {"realm": "r"} and found.is_encrypted
    run_save_connection(NAME, {"realm": "", "login": ""})
    assert read().extra_dejson == {} and read().login is None


def test_another_host_gets_nothing_that_was_kept_for_the_old_one() -> None:
    """An operator who cannot read the password could have had it sent to a host of their own."""
    run_save_connection(NAME, {"host": "https://till.example", "password": "p-1", "realm": "r"})
    run_save_connection(NAME, {"host": "https://evil.example"})
    found = read()
    assert found.host == "https://evil.example"
    assert found.password is None and found.extra_dejson == {}


def test_what_the_environment_gives_is_not_written_beside_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SHOP__TILL", '{"conn_type": "http"}')
    with pytest.raises(ConfigError, match="environment"):
        run_save_connection(NAME, {"password": "p"})
