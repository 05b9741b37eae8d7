"""The runbook's backup, rehearsed: dump, go on, lose everything, restore, go on."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
import requests

from include.config.load import load_platform
from include.config.models import Tenant
from include.core.clock import format_instant
from include.ledger.connection import Warehouse
from include.ledger.login.tenant_login import run_ensure_login
from include.local.postgres import BINARIES
from include.quality.check import CheckContext
from include.quality.run import run_raw_checks
from include.sandbox.testing import running_sandbox
from tests.bench.warehouse_server import serve
from tests.conftest import new_warehouse
from tests.integration.test_stripe_changes import HOUR, NOW, SPEC, TABLES, Account

CHANGES = ("refund", "dispute", "edit_customer", "delete_customer")


def run_program(program: str, url: str, *arguments: str) -> None:
    parts = urlsplit(url)
    environment = {**os.environ, "PGPASSWORD": parts.password or ""}
    place = ["-h", str(parts.hostname), "-p", str(parts.port), "-U", str(parts.username)]
    command = [str(BINARIES / program)]
    subprocess.run([*command, *place, *arguments], env=environment, check=True, capture_output=True)


def _build(base: str, url: str) -> Account:
    [found] = [f for f in load_platform().feeds if f.connection_id == "corner__stripe"]
    spec = found.tenant.spec.model_copy(update={"tenant": f"t{uuid4().hex[:10]}"})
    streams = {name: found.streams[name] for name in TABLES}
    tenant = Tenant(spec, found.tenant.path)
    return Account(base, url, replace(found, tenant=tenant, streams=streams))


def _act(base: str, what: str, at: datetime) -> None:
    body = {"vendor": "stripe", "tenant": "corner", "what": what, "at": format_instant(at)}
    requests.post(f"{base}/_sandbox/act", json=body, timeout=60).raise_for_status()


@pytest.fixture
def empty(postgres_url: str, warehouse_role: str) -> Iterator[str]:
    with new_warehouse(postgres_url, warehouse_role) as url:
        yield url


def test_a_restored_warehouse_goes_on_without_gap_or_doubling(
    empty: str, postgres_url: str, warehouse_role: str, tmp_path: Path
) -> None:
    """Rows, cursors and books are of one instant in a dump, so what was loaded after it is read
    again and what was loaded before it is not doubled."""
    database = empty.rsplit("/", 1)[1]
    file = str(tmp_path / "warehouse.dump")
    with running_sandbox(SPEC) as base:
        account = _build(base, empty)
        account.load(NOW)
        _act(base, "refund", NOW + HOUR)
        account.load(NOW + 12 * HOUR)
        run_program("pg_dump", postgres_url, "--format=custom", f"--file={file}", database)

        for number, what in enumerate(CHANGES):
            _act(base, what, NOW + (13 + number) * HOUR)
        account.load(NOW + 24 * HOUR)
        lost = account.content()

        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f"drop database {database} with (force)")
            connection.execute(f"create database {database} owner warehouse")
        run_program("pg_restore", postgres_url, f"--dbname={database}", file)
        assert account.content() != lost, "what came after the dump is gone"

        again = account.load(NOW + 36 * HOUR)
        assert account.content() == lost, "no gap"
        assert 0 < sum(one.inserted + one.updated for one in again.values()) < 50
        nothing = account.load(NOW + 48 * HOUR)
        assert sum(one.inserted + one.updated for one in nothing.values()) == 0, "no doubling"
        with new_warehouse(postgres_url, warehouse_role) as fresh:
            straight = replace(account, url=fresh)
            straight.load(NOW + 60 * HOUR)
            here, there = account.content(), straight.content()
        for table in TABLES:
            assert len(here[table]) >= len(there[table]) > 0, table
        columns = account.query("select read - inserted - updated - unchanged - quarantined - "
                                "filtered from elt_ops.loads")  # fmt: skip
        assert {difference for (difference,) in columns} == {0}


def test_on_a_new_server_tenants_come_with_their_roles_and_walls(
    empty: str, postgres_url: str, tmp_path: Path
) -> None:
    """The whole machine is gone: what `pg_dump` leaves out (roles, whom the database itself lets
    in) was never rehearsed. Roles come from a file, the rest the next checks set right."""
    database, roles = empty.rsplit("/", 1)[1], str(tmp_path / "roles.sql")
    file = str(tmp_path / "warehouse.dump")
    with running_sandbox(SPEC) as base, serve() as other:
        account = _build(base, empty)
        account.load(NOW)
        before, tenant = account.content(), account.feed.tenant.id
        run_ensure_login(Warehouse(empty), tenant)
        run_program("pg_dumpall", postgres_url, "--roles-only", "-f", roles)
        run_program("pg_dump", postgres_url, "--format=custom", f"--file={file}", database)

        run_program("psql", other, "--quiet", f"--file={roles}")
        # The dump's superuser has the password it had on the old server.
        admin = _move(postgres_url, other)
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"create database {database} owner warehouse")
            connection.execute(f"revoke connect on database {database} from public")
        run_program("pg_restore", admin, "--exit-on-error", f"--dbname={database}", file)
        moved = replace(account, url=_move(empty, other))
        assert moved.content() == before
        own = run_ensure_login(Warehouse(moved.url), tenant)
        with psycopg.connect(own.url) as connection:
            assert connection.execute("select current_user").fetchone() == (f"elt_{tenant}",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("select * from elt_ops.loads")
        again = moved.load(NOW + 12 * HOUR)
        assert sum(one.inserted for one in again.values()) == 0
        assert run_raw_checks(Warehouse(moved.url), moved.feed, CheckContext(NOW))


def _move(url: str, to: str) -> str:
    """The same login and database at another server."""
    return url.replace(f":{urlsplit(url).port}/", f":{urlsplit(to).port}/")
