"""Who hears of an alert, by which channel, and not before when. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.config.models import Tenant
from include.config.tenant.alerts import Alerts, Maintenance, Route
from include.core import naming
from include.core.alert_types import PLATFORM
from include.ledger.trust.alerts.rows import AlertRow

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEBHOOK = "webhook"
MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Target:
    """One receiver.

    Attributes:
        tenant: Whose channel it is; the platform's own for its operators.
        to: Addresses or a channel's name; empty where the connection says it all.
    """

    tenant: str
    channel: str
    kind: str
    connection: str
    to: tuple[str, ...] = ()

    @property
    def receiver(self) -> str:
        """The same for channels that end in the same place."""
        return " ".join((self.kind, self.connection, *self.to))

    def dump(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "to": list(self.to)}


@dataclass(frozen=True, slots=True)
class Hearing:
    """One receiver hears of one alert, at the earliest then."""

    target: Target
    not_before: datetime
    is_digest: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody there is.

    Attributes:
        operators: Hear of the platform, and of tenants that have no channel.
    """

    tenants: Mapping[str, Tenant]
    operators: tuple[Target, ...] = ()
    platform: Alerts = field(default_factory=Alerts)

    def block(self, tenant_id: str) -> Alerts:
        """The tenant's block; the platform's for a tenant whose file is broken or gone."""
        tenant = self.tenants.get(tenant_id)
        return tenant.spec.alerts if tenant else self.platform

    def hear(self, alert: AlertRow, news: str, now: datetime) -> list[Hearing]:
        """Who hears of this news; nobody when routes say so."""
        tenant = self.tenants.get(alert.tenant)
        targets = build_targets(tenant) if tenant else {}
        if tenant is None or not targets:
            return [Hearing(one, now) for one in self.operators]
        block = tenant.spec.alerts
        names, digest = _choose(tenant, alert, tuple(targets))
        if news == "escalated" and block.escalate and block.escalate.to:
            names = tuple(dict.fromkeys((*block.escalate.to, *names)))
            digest = None
        zone = ZoneInfo(tenant.spec.timezone)
        at = max(now, _end_of_maintenance(block.maintenance, alert, zone, now))
        if digest:
            at = _next_digest(block, digest, zone, at)
        elif alert.severity != "critical" and block.quiet_hours:
            at = end_of_quiet(block.quiet_hours, zone, at)
        return [Hearing(targets[name], at, digest is not None) for name in names]


def build_targets(tenant: Tenant) -> dict[str, Target]:
    """The tenant's channels by name."""
    block = tenant.spec.alerts
    found = {}
    if block.webhook:
        connection = naming.alert_connection_id(tenant.id)
        found[WEBHOOK] = Target(tenant.id, WEBHOOK, WEBHOOK, connection)
    for name, channel in sorted(block.channels.items()):
        to, connection = channel.to, channel.connection or naming.connection_id(tenant.id, name)
        if channel.kind == MAIL:
            to = to or block.contacts
            connection = channel.connection or naming.connection_id(PLATFORM, MAIL)
        found[name] = Target(tenant.id, name, channel.kind, connection, to)
    return found


def build_operators(words: Iterable[str]) -> tuple[Target, ...]:
    """Receivers of ELT_OPERATORS: `kind:connection` or `mail:connection:address`."""
    found = []
    for word in words:
        kind, _, rest = word.partition(":")
        connection, _, to = rest.partition(":")
        named = connection or naming.connection_id(PLATFORM, kind)
        found.append(Target(PLATFORM, kind, kind, named, (to,) if to else ()))
    return tuple(found)


def _choose(
    tenant: Tenant, alert: AlertRow, every: tuple[str, ...]
) -> tuple[tuple[str, ...], str | None]:
    """Channel names and the digest of the first route that matches; all without routes."""
    routes = tenant.spec.alerts.routes
    if routes is None:
        return every, None
    for route in routes:
        if _matches(route, tenant, alert):
            return route.to, route.digest if alert.severity in ("info", "warning") else None
    return (), None


def _matches(route: Route, tenant: Tenant, alert: AlertRow) -> bool:
    owners = [one.owner for one in tenant.feeds if one.name == alert.feed and one.owner]
    pairs: Iterator[tuple[tuple[str, ...], str | None]] = iter(
        (
            (route.severity, alert.severity),
            (route.type, alert.type),
            (route.feed, alert.feed),
            (route.owner, owners[0] if owners else tenant.spec.owner),
        )
    )
    return all(not wanted or given in wanted for wanted, given in pairs)


def end_of_quiet(span: str, zone: ZoneInfo, now: datetime) -> datetime:
    """When the quiet hours that hold now are over; now outside of them.

    Both ends are the wall's clock: the night in which clocks change ends at its own seven.
    """
    start, end = (time.fromisoformat(part) for part in span.split("-"))
    here = now.astimezone(zone)
    clock = here.time()
    if start == end:
        return now
    inside = start <= clock < end if start < end else clock >= start or clock < end
    if not inside:
        return now
    day = here.date() + timedelta(days=1 if start > end and clock >= start else 0)
    return datetime.combine(day, end, zone).astimezone(now.tzinfo)


def _end_of_maintenance(
    windows: Iterable[Maintenance], alert: AlertRow, zone: ZoneInfo, now: datetime
) -> datetime:
    ends = [now]
    for window in windows:
        start, end = (
            one if one.tzinfo else one.replace(tzinfo=zone) for one in (window.start, window.end)
        )
        if start <= now < end and (not window.feeds or alert.feed in window.feeds):
            ends.append(end.astimezone(now.tzinfo))
    return max(ends)


def _next_digest(block: Alerts, digest: str, zone: ZoneInfo, now: datetime) -> datetime:
    here = now.astimezone(zone)
    clock = time.fromisoformat(block.digest_at)
    ahead = (DAYS.index(block.digest_day) - here.weekday()) % 7 if digest == "weekly" else 0
    at = datetime.combine(here.date() + timedelta(days=ahead), clock, zone)
    if at <= here:
        step = 7 if digest == "weekly" else 1
        at = datetime.combine(at.date() + timedelta(days=step), clock, zone)
    return at.astimezone(now.tzinfo)
