"""Signals and ends written into elt_ops.alerts. The caller's transaction decides."""

from collections.abc import Iterable
from datetime import datetime

from include.alerts.life import Change, build_raise, build_resolve
from include.alerts.signal import Signal
from include.ledger.connection import Connection
from include.ledger.trust.alerts.rows import (
    AlertRow,
    fetch_last,
    run_insert,
    run_lock_alert,
    run_update,
)

BY_RULE = "rule"


def run_raise(connection: Connection, signals: Iterable[Signal]) -> list[int]:
    """Open, count or reopen the alert of each signal; their ids."""
    found = []
    # In one order everywhere, so that two writers wait for each other and never in a circle.
    for signal in sorted(signals, key=lambda one: (one.fingerprint, one.at)):
        run_lock_alert(connection, signal.fingerprint)
        change = build_raise(fetch_last(connection, signal.fingerprint), signal)
        found.append(_run_change(connection, change))
    return found


def run_resolve(
    connection: Connection, alerts: Iterable[AlertRow], now: datetime, who: str = BY_RULE
) -> int:
    """End these alerts; how many were still there."""
    ended = 0
    for alert in sorted(alerts, key=lambda one: one.fingerprint):
        run_lock_alert(connection, alert.fingerprint)
        # Whoever came first may have ended it, or seen it again since.
        last = fetch_last(connection, alert.fingerprint)
        if last is None or last.state == "resolved" or last.alert_id != alert.alert_id:
            continue
        if who == BY_RULE and last.last_at > alert.last_at:
            continue
        _run_change(connection, build_resolve(last, now, who))
        ended += 1
    return ended


def _run_change(connection: Connection, change: Change) -> int:
    if change.alert_id is None:
        return run_insert(connection, change.values)
    run_update(connection, [change.alert_id], **change.values)
    return change.alert_id
