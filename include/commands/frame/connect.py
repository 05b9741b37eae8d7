"""Connections for the command line, from the environment; Airflow has its secrets backends."""

import json
from dataclasses import replace
from urllib.parse import quote

from include.commands.screen.progress import LoadWatch
from include.config.credentials import Credentials, load_credentials_from_env, read_salt
from include.config.models import Feed, Tenant
from include.config.settings import connection_from_env, load_settings
from include.core import naming
from include.core.errors import ConfigError, EltError, MissingSecret
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.pipeline.load_environment import LoadEnvironment


def load_credentials(feed: Feed) -> Credentials:
    """The feed's connection from `AIRFLOW_CONN_<TENANT>__<FEED>`.

    Raises:
        MissingSecret: If it is not set although the connector declares secrets.
    """
    required = bool(feed.connector.secrets)
    try:
        return load_credentials_from_env(feed.connection_id, required=required)
    except EltError as error:
        raise error.at(tenant=feed.tenant.id, feed=feed.name) from None


def load_warehouse(tenant: Tenant) -> Warehouse:
    """The tenant's warehouse: `AIRFLOW_CONN_WAREHOUSE` (or its own one), else WAREHOUSE_URL.

    Raises:
        MissingSecret: If neither is set.
    """
    url = load_warehouse_url(tenant.spec.destination.books_connection)
    return Warehouse(url, salt=load_salt(tenant))


def load_rows_login(tenant: Tenant) -> Credentials:
    """The connection of a destination that is not the books' own.

    Raises:
        MissingSecret: If it is not set.
    """
    return load_credentials_from_env(tenant.spec.destination.connection, required=True)


def build_environment(warehouse: Warehouse, watch: LoadWatch | None = None) -> LoadEnvironment:
    """Where this process's loads run: connections come from its environment.

    Args:
        watch: Shows how far the reads are.
    """
    environment = LoadEnvironment(warehouse, load_credentials, fetch_rows_login=load_rows_login)
    return replace(environment, on_page=watch.on_page) if watch else environment


def load_migrated_warehouse(tenant: Tenant) -> Warehouse:
    """The same, with elt_ops brought up to date: for commands that begin with the ledger."""
    warehouse = load_warehouse(tenant)
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
    return warehouse


def load_salt(tenant: Tenant) -> str | None:
    """Password of `<tenant>__privacy`; None when it is not set, which the first load complains of.

    Raises:
        ConfigError: If it is too short to be a secret.
    """
    if not tenant.spec.privacy.needs_salt:
        return None
    connection_id = naming.privacy_connection_id(tenant.id)
    return read_salt(load_credentials_from_env(connection_id, required=False))


def load_warehouse_url(connection_id: str = naming.WAREHOUSE_CONNECTION) -> str:
    """libpq URL of a warehouse connection; holds the password, so it is never printed.

    Raises:
        MissingSecret: If it is not set.
        ConfigError: If it is set but is no JSON object or URI.
    """
    text = connection_from_env(connection_id)
    if text:
        return _from_json(connection_id, text) if text.lstrip().startswith("{") else text
    url = load_settings().warehouse_url
    if url and connection_id == naming.WAREHOUSE_CONNECTION:
        return url
    raise MissingSecret(
        f"no connection `{connection_id}`. Expected a PostgreSQL URL in `WAREHOUSE_URL` or "
        f"`AIRFLOW_CONN_{connection_id.upper()}`. `make up` starts the embedded server and "
        "`make run` sets both."
    )


def _from_json(connection_id: str, text: str) -> str:
    try:
        data = json.loads(text)
    except ValueError:
        raise ConfigError(
            f"`AIRFLOW_CONN_{connection_id.upper()}` is not valid JSON. Expected an object with "
            "host, port, login, password, schema."
        ) from None
    user = quote(data.get("login") or "", safe="")
    password = f":{quote(data['password'], safe='')}" if data.get("password") else ""
    place = f"{user}{password}@" if user else ""
    port = f":{data['port']}" if data.get("port") else ""
    return f"postgresql://{place}{data.get('host') or ''}{port}/{data.get('schema') or ''}"
