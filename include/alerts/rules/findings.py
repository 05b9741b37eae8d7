"""What a rule is given and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from include.alerts.signal import Signal
from include.config.models import Feed, Tenant
from include.ledger.connection import Connection
from include.ledger.trust.alerts.rows import AlertRow


@dataclass(frozen=True, slots=True)
class Ground:
    """What rules stand on.

    Attributes:
        tenants: The valid ones whose rows this warehouse has.
        live: Every alert that has not ended.
        since: Nothing that happened before can change an alert.
    """

    connection: Connection
    tenants: Mapping[str, Tenant]
    live: Sequence[AlertRow]
    since: datetime
    now: datetime

    def feed(self, tenant: str, name: str | None) -> Feed | None:
        """The enabled feed; None when there is none of that name any more."""
        known = self.tenants.get(tenant)
        feeds = known.feeds if known else ()
        return next((feed for feed in feeds if feed.name == name), None)

    def of(self, *types: str) -> list[AlertRow]:
        """Live alerts of these types."""
        return [one for one in self.live if one.type in types]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a rule has found.

    Attributes:
        raised: Events; one that is not newer than its alert has been seen before.
        held: States that hold now; counted once, however often they are looked at.
        ended: Alerts that are over.
    """

    raised: list[Signal] = field(default_factory=list)
    held: list[Signal] = field(default_factory=list)
    ended: list[AlertRow] = field(default_factory=list)


def build_states(signals: list[Signal], live: Sequence[AlertRow]) -> Findings:
    """States that hold, and the end of those among `live` that do not."""
    held = {one.fingerprint for one in signals}
    return Findings(held=signals, ended=[one for one in live if one.fingerprint not in held])
