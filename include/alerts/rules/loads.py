"""Failed loads: a stream whose newest load failed, until one succeeds."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from include.alerts.rules.findings import Findings, Ground
from include.alerts.signal import Signal, build_cause
from include.core import errors
from include.core.streams import RunOrigin
from include.ledger.trust.alerts.facts import NEWEST_LOADS, fetch_facts
from include.ledger.trust.alerts.rows import AlertRow

# Airflow tries again for about this long; what has passed by then was nobody's business.
PATIENCE = timedelta(minutes=45)
LIMIT = "limit"  # subject of a load that stopped because too many records did not fit
Place = tuple[str, str, str]


def find_failed_loads(ground: Ground) -> Findings:
    """Every failing stream, and every alert whose stream or feed is well again."""
    rows = fetch_facts(ground.connection, NEWEST_LOADS, list(ground.tenants), ground.since)
    newest: dict[Place, Mapping[str, Any]] = {}
    for row in rows:
        newest[row["tenant"], row["feed"], row["stream"]] = row
    raised = [
        build_load_signal(row)
        for row in newest.values()
        if row["state"] == "failed"
        and ground.feed(row["tenant"], row["feed"])
        and not _may_heal(row, ground.now)
    ]
    failing = [one for one in ground.of("load_failed", "quarantine", "late_feed") if one.feed]
    ended = [
        one
        for one in failing
        if (one.type != "quarantine" or one.subject == LIMIT) and _is_over(one, newest, ground)
    ]
    return Findings(raised=raised, ended=ended)


def build_load_signal(row: Mapping[str, Any]) -> Signal:
    """The signal of a failed row of elt_ops.loads."""
    error = str(row["error_class"] or "Unknown")
    return Signal(
        **build_type(error),
        tenant=row["tenant"],
        feed=row["feed"],
        stream=row["stream"],
        message=str(row["error_message"] or error),
        error=error,
        cause=build_cause(error, row["connector"]),
        at=row["finished_at"],
        origin=RunOrigin(row["dag_id"], row["run_id"], None, row["try_number"] or 1),
    )


def build_type(error: str) -> dict[str, Any]:
    """Type, subject and severity of a load's failure by the error's class."""
    if error == errors.TooManyRejects.__name__:
        return {"type": "quarantine", "subject": LIMIT, "severity": "error"}
    return {"type": "load_failed"}


def is_retryable(error: str | None) -> bool:
    """Whether a later try may succeed; what is not ours is tried again as well."""
    known = getattr(errors, error or "", None)
    return bool(getattr(known, "retryable", True))


def _may_heal(row: Mapping[str, Any], now: datetime) -> bool:
    since = row["failing_since"] or row["finished_at"]
    return is_retryable(row["error_class"]) and now - since < PATIENCE


def _is_over(alert: AlertRow, newest: Mapping[Place, Mapping[str, Any]], ground: Ground) -> bool:
    if alert.tenant not in ground.tenants:
        return False
    feed = ground.feed(alert.tenant, alert.feed)
    if feed is None:
        return True  # it was taken out of the tenant's file
    mine = [
        row
        for (tenant, name, stream), row in newest.items()
        if (tenant, name) == (alert.tenant, alert.feed) and alert.stream in (None, stream)
    ]
    if alert.type == "late_feed" and alert.stream:
        return False  # the age of the rows decides, see lateness.py
    after = [row for row in mine if row["finished_at"] > alert.last_at]
    return bool(after) and all(row["state"] == "loaded" for row in mine)
