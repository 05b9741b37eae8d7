"""What people read: what is wrong in plain words, since when, what it touches, what to do. Pure.

No row contents and no secrets: everything here comes from an alert's own fields.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from include.alerts.downstream import VIEWS
from include.alerts.grouping import DIGEST, PARTLY, RESOLVED, Bundle
from include.config.models import Tenant
from include.core.alert_types import SEVERITIES, TYPES
from include.core.clock import format_instant
from include.ledger.trust.alerts.rows import AlertRow

MAX_NAMED = 10
MAX_MARTS = 8
RUNBOOK = "docs/runbook.md"
# What keeps marts from being published.
OF_MARTS = ("transform_failed", "check_failed", "transform_skipped")
WORDS = {
    "opened": "",
    "repeated": "still: ",
    "escalated": "nobody has acknowledged: ",
    "flapping": "comes and goes: ",
    "resolved": "over: ",
    "partly": "over in part: ",
}
FLAPPING = "It has come back several times. You hear of it again when it has been well for long."


@dataclass(frozen=True, slots=True)
class Scene:
    """What a message needs beside the alerts.

    Attributes:
        tenants: By id; an alert's tenant may be absent (a broken file, the platform).
        find_touched: Names of the marts, then of views (`bi.orders`), made of what an alert
            is about.
        console: Address of the console; None: nobody knows it.
        stale: Tenant -> why its marts are older than they could be, and of when they are.
    """

    tenants: Mapping[str, Tenant]
    find_touched: Callable[[AlertRow], Sequence[str]]
    now: datetime
    runbook: str = RUNBOOK
    console: str | None = None
    stale: Mapping[str, str] = field(default_factory=dict)

    def name(self, tenant: str) -> str:
        """The tenant's display name."""
        known = self.tenants.get(tenant)
        return known.spec.name if known else tenant

    def clock(self, tenant: str, at: datetime) -> str:
        """An instant in the tenant's zone."""
        known = self.tenants.get(tenant)
        zone = ZoneInfo(known.spec.timezone) if known else ZoneInfo("UTC")
        here = at.astimezone(zone)
        return f"{here:%Y-%m-%d %H:%M} {zone.key}"


def build_message(bundle: Bundle, alerts: Sequence[AlertRow], scene: Scene) -> dict[str, Any]:
    """One message as JSON: `title` and `text` to be read, the rest for programs."""
    worst = max(alerts, key=lambda one: SEVERITIES.index(one.severity))
    first = min((one for one in alerts if one.type == worst.type), key=lambda one: one.opened_at)
    touched = list(dict.fromkeys(name for one in alerts for name in scene.find_touched(one)))
    title = _title(bundle, alerts, worst, scene)
    lines = (
        _digest_lines(alerts, scene)
        if bundle.kind == DIGEST
        else _lines(bundle, alerts, first, touched, scene)
    )
    return {
        **_payload(first),
        "version": 1,
        "news": bundle.kind,
        "severity": worst.severity,
        "level": "error" if worst.severity in ("error", "critical") else "warning",
        "title": title,
        "text": "\n".join([title, "", *lines]),
        "dedup_key": _key(bundle.group_key),
        "resolves": sorted({_key(note.group_key) for note in bundle.notes})
        if bundle.kind == RESOLVED
        else [],
        "count": len(alerts),
        "since": format_instant(min(one.opened_at for one in alerts)),
        "at": format_instant(scene.now),
        "touched": touched,
        "advice": TYPES[first.type].advice,
        "runbook": f"{scene.runbook}{TYPES[first.type].anchor}",
        "console": build_page(first, scene),
        "marts_stale": scene.stale.get(first.tenant),
        "alerts": [_payload(one) for one in alerts[:MAX_NAMED]],
        "contacts": _contacts(alerts, scene),
    }


def _key(group: str) -> str:
    """What a receiver knows an incident by, from its beginning to its end."""
    return f"elt/{group}"


def _payload(alert: AlertRow) -> dict[str, Any]:
    """What a program is told of one alert; the names are those of earlier versions where given."""
    origin = alert.payload.get("origin") or {}
    return {
        "alert_id": alert.alert_id,
        "type": alert.type,
        "tenant": alert.tenant,
        "feed": alert.feed,
        "stream": alert.stream,
        "subject": alert.subject,
        "error": alert.error_class,
        "message": alert.message,
        "state": alert.state,
        "times": alert.count,
        "log_url": alert.log_url,
        "dag_id": origin.get("dag_id"),
        "run_id": origin.get("run_id"),
        "task_id": origin.get("task_id"),
        "try_number": origin.get("try_number"),
    }


def _title(bundle: Bundle, alerts: Sequence[AlertRow], worst: AlertRow, scene: Scene) -> str:
    tenants = sorted({one.tenant for one in alerts})
    who = scene.name(tenants[0]) if len(tenants) == 1 else f"{len(tenants)} tenants"
    if bundle.kind == DIGEST:
        return f"{who}: {len(alerts)} warnings since the last digest"
    mark = "resolved" if bundle.kind in (RESOLVED, PARTLY) else worst.severity
    kinds = sorted({one.type for one in alerts})
    what = TYPES[worst.type].title if len(kinds) == 1 else "several things are wrong"
    places = sorted({build_place(one) for one in alerts})
    feeds = {(one.tenant, one.feed) for one in alerts if one.feed}
    if len(places) == 1:
        where = f" ({places[0]})" if places[0] != worst.tenant else ""
    elif len(feeds) > 1:
        where = f" ({len(feeds)} feeds)"
    else:
        where = f" ({len(places)} places)"
    return f"[{mark}] {who}: {WORDS.get(bundle.kind, '')}{what}{where}"


def build_place(alert: AlertRow) -> str:
    """tenant/feed/stream and the subject, as far as there are any."""
    place = "/".join(part for part in (alert.tenant, alert.feed, alert.stream) if part)
    return f"{place} `{alert.subject}`" if _shows_subject(alert) else place


def _shows_subject(alert: AlertRow) -> bool:
    # The subject of news is a hash of their words.
    return bool(alert.subject) and alert.type not in ("schema_change", "identity")


def _lines(
    bundle: Bundle,
    alerts: Sequence[AlertRow],
    first: AlertRow,
    touched: Sequence[str],
    scene: Scene,
) -> list[str]:
    if bundle.kind in (RESOLVED, PARTLY):
        return _resolved_lines(bundle, alerts, scene)
    lines = [f"What: {first.message}"] if len(alerts) == 1 else ["What:"]
    if len(alerts) > 1:
        lines += _named(alerts)
    since = min(one.opened_at for one in alerts)
    times = sum(one.count for one in alerts)
    lines.append(f"Since: {scene.clock(first.tenant, since)}, seen {times} times")
    lines += _touched_lines(touched)
    stale = scene.stale.get(first.tenant)
    if stale and any(one.type in OF_MARTS and one.feed is None for one in alerts):
        lines.append(f"Marts: {stale}")
    if bundle.kind == "flapping":
        lines.append(FLAPPING)
    lines.append(f"Do: {TYPES[first.type].advice}")
    if first.log_url:
        lines.append(f"Log: {first.log_url}")
    page = build_page(first, scene)
    if page:
        lines.append(f"Console: {page}")
    lines.append(f"Runbook: {scene.runbook}{TYPES[first.type].anchor}")
    ids = " ".join(str(one.alert_id) for one in alerts[:MAX_NAMED] if one.alert_id)
    if ids:
        lines.append(f"I look after it: elt alerts ack {ids}")
    return lines


def _touched_lines(touched: Sequence[str]) -> list[str]:
    """Marts and views apart, so that many of the one never hide the other."""
    views = [one for one in touched if one.startswith(VIEWS)]
    marts = [one for one in touched if not one.startswith(VIEWS)]
    lines = []
    for words, names in (("Touches", marts), ("Views", views)):
        if names:
            more = f" and {len(names) - MAX_MARTS} more" if len(names) > MAX_MARTS else ""
            lines.append(f"{words}: {', '.join(names[:MAX_MARTS])}{more}")
    return lines


def build_page(alert: AlertRow, scene: Scene) -> str | None:
    """The console's page about it: a feed's, the tenant's quality, or all feeds."""
    if not scene.console:
        return None
    if alert.tenant not in scene.tenants:
        return f"{scene.console}/"
    page = f"feeds/{alert.feed}" if alert.feed else "quality"
    return f"{scene.console}/tenants/{alert.tenant}/{page}"


def _named(alerts: Sequence[AlertRow]) -> list[str]:
    lines = [f"- {build_place(one)}: {_short(one.message)}" for one in alerts[:MAX_NAMED]]
    if len(alerts) > MAX_NAMED:
        lines.append(f"- and {len(alerts) - MAX_NAMED} more (elt alerts list)")
    return lines


def _resolved_lines(bundle: Bundle, alerts: Sequence[AlertRow], scene: Scene) -> list[str]:
    lines = []
    for one in alerts[:MAX_NAMED]:
        ended = scene.clock(one.tenant, one.resolved_at or scene.now)
        since = scene.clock(one.tenant, one.opened_at)
        lines.append(f"- {build_place(one)}: {TYPES[one.type].title}; from {since} to {ended}")
    if len(alerts) > MAX_NAMED:
        lines.append(f"- and {len(alerts) - MAX_NAMED} more")
    left = "The rest goes on." if bundle.kind == PARTLY else "Nothing is to be done."
    return [*lines, left]


def _digest_lines(alerts: Sequence[AlertRow], scene: Scene) -> list[str]:
    lines = []
    for one in alerts:
        ended = "over" if one.state == "resolved" else one.state
        lines.append(
            f"- {TYPES[one.type].title}, {build_place(one)} ({ended}, seen {one.count} times, "
            f"since {scene.clock(one.tenant, one.opened_at)}): {_short(one.message)}"
        )
    return lines


def _short(text: str, most: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _contacts(alerts: Sequence[AlertRow], scene: Scene) -> list[str]:
    known = [scene.tenants[one.tenant] for one in alerts if one.tenant in scene.tenants]
    return list(dict.fromkeys(name for one in known for name in one.spec.alerts.contacts))
