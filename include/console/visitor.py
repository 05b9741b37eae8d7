"""What one person may see and do: the only place that decides about tenants."""

from functools import cached_property

from include.config.models import Feed, Tenant
from include.console.answers import Refusal, not_found
from include.console.board import Board
from include.console.fleet import Fleet
from include.console.people import Person
from include.core import naming
from include.ledger.connection import Warehouse


class Visitor:
    """A person at the door of one request.

    A tenant is theirs when Airflow lets them read its transform DAG and nothing confines them to
    others; they may act on it when Airflow lets them trigger that DAG.
    """

    def __init__(self, person: Person, fleet: Fleet, board: Board) -> None:
        self.person, self.fleet, self.board = person, fleet, board

    @cached_property
    def tenants(self) -> dict[str, Tenant]:
        """Every tenant this person may see, by id."""
        return {
            tenant.id: tenant
            for tenant in self.fleet.fetch_platform().tenants
            if self._may_see(tenant.id)
        }

    def see(self, tenant_id: str) -> Tenant:
        """The tenant.

        Raises:
            Refusal: 404, whether it does not exist or is somebody else's.
        """
        tenant = self.tenants.get(tenant_id)
        if tenant is None:
            raise not_found()
        return tenant

    def act(self, tenant_id: str) -> Tenant:
        """The tenant, to change something of it.

        Raises:
            Refusal: 404 as `see`; 403 to those who may only look.
        """
        tenant = self.see(tenant_id)
        if not self.may_act(tenant_id):
            words = ("You may look at this tenant, not change it.", "Ask an operator of it.")
            raise Refusal(403, "forbidden", *words)
        return tenant

    def administer(self) -> None:
        """To change what is everybody's.

        Raises:
            Refusal: 403 to everybody but administrators.
        """
        if not self.person.is_admin:
            words = ("Only an administrator may do this.", "Ask one.")
            raise Refusal(403, "forbidden", *words)

    def may_act(self, tenant_id: str) -> bool:
        """Whether this person may change what is the tenant's."""
        return tenant_id in self.tenants and self.person.rights.may_run(
            naming.transform_dag_id(tenant_id)
        )

    def see_feed(self, tenant_id: str, feed: str) -> Feed:
        """The enabled feed of a tenant that may be seen.

        Raises:
            Refusal: 404 when there is none.
        """
        for one in self.see(tenant_id).feeds:
            if one.name == feed:
                return one
        raise not_found()

    def open_warehouse(self, tenant: Tenant) -> Warehouse:
        """The ledger of a tenant that `see` or `act` has handed out."""
        return self.fleet.build_warehouse(self.tenants[tenant.id])

    def _may_see(self, tenant_id: str) -> bool:
        confined = self.person.tenants
        if confined is not None and tenant_id not in confined:
            return False
        return self.person.rights.may_read(naming.transform_dag_id(tenant_id))
