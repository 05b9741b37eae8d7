"""The database itself shows a session its own tenants: handlers that forget to ask get nothing."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.config.settings import ROOT
from include.console.api.routes import Asking, ledger
from include.console.api.writes import changing
from include.console.fleet import Fleet
from include.core.errors import WarehouseError, WarehouseUnavailable
from include.ledger.connection import Warehouse
from include.ledger.login import pool
from include.ledger.login.pool import PooledWarehouse, Pools
from include.ledger.login.walled import READ, Roles, WalledWarehouse
from tests.integration.console_case import Console, write_world

# Nobody's rows: the platform's own memory. None of them is granted, but the number of the schema.
NOBODYS = {"filled_columns", "given_answers", "migrations", "organisations", "rate_budgets"}
# Who opens the books as the platform itself, and why a page cannot come by it.
AS_PLATFORM = {
    "app.py": "/ready: `select 1`",
    "board.py": "everybody's board; Visitor.fetch_health hands out its own tenants' rows",
    "api/invitations.py": "who belongs where: of no tenant; `Visitor.manage` decides",
    "api/organisations.py": "the same",
    "pages/organisations.py": "the same",
    "fleet.py": "makes them",
    "tokens.py": "whose token it is",
    "api/repeatable.py": "answers given to a key of this person",
    "registry.py": "everybody's snapshot of the registry, written after a change",
    "visitor.py": "takes addresses, lends to the platform's own work",
    "api/writes.py": "a replay",
    "api/forget.py": "an erasure",
    "trial.py": "a test of a source",
}
PLANTED = "/api/v1/tenants/{tenant}/planted"


@pytest.fixture(scope="module")
def console(warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder: Path = tmp_path_factory.mktemp("tenants")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ELT_TENANTS_DIR", str(folder))
        patch.setenv("ELT_REGISTRY_DIR", str(folder / "registry"))
        write_world(warehouse, folder, registered=True)
        made = Console(warehouse)
        _plant(made)
        _add_bazaars(made)
        yield made
        made.fleet.pools.close()


def _plant(console: Console) -> None:
    """Handlers as somebody in a hurry writes them: they ask for every row there is."""

    @console.app.get(PLANTED)
    def read(visitor: Asking, tenant: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        with ledger(visitor, tenant) as connection:
            for table in sorted(set(READ) - {"migrations", "backfill_chunks"}):
                rows = connection.execute(f"select distinct tenant from elt_ops.{table}".encode())
                found[table] = [row[0] for row in rows]
            chunks = connection.execute("select stream from elt_ops.backfill_chunks").fetchall()
        return {**found, "backfill_chunks": [row[0] for row in chunks]}

    @console.app.post(PLANTED)
    def change(visitor: Asking, tenant: str, statement: str) -> int:
        with changing(visitor, tenant, "planted", {}) as connection:
            return connection.execute(statement.encode()).rowcount


def _add_bazaars(console: Console) -> None:
    """The other tenant has a row wherever acme has one."""
    own = "'of bazaar: ' || fingerprint"
    for table in ("quarantine", "alerts", "scores", "daily_metrics", "cursors", "console_audit"):
        columns = [
            row[0]
            for row in console.query(
                "select attname from pg_attribute where attnum > 0 and attidentity = '' and not "
                f"attisdropped and attgenerated = '' and attrelid = 'elt_ops.{table}'::regclass"
            )
        ]
        others = ", ".join(one for one in columns if one not in ("tenant", "fingerprint"))
        if "fingerprint" in columns:
            others += ", fingerprint"
        console.query(
            f"insert into elt_ops.{table} (tenant, {others}) "
            f"select 'bazaar', {others.replace('fingerprint', own)} from elt_ops.{table} "
            "where tenant = 'acme' returning 1"
        )
    for tenant in ("acme", "bazaar"):
        console.query(
            "with b as (insert into elt_ops.backfills (tenant, feed, window_start, window_end, "
            f"chunk) values ('{tenant}', 'stripe', now(), now() + interval '1 day', '1d') "
            "returning backfill_id) insert into elt_ops.backfill_chunks (backfill_id, stream, "
            f"window_start, window_end) select backfill_id, '{tenant}s', now(), now() from b "
            "returning 1"
        )
    with psycopg.connect(console.url, autocommit=True) as connection:
        connection.execute("create table bazaar_mart.fct_orders (n int)")
        connection.execute("alter table bazaar_mart.fct_orders owner to elt_bazaar")


@pytest.mark.parametrize("who", ["viewer", "own", "admin"])
def test_a_handler_that_forgets_its_tenant_shows_nobody_elses(console: Console, who: str) -> None:
    """Tenancy hung on a `where tenant =` in each of sixty queries: one forgotten, and an agency
    read another's. The session itself is the tenant's now, an administrator's, too."""
    found = console.ask(who, PLANTED.format(tenant="acme"))
    assert found.status_code == 200, found.text
    seen = found.json()
    chunks = seen.pop("backfill_chunks")
    assert chunks == ["acmes"]
    assert {name for names in seen.values() for name in names} == {"acme"}
    for table in ("loads", "quarantine", "alerts", "scores", "cursors", "feeds"):
        assert seen[table] == ["acme"], table
    assert console.query("select count(distinct tenant) from elt_ops.quarantine") == [(2,)]


def test_it_changes_nobody_elses_rows_either(console: Console) -> None:
    path = PLANTED.format(tenant="acme")
    other = "select count(*) from elt_ops.quarantine where tenant = 'bazaar' and state = 'open'"
    before = console.query(other)
    everybody = {"statement": "update elt_ops.quarantine set state = 'dropped'"}
    assert console.ask("own", path, "POST", params=everybody).json() == 7
    assert console.query(other) == before == [(7,)]
    for statement in (
        "insert into elt_ops.cursors (tenant, feed, stream, value) values ('bazaar','f','s','v')",
        "insert into elt_ops.console_audit (who, tenant, what, about) "
        "values ('olga', 'bazaar', 'x', '{}')",
        "delete from elt_ops.loads",
        "update elt_ops.console_audit set who = 'nobody'",
        "select * from elt_ops.oauth_tokens",
        "select * from elt_ops.given_answers",
        "select * from bazaar_mart.fct_orders",
        "create schema mine",
    ):
        found = console.ask("own", path, "POST", params={"statement": statement})
        assert found.status_code == 500, statement


def test_a_session_that_was_told_nothing_sees_nothing(console: Console) -> None:
    count = "select count(*) from elt_ops.loads"
    plain = Warehouse(console.url)
    with console.fleet.wall(plain, ()).connect() as connection:
        assert connection.execute(count).fetchone() == (0,)
        # Whatever leaves the setting empty, the role is walled.
        connection.execute("reset elt.tenants")
        assert connection.execute(count).fetchone() == (0,)
    with console.fleet.wall(plain, ("acme", "bazaar")).connect() as connection:
        assert connection.execute(count).fetchone() == (6,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("select * from bazaar_mart.fct_orders")


def test_every_table_with_a_tenant_is_walled(console: Console) -> None:
    """A table somebody adds tomorrow stands behind the wall, or this test names it."""
    rows = console.query(
        "select c.relname, c.relrowsecurity and exists (select from pg_policy as p where p.polrelid"
        " = c.oid), exists (select from pg_attribute as a where a.attrelid = c.oid and attname ="
        " 'tenant') from pg_class as c where relnamespace = 'elt_ops'::regnamespace and relkind = "
        "'r'"
    )
    assert {name for name, is_walled, _ in rows if not is_walled} == NOBODYS
    assert not {name for name, _, has_tenant in rows if has_tenant} & NOBODYS


def test_the_platform_itself_opens_the_books_in_few_places() -> None:
    """Whoever adds one says why here."""
    opens = re.compile(
        r"\.(build_warehouse|build_platform_warehouse|keep_platform_warehouse|lend_warehouse)\("
        r"|\bPooledWarehouse\("
    )
    folder = ROOT / "include" / "console"
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if opens.search(path.read_text()) and "webhooks" not in path.parts
    }
    assert found == set(AS_PLATFORM)


def test_what_comes_back_to_the_pool_carries_no_rights_over(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next request gets the same connection: roles and settings of the one before are gone,
    also those somebody set for longer than a transaction."""
    monkeypatch.setattr(pool, "MOST", 1)
    pools = Pools()
    plain = PooledWarehouse(console.url, pools=pools)
    who = (
        "select current_user = session_user, "
        "coalesce(current_setting('elt.tenants', true), ''), current_setting('timezone'), "
        "current_setting('transaction_read_only'), current_setting('statement_timeout')"
    )
    own = WalledWarehouse(
        console.url, pools=pools, roles=Roles(), tenants=("acme",), read_only=True
    )
    with own.connect() as connection:
        pid = connection.info.backend_pid
        assert connection.execute("select current_user").fetchone() == ("elt_acme_console",)
    with own.connect() as connection:
        for lasting in (
            "set role elt_acme_console",
            "set elt.tenants = 'bazaar'",
            "set time zone 'Asia/Tokyo'",
            "set statement_timeout = 5",
            "set session characteristics as transaction read only",
        ):
            connection.execute(lasting.encode())
    with plain.connect() as connection:
        assert connection.execute(who).fetchone() == (True, "", "UTC", "off", "0")
        assert connection.info.backend_pid == pid
    with pytest.raises(WarehouseError), own.connect() as connection:
        connection.execute("select * from bazaar_mart.fct_orders")
    with plain.connect() as connection:
        assert connection.execute(who).fetchone() == (True, "", "UTC", "off", "0")
        assert connection.info.backend_pid == pid
    pools.close()


def test_a_connection_the_server_has_closed_is_not_handed_out(console: Console) -> None:
    pools = Pools()
    plain = PooledWarehouse(console.url, pools=pools)
    with plain.connect() as connection:
        pid = connection.info.backend_pid
    console.query(f"select pg_terminate_backend({pid})")
    with plain.connect() as connection:
        assert connection.execute("select 1").fetchone() == (1,)
        assert connection.info.backend_pid != pid
    pools.close()


def test_who_waits_in_vain_is_told_to_come_again(console: Console) -> None:
    gone = PooledWarehouse("postgresql://nobody@127.0.0.1:1/nothing", pools=Pools(wait_s=0.3))
    began = time.monotonic()
    with pytest.raises(WarehouseUnavailable), gone.connect():
        pass
    assert time.monotonic() - began < 3
    gone.pools.close()


def test_a_database_that_stops_is_503_and_then_200_again(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/api/v1/tenants/acme/loads"
    assert console.ask("own", path).status_code == 200
    fleet = console.fleet
    monkeypatch.setattr(fleet, "pools", Pools(wait_s=0.3))
    url = console.url.replace("@127.0.0.1:", "@127.0.0.2:1")
    monkeypatch.setattr(Fleet, "_migrated_one", lambda self, known: Warehouse(url))
    assert console.ask("own", path).status_code == 503
    assert console.ask("own", "/").status_code == 503
    monkeypatch.undo()
    assert console.ask("own", path).status_code == 200


def test_an_app_that_nobody_asks_connects_to_nothing(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **given: Any) -> Any:
        raise AssertionError("connected")

    monkeypatch.setattr(psycopg.Connection, "connect", refuse)
    made = Console(console.url)
    assert made.ask("nobody", "/api/v1/health").json() == {"ok": True}
