"""Backfills in chunks: what is to be read, who works on it, and what came of it.

A worker claims one chunk at a time and says every few seconds that it lives; a claim nobody has
renewed for long is anybody's again. Loading a chunk twice changes nothing, so no more is needed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg.rows import dict_row

from include.core.streams import LoadResult, Window
from include.ledger.connection import Connection

_IS_FREE = """
(c.state = 'waiting' and coalesce(c.not_before, '-infinity') <= clock_timestamp()
or c.state = 'running' and c.heartbeat_at < clock_timestamp() - %(stale)s)
"""
_CLAIM = f"""
update elt_ops.backfill_chunks as mine
set state = 'running', worker = %(worker)s, heartbeat_at = clock_timestamp(),
    tries = mine.tries + 1, not_before = null
from (
    select c.backfill_id, c.stream, c.window_start
    from elt_ops.backfill_chunks as c join elt_ops.backfills as b using (backfill_id)
    where b.state = 'running' and b.backfill_id = any(%(ids)s) and {_IS_FREE}
    order by c.backfill_id, c.window_start, c.stream
    limit 1 for update of c skip locked
) as free
where (mine.backfill_id, mine.stream, mine.window_start)
    = (free.backfill_id, free.stream, free.window_start)
returning mine.backfill_id, mine.stream, mine.window_start, mine.window_end, mine.tries
"""  # noqa: S608 our own words
_MINE = """
where (backfill_id, stream, window_start) = (%(backfill_id)s, %(stream)s, %(window_start)s)
and state = 'running' and worker = %(worker)s
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One claimed interval of one stream; `tries` counts this one."""

    backfill_id: int
    stream: str
    window: Window
    tries: int
    worker: str

    def row(self) -> dict[str, Any]:
        """Its key, by the names in the statements here."""
        return {
            "backfill_id": self.backfill_id,
            "stream": self.stream,
            "window_start": self.window.start,
            "worker": self.worker,
        }


def run_create(
    connection: Connection,
    tenant: str,
    feed: str,
    window: Window,
    chunk: str,
    chunks: Mapping[str, Sequence[Window]],
) -> int:
    """Write a backfill with the chunks of every stream; returns its id."""
    row = connection.execute(
        "insert into elt_ops.backfills (tenant, feed, window_start, window_end, chunk) "
        "values (%s, %s, %s, %s, %s) returning backfill_id",
        [tenant, feed, window.start, window.end, chunk],
    ).fetchone()
    assert row is not None
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into elt_ops.backfill_chunks (backfill_id, stream, window_start, window_end) "
            "values (%s, %s, %s, %s)",
            [(row[0], name, one.start, one.end) for name, all_ in chunks.items() for one in all_],
        )
    return int(row[0])


def run_claim(
    connection: Connection, ids: Sequence[int], worker: str, stale: timedelta
) -> Chunk | None:
    """Take the earliest free chunk of these backfills; None when there is none just now."""
    found = connection.execute(
        _CLAIM.encode(), {"ids": list(ids), "worker": worker, "stale": stale}
    ).fetchone()
    if found is None:
        return None
    backfill_id, stream, start, end, tries = found
    return Chunk(int(backfill_id), str(stream), Window(start, end), int(tries), worker)


def run_heartbeat(connection: Connection, chunk: Chunk) -> bool:
    """Say that the worker lives; False when the chunk is no longer its own."""
    done = connection.execute(
        f"update elt_ops.backfill_chunks set heartbeat_at = clock_timestamp() {_MINE}".encode(),  # noqa: S608 our own words
        chunk.row(),
    )
    return done.rowcount == 1


def run_finish(connection: Connection, chunk: Chunk, result: LoadResult | None) -> None:
    """The chunk is loaded; `result` None when there was nothing to load."""
    _run_settle(
        connection,
        chunk,
        "state = 'done', error = null, load_id = %(load_id)s, read = %(read)s, "
        "written = %(written)s, seconds = %(seconds)s",
        load_id=result.load_id if result else None,
        read=result.read if result else 0,
        written=result.loaded if result else 0,
        seconds=result.seconds if result else 0.0,
    )


def run_put_back(connection: Connection, chunk: Chunk, wait: timedelta, error: str | None) -> None:
    """The chunk waits for another try; without an error, this one does not count."""
    _run_settle(
        connection,
        chunk,
        "state = 'waiting', not_before = clock_timestamp() + %(wait)s, error = %(error)s, "
        "tries = tries - %(uncounted)s",
        wait=wait,
        error=error,
        uncounted=0 if error else 1,
    )


def run_fail(connection: Connection, chunk: Chunk, error: str) -> None:
    """The chunk needs a person; resuming the backfill tries it again."""
    _run_settle(connection, chunk, "state = 'failed', error = %(error)s", error=error)


def _run_settle(connection: Connection, chunk: Chunk, sets: str, **values: Any) -> None:
    connection.execute(
        f"update elt_ops.backfill_chunks set {sets}, worker = null {_MINE}".encode(),  # noqa: S608 our own words
        chunk.row() | values,
    )


def fetch_has_work(connection: Connection, ids: Sequence[int]) -> bool:
    """True while a running backfill among these has a chunk that is not settled."""
    row = connection.execute(
        "select 1 from elt_ops.backfills as b join elt_ops.backfill_chunks as c "
        "using (backfill_id) where b.backfill_id = any(%s) and b.state = 'running' "
        "and c.state in ('waiting', 'running') limit 1",
        [list(ids)],
    ).fetchone()
    return row is not None


def run_close_finished(connection: Connection, ids: Sequence[int]) -> None:
    """Running backfills without open chunks are done, or paused when some of theirs failed."""
    connection.execute(
        "update elt_ops.backfills as b set "
        "state = case when t.failed = 0 then 'done' else 'paused' end, "
        "note = case when t.failed = 0 then '' else t.failed || ' chunks failed; resume tries "
        "them again' end, "
        "finished_at = case when t.failed = 0 then clock_timestamp() end "
        "from (select backfill_id, count(*) filter (where state = 'failed') as failed "
        "from elt_ops.backfill_chunks group by backfill_id "
        "having count(*) filter (where state in ('waiting', 'running')) = 0) as t "
        "where t.backfill_id = b.backfill_id and b.backfill_id = any(%s) and b.state = 'running'",
        [list(ids)],
    )


def run_pause(connection: Connection, backfill_id: int, note: str) -> bool:
    """Let nobody claim another chunk of it; chunks being loaded are finished."""
    done = connection.execute(
        "update elt_ops.backfills set state = 'paused', note = %s "
        "where backfill_id = %s and state = 'running'",
        [note, backfill_id],
    )
    return done.rowcount == 1


def run_resume(connection: Connection, backfill_id: int) -> bool:
    """Let it go on; failed chunks get their tries back."""
    done = connection.execute(
        "update elt_ops.backfills set state = 'running', note = '' "
        "where backfill_id = %s and state = 'paused'",
        [backfill_id],
    )
    connection.execute(
        "update elt_ops.backfill_chunks as c set state = 'waiting', tries = 0, not_before = null "
        "from elt_ops.backfills as b where b.backfill_id = c.backfill_id "
        "and c.backfill_id = %s and b.state = 'running' and c.state = 'failed'",
        [backfill_id],
    )
    return done.rowcount == 1


def run_cancel(connection: Connection, backfill_id: int) -> bool:
    """End it; what is loaded stays."""
    done = connection.execute(
        "update elt_ops.backfills set state = 'cancelled', finished_at = clock_timestamp() "
        "where backfill_id = %s and state in ('running', 'paused')",
        [backfill_id],
    )
    return done.rowcount == 1


def fetch_backfills(
    connection: Connection,
    tenant: str,
    *,
    feed: str | None = None,
    ids: Sequence[int] | None = None,
    only_open: bool = False,
) -> list[dict[str, Any]]:
    """Backfills with their progress, newest first.

    Each row has `total`, `done`, `failed`, `running`, `read`, `written`, `left_s` (None before the
    first chunk is done) and `streams` (name -> [done, total]).
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select b.*, t.* from elt_ops.backfills as b join lateral ("
            "select count(*) as total, count(*) filter (where state = 'done') as done, "
            "count(*) filter (where state = 'failed') as failed, "
            "count(*) filter (where state = 'running') as running, "
            "coalesce(sum(read), 0)::bigint as read, coalesce(sum(written), 0)::bigint as written, "
            "avg(seconds) filter (where state = 'done') * count(*) filter (where state in "
            "('waiting', 'running')) / greatest(count(*) filter (where state = 'running'), 1) "
            "as left_s, min(error) filter (where state = 'failed') as error "
            "from elt_ops.backfill_chunks as c where c.backfill_id = b.backfill_id) as t on true "
            "where b.tenant = %(tenant)s and b.feed = coalesce(%(feed)s, b.feed) "
            "and (%(ids)s::bigint[] is null or b.backfill_id = any(%(ids)s)) "
            "and (not %(open)s or b.state in ('running', 'paused')) order by b.backfill_id desc",
            {
                "tenant": tenant,
                "feed": feed,
                "ids": None if ids is None else list(ids),
                "open": only_open,
            },
        )
        rows = cursor.fetchall()
        for row in rows:
            row["streams"] = _fetch_streams(connection, row["backfill_id"])
    return rows


def _fetch_streams(connection: Connection, backfill_id: int) -> dict[str, list[int]]:
    rows = connection.execute(
        "select stream, count(*) filter (where state = 'done'), count(*) "
        "from elt_ops.backfill_chunks where backfill_id = %s group by 1 order by 1",
        [backfill_id],
    ).fetchall()
    return {str(stream): [int(done), int(total)] for stream, done, total in rows}
