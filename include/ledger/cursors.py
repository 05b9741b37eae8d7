"""Cursors: how far each stream has come, as loads move them and people set them.

A rewind takes the stream's lock, so that it stands before or after a load, never inside one. A load
that was reading meanwhile commits its rows but not its cursor (`fetch_is_rewound`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import dict_row

from include.core.clock import parse_instant
from include.ledger.checkpoints import run_drop_checkpoint
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.ledger.locks import run_lock_stream
from include.ledger.stores.files import run_forget_files

# Clocks of workers and server differ by seconds; more than this is no difference but a fault.
CLOCK_TOLERANCE = timedelta(minutes=5)


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


def fetch_cursor(connection: Connection, tenant: str, feed: str, stream: str) -> str | None:
    """The committed cursor (ISO instant) of a stream, None before its first load."""
    row = connection.execute(
        "select value from elt_ops.cursors where (tenant, feed, stream) = (%s, %s, %s)",
        [tenant, feed, stream],
    ).fetchone()
    return str(row[0]) if row else None


def fetch_believed_cursor(
    connection: Connection, tenant: str, feed: str, stream: str
) -> datetime | None:
    """Until when the stream is certainly loaded, by the server's clock instead of the cursor.

    Ours when the read that moved the cursor began: its parts' commit less the time they took.
    """
    row = connection.execute(
        "select min(l.finished_at - make_interval(secs => l.seconds)) "
        "from elt_ops.cursors as c join elt_ops.loads as mine on mine.load_id = c.load_id "
        "join elt_ops.loads as l on (l.tenant, l.feed, l.stream) = (c.tenant, c.feed, c.stream) "
        "and l.state = 'loaded' and l.window_end = mine.window_end "
        "where (c.tenant, c.feed, c.stream) = (%s, %s, %s)",
        [tenant, feed, stream],
    ).fetchone()
    return row[0] if row else None


def run_save_cursor(connection: Connection, place: LoadPlace, value: str, load_id: int) -> None:
    """Move the cursor forward, never back: a load that began earlier may commit later.

    A cursor ahead of the server's own clock was written by a clock that was wrong, and is replaced.
    """
    connection.execute(
        "insert into elt_ops.cursors as c (tenant, feed, stream, value, load_id) "
        "values (%s, %s, %s, %s, %s) on conflict (tenant, feed, stream) do update "
        "set value = excluded.value, load_id = excluded.load_id, updated_at = clock_timestamp() "
        "where excluded.value::timestamptz >= c.value::timestamptz "
        "or c.value::timestamptz > clock_timestamp() + %s",
        [place.tenant, place.feed, place.stream, value, load_id, CLOCK_TOLERANCE],
    )


def run_save_position(connection: Connection, place: LoadPlace, value: str, load_id: int) -> None:
    """Store a source's own state as the cursor; which of two is newer only the source knows."""
    connection.execute(
        "insert into elt_ops.cursors as c (tenant, feed, stream, value, load_id) "
        "values (%s, %s, %s, %s, %s) on conflict (tenant, feed, stream) do update "
        "set value = excluded.value, load_id = excluded.load_id, updated_at = clock_timestamp()",
        [place.tenant, place.feed, place.stream, value, load_id],
    )


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
    run_lock_stream(connection, *place)
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
