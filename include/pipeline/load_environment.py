"""Where loads run: what a request needs besides itself."""

from collections.abc import Callable
from dataclasses import dataclass

from include.config.credentials import Credentials
from include.config.models import Feed, Tenant
from include.core.errors import MissingSecret
from include.core.streams import Page
from include.destinations.choose import build_destination
from include.destinations.protocol import Destination
from include.extract.choose_source import build_source
from include.extract.source import Source
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.loads import LoadPlace
from include.pipeline.source_stores import build_stores


def _ignore(place: LoadPlace, page: Page) -> None:
    pass


def _refuse(tenant: Tenant) -> Credentials:
    raise MissingSecret(
        f"no connection `{tenant.spec.destination.connection}` is known here. Expected the caller "
        "to say where destinations' logins come from.",
        tenant=tenant.id,
    )


@dataclass(frozen=True, slots=True)
class LoadEnvironment:
    """Where loads run: whatever differs between Airflow, the command line and a test.

    Attributes:
        warehouse: Where the books are kept, and, unless a destination is given, the rows.
        fetch_credentials: A feed's connection, asked for only when its source is opened.
        on_page: Told each page as it is read, for whoever shows progress.
        fetch_rows_login: The connection of a destination that is not the books' own.
    """

    warehouse: Warehouse
    fetch_credentials: Callable[[Feed], Credentials]
    on_page: Callable[[LoadPlace, Page], None] = _ignore
    destination: Destination | None = None
    fetch_rows_login: Callable[[Tenant], Credentials] = _refuse

    def rows_of(self, tenant: Tenant) -> Destination:
        """Where the tenant's rows go.

        Raises:
            ConfigError: If its destination's connection is missing or incomplete.
        """
        return self.destination or build_destination(
            tenant, self.fetch_rows_login, tenant_roles=self.warehouse.uses_tenant_roles
        )

    def run_prepare(self, feed: Feed) -> None:
        """Bring elt_ops up to date and make the tenant's schemas and role; idempotent."""
        with self.warehouse.connect() as books:
            ddl.run_migrations(books)
            self.rows_of(feed.tenant).run_ensure_tenant(books, feed.tenant)

    def open_source(self, feed: Feed) -> Source:
        """The feed's reader, its token and jobs kept in the warehouse; asks nobody anything yet.

        Raises:
            ConfigError: If a secret is missing or the connector has no reader.
        """
        return build_source(feed, self.fetch_credentials(feed), build_stores(feed, self.warehouse))
