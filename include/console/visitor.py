"""What one person may see and do: the only place that decides about tenants."""

from collections.abc import Collection
from functools import cached_property

from include.config.models import Feed, Tenant
from include.console.access import Access
from include.console.answers import Refusal, not_found
from include.console.board import Board, Standing
from include.console.fleet import Fleet
from include.console.people import Person
from include.core import naming
from include.ledger.connection import Warehouse
from include.ledger.login.walled import WalledWarehouse


class Visitor:
    """A person at the door of one request.

    A tenant is theirs when Airflow lets them read its transform DAG and neither the settings nor
    organisations confine them to others; they may act on it when Airflow lets them trigger that DAG
    and their role there is more than a viewer's.
    """

    def __init__(self, person: Person, fleet: Fleet, board: Board) -> None:
        self.person, self.fleet, self._board = person, fleet, board
        self._found: dict[str, Tenant | None] = {}

    def anew(self) -> "Visitor":
        """The same person, after a tenant was read again."""
        return Visitor(self.person, self.fleet, self._board)

    @cached_property
    def tenants(self) -> dict[str, Tenant]:
        """Every tenant this person may see, by id."""
        found = {
            tenant.id: tenant
            for tenant in self.fleet.fetch_platform().tenants
            if self._may_see(tenant.id)
        }
        self._found |= found
        return found

    def see(self, tenant_id: str) -> Tenant:
        """The tenant.

        Raises:
            Refusal: 404, whether it does not exist or is somebody else's.
        """
        tenant = self._find(tenant_id)
        if tenant is None:
            raise not_found()
        return tenant

    def _find(self, tenant_id: str) -> Tenant | None:
        """Asks Airflow of this one tenant, not of the thousand beside it."""
        if tenant_id not in self._found:
            tenant = self.fleet.find_tenant(tenant_id)
            is_theirs = tenant is not None and self._may_see(tenant_id)
            self._found[tenant_id] = tenant if is_theirs else None
        return self._found[tenant_id]

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
        return (
            self._find(tenant_id) is not None
            and self._find_role(tenant_id) != "viewer"
            and self.person.rights.may_run(naming.transform_dag_id(tenant_id))
        )

    def manage(self, org: str) -> None:
        """To say who belongs to an organisation.

        Raises:
            Refusal: 404, whether there is none or it is somebody else's; 403 to its other members,
                and to programs.
        """
        person = self.person
        if person.is_admin or (self._access.manages(person.name, org) and not person.is_token):
            return
        if not self._access.belongs(person.name, org):
            raise not_found()
        words = ("Only an administrator of the organisation may do this.", "Ask one.")
        raise Refusal(403, "forbidden", *words)

    def belongs(self, org: str) -> bool:
        """Whether the organisation is theirs to know of."""
        return self.person.is_admin or self._access.belongs(self.person.name, org)

    def see_feed(self, tenant_id: str, feed: str) -> Feed:
        """The enabled feed of a tenant that may be seen.

        Raises:
            Refusal: 404 when there is none.
        """
        for one in self.see(tenant_id).feeds:
            if one.name == feed:
                return one
        raise not_found()

    def fetch_health(self, wanted: Collection[Tenant]) -> Standing:
        """How these tenants' feeds stand, the worst first."""
        return self._board.fetch([self.see(tenant.id) for tenant in wanted])

    def open_warehouse(self, tenant: Tenant, *, read_only: bool = False) -> WalledWarehouse:
        """The ledger of a tenant that `see` or `act` has handed out; its sessions see no other."""
        warehouse = self.fleet.build_warehouse(self.see(tenant.id))
        return self.fleet.wall(warehouse, [tenant.id], read_only=read_only)

    def open_registry(self, tenant_id: str, *, read_only: bool = False) -> WalledWarehouse:
        """What the platform keeps of one tenant; an administrator's may be yet to come.

        Raises:
            Refusal: 404 for a tenant that is somebody else's.
        """
        if not self.person.is_admin:
            self.see(tenant_id)
        warehouse = self.fleet.build_platform_warehouse()
        return self.fleet.wall(warehouse, [tenant_id], read_only=read_only)

    def open_registries(self) -> WalledWarehouse:
        """What the platform keeps of every tenant of theirs."""
        return self.fleet.wall(self.fleet.build_platform_warehouse(), self.tenants)

    def lend_warehouse(self, tenant: Tenant) -> Warehouse:
        """The ledger as the platform, for its own work of a tenant that `act` has handed out: a
        replay, an erasure, a trial. No page and no list reads by it."""
        return self.fleet.build_warehouse(self.see(tenant.id))

    @cached_property
    def _access(self) -> Access:
        return self.fleet.access.fetch()

    def _find_role(self, tenant_id: str) -> str | None:
        # A token is its tenant's own, whoever made it.
        if self.person.is_admin or self.person.is_token:
            return "admin"
        return self._access.find_role(self.person.name, tenant_id)

    def _may_see(self, tenant_id: str) -> bool:
        confined = self.person.tenants
        if confined is not None and tenant_id not in confined:
            return False
        if self._find_role(tenant_id) is None:
            return False
        return self.person.rights.may_read(naming.transform_dag_id(tenant_id))
