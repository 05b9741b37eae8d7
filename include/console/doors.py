"""What the console needs from whoever mounts it; Airflow stands behind these, tests in front."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from include.config.credentials import Credentials
from include.config.models import Feed, Tenant
from include.console.people import Person

Place = tuple[str, str]


@dataclass(frozen=True)
class Doors:
    """Everything that is Airflow's.

    Attributes:
        fetch_credentials: A feed's connection; raises MissingSecret where there is none.
        fetch_warehouse_url: libpq URL of a tenant's warehouse.
        fetch_person: Who asks, by Airflow's cookie or bearer token; None: nobody it knows.
        wake_drain: Tells Airflow in which feeds' inboxes something waits; (tenant, feed).
        base_url: Address people and vendors reach Airflow at, without a slash at the end.
    """

    fetch_credentials: Callable[[Feed], Credentials]
    fetch_warehouse_url: Callable[[Tenant], str]
    fetch_person: Callable[[Request], Awaitable[Person | None]]
    wake_drain: Callable[[Sequence[Place]], None]
    base_url: str = ""
