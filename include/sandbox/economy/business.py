"""One tenant of the economy: what it sells, whom it knows, what it sold."""

from dataclasses import dataclass, field

from include.sandbox.economy.leads import Prospect
from include.sandbox.economy.records import Account, Listing, Sale, Subscription


@dataclass(slots=True)
class Business:
    """One tenant: accounts and sales by source; requests of a service business by arrival."""

    tenant: str
    timezone: str
    listings: list[Listing]
    accounts: dict[str, list[Account]]
    sales: dict[str, list[Sale]]
    subscriptions: list[Subscription] = field(default_factory=list)
    prospects: list[Prospect] = field(default_factory=list)
