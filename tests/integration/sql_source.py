"""A PostgreSQL database that a feed of connector `sql` reads."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest


@pytest.fixture
def source_url(postgres_url: str, warehouse_role: str) -> Iterator[str]:
    """A database of its own, as its owner."""
    name = f"source_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create database {name} owner warehouse")
    yield f"{warehouse_role}/{name}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


def run_statements(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
