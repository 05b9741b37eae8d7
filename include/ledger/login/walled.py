"""A session that sees some tenants alone, whatever it asks: the console's.

The transaction takes a role that owns nothing of the books, so row security holds for it
(`migrations/tenant_walls.py`), and that reaches the schemas of its one tenant by being a member of
the tenant's own role. Both end with the transaction. The wall is against our own mistakes: SQL of
others (dbt, checks) logs in as the tenant instead, see tenant_login.py.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from psycopg import errors, sql

from include.core import naming
from include.core.errors import ConfigError
from include.ledger.connection import Connection, Warehouse
from include.ledger.locks import run_lock_ddl
from include.ledger.login.pool import PooledWarehouse

log = logging.getLogger(__name__)

# What else is walled (sealed tokens, salts, the inbox) is no business of a page.
READ = (
    *("alert_deliveries", "alert_notes", "alerts", "backfill_chunks", "backfills", "check_mutes"),
    *(
        "check_results",
        "checkpoints",
        "consents",
        "console_audit",
        "cursor_changes",
        "cursors",
        "daily_metrics",
        "dbt_builds",
    ),
    *(
        "erasures",
        "feeds",
        "files",
        "loads",
        "mart_states",
        "quarantine",
        "schema_changes",
        "scores",
    ),
    *("service_tokens", "tenants", "migrations"),
)
ADDED = (
    *("alert_deliveries", "alert_notes", "check_mutes", "console_audit", "consents"),
    *("cursor_changes", "feeds", "service_tokens", "tenants"),
)
CHANGED = (
    *("alert_deliveries", "alert_notes", "alerts", "check_mutes", "check_results", "cursors"),
    *("files", "quarantine", "service_tokens"),
)
REMOVED = ("alert_notes", "checkpoints", "consents", "cursors")
RIGHTS = (("select", READ), ("insert", ADDED), ("update", CHANGED), ("delete", REMOVED))
# A tenant without schemas or decisions yet is looked at again after this.
AGAIN_S = 15.0
_BEGIN = """
select set_config('elt.tenants', %s, true), set_config('role', %s, true),
    set_config('transaction_read_only', %s, true)
"""
_READY = """
select coalesce(pg_has_role(current_user, c.oid, 'set'), false),
    coalesce(pg_has_role(c.oid, t.oid, 'usage'), false),
    coalesce(has_table_privilege(c.oid, to_regclass(%(decisions)s), 'update'), false),
    t.oid is not null, to_regclass(%(decisions)s) is not null
from (select 1) as one
left join pg_roles as c on c.rolname = %(console)s
left join pg_roles as t on t.rolname = %(tenant)s
"""


@dataclass(frozen=True)
class WalledWarehouse(PooledWarehouse):
    """A ledger, and the schemas of its tenant where it is one.

    Attributes:
        tenants: Ids of those the session sees; none at all: it sees nothing.
        read_only: It changes nothing either.
    """

    roles: "Roles" = field(kw_only=True, compare=False)
    tenants: tuple[str, ...] = ()
    read_only: bool = False

    @contextmanager
    def connect(self, *, autocommit: bool = False) -> Iterator[Connection]:
        """A transaction behind the wall; without tenant roles the wall is not there.

        Raises:
            ConfigError: The platform's login may not create roles.
            WarehouseUnavailable, WarehouseRejected: As `Warehouse.connect`.
        """
        with super().connect(autocommit=autocommit) as connection:
            role = self._ensure_role(connection) if self.uses_tenant_roles else "none"
            read_only = "on" if self.read_only else "off"
            connection.execute(_BEGIN.encode(), [",".join(self.tenants), role, read_only])
            yield connection

    def _ensure_role(self, connection: Connection) -> str:
        one = self.tenants[0] if len(self.tenants) == 1 else None
        return self.roles.ensure(self, one, connection)


class Roles:
    """Which roles have been found to be there."""

    def __init__(self) -> None:
        self._bases: dict[str, str] = {}
        # (address, tenant) -> until when it need not be looked at.
        self._until: dict[tuple[str, str], float] = {}

    def ensure(self, warehouse: Warehouse, tenant: str | None, connection: Connection) -> str:
        """The role's name; made by a transaction of its own where it is missing.

        Args:
            tenant: None: the role that reaches no tenant's schemas.
        """
        plain = Warehouse(warehouse.url)
        base = self._bases.get(warehouse.url)
        if base is None:
            with plain.connect() as own:
                base = self._bases[warehouse.url] = _run_ensure_base(own)
        if tenant is None:
            return base
        role, place = naming.console_role(tenant), (warehouse.url, tenant)
        if time.monotonic() >= self._until.get(place, 0.0):
            is_whole, is_final = _look(connection, tenant)
            if not is_whole:
                with plain.connect() as own:
                    _run_ensure_tenant(own, base, tenant)
                # What was granted meanwhile is known from the next transaction on.
                connection.rollback()
            self._until[place] = time.monotonic() + (3600.0 if is_final else AGAIN_S)
        return role


def _look(connection: Connection, tenant: str) -> tuple[bool, bool]:
    """Whether all is granted that can be; whether nothing more can come."""
    may_be, reaches, decides, has_schemas, has_decisions = _fetch_ready(connection, tenant)
    is_whole = may_be and reaches == has_schemas and decides == has_decisions
    return is_whole, is_whole and has_schemas and has_decisions


def _fetch_ready(connection: Connection, tenant: str) -> tuple[bool, ...]:
    asked = {
        "console": naming.console_role(tenant),
        "tenant": naming.tenant_role(tenant),
        "decisions": f"{naming.identity_schema(tenant)}.overrides",
    }
    row = connection.execute(_READY.encode(), asked).fetchone()
    assert row is not None
    return tuple(map(bool, row))


def _run_ensure_base(connection: Connection) -> str:
    role = naming.console_base_role(connection.info.user)
    run_lock_ddl(connection, "console")
    _run_ensure_role(connection, role)
    name = sql.Identifier(role)
    connection.execute(sql.SQL("grant usage on schema elt_ops to {}").format(name))
    for right, tables in RIGHTS:
        places = sql.SQL(", ").join(sql.Identifier(naming.OPS_SCHEMA, table) for table in tables)
        connection.execute(sql.SQL(f"grant {right} on {{}} to {{}}").format(places, name))
    return role


def _run_ensure_tenant(connection: Connection, base: str, tenant: str) -> None:
    role = naming.console_role(tenant)
    run_lock_ddl(connection, "console")
    _run_ensure_role(connection, role)
    _, reaches, decides, has_schemas, has_decisions = _fetch_ready(connection, tenant)
    names = {
        "console": sql.Identifier(role),
        "base": sql.Identifier(base),
        "tenant": sql.Identifier(naming.tenant_role(tenant)),
        "decisions": sql.Identifier(naming.identity_schema(tenant), "overrides"),
    }
    grants = ["grant {base} to {console}"]
    if has_schemas and not reaches:
        grants.append("grant {tenant} to {console}")
    if has_decisions and not decides:
        grants.append("grant insert, update on {decisions} to {console}")
    for grant in grants:
        connection.execute(sql.SQL(grant).format(**names))
    log.info("console role prepared role=%s", role)


def _run_ensure_role(connection: Connection, role: str) -> None:
    name = sql.Identifier(role)
    try:
        if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
            connection.execute(sql.SQL("create role {} nologin").format(name))
        may = "select pg_has_role(current_user, %s, 'set')"
        if connection.execute(may, [role]).fetchone() != (True,):
            # The platform may become it, and has nothing of it otherwise.
            grant = sql.SQL("grant {} to current_user with set true, inherit false")
            connection.execute(grant.format(name))
    except errors.InsufficientPrivilege as error:
        raise ConfigError(
            f"the warehouse user may not create or grant the role `{role}`. The console's sessions "
            "run as a role that sees its tenant alone. Give the user CREATEROLE, or set "
            "ELT_TENANT_ROLES=false."
        ) from error
