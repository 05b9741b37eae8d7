"""Settles the inbox's events in the load's own transaction, those of quarantined records too."""

from collections.abc import Sequence
from dataclasses import replace

import orjson

from include.core.streams import EventMark
from include.ledger.connection import Connection
from include.ledger.rejects import fetch_payloads

# Where a record made of a webhook carries its event (connector `webhook`).
EVENT_FIELD = "_event"


def fetch_judged(connection: Connection, marks: Sequence[EventMark]) -> tuple[EventMark, ...]:
    """The events of this load; one whose record did not fit is poison, not drained."""
    bad = _fetch_misfits(connection) if marks else {}
    return tuple(
        replace(mark, poison=mark.poison or bad.get(mark.event_id)) if bad else mark
        for mark in marks
    )


def _fetch_misfits(connection: Connection) -> dict[str, str]:
    """Event id -> reason of staged rejects that the loader itself made of an event's record."""
    found: dict[str, str] = {}
    for payload, reason in fetch_payloads(connection):
        try:
            event = orjson.loads(payload)[EVENT_FIELD]
            found[str(event["id"])] = reason
        except (ValueError, KeyError, TypeError):
            continue
    return found
