"""A rolling deploy: the ledger is of the next version already, the loader still of this one."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from include.ledger.connection import Warehouse
from include.ledger.ddl import run_migrations
from include.ledger.migrations import MIGRATIONS
from include.pipeline.retention import run_retention
from tests.conftest import new_warehouse
from tests.integration.load_case import build_case

# What an older loader would trip over. `drop not null` and a new default let more in, not less.
BREAKING = re.compile(
    r"drop\s+(table|column|schema)|rename\s|alter\s+column\s+\w+\s+(set\s+data\s+)?type"
    r"|set\s+not\s+null|add\s+(column\s+)?(?!.*default)\w+\s+\w+[^,]*not\s+null"
)


@pytest.fixture
def next_version(postgres_url: str, warehouse_role: str) -> Iterator[str]:
    """A ledger as it will be: each table with a column more, a table more, a higher number."""
    with new_warehouse(postgres_url, warehouse_role) as url:
        with Warehouse(url).connect() as connection:
            run_migrations(connection)
        with psycopg.connect(url, autocommit=True) as connection:
            tables = connection.execute(
                "select tablename from pg_tables where schemaname = 'elt_ops'"
            ).fetchall()
            assert len(tables) > 15
            for (table,) in tables:
                connection.execute(f"alter table elt_ops.{table} add column added_next text")
            connection.execute("create table elt_ops.made_next (x int)")
            connection.execute("insert into elt_ops.migrations (version) values (9999)")
        yield url


def test_this_version_loads_into_the_next_ones_ledger(next_version: str) -> None:
    """Statements name their columns; one that did not would fail while containers are replaced."""
    case = build_case(next_version)
    good = {
        "id": 1,
        "amount": "1.50",
        "updated_at": "2026-01-01T00:00:00Z",
        "items": [{"sku": "a"}],
    }
    case.load([good, {"id": 2, "amount": "no number"}])
    case.load([{**good, "amount": "2.50", "updated_at": "2026-01-02T00:00:00Z"}])
    assert [str(row[0]) for row in case.rows("amount, id")] == ["2.50"]
    assert len(case.ops("quarantine", "record_key, reason")) == 1
    books = case.ops("loads", "read, inserted, updated, quarantined")
    assert sorted(books) == [(1, 0, 1, 0), (2, 1, 0, 1)]
    run_retention(Warehouse(next_version), 7)
    with Warehouse(next_version).connect() as connection:
        assert run_migrations(connection) == 0, "an older version leaves a newer ledger alone"


@pytest.mark.parametrize("step", MIGRATIONS, ids=lambda step: f"{step.version}")
def test_a_step_takes_nothing_away(step) -> None:
    """Loads of the version before go on while a step has run already."""
    for statement in step.statements:
        altered = " ".join(statement.lower().split())
        if altered.startswith("alter table"):
            assert not BREAKING.search(altered), altered
        assert not altered.startswith("drop table"), altered


@pytest.mark.parametrize(
    "statement",
    [
        "alter table elt_ops.loads drop column kind",
        "alter table elt_ops.loads rename column kind to sort",
        "alter table elt_ops.loads alter column read type int",
        "alter table elt_ops.loads add column why text not null",
    ],
)
def test_what_would_be_found(statement: str) -> None:
    assert BREAKING.search(statement)
