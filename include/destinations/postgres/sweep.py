"""Rows a complete read no longer holds get `_deleted_at`; nothing is ever removed from raw."""

import logging
from collections.abc import Sequence
from datetime import datetime

from psycopg import sql

from include.config.connector_spec import Stream
from include.core.errors import TruncatedFetch
from include.core.streams import RunKind, Window
from include.destinations.layout import StreamLayout
from include.destinations.postgres.tables import full_name
from include.ledger import loads as ledger
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.load.books.quarantine import build_is_rejected

log = logging.getLogger(__name__)

# A paged API that stops early looks like success. Small streams may shrink as they like.
SMALL_STREAM = 20


def is_complete_read(stream: Stream, window: Window, kind: RunKind) -> bool:
    """True when what was read is all there is, so that absence means something."""
    if stream.sweep is None or kind is RunKind.BACKFILL:
        return False
    return kind is RunKind.SWEEP or stream.cursor is None or window.start is None


def run_sweep(
    connection: Connection,
    layout: StreamLayout,
    sweep: str,
    *,
    feed: str,
    load_id: int,
    started_at: datetime,
    limit_share: float | None,
    since: datetime | None = None,
    cursor: str | None = None,
    complete: Sequence[str] = (),
    inserted: int = 0,
) -> int:
    """Mark live rows that are neither staged nor quarantined; returns how many.

    Rows changed by a load that began after this one stay: this read may be older than they are.
    So do rows of which a record was rejected now: it exists at the source.

    Args:
        sweep: `all`, or the column for whose staged values the read is complete.
        limit_share: Share of the known rows that may go; None: any, because a person accepts it.
        since: The read holds only records whose `cursor` is not before this.
        complete: Values of the sweep column the source declared complete; they replace the staged
            ones, so that a value of which nothing is left is swept too.
        inserted: Rows this load has just inserted.

    Raises:
        TruncatedFetch: More than the share would be marked. The caller's transaction ends.
    """
    table, stage = full_name(layout.parent), sql.Identifier(layout.parent.stage)
    same_key = sql.SQL(" and ").join(
        sql.SQL("s.{0} = t.{0}").format(sql.Identifier(key)) for key in layout.primary_key
    )
    scope = _build_scope(sweep, stage, is_named=bool(complete))
    values = {
        "feed": feed,
        "load_id": load_id,
        "started_at": started_at,
        "complete": list(complete),
        "since": since,
    }
    if since is not None and cursor is not None:
        # A null cursor cannot be asked for by time, so its absence says nothing.
        within = sql.SQL("({} and t.{} >= %(since)s)")
        scope = within.format(scope, sql.Identifier(cursor))
    statement = sql.SQL(
        "update {t} as t set _deleted_at = %(started_at)s, _load_id = %(load_id)s, "
        "_loaded_at = %(started_at)s "
        "where t._feed = %(feed)s and t._deleted_at is null and t._loaded_at <= %(started_at)s "
        "and {scope} and not exists (select 1 from {stage} as s where {same_key}) "
        "and not {rejected}"
    ).format(
        t=table,
        scope=scope,
        stage=stage,
        same_key=same_key,
        rejected=build_is_rejected(layout, "t"),
    )
    marked = connection.execute(statement, values).rowcount
    if marked and limit_share is not None:
        # A part that is read again is measured against itself, else an empty month passes among
        # years; and against what was there before, because renaming replaces all of its rows.
        live = "select count(*) from {} as t where t._feed = %(feed)s and t._deleted_at is null"
        inside = sql.SQL(" and {}").format(scope) if complete or since else sql.SQL("")
        row = connection.execute(sql.SQL(live).format(table) + inside, values).fetchone()
        left = int(row[0]) if row else 0
        before = marked + left - (inserted if complete else 0)
        _check_share(marked, left, before=before, limit_share=limit_share)
    return marked


def _build_scope(sweep: str, stage: sql.Identifier, *, is_named: bool) -> sql.Composable:
    """Condition on `t` for the rows the read speaks about."""
    if sweep == "all":
        return sql.SQL("true")
    if is_named:
        return sql.SQL("t.{}::text = any(%(complete)s)").format(sql.Identifier(sweep))
    return sql.SQL("t.{0} in (select s.{0} from {1} as s)").format(sql.Identifier(sweep), stage)


def _check_share(marked: int, left: int, *, before: int, limit_share: float) -> None:
    if before > SMALL_STREAM and left < (1 - limit_share) * before:
        raise TruncatedFetch(_SMALLER.format(left, before, limit_share))


def run_check_delivered(
    connection: Connection, place: LoadPlace, stream: Stream, delivered: int, accepts_less: bool
) -> None:
    """Compare a full read with the last one: rows that nobody sweeps stay, but stay unrefreshed.

    Raises:
        TruncatedFetch: It lacks more than the stream's share. The caller's transaction ends.
    """
    last = ledger.fetch_last_delivered(connection, place)
    share = stream.sweep_limit_share
    if accepts_less or last is None or last <= SMALL_STREAM or delivered >= (1 - share) * last:
        return
    raise TruncatedFetch(_SMALLER.format(delivered, last, share))


_SMALLER = (
    "the read holds `{}` of `{}` known rows. A complete read lacks at most {:.0%} of them "
    "(`sweep_limit_share`). The old rows stay; if the source really shrank, accept it once by "
    "hand: a manual run, or a sweep with `--accept-deletes`."
)
