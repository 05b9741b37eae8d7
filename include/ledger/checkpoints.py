"""Where a read that is committed in parts can go on: elt_ops.checkpoints. Nothing here commits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import dict_row

from include.core.streams import Window
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace

# A page token outlives hours, seldom days; counted from the last part, by the server's clock.
OLDEST = timedelta(hours=24)

_SAVE = """
insert into elt_ops.checkpoints (
    tenant, feed, stream, reads, kind, position, window_start, window_end, cursor_before,
    cursor_after, started_at, part, delivered, load_id
) values (
    %(tenant)s, %(feed)s, %(stream)s, %(reads)s, %(kind)s, %(position)s, %(window_start)s,
    %(window_end)s, %(cursor_before)s, %(cursor_after)s, %(started_at)s, %(part)s, %(delivered)s,
    %(load_id)s
) on conflict (tenant, feed, stream, reads) do update set
    kind = excluded.kind, position = excluded.position, window_start = excluded.window_start,
    window_end = excluded.window_end, cursor_before = excluded.cursor_before,
    cursor_after = excluded.cursor_after, started_at = excluded.started_at, part = excluded.part,
    delivered = excluded.delivered, load_id = excluded.load_id, saved_at = clock_timestamp()
"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A read of which some parts are committed.

    Attributes:
        window: What the whole read is of; the next part goes on in it.
        cursor_before: The stream's cursor when the read began; another one now means that the
            window is no longer the one to read.
        cursor_after: Cursor to commit with the last part.
        started_at: When the read began.
        part: Parts committed so far.
        delivered: Records these parts brought.
    """

    position: str
    window: Window
    cursor_before: str | None
    cursor_after: str | None
    started_at: datetime
    part: int
    delivered: int


def build_reads(interval: Window | None) -> str:
    """The name of what is read: a retry goes on only with the same."""
    if interval is None:
        return "onwards"
    sides = [side.isoformat() if side else "" for side in (interval.start, interval.end)]
    return "/".join(sides)


def fetch_checkpoint(
    connection: Connection, tenant: str, feed: str, stream: str, reads: str
) -> Checkpoint | None:
    """The place to go on at; None when there is none or it is older than a day."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            "select * from elt_ops.checkpoints where (tenant, feed, stream, reads) = "
            "(%s, %s, %s, %s) and saved_at > clock_timestamp() - %s",
            [tenant, feed, stream, reads, OLDEST],
        ).fetchone()
    if row is None:
        return None
    window = Window(row["window_start"], row["window_end"])
    names = ("position", "cursor_before", "cursor_after", "started_at", "part", "delivered")
    return Checkpoint(window=window, **{name: row[name] for name in names})


def run_save_checkpoint(
    connection: Connection, place: LoadPlace, reads: str, checkpoint: Checkpoint, load_id: int
) -> None:
    """Write where the read goes on after the part `load_id`, in that part's transaction."""
    values = place.row() | {
        "reads": reads,
        "window_start": checkpoint.window.start,
        "window_end": checkpoint.window.end,
        "position": checkpoint.position,
        "cursor_before": checkpoint.cursor_before,
        "cursor_after": checkpoint.cursor_after,
        "started_at": checkpoint.started_at,
        "part": checkpoint.part,
        "delivered": checkpoint.delivered,
        "load_id": load_id,
    }
    connection.execute(_SAVE.encode(), values)


def run_drop_checkpoint(
    connection: Connection, tenant: str, feed: str, stream: str, reads: str | None = None
) -> int:
    """Forget where to go on, in every read when none is named; returns how many were dropped.

    Those of any read that are too old to be continued go along.
    """
    return connection.execute(
        "delete from elt_ops.checkpoints where (tenant, feed, stream) = (%s, %s, %s) "
        "and (%s::text is null or reads = %s or saved_at <= clock_timestamp() - %s)",
        [tenant, feed, stream, reads, reads, OLDEST],
    ).rowcount
