"""The webhook inbox: received in one short transaction, settled in the loads' own.

`run_receive` is what an HTTP receiver calls after it has verified the signature; when it returns,
the sender may be told 200, because the event survives a crash.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from include.core.clock import utcnow
from include.core.streams import EventMark
from include.core.webhook_event import WebhookEvent
from include.ledger import ddl
from include.ledger.connection import Connection, Warehouse

INSERT = """
insert into elt_ops.inbox (tenant, feed, event_id, event_type, occurred_at, headers, body)
select * from unnest(
    %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::jsonb[], %s::text[]
)
on conflict (tenant, feed, event_id) do nothing
returning tenant, feed
"""
FETCH = """
select inbox_id, event_id, event_type, occurred_at, body, headers, done, tries
from elt_ops.inbox
where tenant = %(tenant)s and feed = %(feed)s and state = 'new' and inbox_id > %(after)s
and (%(stream)s::text is null or not %(stream)s = any(done))
order by inbox_id limit %(limit)s
"""
# An event of two streams is settled by whichever commits last.
SETTLE = """
update elt_ops.inbox set
    done = case when %(stream)s::text is null or %(stream)s = any(done) then done
           else done || %(stream)s::text end,
    reason = coalesce(%(poison)s, reason),
    load_id = coalesce(%(load_id)s, load_id),
    state = case when not %(streams)s::text[] <@ (done || %(stream)s::text) then state
            when coalesce(%(poison)s, reason) is null then 'drained' else 'poison' end,
    settled_at = %(at)s
where tenant = %(tenant)s and feed = %(feed)s and state = 'new' and event_id = any(%(ids)s)
"""


class WarehouseInbox:
    """One feed's inbox, as `include.extract.stores.inbox.Inbox` wants it."""

    def __init__(self, warehouse: Warehouse, tenant: str, feed: str) -> None:
        self._warehouse, self._tenant, self._feed = warehouse, tenant, feed

    def fetch(self, stream: str | None, after: int, limit: int) -> list[WebhookEvent]:
        """Events not settled, in the order of arrival.

        Args:
            stream: Leave out those this stream has taken already; None leaves none out.
            after: Only events behind this place in the inbox.
        """
        values = {
            "tenant": self._tenant,
            "feed": self._feed,
            "stream": stream,
            "after": after,
            "limit": limit,
        }
        with self._warehouse.connect() as connection:
            ddl.run_migrations(connection)
            rows = connection.execute(FETCH.encode(), values).fetchall()
        return [
            WebhookEvent(key, kind, at, body, headers, place, tuple(taken), tries)
            for place, key, kind, at, body, headers, taken, tries in rows
        ]


def run_receive(
    connection: Connection, events: Sequence[tuple[str, str, WebhookEvent]]
) -> list[tuple[str, str]]:
    """Keep (tenant, feed, event) in one statement; answers tenant and feed of those that are new.

    Raises:
        psycopg.Error: None of them is kept.
    """
    now = utcnow()
    rows = [
        (
            *(tenant, feed, event.event_id, event.event_type, event.occurred_at or now),
            *(json.dumps(dict(event.headers)), event.body),
        )
        for tenant, feed, event in events
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [(str(t), str(f)) for t, f in connection.execute(INSERT.encode(), columns)]


def run_settle(
    connection: Connection,
    place: tuple[str, str, str | None],
    marks: Sequence[EventMark],
    load_id: int | None,
) -> None:
    """Mark events inside the caller's transaction: rows and marks are one unit.

    Args:
        place: Tenant, feed, and the stream that took them; None when no stream wants them.
    """
    tenant, feed, stream = place
    groups: dict[tuple[tuple[str, ...], str | None], list[str]] = defaultdict(list)
    for mark in marks:
        groups[mark.streams, mark.poison].append(mark.event_id)
    for (streams, poison), ids in sorted(groups.items(), key=repr):
        values: dict[str, Any] = {
            "tenant": tenant,
            "feed": feed,
            "stream": stream,
            "streams": list(streams),
            "poison": poison,
            "load_id": load_id,
            # In one order, so that two loads of two streams cannot wait for each other.
            "ids": sorted(set(ids)),
            "at": utcnow(),
        }
        connection.execute(SETTLE.encode(), values)


def run_note_try(warehouse: Warehouse, tenant: str, feed: str, ids: Sequence[str]) -> None:
    """Count a failed try; the events stay new."""
    with warehouse.connect() as connection:
        connection.execute(
            "update elt_ops.inbox set tries = tries + 1 where tenant = %s and feed = %s "
            "and state = 'new' and event_id = any(%s)",
            [tenant, feed, sorted(set(ids))],
        )


def fetch_waiting(connection: Connection, tenant: str) -> dict[str, tuple[int, datetime]]:
    """Feed -> number of events not settled and the oldest one's arrival."""
    rows = connection.execute(
        "select feed, count(*), min(received_at) from elt_ops.inbox "
        "where tenant = %s and state = 'new' group by feed order by feed",
        [tenant],
    ).fetchall()
    return {str(feed): (int(count), oldest) for feed, count, oldest in rows}
