"""SQL of checks and of dbt sees one tenant, whatever it says: its login can become nobody else."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from include.config.connector_spec import Connector
from include.config.models import Feed
from include.config.settings import load_settings
from include.core.errors import ConfigError, WarehouseRejected
from include.core.streams import LoadResult, RunKind, Window
from include.destinations.postgres.tenant_schemas import run_ensure_schemas
from include.ledger import ddl, loads
from include.ledger.connection import Warehouse
from include.ledger.login.conninfo import parse_conninfo
from include.ledger.login.tenant_login import build_password, run_ensure_login
from include.pipeline.dbt.command import run_dbt_command
from include.pipeline.dbt.environment import build_dbt_environment
from include.quality.check import Check, CheckContext, CheckOutcome, Severity, Status
from include.quality.execute import CheckRunner
from include.quality.run import run_raw_checks
from include.quality.statement import BoundSql
from tests.unit.feed_maker import build_feed, build_tenant

CONTEXT = CheckContext(datetime(2026, 11, 1, tzinfo=UTC))
SHOP = {
    "connector": "shop",
    "title": "Shop",
    "kind": "files",
    "streams": {"orders": {"primary_key": ["id"], "columns": {"id": "text", "email": "text"}}},
}


def _make_tenant(house: Warehouse, tenant: str) -> None:
    with house.connect() as connection:
        ddl.run_migrations(connection)
        run_ensure_schemas(connection, tenant, [f"{tenant}_raw_shop", f"{tenant}_mart"])
        connection.execute(f"set local role elt_{tenant}".encode())
        connection.execute(
            f"create table {tenant}_raw_shop.orders "
            "(id text, email text, _feed text, _load_id bigint, primary key (_feed, id))".encode()
        )
        connection.execute(
            f"insert into {tenant}_raw_shop.orders "
            f"values ('1', 'ann@{tenant}.example', 'feed', 1)".encode()
        )


@pytest.fixture
def pair(warehouse: str) -> Iterator[tuple[Warehouse, Feed, str]]:
    """The warehouse, the attacker's feed, and the other tenant's id."""
    house = Warehouse(warehouse)
    mallory, victim = f"m{uuid4().hex[:8]}", f"v{uuid4().hex[:8]}"
    for tenant in (mallory, victim):
        _make_tenant(house, tenant)
    feed = replace(build_feed(Connector.model_validate(SHOP)), tenant=build_tenant(mallory))
    yield house, feed, victim


def _run_check(
    house: Warehouse, feed: Feed, sql: str, monkeypatch: pytest.MonkeyPatch
) -> CheckOutcome:
    """The outcome of a check file with this text."""
    check = Check("attack", Severity.ERROR, sql, "why", "orders", (), Path("attack.sql"))
    monkeypatch.setattr("include.quality.run.load_feed_checks", lambda *_: ([check], []))
    found = run_raw_checks(house, feed, CONTEXT)
    (outcome,) = [one for one in found if one.name == "attack"]
    return outcome


def _count(house: Warehouse, statement: str) -> int:
    with house.connect() as connection:
        row = connection.execute(statement.encode()).fetchone()
    return int(str(row[0])) if row else -1


def test_a_check_sees_its_own_tenant(pair, monkeypatch: pytest.MonkeyPatch) -> None:
    house, feed, _ = pair
    outcome = _run_check(house, feed, "select email as bad_key from {schema}.{table}", monkeypatch)
    assert (outcome.status, outcome.bad_rows) == (Status.FAILED, 1)


READS = {
    "the other's table": "select email as bad_key from {victim}_raw_shop.orders",
    "through set_config": "select set_config('role', 'none', false) || (select email from "
    "{victim}_raw_shop.orders) as bad_key",
    "the books": "select tenant as bad_key from elt_ops.loads",
    "stored tokens": "select sealed as bad_key from elt_ops.oauth_tokens",
    "password hashes": "select rolpassword as bad_key from pg_authid",
    "a file of the server": "select pg_read_file('/etc/passwd') as bad_key",
    "a program of the server": "select 'x' as bad_key) as b); copy (select 1) to program 'id'; --",
}


@pytest.mark.parametrize("what", READS)
def test_a_check_reads_nothing_else(what: str, pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check read another tenant's addresses, and five of them were stored as samples."""
    house, feed, victim = pair
    outcome = _run_check(house, feed, READS[what].replace("{victim}", victim), monkeypatch)
    assert outcome.status is Status.BROKEN
    assert victim + ".example" not in f"{outcome.sample}{outcome.detail}"
    assert (
        _count(
            house,
            "select count(*) from elt_ops.check_results "
            f"where sample::text like '%{victim}.example%'",
        )
        == 0
    )


LEAVES = {
    "reset role": "reset role",
    "set role none": "set role none",
    "set role of the platform": "set role {platform}",
    "set role of the other": "set role elt_{victim}",
    "session authorization": "set session authorization {platform}",
    "default session authorization": "set session authorization default",
    "discard all": "discard all",
    "grant itself": "grant elt_{victim} to elt_{mallory}",
    "grant the schema away": "grant usage on schema {victim}_raw_shop to elt_{mallory}",
    "take the schema": "alter schema {victim}_raw_shop owner to elt_{mallory}",
    "make a role": "create role mole login superuser",
    "change the other's password": "alter role elt_{victim} password 'x'",
    "a definer's function": "create function {mallory}_mart.f() returns text language sql "
    "security definer as $f$ select email from {victim}_raw_shop.orders $f$; "
    "select {mallory}_mart.f()",
}


@pytest.mark.parametrize("how", LEAVES)
def test_the_login_becomes_nobody_else(how: str, pair, postgres_url: str) -> None:
    """`set role` was the wall, and `reset role` the door: the login itself is the tenant now."""
    house, feed, victim = pair
    own = run_ensure_login(house, feed.tenant.id)
    words = {"victim": victim, "mallory": feed.tenant.id, "platform": "warehouse"}
    with psycopg.connect(own.url, autocommit=True) as connection:
        with contextlib.suppress(psycopg.errors.Error):
            connection.execute(LEAVES[how].format(**words).encode())
        with pytest.raises(psycopg.errors.Error):
            connection.execute(f"select * from {victim}_raw_shop.orders".encode())
        row = connection.execute("select session_user, current_user").fetchone()
        assert row == (f"elt_{feed.tenant.id}",) * 2
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        assert (
            connection.execute("select 1 from pg_roles where rolname = 'mole'").fetchone() is None
        )


WRITES = {
    "delete": "with gone as (delete from {schema}.{table} returning id) "
    "select id as bad_key from gone",
    "a second statement": "select id as bad_key from {schema}.{table}) as b); "
    "delete from {schema}.{table}; --",
    "a commit first": "select id as bad_key from {schema}.{table}) as b); commit; "
    "delete from {schema}.{table}; --",
    "writable again": "select set_config('transaction_read_only', 'off', true) as bad_key "
    "from {schema}.{table}",
    "a function that writes": "select {mart}.wipe() as bad_key",
}


@pytest.mark.parametrize("how", WRITES)
def test_a_check_changes_nothing(how: str, pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks were read-only by a line no test missed when it was gone."""
    house, feed, _ = pair
    tenant = feed.tenant.id
    with house.connect() as connection:
        connection.execute(f"set local role elt_{tenant}".encode())
        connection.execute(
            f"create function {tenant}_mart.wipe() returns text language sql volatile as "
            f"$f$ delete from {tenant}_raw_shop.orders returning id $f$".encode()
        )
    sql = WRITES[how].replace("{mart}", f"{tenant}_mart")
    assert _run_check(house, feed, sql, monkeypatch).status is Status.BROKEN
    assert _count(house, f"select count(*) from {tenant}_raw_shop.orders") == 1


@pytest.mark.parametrize("values", [{}, {"feed": "x"}])
def test_a_statement_with_or_without_values_is_one(pair, values: dict[str, object]) -> None:
    """Without values the driver sends text as it stands, and a commit in it ended read only."""
    house, _, _ = pair
    mark = ", %(feed)s" if values else ""
    statement = BoundSql(f"select 1{mark}; commit; create table public.mine (id int)", values)
    with pytest.raises(WarehouseRejected):
        CheckRunner(house).ask(statement)
    assert _count(house, "select count(*) from pg_class where relname = 'mine'") == 0


def _place(tenant: str) -> loads.LoadPlace:
    return loads.LoadPlace(
        tenant=tenant,
        feed="feed",
        connector="shop",
        stream="orders",
        kind=RunKind.SCHEDULED,
        window=Window(),
        started_at=CONTEXT.started_at,
    )


def test_the_tenants_loads_are_its_own(pair) -> None:
    house, feed, victim = pair
    with house.connect() as connection:
        for tenant in (feed.tenant.id, victim):
            number = loads.fetch_next_load_id(connection)
            result = LoadResult(number, 0, 0, 0, 0, 0, 0)
            loads.run_record_load(connection, _place(tenant), result)
        assert connection.execute("select count(*) from elt_ops.own_loads").fetchone() != (1,)
    with run_ensure_login(house, feed.tenant.id).connect() as connection:
        found = connection.execute("select distinct tenant from elt_ops.own_loads").fetchall()
    assert found == [(feed.tenant.id,)]


def test_a_dbt_hook_leaves_nothing(pair, tmp_path: Path) -> None:
    """A hook said `reset role` and granted another tenant's schema away; and Jinja read secrets."""
    house, feed, victim = pair
    tenant = feed.tenant.id
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text(
        "name: attack\nprofile: elt\nconfig-version: 2\n"
        "flags: {send_anonymous_usage_stats: false}\n"
    )
    profiles = (load_settings().dbt_project_dir / "profiles.yml").read_text()
    (project / "profiles.yml").write_text(profiles)
    (project / "models" / "spy.sql").write_text(
        "{{ config(materialized='table', schema='x', pre_hook=['reset role', "
        f"'grant usage on schema {victim}_raw_shop to elt_{tenant}']) }}}}\n"
        f"select email from {victim}_raw_shop.orders"
    )
    (project / "models" / "leak.sql").write_text(
        "{{ config(materialized='table') }}\nselect '{{ env_var(\"AIRFLOW_CONN_OTHER__SHOP\", "
        '"nothing") }}{{ env_var("WAREHOUSE_URL", "nothing") }}\' as found'
    )
    macro = project / "macros" / "schema.sql"
    macro.parent.mkdir()
    macro.write_text(
        "{% macro generate_schema_name(name, node) %}" + f"{tenant}_mart" + "{% endmacro %}"
    )
    own = run_ensure_login(house, tenant)
    environment = build_dbt_environment(own.url, tenant, tenant_roles=True)
    settings = replace(load_settings(), dbt_project_dir=project)
    os.environ["AIRFLOW_CONN_OTHER__SHOP"] = "canary"
    try:
        code = run_dbt_command(
            settings, ["run", "--target-path", str(tmp_path / "target")], environment
        )
    finally:
        del os.environ["AIRFLOW_CONN_OTHER__SHOP"]
    assert code == 1
    assert _count(house, f"select count(*) from pg_tables where schemaname = '{tenant}_mart' "
                  "and tablename = 'spy'") == 0  # fmt: skip
    with house.connect() as connection:
        row = connection.execute(f"select found from {tenant}_mart.leak".encode()).fetchone()
    assert row == ("nothingnothing",)
    assert not _count(
        house, f"select has_schema_privilege('elt_{tenant}', '{victim}_raw_shop', 'usage')::int"
    )


def test_a_password_is_the_tenants_and_tells_nothing_of_the_platforms(warehouse: str) -> None:
    first, second = build_password(warehouse, "elt_a"), build_password(warehouse, "elt_b")
    assert first != second
    assert parse_conninfo(warehouse)["password"] not in first
    with pytest.raises(ConfigError, match="no secret to derive"), pytest.MonkeyPatch.context() as m:
        m.delenv("AIRFLOW__CORE__FERNET_KEY")
        build_password("postgresql:///wh?host=/run/pg", "elt_a")


def test_a_rotated_password_of_the_platform_heals_by_itself(pair, postgres_url: str) -> None:
    house, feed, _ = pair
    own = run_ensure_login(house, feed.tenant.id)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"alter role elt_{feed.tenant.id} password 'other'")
    with run_ensure_login(house, feed.tenant.id).connect() as connection:
        assert connection.info.user == f"elt_{feed.tenant.id}"
    assert own.url == run_ensure_login(house, feed.tenant.id).url


def test_without_tenant_logins_nothing_changes(pair, monkeypatch: pytest.MonkeyPatch) -> None:
    house, feed, _ = pair
    monkeypatch.setenv("ELT_TENANT_LOGINS", "false")
    assert run_ensure_login(house, feed.tenant.id) is house
    environment = build_dbt_environment(house.url, feed.tenant.id, tenant_roles=True)
    assert environment["ELT_DBT_ROLE"] == f"elt_{feed.tenant.id}"
