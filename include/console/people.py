"""Who asks, and what of which tenant is theirs."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol


class Rights(Protocol):
    """What Airflow's auth manager says of one person and one DAG."""

    def may_read(self, dag_id: str) -> bool: ...

    def may_run(self, dag_id: str) -> bool: ...


@dataclass(frozen=True)
class Person:
    """Somebody Airflow has logged in.

    Attributes:
        tenants: Tenants this person is confined to; None: as many as Airflow's rights allow.
        has_cookie: The request was let in by the browser's cookie, not by a token it carries.
        is_token: A program with a service token of the console's.
    """

    name: str
    rights: Rights
    is_admin: bool = False
    tenants: Collection[str] | None = field(default=None)
    has_cookie: bool = False
    is_token: bool = False
