"""A tenant's role and schemas in PostgreSQL.

Idempotent and safe when many tasks do it at once: whoever comes second waits on an advisory lock,
looks again and finds nothing left to do. When all is there, no lock is taken.
"""

import logging
from collections.abc import Iterable

from psycopg import errors, sql

from include.config.models import Tenant
from include.config.settings import load_settings
from include.core import naming
from include.core.errors import ConfigError
from include.ledger.connection import Connection
from include.ledger.locks import run_lock_ddl

log = logging.getLogger(__name__)

DBT_LAYERS = ("stg", "int", "mart", "snap", "bi", *naming.CANDIDATE_LAYERS.values())


def run_ensure_tenant(
    connection: Connection, tenant: Tenant, *, tenant_roles: bool | None = None
) -> None:
    """Make the tenant's role and all its schemas: raw ones of its connectors and dbt's layers.

    Args:
        tenant_roles: Give the tenant a role of its own; None asks the settings.

    Raises:
        ConfigError: The warehouse user may not create roles; nothing was made.
    """
    raw = [naming.raw_schema(tenant.id, connector) for connector in tenant.connectors]
    layers = [naming.dbt_schema(tenant.id, layer) for layer in DBT_LAYERS]
    run_ensure_schemas(connection, tenant.id, [*raw, *layers], tenant_roles=tenant_roles)


def run_ensure_schemas(
    connection: Connection,
    tenant_id: str,
    schemas: Iterable[str],
    *,
    tenant_roles: bool | None = None,
) -> None:
    """Make these schemas, owned by the tenant's role when tenants have roles."""
    wanted = sorted(set(schemas))
    roles = load_settings().tenant_roles if tenant_roles is None else tenant_roles
    role = naming.tenant_role(tenant_id) if roles else None
    if _is_complete(connection, role, wanted):
        return
    with connection.transaction():
        run_lock_ddl(connection, "tenants")
        if role is not None:
            _run_ensure_role(connection, role)
        for schema in wanted:
            _run_ensure_schema(connection, schema, role)


def _is_complete(connection: Connection, role: str | None, schemas: list[str]) -> bool:
    """True when every schema exists (with the right owner) and we may act as the role."""
    row = connection.execute(
        "select count(*) from pg_namespace n where nspname = any(%s) "
        "and (%s::text is null or pg_get_userbyid(nspowner) = %s)",
        [schemas, role, role],
    ).fetchone()
    if row is None or row[0] != len(schemas):
        return False
    return role is None or (_is_member(connection, role) and _may_use_temp(connection, role))


def _is_member(connection: Connection, role: str) -> bool:
    row = connection.execute(
        "select coalesce((select pg_has_role(current_user, oid, 'usage') "
        "and pg_has_role(current_user, oid, 'member') from pg_roles where rolname = %s), false)",
        [role],
    ).fetchone()
    return bool(row and row[0])


def _may_use_temp(connection: Connection, role: str) -> bool:
    query = "select has_database_privilege(%s, current_database(), 'temporary')"
    row = connection.execute(query, [role]).fetchone()
    return bool(row and row[0])


def _run_ensure_role(connection: Connection, role: str) -> None:
    name = sql.Identifier(role)
    found = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    try:
        if not found:
            connection.execute(sql.SQL("create role {} nologin").format(name))
            log.info("tenant role created role=%s", role)
        if not _is_member(connection, role):
            # Without this grant, a role's creator may administer it but neither read its tables
            # nor `set role` to it (PostgreSQL 16 and later).
            connection.execute(sql.SQL("grant {} to current_user").format(name))
        if not _may_use_temp(connection, role):
            # dbt compares a snapshot with its rows in a temporary table, from the second run on.
            database = sql.Identifier(connection.info.dbname)
            connection.execute(
                sql.SQL("grant temporary on database {} to {}").format(database, name)
            )
    except errors.InsufficientPrivilege as error:
        raise ConfigError(
            f"the warehouse user may not create or grant the role `{role}`. Each tenant has a "
            "database role of its own. Give the user CREATEROLE, or set ELT_TENANT_ROLES=false."
        ) from error


def _run_ensure_schema(connection: Connection, schema: str, role: str | None) -> None:
    name = sql.Identifier(schema)
    connection.execute(sql.SQL("create schema if not exists {}").format(name))
    if role is not None:
        connection.execute(
            sql.SQL("alter schema {} owner to {}").format(name, sql.Identifier(role))
        )
