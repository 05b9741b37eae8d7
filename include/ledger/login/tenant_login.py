"""A tenant's own login to the warehouse, for SQL the platform did not write itself.

`set role` is no wall: whatever SQL runs can say `reset role` and is the platform again. So checks
and dbt log in as `elt_<tenant>`, which can become nobody else. Its password is derived from the
platform's own secret and stored nowhere; PostgreSQL gets its SCRAM verifier, never the text.
"""

import hashlib
import hmac
import logging
from contextlib import suppress
from dataclasses import replace

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from include.config.settings import load_settings
from include.core import naming
from include.core.errors import ConfigError
from include.ledger.connection import CONNECT_TIMEOUT_S, Warehouse, build_error
from include.ledger.login.conninfo import parse_conninfo

log = logging.getLogger(__name__)

# Wrong password; role that may not log in; database closed to it.
NOT_YET = ("28P01", "28000", "42501")
# Of one tenant's checks and dbt threads; a runaway model takes no slot from its neighbours.
MAX_CONNECTIONS = 40


def run_ensure_login(warehouse: Warehouse, tenant: str) -> Warehouse:
    """The warehouse as the tenant sees it; made able to log in if it is not yet.

    The tenant's role exists already. Without tenant roles, or without tenant logins, it is the
    platform's own access.

    Raises:
        ConfigError: The server does not let the role log in; says what to change.
        WarehouseUnavailable: The server is away.
    """
    if not warehouse.uses_tenant_roles or not load_settings().tenant_logins:
        return warehouse
    own = replace(warehouse, url=_build_url(warehouse.url, tenant))
    if _can_log_in(own):
        return own
    with warehouse.connect() as connection:
        _run_allow(connection, own, naming.tenant_role(tenant))
    log.info("tenant login prepared role=%s", naming.tenant_role(tenant))
    if not _can_log_in(own):
        raise ConfigError(
            f"the role `{naming.tenant_role(tenant)}` cannot log in to the warehouse. Checks and "
            "dbt act as the tenant's own login. Let it in (pg_hba.conf, the pooler's user list), "
            "or set ELT_TENANT_LOGINS=false: their SQL can then leave the tenant's role.",
            tenant=tenant,
        )
    return own


def build_password(url: str, role: str) -> str:
    """The role's password: the same wherever the platform's secret is, telling nothing of it.

    Raises:
        ConfigError: If there is no secret to derive it from: everybody could.
    """
    parts = parse_conninfo(url)
    secret = parts.get("password") or load_settings().fernet_key or ""
    if not secret:
        raise ConfigError(
            "no secret to derive the tenants' logins from. Expected a password in the warehouse "
            "URL, or `AIRFLOW__CORE__FERNET_KEY`. Set one, or ELT_TENANT_LOGINS=false: SQL of "
            "checks and dbt can then leave the tenant's role."
        )
    return hmac.new(secret.encode(), role.encode(), hashlib.sha256).hexdigest()


def _build_url(url: str, tenant: str) -> str:
    role = naming.tenant_role(tenant)
    parts = parse_conninfo(url)
    # The platform's client certificate would log the tenant in as the platform.
    for name in ("sslcert", "sslkey", "sslpassword", "passfile", "service"):
        parts.pop(name, None)
    return make_conninfo(**{**parts, "user": role, "password": build_password(url, role)})


def _can_log_in(own: Warehouse) -> bool:
    try:
        with psycopg.connect(own.url, connect_timeout=CONNECT_TIMEOUT_S) as connection:
            return connection.info.user == parse_conninfo(own.url)["user"]
    except psycopg.OperationalError as error:
        # Refusals during start-up carry no SQLSTATE of their own in every libpq.
        words = str(error)
        if error.sqlstate in NOT_YET or any(one in words for one in _REFUSED):
            return False
        raise build_error(error) from None


_REFUSED = (
    "password authentication failed",
    "is not permitted to log in",
    "permission denied for database",
    "no pg_hba.conf entry",
    "authentication failed",
    "no such user",
)


def _run_allow(connection: psycopg.Connection, own: Warehouse, role: str) -> None:
    name = sql.Identifier(role)
    password = parse_conninfo(own.url)["password"]
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    ).decode()
    connection.execute(
        sql.SQL("alter role {} login connection limit {} password {}").format(
            name, sql.Literal(MAX_CONNECTIONS), sql.Literal(verifier)
        )
    )
    # Only the database's owner may; where everybody may connect there is nothing to grant.
    database = sql.Identifier(connection.info.dbname)
    with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute(sql.SQL("grant connect on database {} to {}").format(database, name))
