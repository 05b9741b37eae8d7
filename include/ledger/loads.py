"""What happened to loads: the books, cursors, quarantine and schema changes in elt_ops.

`run_*` functions here write but never commit: the caller's transaction decides, so that rows,
cursor and books are one unit.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import dict_row

from include.core.errors import EltError
from include.core.streams import LoadResult, RunKind, Window
from include.ledger.check_results import run_claim_alert as run_claim_alert  # one door for callers
from include.ledger.connection import Connection

MAX_MESSAGE = 2000
# Clocks of workers and server differ by seconds; more than this is no difference but a fault.
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class LoadPlace:
    """What a load is of and who asked for it; the same before, during and after the load."""

    tenant: str
    feed: str
    connector: str
    stream: str
    kind: RunKind
    window: Window
    started_at: datetime
    dag_id: str | None = None
    run_id: str | None = None
    try_number: int = 1

    def row(self) -> dict[str, Any]:
        """Values by the names of elt_ops.loads."""
        return {
            "tenant": self.tenant,
            "feed": self.feed,
            "connector": self.connector,
            "stream": self.stream,
            "kind": str(self.kind),
            "window_start": self.window.start,
            "window_end": self.window.end,
            "started_at": self.started_at,
            "dag_id": self.dag_id,
            "run_id": self.run_id,
            "try_number": self.try_number,
        }


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


def fetch_last_delivered(connection: Connection, place: LoadPlace) -> int | None:
    """Records of the last full read of the stream; None when none was counted."""
    row = connection.execute(
        "select delivered from elt_ops.loads where (tenant, feed, stream) = (%s, %s, %s) "
        "and state = 'loaded' and is_last and delivered is not null order by load_id desc limit 1",
        [place.tenant, place.feed, place.stream],
    ).fetchone()
    return int(row[0]) if row else None


def fetch_next_load_id(connection: Connection) -> int:
    """A fresh load id; ids of rolled-back loads stay unused."""
    query = "select nextval(pg_get_serial_sequence('elt_ops.loads', 'load_id'))"
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(str(row[0]))


def fetch_is_latest(connection: Connection, place: LoadPlace) -> bool:
    """True when no committed load of this stream began after this one."""
    row = connection.execute(
        "select 1 from elt_ops.loads where (tenant, feed, stream) = (%s, %s, %s) "
        "and state = 'loaded' and started_at > %s limit 1",
        [place.tenant, place.feed, place.stream, place.started_at],
    ).fetchone()
    return row is None


def fetch_loads(
    connection: Connection,
    tenant: str | None = None,
    *,
    feed: str | None = None,
    stream: str | None = None,
    run_id: str | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Rows of elt_ops.loads as dicts, newest first; every given argument narrows."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select * from elt_ops.loads where tenant = coalesce(%s, tenant) "
            "and feed = coalesce(%s, feed) and stream = coalesce(%s, stream) "
            "and (%s::text is null or run_id = %s) order by load_id desc limit %s",
            [tenant, feed, stream, run_id, run_id, limit],
        )
        return cursor.fetchall()


def fetch_latest_loads(connection: Connection, tenant: str | None = None) -> list[dict[str, Any]]:
    """The newest row of elt_ops.loads for every (tenant, feed, stream), sorted by these."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select distinct on (tenant, feed, stream) * from elt_ops.loads "
            "where tenant = coalesce(%s, tenant) order by tenant, feed, stream, load_id desc",
            [tenant],
        )
        return cursor.fetchall()


def fetch_schema_changes(
    connection: Connection, tenant: str, feed: str, *, since_load_id: int = 0
) -> list[dict[str, Any]]:
    """Rows of elt_ops.schema_changes of one feed, oldest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select * from elt_ops.schema_changes where (tenant, feed) = (%s, %s) "
            "and load_id >= %s order by change_id",
            [tenant, feed, since_load_id],
        )
        return cursor.fetchall()


def fetch_quarantine(
    connection: Connection, tenant: str, *, feed: str | None = None, state: str = "open"
) -> list[dict[str, Any]]:
    """Quarantined records without their payload, most recently seen first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select quarantine_id, tenant, feed, stream, record_key, reason, detail, first_seen, "
            "last_seen, seen_count, load_id, state from elt_ops.quarantine "
            "where tenant = %s and feed = coalesce(%s, feed) and state = %s "
            "order by last_seen desc, quarantine_id",
            [tenant, feed, state],
        )
        return cursor.fetchall()


def run_record_load(
    connection: Connection,
    place: LoadPlace,
    result: LoadResult,
    *,
    part: int = 1,
    is_last: bool = True,
    delivered: int | None = None,
) -> None:
    """Write the load's books under the id taken before (`fetch_next_load_id`).

    Args:
        part: Which part of its read this is, from 1.
        delivered: Records of the whole read so far, where the next read is compared with it.
    """
    values = place.row() | {
        "load_id": result.load_id,
        "state": "loaded",
        "inserted": result.inserted,
        "updated": result.updated,
        "deleted": result.deleted,
        "child_rows": json.dumps(result.child_rows),
        "cursor_before": result.cursor_before,
        "cursor_after": result.cursor_after,
        "seconds": result.seconds,
        "read": result.read,
        "unchanged": result.unchanged,
        "quarantined": result.quarantined,
        "filtered": result.filtered,
        "part": part,
        "is_last": is_last,
        "delivered": delivered,
        "notices": json.dumps(result.notices),
    }
    _insert_load(connection, values)


def run_record_failure(
    connection: Connection, place: LoadPlace, error: BaseException, *, seconds: float = 0.0
) -> int:
    """Write the ledger row of a load that was rolled back; returns its id.

    Errors of ours carry no row contents; of any other only the class is kept.
    """
    load_id = fetch_next_load_id(connection)
    message = f"unexpected `{type(error).__name__}`; see the task's log."
    if isinstance(error, EltError):
        message = error.message
    values = place.row() | {
        "load_id": load_id,
        "state": "failed",
        "seconds": seconds,
        "error_class": type(error).__name__,
        "error_message": message[:MAX_MESSAGE].replace("\x00", ""),
    }
    _insert_load(connection, values)
    return load_id


def _insert_load(connection: Connection, values: dict[str, Any]) -> None:
    names = ", ".join(values)
    marks = ", ".join(f"%({name})s" for name in values)
    statement = f"insert into elt_ops.loads ({names}) values ({marks})"  # noqa: S608 our own names
    connection.execute(statement.encode(), values)


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
