"""A real account for the contract suite: `make prove DESTINATION=bigquery`.

The connection is `AIRFLOW_CONN_PROVE__WAREHOUSE`, as any tenant's. Only schemas that were not there
before are written to, and those are removed at the end.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from include.config.credentials import Credentials, load_credentials_from_env
from include.destinations.bigquery.client import BigQueryClient
from include.destinations.bigquery.login import BigQueryLogin
from include.destinations.bigquery.login import build_login as build_google_login
from include.destinations.remote.dialect import Client
from include.destinations.snowflake.client import SnowflakeClient
from include.destinations.snowflake.login import SnowflakeLogin, build_login

KIND, GIVEN, CONNECTION = "ELT_PROVE", "ELT_PROVE_CONNECTION", "prove__warehouse"


def proven_kind() -> str:
    """The kind of the account; empty where doubles serve."""
    return os.environ.get(KIND, "")


def load_given() -> str:
    """The connection as it was given; tests see no other of the machine's."""
    return os.environ[GIVEN]


def _load() -> Credentials:
    os.environ["AIRFLOW_CONN_PROVE__WAREHOUSE"] = load_given()
    return load_credentials_from_env(CONNECTION, required=True)


def load_google_login() -> BigQueryLogin:
    found = _load()
    return build_google_login(found.connection_id, found.fields)


def load_snowflake_login() -> SnowflakeLogin:
    found = _load()
    place = {"host": found.server, "port": found.port}
    return build_login(found.connection_id, {**place, **found.fields})


@contextmanager
def note_schemas() -> Iterator[set[str]]:
    """Names of the schemas that are made meanwhile; filled when it ends.

    Raises:
        RuntimeError: A schema of that name is somebody's already.
    """
    made: set[str] = set()
    owners = (BigQueryClient, SnowflakeClient)
    kept = [owner.run_make_schema for owner in owners]
    for owner, own in zip(owners, kept, strict=True):
        owner.run_make_schema = _noting(own, made)  # type: ignore[method-assign]
    try:
        yield made
    finally:
        for owner, own in zip(owners, kept, strict=True):
            owner.run_make_schema = own  # type: ignore[method-assign]


def _noting(own: Callable[[Any, str], None], made: set[str]) -> Callable[[Any, str], None]:
    def run(client: Any, schema: str) -> None:
        if schema not in made and _is_there(client, schema):
            raise RuntimeError(f"schema `{schema}` is there already; `make prove` leaves it alone")
        own(client, schema)
        made.add(schema)

    return run


def _is_there(client: BigQueryClient | SnowflakeClient, schema: str) -> bool:
    if isinstance(client, BigQueryClient):
        return schema in client.fetch_schemas(schema)
    named = "select 1 from information_schema.schemata where schema_name = %s"
    return bool(client.fetch(named, [schema.upper()]))


def run_remove(client: Client, schemas: set[str]) -> None:
    for schema in sorted(schemas):
        client.fetch(f"drop schema if exists {client.dialect.name(schema)} cascade")
