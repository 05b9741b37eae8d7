"""elt_ops.alert_deliveries: messages stored before they are sent, and what became of them.

A message is leased, sent outside of any transaction, and then marked: a sender that dies in between
leaves a lease that runs out, and the message is sent again. Receivers that know the message's id
(`dedup_key`) show it once all the same.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import class_row, dict_row

from include.ledger.connection import Connection

LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one receiver.

    Attributes:
        message: As include/alerts/message.py builds it, with its `target`.
        tries: Sendings begun before this one.
    """

    delivery_id: int
    tenant: str
    channel: str
    receiver: str
    kind: str
    group_key: str
    message: Mapping[str, Any]
    tries: int
    created_at: datetime


COLUMNS = ", ".join(field.name for field in fields(Delivery))
LEASE_NEXT = f"""
    update elt_ops.alert_deliveries set lease_until = %(until)s, tries = tries + 1
    where delivery_id = (
        select d.delivery_id from elt_ops.alert_deliveries as d
        where d.state = 'waiting' and d.not_before <= %(now)s
        and (d.lease_until is null or d.lease_until <= %(now)s)
        and not exists (
            select from elt_ops.alert_deliveries as e
            where e.state = 'waiting' and not e.is_refused and e.receiver = d.receiver
            and e.delivery_id < d.delivery_id
        )
        order by d.delivery_id limit 1 for update skip locked
    ) returning {COLUMNS}
"""  # noqa: S608 our own names


def run_store(connection: Connection, values: Mapping[str, Any]) -> int:
    """A message that waits to be sent; its id.

    Args:
        values: tenant, channel, receiver, kind, group_key, message, at.
    """
    row = connection.execute(
        "insert into elt_ops.alert_deliveries (tenant, channel, receiver, kind, group_key, "
        "message, not_before, created_at) values (%(tenant)s, %(channel)s, %(receiver)s, "
        "%(kind)s, %(group_key)s, %(message)s, %(at)s, %(at)s) returning delivery_id",
        {**values, "message": json.dumps(values["message"], default=str)},
    ).fetchone()
    assert row is not None
    return int(row[0])


def run_lease(connection: Connection, now: datetime) -> Delivery | None:
    """The next message that may be sent, for this sender alone; None when there is none.

    One receiver's messages go out in their order: while an earlier one waits or is being sent, the
    later ones wait too, so that nobody reads of an end before the beginning. One that the receiver
    itself has refused holds nobody up.
    """
    with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        cursor.execute(LEASE_NEXT.encode(), {"now": now, "until": now + LEASE})
        return cursor.fetchone()


def run_mark_sent(connection: Connection, delivery_id: int, now: datetime) -> None:
    """It has arrived."""
    connection.execute(
        "update elt_ops.alert_deliveries set state = 'sent', sent_at = %s, lease_until = null, "
        "last_error = null where delivery_id = %s",
        [now, delivery_id],
    )


def run_mark_failed(
    connection: Connection,
    delivery_id: int,
    error: str,
    again_at: datetime | None,
    *,
    is_refused: bool,
) -> None:
    """It has not arrived; `again_at` None: it is given up, and later ones go on without it."""
    connection.execute(
        "update elt_ops.alert_deliveries set last_error = %s, is_refused = %s, "
        "lease_until = null, "
        "state = case when %s::timestamptz is null then 'failed' else 'waiting' end, "
        "not_before = coalesce(%s, not_before) where delivery_id = %s",
        [error, is_refused, again_at, again_at, delivery_id],
    )


def fetch_troubled(connection: Connection, since: datetime) -> list[dict[str, Any]]:
    """Receivers whose messages have failed or waited since before that: one row each."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select tenant, channel, receiver, min(created_at) as since, count(*) as messages, "
            "max(last_error) as last_error from elt_ops.alert_deliveries "
            "where (state = 'waiting' and created_at < %(since)s and tries > 0) "
            "or (state = 'failed' and created_at > %(since)s - interval '1 day') "
            "group by tenant, channel, receiver",
            {"since": since},
        )
        return cursor.fetchall()


def fetch_delivery(connection: Connection, delivery_id: int) -> dict[str, Any] | None:
    """One message's state, tries and last error."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select delivery_id, channel, receiver, state, tries, last_error, sent_at "
            "from elt_ops.alert_deliveries where delivery_id = %s",
            [delivery_id],
        )
        return cursor.fetchone()
