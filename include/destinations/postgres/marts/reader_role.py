"""The login with which people's tools read `<tenant>_bi`: views of one tenant, nothing else.

Its rights do not hang on single views. The default privileges of whoever makes them give it each
new one, so a build that makes them anew takes nothing away.
"""

import logging
import secrets
from contextlib import suppress
from dataclasses import dataclass

from psycopg import errors, sql

from include.core import naming
from include.core.errors import ConfigError
from include.ledger.connection import Connection
from include.ledger.locks import run_lock_ddl

log = logging.getLogger(__name__)

# A dashboard opens a few at once; a forgotten query ends by itself.
MAX_CONNECTIONS = 20
STATEMENT_TIMEOUT = "5min"


@dataclass(frozen=True, slots=True)
class Reader:
    """A login; `password` is None when it had one already, which nobody can show again."""

    role: str
    schema: str
    password: str | None


def run_ensure_reader(
    connection: Connection, tenant_id: str, owner: str | None, *, rotate: bool = False
) -> Reader:
    """Make or mend the role, in one transaction.

    Args:
        owner: The role that makes the views, who must exist; None: whoever is connected.
        rotate: Give it a new password, which ends nobody's session.

    Raises:
        ConfigError: There is no schema to read yet, or the warehouse user may not make roles.
    """
    role, schema = naming.reader_role(tenant_id), naming.dbt_schema(tenant_id, "bi")
    if not _exists(connection, "pg_namespace", "nspname", schema):
        raise ConfigError(
            f"there is no schema `{schema}` yet. Expected the tenant's transform to have run once. "
            f"Run `elt run --tenant {tenant_id} --step transform`.",
            tenant=tenant_id,
        )
    with connection.transaction():
        run_lock_ddl(connection, "tenants")
        is_new = not _exists(connection, "pg_roles", "rolname", role)
        if is_new:
            _check_may_create(connection, role)
            connection.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
        password = secrets.token_urlsafe(24) if is_new or rotate else None
        _run_shape(connection, role, schema, password)
        _run_grant(connection, role, schema, owner)
    log.info("reader prepared role=%s new=%s rotated=%s", role, is_new, rotate)
    return Reader(role, schema, password)


def _exists(connection: Connection, catalog: str, column: str, name: str) -> bool:
    query = sql.SQL("select 1 from {} where {} = %s").format(
        sql.Identifier(catalog), sql.Identifier(column)
    )
    return connection.execute(query, [name]).fetchone() is not None


def _check_may_create(connection: Connection, role: str) -> None:
    row = connection.execute(
        "select rolcreaterole or rolsuper from pg_roles where rolname = current_user"
    ).fetchone()
    if not row or not row[0]:
        raise ConfigError(
            f"the warehouse user may not create the role `{role}`. Expected CREATEROLE. Give it to "
            "the user, or let an administrator run this."
        )


def _run_shape(connection: Connection, role: str, schema: str, password: str | None) -> None:
    """What the role may at most, and its password as PostgreSQL keeps it, never the text."""
    name = sql.Identifier(role)
    connection.execute(
        sql.SQL("alter role {} login noinherit connection limit {}").format(
            name, sql.Literal(MAX_CONNECTIONS)
        )
    )
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": STATEMENT_TIMEOUT,
        "search_path": schema,
    }
    for setting, value in settings.items():
        connection.execute(
            sql.SQL("alter role {} set {} = {}").format(
                name, sql.Identifier(setting), sql.Literal(value)
            )
        )
    if password is not None:
        verifier = connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        ).decode()
        connection.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(verifier)))


def _run_grant(connection: Connection, role: str, schema: str, owner: str | None) -> None:
    name, place = sql.Identifier(role), sql.Identifier(schema)
    # Only the database's owner may; where everybody may connect there is nothing to grant.
    database = sql.Identifier(connection.info.dbname)
    with suppress(errors.InsufficientPrivilege), connection.transaction():
        connection.execute(sql.SQL("grant connect on database {} to {}").format(database, name))
    if owner is not None:
        # Only the owner may give rights away; the platform's user is a member of it.
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
    connection.execute(sql.SQL("grant usage on schema {} to {}").format(place, name))
    connection.execute(sql.SQL("grant select on all tables in schema {} to {}").format(place, name))
    connection.execute(
        sql.SQL("alter default privileges in schema {} grant select on tables to {}").format(
            place, name
        )
    )
