"""The life of one alert: opened, repeated, come back, flapping, resolved. Pure.

raise: none -> open (told)          resolve: open, told    -> resolved (told)
       open -> counted                       open, untold  -> resolved, nobody hears of it
       resolved a while ago -> open          muted         -> resolved, nobody hears of it
       resolved for the third time
       within three days -> flapping (told once, then silent until it has been well for long)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.alerts.signal import MAX_MESSAGE, Signal, dump_signal
from include.core.alert_types import is_graver
from include.ledger.trust.alerts.rows import AlertRow

# One that comes back within this time is the same trouble, not a new one.
FLAP_WINDOW = timedelta(days=3)
FLAPS = 3
LEAST_QUIET = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one alert.

    Attributes:
        alert_id: None: a new row.
        values: Columns to set.
    """

    alert_id: int | None
    values: Mapping[str, object]


def build_raise(last: AlertRow | None, signal: Signal) -> Change:
    """What a signal makes of the newest alert of its fingerprint."""
    seen = _seen(signal)
    if last is not None and last.state != "resolved":
        return Change(last.alert_id, _repeat(last, signal, seen))
    if last is not None and last.resolved_at and signal.at - last.resolved_at < FLAP_WINDOW:
        return Change(last.alert_id, {**seen, **_reopen(last, signal)})
    opened: dict[str, object] = {
        "fingerprint": signal.fingerprint,
        "type": signal.type,
        "tenant": signal.tenant,
        "feed": signal.feed,
        "stream": signal.stream,
        "subject": signal.subject,
        "first_at": signal.at,
        "opened_at": signal.at,
        "news": "opened",
        "news_at": signal.at,
    }
    return Change(None, {**seen, **opened})


def build_resolve(alert: AlertRow, now: datetime, who: str) -> Change:
    """What becomes of an alert whose trouble is over."""
    values: dict[str, object] = {
        "state": "resolved",
        "resolved_at": now,
        "until": None,
        "news": None,
        "news_at": None,
    }
    if who != "rule":
        values["who"] = who
    if alert.told_at is not None and alert.state != "muted":
        quiet = max(LEAST_QUIET, alert.flap_gap * 2) if alert.is_flapping else timedelta()
        values |= {"news": "resolved", "news_at": now + quiet}
    return Change(alert.alert_id, values)


def _seen(signal: Signal) -> dict[str, object]:
    return {
        "severity": signal.grave,
        "error_class": signal.error,
        "message": signal.message[:MAX_MESSAGE].replace("\x00", ""),
        "cause": signal.group,
        "log_url": signal.log_url,
        "payload": dump_signal(signal),
        "last_at": signal.at,
    }


def _repeat(last: AlertRow, signal: Signal, seen: dict[str, object]) -> dict[str, object]:
    values = {**seen, "count": last.count + 1, "last_at": max(last.last_at, signal.at)}
    if last.until is not None and last.state == "muted" and last.until <= signal.at:
        values |= {"state": "open", "until": None}
    if is_graver(signal.grave, last.severity) and last.news is None and last.told_at:
        values |= {"news": "escalated", "news_at": signal.at}
    return values


def _reopen(last: AlertRow, signal: Signal) -> dict[str, object]:
    assert last.resolved_at is not None
    times = last.reopened + 1
    values: dict[str, object] = {
        "count": last.count + 1,
        "state": "open",
        "opened_at": signal.at,
        "resolved_at": None,
        "escalated_at": None,
        "reopened": times,
        "flap_gap": max(last.flap_gap, signal.at - last.resolved_at),
        "news": None,
        "news_at": None,
    }
    if last.is_flapping:
        if last.news != "resolved":  # it had settled, and people were told so
            values |= {"is_flapping": False, "reopened": 1, "flap_gap": timedelta()}
            values |= {"news": "opened", "news_at": signal.at}
        return values
    if times >= FLAPS:
        return {**values, "is_flapping": True, "news": "flapping", "news_at": signal.at}
    if last.news != "resolved" or last.told_at is None:
        # Of an end that nobody has heard of, nobody needs to hear that it was none.
        values |= {"told_at": None, "news": "opened", "news_at": signal.at}
    return values
