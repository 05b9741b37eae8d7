"""What organisations say of who sees which tenant: they narrow what Airflow allows, never widen it.

A tenant of an organisation is its members' alone, each as far as their role goes; a member of one
sees its tenants and no others. What belongs to no organisation is for those who belong to none.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from include.core.errors import MissingSecret
from include.ledger.connection import Warehouse
from include.ledger.stores.organisations import (
    Member,
    Organisation,
    fetch_members,
    fetch_organisations,
)

ROLES = ("viewer", "operator", "admin")
# Another process of the API server hears of a change after this.
FRESH_S = 5.0


@dataclass(frozen=True)
class Access:
    """Attributes:
    owners: Tenant -> its organisation.
    roles: (organisation, person) -> tenant, or empty for all of them -> role.
    members: Everybody who belongs to an organisation.
    """

    owners: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    members: frozenset[str] = frozenset()

    def find_role(self, who: str, tenant: str) -> str | None:
        """The strongest this person has there; None: it is not theirs."""
        org = self.owners.get(tenant)
        if org is None:
            return None if who in self.members else ROLES[-1]
        mine = self.roles.get((org, who), {})
        found = [mine[place] for place in (tenant, "") if place in mine]
        return max(found, key=ROLES.index, default=None)

    def manages(self, who: str, org: str) -> bool:
        """Whether this person says who else belongs to the organisation."""
        return self.roles.get((org, who), {}).get("") == "admin"

    def belongs(self, who: str, org: str) -> bool:
        """Whether this person has any role there."""
        return (org, who) in self.roles


def build_access(organisations: Iterable[Organisation], members: Iterable[Member]) -> Access:
    """From what the ledger says."""
    roles: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for one in members:
        roles[(one.org, one.who)][one.tenant] = one.role
    owners = {tenant: one.org for one in organisations for tenant in one.tenants}
    return Access(owners, dict(roles), frozenset(who for _, who in roles))


class AccessList:
    """The same for every request, read again after some seconds."""

    def __init__(
        self, find: Callable[[], Warehouse], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._find, self._clock = find, clock
        self._known: Access | None = None
        self._until = 0.0

    def fetch(self) -> Access:
        """What holds now.

        Raises:
            WarehouseUnavailable: Nobody is let in on what was known before.
        """
        if self._known is None or self._clock() >= self._until:
            try:
                warehouse = self._find()
            except MissingSecret:  # a console without a registry has no organisations either
                return Access()
            with warehouse.connect() as connection:
                known = build_access(fetch_organisations(connection), fetch_members(connection))
            self._known, self._until = known, self._clock() + FRESH_S
        return self._known

    def forget(self) -> None:
        """Ask anew: somebody has changed it."""
        self._until = 0.0
