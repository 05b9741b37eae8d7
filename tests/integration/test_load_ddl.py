"""elt_ops, tenant roles and schemas: made once, by whoever comes first, and tight."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest

from include.core.errors import ConfigError, WarehouseRejected
from include.core.streams import RunOrigin
from include.destinations.postgres.tenant_schemas import run_ensure_schemas
from include.ledger import cursors, ddl
from include.ledger.connection import Warehouse
from include.ledger.load_history import LoadFilter, fetch_history, fetch_latest_loads
from include.ledger.migrations import MIGRATIONS
from include.ledger.quarantine import QuarantineFilter, fetch_rows
from include.ledger.trust import check_results as outcomes
from tests.integration.load_case import build_case, order

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def login(postgres_url: str) -> Iterator[str]:
    """URL of a fresh database whose owner may log in and create roles, nothing more."""
    name = f"loader_{uuid4().hex[:10]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create role {name} login createrole password 'p'")
        connection.execute(f"create database {name} owner {name}")
        # As the local server is set up: nobody else may enter or make temporary tables.
        connection.execute(f"revoke all on database {name} from public")
        yield psycopg.conninfo.make_conninfo(postgres_url, user=name, password="p", dbname=name)
        connection.execute(f"drop database {name} with (force)")


def test_many_processes_at_once_migrate_once(warehouse: str) -> None:
    """Inside a transaction to_regclass kept answering "absent" after the lock was granted,

    so whoever came second created the tables again and failed.
    """
    barrier, steps, errors = threading.Barrier(4, timeout=30), [], []

    def run() -> None:
        try:
            with Warehouse(warehouse).connect() as connection:
                barrier.wait()
                steps.append(ddl.run_migrations(connection))
                run_ensure_schemas(connection, "tmany", ["tmany_raw_a", "tmany_mart"])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert sorted(steps) == [0, 0, 0, len(MIGRATIONS)]
    with Warehouse(warehouse).connect() as connection:
        assert ddl.run_migrations(connection) == 0


def test_a_login_that_is_no_superuser_loads_as_the_tenant(login: str) -> None:
    case = build_case(login)
    case.load([order(1)])
    assert case.load([order(1, "2.00", hour=1), order(2**40)]).updated == 1
    owner = "select distinct tableowner from pg_tables where schemaname = %s"
    assert case.query(owner, case.table.split(".")[0]) == [(f"elt_{case.tenant}",)]


def test_rows_are_written_by_the_tenant_role(login: str) -> None:
    case = build_case(login)
    case.load([order(1)])
    case.query(
        "create function whoami() returns trigger language plpgsql as $$ begin "
        "raise exception 'written by %', current_user using errcode = '42501'; end $$"
    )
    case.query("create trigger whoami before insert on {t} execute function whoami()")
    with pytest.raises(WarehouseRejected, match=f"written by elt_{case.tenant}"):
        case.load([order(2)])


def test_a_tenant_role_sees_no_other_tenant(login: str) -> None:
    first, second = build_case(login), build_case(login)
    first.load([order(1)])
    second.load([order(1)])
    with psycopg.connect(login, autocommit=True) as connection:
        connection.execute(f"set role elt_{first.tenant}")
        assert connection.execute(f"select count(*) from {first.table}").fetchone() == (1,)
        for table in (second.table, "elt_ops.loads"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select count(*) from {table}")


def test_a_tenant_role_may_use_temporary_tables(login: str) -> None:
    """On a database closed to `public` every snapshot failed on its second run: dbt compares in a

    temporary table, which the tenant's role was not allowed to make.
    """
    name = psycopg.conninfo.conninfo_to_dict(login)["dbname"]
    with psycopg.connect(login, autocommit=True) as connection:
        connection.execute(f"revoke all on database {name} from public")
    case = build_case(login)
    case.load([order(1)])
    with psycopg.connect(login, autocommit=True) as connection:
        connection.execute(f"set role elt_{case.tenant}")
        connection.execute("create temporary table compared (id int)")


def forbid_roles(superuser: str, login: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(login)["user"]
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"alter role {name} nocreaterole")


def test_without_createrole_the_error_says_what_to_do(login: str, postgres_url: str) -> None:
    case = build_case(login)
    forbid_roles(postgres_url, login)
    with pytest.raises(ConfigError, match=r"CREATEROLE.*ELT_TENANT_ROLES=false"):
        case.load([order(1)])


def test_without_tenant_roles_everything_belongs_to_the_login(
    login: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_TENANT_ROLES", "false")
    case = build_case(login)
    forbid_roles(postgres_url, login)
    case.load([order(1)])
    assert case.load([order(1, "2.00", hour=1)]).updated == 1
    query = "select count(*) from pg_roles where rolname = %s"
    assert case.query(query, f"elt_{case.tenant}") == [(0,)]


def test_a_schema_we_may_not_touch_is_refused_with_its_name(login: str) -> None:
    case = build_case(login)
    case.load([order(1)])
    url = psycopg.conninfo.make_conninfo(login, application_name="other")
    with (
        pytest.raises(WarehouseRejected, match="permission denied"),
        Warehouse(url).connect() as connection,
    ):
        connection.execute(f"set role elt_{case.tenant}")
        connection.execute("create schema elsewhere")


def test_the_cursor_never_moves_back(warehouse: str) -> None:
    case = build_case(warehouse)
    later, earlier = "2026-02-01T00:00:00Z", "2026-01-31T23:00:00Z"
    assert case.load([], cursor_after=later).cursor_before is None
    assert case.load([], cursor_after=earlier).cursor_before == later
    assert case.load([]).cursor_before == later
    with Warehouse(case.url).connect() as connection:
        assert cursors.fetch_cursor(connection, case.tenant, "shop", "orders") == later
        assert cursors.fetch_cursor(connection, case.tenant, "shop", "other") is None


def test_the_ledger_answers_newest_first(warehouse: str) -> None:
    case = build_case(warehouse)
    case.load([order(1)], origin=RunOrigin("d", "a"))
    case.load([order(1, colour="red")], origin=RunOrigin(None, "b"))
    with Warehouse(case.url).connect() as connection:
        loads = fetch_history(connection, [case.tenant])
        assert [row["run_id"] for row in loads] == ["b", "a"]
        assert (loads[1]["inserted"], loads[1]["child_rows"]) == (1, {"items": 1})
        assert [
            r["dag_id"] for r in fetch_history(connection, [case.tenant], LoadFilter(run="a"))
        ] == ["d"]
        latest = fetch_latest_loads(connection, case.tenant)
        assert [(row["stream"], row["run_id"]) for row in latest] == [("orders", "b")]
        assert case.ops("schema_changes", "column_name, change") == [("colour", "unknown_field")]
        case.load([{"id": None}])
        found = fetch_rows(connection, QuarantineFilter(case.tenant), limit=5)
        assert [(row["reason"], "payload" in row) for row in found] == [("null_primary_key", False)]


def test_the_newest_outcome_of_a_check_counts(warehouse: str) -> None:
    def row(state: str, hour: int, name: str = "keys_unique") -> outcomes.CheckRow:
        at = NOW.replace(hour=hour)
        return outcomes.CheckRow("tcheck", "raw", name, "error", state, at, "shop", "orders")

    with Warehouse(warehouse).connect() as connection:
        ddl.run_migrations(connection)
        outcomes.run_record_checks(connection, [row("failed", 1), row("passed", 2)])
        outcomes.run_record_checks(connection, [row("failed", 3, "fresh")])
        score = outcomes.ScoreRow("tcheck", "raw", Decimal("87.5"), 2, 1, "shop")
        outcomes.run_record_scores(connection, [score])
        found = outcomes.fetch_latest_checks(connection, "tcheck", feed="shop", layer="raw")
        scores = outcomes.fetch_latest_scores(connection, "tcheck")
    assert [(f["check_name"], f["state"]) for f in found] == [
        ("fresh", "failed"), ("keys_unique", "passed"),
    ]  # fmt: skip
    assert [score["score"] for score in scores] == [Decimal("87.50")]
