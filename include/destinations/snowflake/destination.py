"""Snowflake as destination: rows there, books in elt_ops."""

from collections.abc import Iterator
from contextlib import contextmanager

from include.config.models import Tenant
from include.config.walls.private_copies import PrivateFolder
from include.core import naming
from include.destinations.layout import StreamLayout
from include.destinations.remote.session import RemoteSession
from include.destinations.remote.tables import run_prepare
from include.destinations.snowflake.client import connect
from include.destinations.snowflake.dialect import SnowflakeDialect
from include.destinations.snowflake.login import SnowflakeLogin
from include.destinations.snowflake.texts import SnowflakeTexts
from include.ledger.connection import Connection


class SnowflakeDestination:
    """One database of one account; raw tables are transient, so erased rows leave no copy."""

    shares_ledger = False
    name_bytes = naming.MAX_IDENTIFIER_BYTES
    number_limit = SnowflakeDialect.number_limit

    def __init__(self, login: SnowflakeLogin) -> None:
        self.login = login

    def run_ensure_tenant(self, books: Connection, tenant: Tenant) -> None:
        """The raw schemas of its feeds, each with its table of commit records."""
        schemas = {naming.raw_schema(tenant.id, feed.connector.connector) for feed in tenant.feeds}
        with connect(self.login, f"elt {tenant.id}") as client:
            for schema in sorted(schemas):
                run_prepare(client, schema)

    @contextmanager
    def open(self, books: Connection, layout: StreamLayout, tenant: str) -> Iterator[RemoteSession]:
        tag = f"elt {tenant} {layout.parent.schema}.{layout.parent.name}"
        with PrivateFolder() as folder, connect(self.login, tag) as client:
            yield RemoteSession(client, books, layout, folder)

    @contextmanager
    def open_texts(self, books: Connection, tenant: str) -> Iterator[SnowflakeTexts]:
        with connect(self.login, f"elt {tenant} forget") as client:
            client.fetch("begin")
            yield SnowflakeTexts(client, tenant)
