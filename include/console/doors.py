"""What the console needs from whoever mounts it; Airflow stands behind these, tests in front."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from include.config.credentials import Credentials
from include.config.models import Feed, Tenant
from include.console.people import Person
from include.core.errors import MissingSecret

Place = tuple[str, str]


def no_platform_url() -> str:
    """For a console over nothing but tenants' own warehouses.

    Raises:
        MissingSecret: Always.
    """
    raise MissingSecret("no warehouse of the platform. Set `WAREHOUSE_URL`.")


def no_salt(tenant: Tenant) -> None:
    """For a console whose tenants hash nothing."""


def no_rows_login(tenant: Tenant) -> Credentials:
    """For a console whose tenants keep their rows beside the books.

    Raises:
        MissingSecret: Always.
    """
    raise MissingSecret(
        f"`{tenant.id}` keeps its rows where this console cannot log in. Expected the warehouse "
        "of the books. Use Airflow's console."
    )


def keep_nothing(connection_id: str, fields: Mapping[str, str]) -> None:
    """For a console that cannot store connections.

    Raises:
        MissingSecret: Always.
    """
    raise MissingSecret(
        f"connection `{connection_id}` cannot be stored here. Create it in Airflow."
    )


@dataclass(frozen=True)
class Doors:
    """Everything that is Airflow's.

    Attributes:
        fetch_credentials: A feed's connection; raises MissingSecret where there is none.
        fetch_warehouse_url: libpq URL of a tenant's warehouse.
        fetch_person: Who asks, by Airflow's cookie or bearer token; None: nobody it knows.
        wake_drain: Tells Airflow in which feeds' inboxes something waits; (tenant, feed).
        fetch_platform_url: libpq URL of the warehouse the registry is in.
        save_connection: Adds fields to a connection of Airflow's, or makes it; never reads it out.
        fetch_salt: Key of a tenant's hashed personal data; None where nothing is to be hashed.
        fetch_rows_login: The connection of a tenant's destination that is not the books' own.
        base_url: Address people and vendors reach Airflow at, without a slash at the end.
    """

    fetch_credentials: Callable[[Feed], Credentials]
    fetch_warehouse_url: Callable[[Tenant], str]
    fetch_person: Callable[[Request], Awaitable[Person | None]]
    wake_drain: Callable[[Sequence[Place]], None]
    fetch_platform_url: Callable[[], str] = no_platform_url
    save_connection: Callable[[str, Mapping[str, str]], None] = keep_nothing
    fetch_salt: Callable[[Tenant], str | None] = no_salt
    fetch_rows_login: Callable[[Tenant], Credentials] = no_rows_login
    base_url: str = ""
