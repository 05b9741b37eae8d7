"""BigQuery as destination: rows there, books in elt_ops."""

from collections.abc import Iterator
from contextlib import contextmanager

from include.config.models import Tenant
from include.config.walls.private_copies import PrivateFolder
from include.core import naming
from include.destinations.bigquery.client import connect
from include.destinations.bigquery.dialect import BigQueryDialect
from include.destinations.bigquery.login import BigQueryLogin, build_label
from include.destinations.bigquery.texts import BigQueryTexts
from include.destinations.layout import StreamLayout
from include.destinations.remote.session import RemoteSession
from include.destinations.remote.tables import run_prepare
from include.ledger.connection import Connection


class BigQueryDestination:
    """One project; a dataset of the tenant's own for each connector."""

    shares_ledger = False
    name_bytes = naming.MAX_IDENTIFIER_BYTES
    number_limit = BigQueryDialect.number_limit

    def __init__(self, login: BigQueryLogin) -> None:
        self.login = login

    def run_ensure_tenant(self, books: Connection, tenant: Tenant) -> None:
        """The raw datasets of its feeds, each with its table of commit records."""
        schemas = {naming.raw_schema(tenant.id, feed.connector.connector) for feed in tenant.feeds}
        with connect(self.login, {"elt_tenant": build_label(tenant.id)}) as client:
            for schema in sorted(schemas):
                run_prepare(client, schema)

    @contextmanager
    def open(self, books: Connection, layout: StreamLayout, tenant: str) -> Iterator[RemoteSession]:
        table = f"{layout.parent.schema}-{layout.parent.name}"
        labels = {"elt_tenant": build_label(tenant), "elt_table": build_label(table)}
        with PrivateFolder() as folder, connect(self.login, labels) as client:
            yield RemoteSession(client, books, layout, folder)

    @contextmanager
    def open_texts(self, books: Connection, tenant: str) -> Iterator[BigQueryTexts]:
        labels = {"elt_tenant": build_label(tenant), "elt_table": "forget"}
        with connect(self.login, labels) as client, BigQueryTexts(client, tenant) as texts:
            yield texts
