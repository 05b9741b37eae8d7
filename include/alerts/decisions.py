"""What a person says to an alert: I look after it, leave me alone until, it is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from include.alerts.audience import Target
from include.alerts.books import run_resolve
from include.core.clock import format_instant
from include.ledger.connection import Connection
from include.ledger.trust.alerts.outbox import run_store
from include.ledger.trust.alerts.rows import AlertRow, fetch_where, run_update


def fetch_alive(connection: Connection, alert_ids: Sequence[int]) -> list[AlertRow]:
    """Those of these alerts that have not ended."""
    condition = "alert_id = any(%s) and state <> 'resolved' order by alert_id"
    return fetch_where(connection, condition, [list(alert_ids)])


def run_acknowledge(
    connection: Connection, rows: Sequence[AlertRow], who: str, because: str | None
) -> int:
    """No more reminders and no escalation; its end is told."""
    ids = [row.alert_id for row in rows]
    return run_update(connection, ids, state="acknowledged", who=who, because=because, until=None)


def run_mute(
    connection: Connection, rows: Sequence[AlertRow], until: datetime, who: str, because: str
) -> int:
    """Nobody hears of it until then; if it goes on, they do."""
    ids = [row.alert_id for row in rows]
    return run_update(
        connection, ids, state="muted", who=who, because=because, until=until, news=None
    )


def run_end(
    connection: Connection, rows: Sequence[AlertRow], now: datetime, who: str, because: str | None
) -> int:
    """It is over; it comes back when it is seen again."""
    ended = run_resolve(connection, rows, now, who)
    run_update(connection, [row.alert_id for row in rows], because=because)
    return ended


def run_store_test(connection: Connection, target: Target, now: datetime, who: str) -> int:
    """A message to try a channel with, into the outbox; its id."""
    title = f"[test] {target.tenant}: this is a test by {who}"
    message: dict[str, Any] = {
        "version": 1,
        "news": "test",
        "severity": "info",
        "level": "warning",
        "type": "test",
        "tenant": target.tenant,
        "title": title,
        "text": f"{title}\n\nIf you can read this, the channel `{target.channel}` works.",
        "at": format_instant(now),
        "dedup_key": f"elt/test/{target.receiver}",
        "resolves": [],
        "target": target.dump(),
    }
    return run_store(
        connection,
        {
            "tenant": target.tenant,
            "channel": target.channel,
            "receiver": target.receiver,
            "kind": "test",
            "group_key": "test",
            "message": message,
            "at": now,
        },
    )
