"""Rows a complete read no longer holds get `_deleted_at`; nothing is ever removed from raw."""

import logging
from datetime import datetime

from psycopg import sql

from include.config.connector_spec import Stream
from include.core.errors import TruncatedFetch
from include.core.streams import RunKind, Window
from include.load.layout import StreamLayout
from include.load.tables import full_name
from include.warehouse.connection import Connection

log = logging.getLogger(__name__)

# A paged API that stops early looks like success. Small streams may shrink as they like.
SMALL_STREAM = 20
LEAST_SHARE = 0.5


def is_complete_read(stream: Stream, window: Window, kind: RunKind) -> bool:
    """True when what was read is all there is, so that absence means something."""
    if stream.sweep is None or kind is RunKind.BACKFILL:
        return False
    return stream.cursor is None or window.start is None


def run_sweep(
    connection: Connection,
    layout: StreamLayout,
    sweep: str,
    *,
    feed: str,
    load_id: int,
    started_at: datetime,
    may_shrink: bool,
) -> int:
    """Mark live rows that are not staged; returns how many.

    Rows changed by a load that began after this one stay: this read may be older than they are.

    Args:
        sweep: `all`, or the column for whose staged values the read is complete.
        may_shrink: A person started this load, so a much smaller read is taken as meant.

    Raises:
        TruncatedFetch: More than half of a stream would be marked. The caller's transaction ends.
    """
    table, stage = full_name(layout.parent), sql.Identifier(layout.parent.stage)
    same_key = sql.SQL(" and ").join(
        sql.SQL("s.{0} = t.{0}").format(sql.Identifier(key)) for key in layout.primary_key
    )
    scope: sql.Composed | sql.SQL = sql.SQL("true")
    if sweep != "all":
        text = "t.{0} in (select s.{0} from {1} as s)"
        scope = sql.SQL(text).format(sql.Identifier(sweep), stage)
    values = {"feed": feed, "load_id": load_id, "started_at": started_at}
    statement = sql.SQL(
        "update {t} as t set _deleted_at = %(started_at)s, _load_id = %(load_id)s, "
        "_loaded_at = %(started_at)s "
        "where t._feed = %(feed)s and t._deleted_at is null and t._loaded_at <= %(started_at)s "
        "and {scope} and not exists (select 1 from {stage} as s where {same_key})"
    ).format(t=table, scope=scope, stage=stage, same_key=same_key)
    marked = connection.execute(statement, values).rowcount
    if marked and not may_shrink:
        live = "select count(*) from {} where _feed = %(feed)s and _deleted_at is null"
        row = connection.execute(sql.SQL(live).format(table), values).fetchone()
        _check_share(marked, int(row[0]) if row else 0)
    return marked


def _check_share(marked: int, left: int) -> None:
    before = marked + left
    if before > SMALL_STREAM and left < LEAST_SHARE * before:
        raise TruncatedFetch(
            f"the read holds `{left}` of `{before}` known rows. A complete read shrinks by less "
            "than half. Nothing was written; if the source really shrank, load the stream once by "
            "hand (a manual run accepts it)."
        )
