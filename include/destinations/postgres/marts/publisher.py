"""PostgreSQL's answer to `include.destinations.marts.Marts`."""

from collections.abc import Callable
from dataclasses import dataclass

from include.core import naming
from include.destinations.marts import Swapped
from include.destinations.postgres.marts.candidates import fetch_waiting, run_ensure_candidates
from include.destinations.postgres.marts.swap import run_swap
from include.ledger.connection import Connection, Warehouse


@dataclass(frozen=True, slots=True)
class PostgresMarts:
    """A tenant's marts in the warehouse of its books; its schemas are there."""

    warehouse: Warehouse
    tenant: str

    @property
    def role(self) -> str | None:
        return naming.tenant_role(self.tenant) if self.warehouse.uses_tenant_roles else None

    def run_prepare(self) -> None:
        with self.warehouse.connect(autocommit=True) as connection:
            run_ensure_candidates(connection, self.tenant, self.role)

    def fetch_waiting(self) -> list[str]:
        with self.warehouse.connect() as connection:
            return fetch_waiting(connection, self.tenant)

    def run_publish(self, note: Callable[[Connection], None]) -> Swapped:
        with self.warehouse.connect(autocommit=True) as connection:
            return run_swap(connection, self.tenant, self.role, note)
