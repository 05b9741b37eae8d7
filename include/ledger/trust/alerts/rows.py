"""elt_ops.alerts: one row an alert, from its opening to its end. Nothing here commits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import class_row

from include.core import naming
from include.ledger.connection import Connection


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One row of elt_ops.alerts.

    Attributes:
        opened_at: When it began, or began again; `first_at` is when it was first seen at all.
        told_at: When people last were told; None: nobody knows of it yet.
        news: What is still to be told (opened, repeated, escalated, flapping, resolved).
        news_at: Not before then.
        reopened: How often it came back soon after it had ended.
        flap_gap: The longest time it was well between two ends of its flapping.
    """

    alert_id: int
    fingerprint: str
    type: str
    severity: str
    tenant: str
    feed: str | None
    stream: str | None
    subject: str | None
    error_class: str | None
    message: str
    cause: str
    log_url: str | None
    payload: Mapping[str, Any]
    first_at: datetime
    last_at: datetime
    opened_at: datetime
    count: int
    state: str
    who: str | None
    because: str | None
    until: datetime | None
    resolved_at: datetime | None
    told_at: datetime | None
    escalated_at: datetime | None
    reopened: int
    is_flapping: bool
    flap_gap: timedelta
    news: str | None
    news_at: datetime | None


COLUMNS = ", ".join(field.name for field in fields(AlertRow))
SORT = "order by alert_id"


def run_lock_alert(connection: Connection, fingerprint: str) -> None:
    """Let nobody else open or change this alert before the transaction ends."""
    key = naming.lock_key(naming.OPS_SCHEMA, "alert", fingerprint)
    connection.execute("select pg_advisory_xact_lock(%s)", [key])


def fetch_last(connection: Connection, fingerprint: str) -> AlertRow | None:
    """The newest alert of that fingerprint, ended or not."""
    found = fetch_where(
        connection, "fingerprint = %s order by alert_id desc limit 1", [fingerprint]
    )
    return found[0] if found else None


def fetch_newest(connection: Connection, fingerprints: Sequence[str]) -> dict[str, AlertRow]:
    """Fingerprint -> its newest alert, ended or not."""
    rows = fetch_where(
        connection, "fingerprint = any(%s) order by alert_id", [sorted(set(fingerprints))]
    )
    return {row.fingerprint: row for row in rows}


def fetch_where(
    connection: Connection, condition: str, parameters: Sequence[object] | Mapping[str, object]
) -> list[AlertRow]:
    """Alerts by a condition of ours, with its order."""
    with connection.cursor(row_factory=class_row(AlertRow)) as cursor:
        text = f"select {COLUMNS} from elt_ops.alerts where {condition}"  # noqa: S608 our own words
        cursor.execute(text.encode(), parameters)
        return cursor.fetchall()


def fetch_live(connection: Connection, types: Sequence[str] | None = None) -> list[AlertRow]:
    """Every alert that has not ended, the oldest first."""
    return fetch_where(
        connection,
        f"state <> 'resolved' and (%(types)s::text[] is null or type = any(%(types)s)) {SORT}",
        {"types": None if types is None else list(types)},
    )


def fetch_listed(
    connection: Connection, tenant: str | None, *, states: Sequence[str], limit: int
) -> list[AlertRow]:
    """Alerts for a person: the gravest first, then the newest."""
    return fetch_where(
        connection,
        "tenant = coalesce(%s, tenant) and state = any(%s) order by (state = 'resolved'), "
        "array_position(array['critical', 'error', 'warning', 'info'], severity), "
        "last_at desc, alert_id desc limit %s",
        [tenant, list(states), limit],
    )


def fetch_news(connection: Connection, now: datetime, limit: int = 5000) -> list[AlertRow]:
    """Alerts of which something is to be told by now."""
    condition = f"news is not null and news_at <= %s {SORT} limit %s"
    return fetch_where(connection, condition, [now, limit])


def run_insert(connection: Connection, values: Mapping[str, object]) -> int:
    """A new alert; its id."""
    names = ", ".join(values)
    marks = ", ".join(f"%({name})s" for name in values)
    text = f"insert into elt_ops.alerts ({names}) values ({marks}) returning alert_id"  # noqa: S608
    row = connection.execute(text.encode(), _plain(values)).fetchone()
    assert row is not None
    return int(row[0])


def run_update(connection: Connection, alert_ids: Sequence[int], **values: object) -> int:
    """Set these columns; how many alerts there were."""
    changes = ", ".join(f"{name} = %({name})s" for name in values)
    text = f"update elt_ops.alerts set {changes} where alert_id = any(%(alert_ids)s)"  # noqa: S608
    named = {**_plain(values), "alert_ids": list(alert_ids)}
    return connection.execute(text.encode(), named).rowcount


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: json.dumps(value, default=str) if name == "payload" else value
        for name, value in values.items()
    }
