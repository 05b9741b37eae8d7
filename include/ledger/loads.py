"""The books: what each load did, and what the next one asks of them.

`run_*` functions here write but never commit: the caller's transaction decides, so that rows,
cursor and books are one unit.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.core.clock import agreed
from include.core.errors import EltError
from include.core.streams import NOWHERE, LoadResult, RunKind, RunOrigin, Window
from include.ledger.connection import Connection

MAX_MESSAGE = 2000


@dataclass(frozen=True, slots=True)
class LoadPlace:
    """What a load is of and who asked for it; the same before, during and after the load.

    Attributes:
        window: What is read; what is asked for until a plan has decided it.
        started_at: Instant before anything was read.
    """

    tenant: str
    feed: str
    connector: str
    stream: str
    kind: RunKind
    window: Window
    started_at: datetime
    origin: RunOrigin = NOWHERE

    @property
    def names(self) -> tuple[str, str, str]:
        """What identifies the stream: tenant, feed and stream."""
        return self.tenant, self.feed, self.stream

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
            "dag_id": self.origin.dag_id,
            "run_id": self.origin.run_id,
            "try_number": self.origin.try_number,
        }


def fetch_last_delivered(connection: Connection, place: LoadPlace) -> int | None:
    """Records of the last full read of the stream; None when none was counted."""
    row = connection.execute(
        "select delivered from elt_ops.loads where (tenant, feed, stream) = (%s, %s, %s) "
        "and state = 'loaded' and is_last and delivered is not null order by load_id desc limit 1",
        [place.tenant, place.feed, place.stream],
    ).fetchone()
    return int(row[0]) if row else None


def fetch_has_read(connection: Connection, place: LoadPlace) -> bool:
    """True once a load of the stream has read records: what they look like is known."""
    row = connection.execute(
        "select 1 from elt_ops.loads where (tenant, feed, stream, state) = (%s, %s, %s, 'loaded') "
        "and read > 0 limit 1",
        [place.tenant, place.feed, place.stream],
    ).fetchone()
    return row is not None


def fetch_next_load_id(connection: Connection) -> int:
    """A fresh load id; ids of rolled-back loads stay unused."""
    query = "select nextval(pg_get_serial_sequence('elt_ops.loads', 'load_id'))"
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(str(row[0]))


def fetch_now(connection: Connection) -> datetime:
    """The database's clock: the only one by which loads of different workers are ordered."""
    row = connection.execute("select clock_timestamp()").fetchone()
    assert row is not None
    found: datetime = row[0]
    return agreed(found)


def fetch_is_latest(connection: Connection, place: LoadPlace) -> bool:
    """True when no committed load of this stream began after this one.

    One that says it began in the future was stamped by a clock that was wrong and decides nothing.
    """
    row = connection.execute(
        "select 1 from elt_ops.loads where (tenant, feed, stream) = (%s, %s, %s) "
        "and state = 'loaded' and started_at > %s "
        "and started_at <= clock_timestamp() + interval '5 minutes' limit 1",
        [place.tenant, place.feed, place.stream, place.started_at],
    ).fetchone()
    return row is None


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
        "cost": json.dumps(result.cost) if result.cost else None,
    }
    _insert_load(connection, values)


def run_note_vendor_count(connection: Connection, load_id: int, *, counted: int, read: int) -> None:
    """Beside a load that was committed: what the vendor counts in its window, and what was read."""
    connection.execute(
        "update elt_ops.loads set vendor_count = %s, vendor_read = %s where load_id = %s",
        [counted, read, load_id],
    )


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
