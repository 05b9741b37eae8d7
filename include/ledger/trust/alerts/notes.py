"""elt_ops.alert_notes: pieces of news for one receiver each, until a message speaks of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from psycopg.rows import class_row

from include.ledger.connection import Connection

STORM = "many"  # first word of the group of a message about many causes at once
RECENT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Note:
    """One piece of news for one receiver."""

    note_id: int
    alert_id: int
    tenant: str
    channel: str
    receiver: str
    kind: str
    group_key: str
    is_digest: bool
    created_at: datetime
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What receivers have been told.

    Attributes:
        told: (receiver, group) -> when the last message of that group was made; the group `many`
            stands for every message about many causes.
        still_open: Groups of which an alert that was told has not ended, by receiver.
    """

    told: Mapping[tuple[str, str], datetime]
    still_open: frozenset[tuple[str, str]]


COLUMNS = ", ".join(field.name for field in fields(Note))


def run_insert_notes(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Write notes; keys are the table's columns without its id."""
    if not rows:
        return
    names = [field.name for field in fields(Note) if field.name != "note_id"]
    marks = ", ".join(f"%({name})s" for name in names)
    text = f"insert into elt_ops.alert_notes ({', '.join(names)}) values ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(text.encode(), rows)


def run_insert_told(connection: Connection, values: Mapping[str, object]) -> None:
    """A note of what was told while the books were away.

    Args:
        values: alert_id, tenant, channel, receiver, kind, group_key, at, delivery_id.
    """
    connection.execute(
        "insert into elt_ops.alert_notes (alert_id, tenant, channel, receiver, kind, group_key, "
        "created_at, not_before, delivery_id, is_told) values (%(alert_id)s, %(tenant)s, "
        "%(channel)s, %(receiver)s, %(kind)s, %(group_key)s, %(at)s, %(at)s, %(delivery_id)s, "
        "true)",
        values,
    )


def run_drop_stale(connection: Connection) -> int:
    """Remove what waited to be told and is not true any more.

    What a digest will say stays, so that it can say that it is over.
    """
    return connection.execute(
        "delete from elt_ops.alert_notes as n using elt_ops.alerts as a "
        "where a.alert_id = n.alert_id and not n.is_told and not n.is_digest "
        "and ((n.kind <> 'resolved' and a.state <> 'open') "
        "or (n.kind = 'resolved' and a.state <> 'resolved'))"
    ).rowcount


def fetch_waiting(connection: Connection, now: datetime, limit: int = 20_000) -> list[Note]:
    """Notes that may be told by now, the oldest first."""
    with connection.cursor(row_factory=class_row(Note)) as cursor:
        cursor.execute(
            f"select {COLUMNS} from elt_ops.alert_notes "  # noqa: S608 our own names
            "where not is_told and not_before <= %s order by note_id limit %s".encode(),
            [now, limit],
        )
        return cursor.fetchall()


def fetch_groups_told(
    connection: Connection, alert_ids: Sequence[int]
) -> dict[tuple[int, str], tuple[str, str, str]]:
    """(alert, receiver) -> tenant, channel and group of the message that told its beginning."""
    rows = connection.execute(
        "select distinct on (n.alert_id, n.receiver) n.alert_id, n.receiver, n.tenant, n.channel, "
        "n.group_key from elt_ops.alert_notes as n join elt_ops.alerts as a using (alert_id) "
        "where n.alert_id = any(%s) and n.is_told and n.kind <> 'resolved' and not n.is_digest "
        "order by n.alert_id, n.receiver, n.note_id desc",
        [list(alert_ids)],
    ).fetchall()
    return {(int(row[0]), str(row[1])): (row[2], row[3], row[4]) for row in rows}


def fetch_known(connection: Connection, receivers: Iterable[str], now: datetime) -> Known:
    """What these receivers were told in the last two days, and what of it goes on."""
    names = sorted(set(receivers))
    rows = connection.execute(
        "select receiver, group_key, max(created_at) from elt_ops.alert_deliveries "
        "where receiver = any(%s) and created_at > %s and kind not in ('resolved', 'digest') "
        "group by receiver, group_key",
        [names, now - RECENT],
    ).fetchall()
    told: dict[tuple[str, str], datetime] = {}
    for receiver, group, at in rows:
        told[receiver, group] = at
        if group.split(" ", 1)[0] == STORM:
            told[receiver, STORM] = max(at, told.get((receiver, STORM), at))
    still = connection.execute(
        "select distinct n.receiver, n.group_key from elt_ops.alert_notes as n "
        "join elt_ops.alerts as a using (alert_id) where n.receiver = any(%s) and n.is_told "
        "and not n.is_digest and n.kind <> 'resolved' and a.state <> 'resolved'",
        [names],
    ).fetchall()
    return Known(told, frozenset((str(row[0]), str(row[1])) for row in still))


def run_mark_told(
    connection: Connection, note_ids: Sequence[int], delivery_id: int, group_key: str
) -> None:
    """These are in that message; the group is the message's from here on."""
    connection.execute(
        "update elt_ops.alert_notes set is_told = true, delivery_id = %s, group_key = %s "
        "where note_id = any(%s)",
        [delivery_id, group_key, list(note_ids)],
    )
