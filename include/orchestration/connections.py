"""Airflow connections as credentials and warehouse URLs; every secret is masked when read."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError
from airflow.sdk.log import mask_secret

from include.config.credentials import ConnectionFields, Credentials, build_credentials, read_salt
from include.config.models import Feed, Tenant
from include.config.settings import load_settings
from include.config.walls.reach import find_destination_fault
from include.core import naming
from include.core.errors import ConfigError, MissingSecret

if TYPE_CHECKING:
    from include.ledger.connection import Warehouse
    from include.pipeline.load_environment import LoadEnvironment


def build_warehouse(tenant: Tenant) -> "Warehouse":
    """The tenant's Warehouse by its Airflow connection, else by WAREHOUSE_URL."""
    # Drivers: a DAG file that names an operator must not wait for them.
    from include.ledger.connection import Warehouse

    return Warehouse(fetch_warehouse_url(tenant), salt=fetch_salt(tenant))


def build_environment(tenant: Tenant) -> "LoadEnvironment":
    """Where a tenant's loads run: its Warehouse, and Airflow's connections."""
    from include.pipeline.load_environment import LoadEnvironment

    return LoadEnvironment(
        build_warehouse(tenant), fetch_credentials, fetch_rows_login=fetch_rows_login
    )


def fetch_credentials(feed: Feed) -> Credentials:
    """The feed's connection from whichever secrets backend has it.

    Raises:
        MissingSecret: If it does not exist although the connector declares secrets.
        ConfigError: If its Extra is not a JSON object; the value is not shown.
    """
    connection = _fetch_connection(feed.connection_id)
    if connection is None:
        if feed.connector.secrets:
            raise MissingSecret(
                f"no connection `{feed.connection_id}`. `{feed.connector.connector}` needs "
                f"{', '.join(f'`{name}`' for name in sorted(feed.connector.secrets))}. "
                "Create it in Airflow (Admin, Connections).",
                tenant=feed.tenant.id,
                feed=feed.name,
            )
        return Credentials(feed.connection_id)
    return _build(connection)


def fetch_rows_login(tenant: Tenant) -> Credentials:
    """The connection of a destination that is not the books' own.

    Raises:
        MissingSecret: If it does not exist.
    """
    connection_id = tenant.spec.destination.connection
    connection = _fetch_connection(connection_id)
    if connection is None:
        kind = tenant.spec.destination.kind
        raise MissingSecret(
            f"no connection `{connection_id}`. Expected a connection of type `{kind}`. Create it "
            "in Airflow (Admin, Connections).",
            tenant=tenant.id,
        )
    return _build(connection)


def fetch_warehouse_url(tenant: Tenant) -> str:
    """libpq URL of the tenant's warehouse: its Airflow connection, else WAREHOUSE_URL.

    Raises:
        MissingSecret: If neither exists.
    """
    fault = find_destination_fault(tenant.spec.destination, tenant.id)
    if fault:
        message = f"{fault} Correct `destination`."
        raise ConfigError(message, tenant=tenant.id)
    try:
        return _fetch_url(tenant.spec.destination.books_connection)
    except MissingSecret as error:
        raise error.at(tenant=tenant.id) from None


def fetch_platform_url() -> str:
    """libpq URL of the warehouse the registry is in: the one of tenants that name no other.

    Raises:
        MissingSecret: If neither the connection nor WAREHOUSE_URL exists.
    """
    return _fetch_url(naming.WAREHOUSE_CONNECTION)


def _fetch_url(connection_id: str) -> str:
    connection = _fetch_connection(connection_id)
    url = build_url(connection) if connection else None
    if url is None and connection_id == naming.WAREHOUSE_CONNECTION:
        url = load_settings().warehouse_url
    if url is None:
        raise MissingSecret(
            f"no connection `{connection_id}`. Expected a PostgreSQL connection. Create it in "
            "Airflow (Admin, Connections) or set `WAREHOUSE_URL`."
        )
    mask_secret(url)
    return url


def fetch_salt(tenant: Tenant) -> str | None:
    """Salt of the tenant's hashed personal data from `<tenant>__privacy`; None when not needed.

    Also None when the connection is missing: only a load that hashes complains of that.
    """
    if not tenant.spec.privacy.needs_salt:
        return None
    connection = _fetch_connection(naming.privacy_connection_id(tenant.id))
    return read_salt(_build(connection)) if connection is not None else None


def fetch_raw_connection(connection_id: str) -> Any | None:
    """The connection as Airflow keeps it, for its providers' hooks; None when there is none.

    Raises:
        ConfigError: If it cannot be read; its text is not shown.
    """
    return _fetch_connection(connection_id)


def fetch_metadata_url() -> str | None:
    """SQLAlchemy URL of Airflow's own database; None where nobody made the connection."""
    connection = _fetch_connection(naming.METADATA_CONNECTION)
    if connection is None:
        return None
    url = build_url(connection).replace("postgresql://", "postgresql+psycopg2://", 1)
    mask_secret(url)
    return url


def build_url(connection: Any) -> str:
    """libpq URL of an Airflow connection; parts that are absent are left to libpq's defaults.

    Raises:
        ConfigError: If its Extra is not a JSON object, or speaks of TLS in words libpq lacks.
    """
    user = quote(connection.login or "", safe="")
    password = f":{quote(connection.password, safe='')}" if connection.password else ""
    place = f"{user}{password}@" if user else ""
    port = f":{connection.port}" if connection.port else ""
    address = f"postgresql://{place}{connection.host or ''}{port}/{connection.schema or ''}"
    # The driver parses it; a DAG file that names an operator must not wait for drivers.
    from include.ledger.login.conninfo import build_query

    return address + build_query(_extra(connection))


def _build(connection: Any) -> Credentials:
    credentials = build_credentials(
        ConnectionFields(
            connection.conn_id,
            host=connection.host,
            port=connection.port,
            schema=connection.schema,
            login=connection.login,
            password=connection.password,
            extra=_extra(connection),
            conn_type=connection.conn_type,
        )
    )
    _mask(value for name, value in credentials.fields.items() if name != "login")
    return credentials


def _extra(connection: Any) -> dict[str, object]:
    text = connection.extra
    if not text:
        return {}
    try:
        extra = json.loads(text)
    except ValueError:
        extra = None
    if not isinstance(extra, dict):
        raise ConfigError(
            f"Extra of connection `{connection.conn_id}` is not a JSON object. Expected "
            '`{"field": "value"}`.'
        )
    return extra


def _mask(values: Iterable[str]) -> None:
    # Masking very short values (`1`, `true`) would blank ordinary log lines.
    for value in values:
        if len(value) >= 5:
            mask_secret(value)


def _fetch_connection(connection_id: str) -> Any | None:
    try:
        return Connection.get(connection_id)
    except ValueError:  # its words quote a piece of the password
        raise ConfigError(
            f"connection `{connection_id}` cannot be read. Expected JSON, or a URI with special "
            "characters in login and password percent-encoded. Correct it."
        ) from None
    except AirflowNotFoundException:
        return None
    except AirflowRuntimeError as error:
        if "NOT_FOUND" in str(error.error.error if error.error else error):
            return None
        raise
