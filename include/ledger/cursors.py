"""Cursors as people see and set them; loads move them through `ledger`.

A rewind takes the stream's lock, so that it stands before or after a load, never inside one. A load
that was reading meanwhile commits its rows but not its cursor (`fetch_is_rewound`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from include.core import naming
from include.core.clock import parse_instant
from include.ledger.checkpoints import run_drop_checkpoint
from include.ledger.connection import Connection
from include.ledger.loads import fetch_cursor
from include.ledger.stores.files import run_forget_files


@dataclass(frozen=True, slots=True)
class Rewind:
    """What a rewind changed for one stream.

    Attributes:
        after: None: the stream starts over.
        checkpoints: Broken reads that will not be gone on with.
    """

    stream: str
    before: str | None
    after: str | None
    checkpoints: int = 0


def fetch_cursors(
    connection: Connection, tenant: str, *, feed: str | None = None, stream: str | None = None
) -> list[dict[str, Any]]:
    """Every stream that has a cursor or a checkpoint: both, and the last time a person set it."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select k.feed, k.stream, c.value as cursor, c.load_id, c.updated_at, "
            "p.part as checkpoint_parts, p.delivered as checkpoint_records, "
            "p.saved_at as checkpoint_at, h.changed_at as rewound_at, h.value_before, h.reason "
            "from (select tenant, feed, stream from elt_ops.cursors "
            "union select tenant, feed, stream from elt_ops.checkpoints) as k "
            "left join elt_ops.cursors as c "
            "on (c.tenant, c.feed, c.stream) = (k.tenant, k.feed, k.stream) "
            "left join lateral (select * from elt_ops.checkpoints as p where (p.tenant, p.feed, "
            "p.stream) = (k.tenant, k.feed, k.stream) order by p.saved_at desc limit 1) as p "
            "on true "
            "left join lateral (select * from elt_ops.cursor_changes as h where (h.tenant, h.feed, "
            "h.stream) = (k.tenant, k.feed, k.stream) order by h.change_id desc limit 1) as h "
            "on true "
            "where k.tenant = %(tenant)s and k.feed = coalesce(%(feed)s, k.feed) "
            "and k.stream = coalesce(%(stream)s, k.stream) order by 1, 2",
            {"tenant": tenant, "feed": feed, "stream": stream},
        )
        return cursor.fetchall()


def run_rewind(
    connection: Connection, tenant: str, feed: str, stream: str, value: str | None, reason: str
) -> Rewind:
    """Set or forget one cursor in the caller's transaction, with its history.

    Args:
        value: The new cursor; None forgets it, and the stream starts over. A stream without one
            starts over anyway, and is not given one.
    """
    place = (tenant, feed, stream)
    connection.execute("select pg_advisory_xact_lock(%s)", [naming.lock_key(*place)])
    before = fetch_cursor(connection, *place)
    if value is None:
        connection.execute(
            "delete from elt_ops.cursors where (tenant, feed, stream) = (%s, %s, %s)", place
        )
    elif before is None:
        value = None
    else:
        connection.execute(
            "update elt_ops.cursors set value = %s, updated_at = clock_timestamp() "
            "where (tenant, feed, stream) = (%s, %s, %s)",
            [value, *place],
        )
    dropped = run_drop_checkpoint(connection, *place)
    run_forget_files(connection, *place)
    connection.execute(
        "insert into elt_ops.cursor_changes "
        "(tenant, feed, stream, value_before, value_after, reason) values (%s, %s, %s, %s, %s, %s)",
        [*place, before, value, reason],
    )
    return Rewind(stream, before, value, dropped)


def fetch_is_rewound(
    connection: Connection,
    place: tuple[str, str, str],
    *,
    planned_from: str | None,
    now: str | None,
    is_state: bool,
    started_at: datetime,
) -> bool:
    """True when a person set the cursor back while a load was reading: it must not undo that.

    Args:
        place: Tenant, feed, stream.
        planned_from: The cursor when the load chose what to read.
        now: The cursor as stored.
        is_state: The cursor is a source's own state, of which nobody knows what is back.
    """
    if planned_from is None:
        return False
    if not is_state:
        return now is None or parse_instant(now) < parse_instant(planned_from)
    row = connection.execute(
        "select 1 from elt_ops.cursor_changes "
        "where (tenant, feed, stream) = (%s, %s, %s) and changed_at > %s limit 1",
        [*place, started_at],
    ).fetchone()
    return row is not None
