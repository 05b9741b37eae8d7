"""All rules over one warehouse, in one transaction."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from include.alerts.books import run_raise, run_resolve
from include.alerts.rules.airflow import Seen, find_missing, find_paused
from include.alerts.rules.checks import find_failed_checks
from include.alerts.rules.findings import Findings, Ground
from include.alerts.rules.lateness import find_late, find_quarantined
from include.alerts.rules.loads import find_failed_loads
from include.alerts.rules.transforms import find_transforms
from include.alerts.signal import Signal
from include.config.models import Tenant
from include.core.alert_types import NEWS
from include.ledger.connection import Connection
from include.ledger.trust.alerts.rows import AlertRow, fetch_live, fetch_newest, run_update

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=2)
NEWS_LAST = timedelta(days=7)
# What a person has ended although it goes on is left alone for a day.
RESPECT = timedelta(days=1)
RULES: tuple[Callable[[Ground], Findings], ...] = (
    find_failed_loads,
    find_failed_checks,
    find_transforms,
    find_late,
    find_quarantined,
)


def run_rules(
    connection: Connection, tenants: Mapping[str, Tenant], seen: Seen | None, now: datetime
) -> int:
    """Raise and end what the ledger says; how many alerts were opened, counted or ended.

    Args:
        seen: What Airflow shows; None: nobody has looked.
    """
    live = fetch_live(connection)
    ground = Ground(connection, tenants, live, now - LOOK_BACK, now)
    findings = [rule(ground) for rule in RULES]
    if seen:
        findings += [find_missing(ground, seen), find_paused(ground, seen)]
    findings.append(Findings(ended=[one for one in live if _is_old_news(one, now)]))
    return run_apply(connection, findings, now)


def run_apply(connection: Connection, findings: Iterable[Findings], now: datetime) -> int:
    """Write what rules have found, ends first: what fails in another way is another alert."""
    ended, raised, held = [], [], []
    for one in findings:
        ended, raised, held = ended + one.ended, raised + one.raised, held + one.held
    changed = run_resolve(connection, ended, now)
    run_update(connection, [one.alert_id for one in ended if one.type in NEWS], news=None)
    last = fetch_newest(connection, [one.fingerprint for one in (*raised, *held)])
    fresh = [one for one in raised if _is_new(one, last.get(one.fingerprint))]
    begun = [one for one in held if _begins(one, last.get(one.fingerprint), now)]
    return changed + len(run_raise(connection, [*fresh, *begun]))


def _is_new(signal: Signal, last: AlertRow | None) -> bool:
    if last is None:
        return True
    return signal.at > max(last.last_at, last.resolved_at or last.last_at)


def _begins(signal: Signal, last: AlertRow | None, now: datetime) -> bool:
    if last is None:
        return True
    if last.state != "resolved":
        return False
    by_hand = last.who is not None and last.resolved_at and now - last.resolved_at < RESPECT
    return not by_hand


def _is_old_news(alert: AlertRow, now: datetime) -> bool:
    return alert.type in NEWS and now - alert.last_at > NEWS_LAST
