"""Views for dashboards and the login that reads them, through real builds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from include.core.errors import ConfigError
from include.destinations.postgres.identity.tables import run_ensure_identity
from include.destinations.postgres.marts.reader_role import Reader, run_ensure_reader
from include.destinations.postgres.published_rates import run_ensure_rates
from include.transform.variables import build_manifest_vars
from tests.integration import dbt_project

VARIABLES = {**build_manifest_vars({}), "tenant": "acme"}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="module")
def owner(warehouse: str, target: Path) -> Iterator[psycopg.Connection[Any]]:
    """The tables and the view of a tenant without a source, as their owner."""
    with psycopg.connect(warehouse, autocommit=True) as connection:
        with pytest.raises(ConfigError, match="there is no schema `acme_bi` yet"):
            run_ensure_reader(connection, "acme", None)
        run_ensure_rates(connection, None)
        run_ensure_identity(connection, "acme", None)
        build(warehouse, target, *dbt_project.find_made_of(["bi_orders"], dbt_project.SHARED))
        connection.execute("create schema other_bi")
        connection.execute("create view other_bi.orders as select 1 as order_id")
        yield connection


def build(url: str, target: Path, *select: str) -> None:
    exclude = ("--exclude", "resource_type:test", "resource_type:unit_test")
    arguments = ("--select", *select, *exclude)
    dbt_project.run_dbt(url, target, "build", *arguments, variables=VARIABLES)


@pytest.fixture(scope="module")
def reader(owner: psycopg.Connection[Any]) -> Reader:
    return run_ensure_reader(owner, "acme", None)


def log_in(url: str, reader: Reader) -> psycopg.Connection[Any]:
    return psycopg.connect(
        make_conninfo(url, user=reader.role, password=reader.password), autocommit=True
    )


def test_the_reader_sees_its_views_and_nothing_else(warehouse: str, reader: Reader) -> None:
    assert reader.password
    assert (reader.role, reader.schema) == ("elt_acme_bi", "acme_bi")
    with log_in(warehouse, reader) as people:
        assert people.execute("select * from orders").fetchall() == []
        for refused in (
            "select * from acme_mart.fct_orders",
            "select * from acme_id.people",
            "select * from other_bi.orders",
            "create table acme_bi.mine (id int)",
            "create table public.mine (id int)",
            "insert into acme_bi.orders (order_id) values ('1')",
        ):
            words = r"permission denied|read-only|not exist|cannot insert"
            with pytest.raises(psycopg.Error, match=words):
                people.execute(refused)
        people.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.Error, match="permission denied"):
            people.execute("create table acme_bi.mine (id int)")
        roles = "select count(*) from pg_auth_members where member = %s::regrole"
        assert people.execute(roles, [reader.role]).fetchone() == (0,)


def test_a_table_made_anew_takes_no_view_with_it(
    warehouse: str, owner: psycopg.Connection[Any], reader: Reader, target: Path
) -> None:
    """dbt drops what reads the old table: with a failed test in between the dashboard was gone."""
    before = owner.execute("select 'acme_bi.orders'::regclass::oid").fetchone()
    build(warehouse, target, "fct_orders", "dim_customers")
    assert owner.execute("select 'acme_bi.orders'::regclass::oid").fetchone() == before
    owner.execute(
        "insert into acme_mart.fct_orders (order_id, is_counted, revenue_amount) "
        "values ('o1', true, 5)"
    )
    with log_in(warehouse, reader) as people:
        assert people.execute("select order_id, revenue from orders").fetchall() == [("o1", 5)]
    build(warehouse, target, "bi_orders")
    with log_in(warehouse, reader) as people:
        assert people.execute("select order_id from orders").fetchall() == [("o1",)]


def test_a_view_of_other_columns_is_made_anew_and_read_at_once(
    warehouse: str, owner: psycopg.Connection[Any], reader: Reader, target: Path
) -> None:
    """The grant was the view's and went with it; default privileges stay."""
    owner.execute("drop view acme_bi.orders; create view acme_bi.orders as select 1 as old_name")
    build(warehouse, target, "bi_orders")
    with log_in(warehouse, reader) as people:
        people.execute("select revenue from orders")
    told = owner.execute(
        "select obj_description('acme_bi.orders'::regclass), col_description(attrelid, attnum) "
        "from pg_attribute where attrelid = 'acme_bi.orders'::regclass and attname = 'revenue'"
    ).fetchone()
    assert told is not None
    assert told[0].startswith("One row per order that counts")
    assert "What an accountant posts to income" in told[1]


def test_the_password_is_told_once_and_can_be_renewed(
    warehouse: str, owner: psycopg.Connection[Any], reader: Reader
) -> None:
    owner.execute("revoke usage on schema acme_bi from elt_acme_bi")
    again = run_ensure_reader(owner, "acme", None)
    assert again.password is None
    log_in(warehouse, reader).close()
    renewed = run_ensure_reader(owner, "acme", None, rotate=True)
    assert renewed.password not in (None, reader.password)
    with log_in(warehouse, renewed) as people:
        people.execute("select * from orders")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        log_in(warehouse, reader)
