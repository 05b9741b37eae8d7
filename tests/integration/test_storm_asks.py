"""What a storm asks of the books, asked of real ones: a statement that cannot run costs a storm."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from include.ledger.connection import Warehouse
from include.ledger.ddl import run_migrations
from tests.conftest import new_warehouse
from tests.storm import told
from tests.storm.celery_stack import CeleryStack


class Asked(CeleryStack):
    """The books alone."""

    def __init__(self, url: str) -> None:
        object.__setattr__(self, "url", url)

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:  # type: ignore[attr-defined]
            return connection.execute(query, parameters).fetchall()


@pytest.fixture
def asked(postgres_url: str, warehouse_role: str) -> Iterator[Asked]:
    with new_warehouse(postgres_url, warehouse_role) as url:
        with Warehouse(url).connect() as connection:
            run_migrations(connection)
        yield Asked(url)


def test_the_account_of_alerts_can_be_asked_for(asked: Asked, monkeypatch) -> None:
    """A storm of twelve minutes ended in a statement with a percent sign."""
    monkeypatch.setattr(told, "fetch_messages", lambda _: [])
    told.run_wait_until_told(asked, 1)
    messages, repeated, faults = told.find_alert_faults(asked)
    assert (messages, repeated) == (0, 0)
    assert len(faults) == 2, "the planted alert is missing, and nobody was told of it"
