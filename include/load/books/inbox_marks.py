"""Settles the inbox's events in the load's own transaction, those of quarantined records too."""

from collections.abc import Sequence
from dataclasses import replace

import orjson

from include.core.streams import EventMark
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.ledger.rejects import fetch_payloads
from include.ledger.stores import inbox

# Where a record made of a webhook carries its event (connector `webhook`).
EVENT_FIELD = "_event"


def run_settle_events(
    connection: Connection, place: LoadPlace, load_id: int, marks: Sequence[EventMark]
) -> None:
    """Mark the events of this load; one whose record did not fit is poison, not drained."""
    if not marks:
        return
    bad = _fetch_misfits(connection)
    settled = [
        replace(mark, poison=mark.poison or bad.get(mark.event_id)) if bad else mark
        for mark in marks
    ]
    inbox.run_settle(connection, (place.tenant, place.feed, place.stream), settled, load_id)


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
