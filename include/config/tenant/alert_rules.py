"""What in the block `alerts` does not hold together: names that do not exist."""

import re
from collections.abc import Iterable, Iterator

from include.config.explain import did_you_mean
from include.config.models import Problem, TenantFile
from include.config.tenant.alerts import Channel, Route
from include.config.yaml_file import Loc, YamlFile
from include.core import naming
from include.core.alert_types import TYPES

WEBHOOK = "webhook"  # the channel that `webhook: true` makes
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


def check_alerts(spec: TenantFile, file: YamlFile, problems: list[Problem]) -> None:
    """Every fault of the block, with its line and a guess."""
    for loc, message in _find_faults(spec):
        line = file.line(("alerts", *loc))
        problems.append(Problem(file.path, line, f"alerts: {message}"))


def _find_faults(spec: TenantFile) -> Iterator[tuple[Loc, str]]:
    block = spec.alerts
    known = {*block.channels, *((WEBHOOK,) if block.webhook else ())}
    for name, channel in block.channels.items():
        yield from _channel_faults(spec, name, channel)
    if block.webhook and WEBHOOK in block.channels:
        yield ("webhook",), "`webhook: true` and a channel `webhook` are both there. Remove one."
    for index, route in enumerate(block.routes or ()):
        yield from _route_faults(spec, index, route, known)
    if block.escalate:
        yield from _unknown(("escalate", "to"), "channel", block.escalate.to, known)
    for index, window in enumerate(block.maintenance):
        place: Loc = ("maintenance", index)
        yield from _unknown((*place, "feeds"), "feed", window.feeds, spec.feeds)
        if (window.start.tzinfo is None) != (window.end.tzinfo is None):
            yield place, "of `start` and `end` one has an offset. Expected both or neither."
        elif window.start >= window.end:
            yield place, f"`start` {window.start} is not before `end` {window.end}."


def _channel_faults(spec: TenantFile, name: str, channel: Channel) -> Iterator[tuple[Loc, str]]:
    place: Loc = ("channels", name)
    fault = _connection_fault(spec, name, channel)
    if fault:
        yield (*place, "connection"), fault
    if channel.kind != "mail":
        return
    addresses = channel.to or spec.alerts.contacts
    if not addresses:
        yield place, f"channel `{name}` has no address. Add `to`, or `contacts`."
    for one in addresses:
        if not _ADDRESS.fullmatch(one):
            yield (*place, "to"), f"`{one}` is no mail address. Expected `name@host`."


def _connection_fault(spec: TenantFile, name: str, channel: Channel) -> str | None:
    """Why its secret may not be sent to a receiver of alerts, also where only its name leads."""
    if channel.kind == "mail" and not channel.connection:
        return None
    used = channel.connection or naming.connection_id(spec.tenant, name)
    expected = f"Expected `{spec.tenant}__...`, a connection of its own."
    if used == naming.alert_connection_id(spec.tenant):
        return None
    if not naming.is_own_connection(used, spec.tenant):
        return f"the connection `{used}` is not this tenant's. {expected}"
    what = used.partition("__")[2].lower()
    if what in naming.RESERVED_FEEDS or what in spec.feeds:
        return f"the connection `{used}` is the login of something else. {expected}"
    return None


def _route_faults(
    spec: TenantFile, index: int, route: Route, channels: set[str]
) -> Iterator[tuple[Loc, str]]:
    place: Loc = ("routes", index)
    owners = {spec.owner, *(feed.owner for feed in spec.feeds.values() if feed.owner)}
    yield from _unknown((*place, "to"), "channel", route.to, channels)
    yield from _unknown((*place, "type"), "type", route.type, TYPES)
    yield from _unknown((*place, "feed"), "feed", route.feed, spec.feeds)
    yield from _unknown((*place, "owner"), "owner", route.owner, owners)


def _unknown(
    loc: Loc, what: str, names: Iterable[str], known: Iterable[str]
) -> Iterator[tuple[Loc, str]]:
    known = sorted(known)
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "none"
            yield loc, f"no {what} `{name}`.{did_you_mean(name, known)} Expected one of: {listed}."
