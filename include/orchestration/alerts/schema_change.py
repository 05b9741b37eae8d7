"""News of a feed's columns: one warning for every load that found something new, told once.

Never raises: the rows are committed, and news must not turn their task red.
"""

import logging
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from include.config.models import Feed
from include.core.clock import utcnow
from include.orchestration.run_request import read_origin

log = logging.getLogger(__name__)

MAX_NAMED = 20
WORDS = {
    "unknown_field": "new fields, kept in _extra",
    "discarded_field": "new fields, dropped",
    "vanished_field": "fields that no record has any more",
    "widened": "columns with a wider type",
    "not_filled": "columns that could not be filled from _extra",
}
ADVICE = "Declare new fields in connector.yaml, or set `drift` for the stream in the tenant file."


def notify_changes(feed: Feed, context: Mapping[str, Any]) -> int:
    """Tell what loads of the feed have noticed and nobody has heard; returns alerts stored.

    Changes noticed by a load without Airflow, or by a task killed before it told them, are told
    here too. A change is marked as told after its alert is stored: twice is better than never, and
    the alert's fingerprint keeps a second storing from reaching anybody.
    """
    try:
        return _notify(feed, context)
    except Exception as error:
        log.warning("schema changes not told feed=%s reason=%s", feed.name, type(error).__name__)
        return 0


def _notify(feed: Feed, context: Mapping[str, Any]) -> int:
    from include.ledger.schema_changes import fetch_untold, run_mark_told
    from include.orchestration.alerts.failure import run_store
    from include.orchestration.connections import build_warehouse

    warehouse = build_warehouse(feed.tenant)
    with warehouse.connect() as connection:
        untold = fetch_untold(connection, feed.tenant.id, feed.name)
    stored = 0
    for _load, found in groupby(untold, key=itemgetter("load_id", "stream")):
        rows = list(found)
        run_store(build_change_signal(feed, rows, context))
        stored += 1
        with warehouse.connect() as connection:
            run_mark_told(connection, [row["change_id"] for row in rows])
    return stored


def build_change_signal(feed: Feed, rows: list[dict[str, Any]], context: Mapping[str, Any]) -> Any:
    """One alert for the changes one load of a stream has noticed."""
    from include.alerts.signal import Signal

    return Signal(
        type="schema_change",
        tenant=feed.tenant.id,
        feed=feed.name,
        stream=rows[0]["stream"],
        error="SchemaChanged",
        message=build_change_message(rows),
        at=utcnow(),
        subject=f"load_{rows[0]['load_id']}",
        log_url=getattr(context["ti"], "log_url", None),
        origin=read_origin(context),
    )


def build_change_message(rows: list[dict[str, Any]]) -> str:
    """The changes by kind, each named once."""
    parts = []
    for change, words in WORDS.items():
        names = [_name(row) for row in rows if row["change"] == change]
        if names:
            more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
            parts.append(f"{len(names)} {words}: {', '.join(names[:MAX_NAMED])}{more}")
    return f"the source has changed: {'; '.join(parts)}. {ADVICE}"


def _name(row: dict[str, Any]) -> str:
    types = f" ({row['old_type']} to {row['new_type']})" if row["change"] == "widened" else ""
    return f"`{row['table_name']}.{row['column_name']}`{types}"
