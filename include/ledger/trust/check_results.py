"""What checks found, and the scores, in elt_ops. Nothing here commits."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg.rows import dict_row

from include.core.clock import utcnow
from include.ledger.connection import Connection


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check's outcome as elt_ops.check_results keeps it.

    Attributes:
        feed: None for checks on marts.
        stream: For marts the table, where the check speaks of one.
        layer: `raw` or `mart`.
        bad_rows: None when the check did not run.
        sample: Keys of a few bad rows, never row contents.
        origin: `built_in`, `declared`, `file`, `dbt` or `learned`.
        share: Part of the rows that is bad, 0 to 1.
        money_share: Part of the money that stands in bad rows, 0 to 1.
        muted_until: Who looks is not to be told before; the score knows it all the same.
    """

    tenant: str
    layer: str
    check_name: str
    severity: str
    state: str
    checked_at: datetime
    feed: str | None = None
    stream: str | None = None
    bad_rows: int | None = None
    sample: Sequence[str] = ()
    message: str = ""
    dag_id: str | None = None
    run_id: str | None = None
    dimension: str = "validity"
    origin: str = "built_in"
    rows_checked: int | None = None
    share: float | None = None
    money_share: float | None = None
    muted_until: datetime | None = None


def run_record_checks(connection: Connection, rows: Sequence[CheckRow]) -> None:
    """Write outcomes; nothing is overwritten, so history stays."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into elt_ops.check_results (tenant, feed, stream, layer, check_name, severity, "
            "state, bad_rows, sample, message, checked_at, dag_id, run_id, dimension, origin, "
            "rows_checked, share, money_share, muted_until) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    *(row.tenant, row.feed, row.stream, row.layer, row.check_name, row.severity),
                    *(row.state, row.bad_rows, json.dumps(list(row.sample)), row.message),
                    *(row.checked_at, row.dag_id, row.run_id, row.dimension, row.origin),
                    *(row.rows_checked, row.share, row.money_share, row.muted_until),
                )
                for row in rows
            ],
        )


def fetch_latest_checks(
    connection: Connection, tenant: str, *, feed: str | None = None, layer: str | None = None
) -> list[dict[str, Any]]:
    """The newest outcome of every check, sorted by layer, feed, stream and name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select distinct on (layer, feed, stream, check_name) * from elt_ops.check_results "
            "where tenant = %s and (%s::text is null or feed = %s) "
            "and (%s::text is null or layer = %s) "
            "order by layer, feed, stream, check_name, checked_at desc, result_id desc",
            [tenant, feed, feed, layer, layer],
        )
        return cursor.fetchall()


def fetch_trend(
    connection: Connection,
    tenant: str,
    place: tuple[str | None, str | None, str],
    since: datetime,
) -> list[dict[str, Any]]:
    """A check's last result of each day (UTC): day, state, bad_rows, rows_checked; oldest first.

    Args:
        place: Feed, stream and name.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select distinct on (day) (checked_at at time zone 'UTC')::date as day, state, "
            "bad_rows, rows_checked from elt_ops.check_results where tenant = %s "
            "and feed is not distinct from %s and stream is not distinct from %s "
            "and check_name = %s and checked_at >= %s "
            "order by day, checked_at desc, result_id desc",
            [tenant, *place, since],
        )
        return cursor.fetchall()


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score.

    Attributes:
        stream: A stream's or a mart table's score; None for a whole feed, or all marts.
        score: 0 to 100; None when nothing was checked.
        checks: How many checks ran or are broken.
        failed: How many of them did not pass.
    """

    tenant: str
    layer: str
    score: Decimal | None
    checks: int
    failed: int
    feed: str | None = None
    dag_id: str | None = None
    run_id: str | None = None
    stream: str | None = None
    reasons: Sequence[Mapping[str, Any]] = ()
    rows_checked: int | None = None


def run_record_scores(connection: Connection, rows: Sequence[ScoreRow]) -> None:
    """Write them."""
    now = utcnow()
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into elt_ops.scores (tenant, feed, stream, layer, score, checks, failed, "
            "scored_at, dag_id, run_id, reasons, rows_checked) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    *(row.tenant, row.feed, row.stream, row.layer, row.score, row.checks),
                    *(row.failed, now, row.dag_id, row.run_id, json.dumps(list(row.reasons))),
                    row.rows_checked,
                )
                for row in rows
            ],
        )


def fetch_latest_scores(connection: Connection, tenant: str) -> list[dict[str, Any]]:
    """The newest score of every feed of a tenant, and of its marts."""
    return [row for row in fetch_table_scores(connection, tenant) if row["stream"] is None]


def fetch_table_scores(connection: Connection, tenant: str) -> list[dict[str, Any]]:
    """The same with those of single streams and mart tables."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select distinct on (layer, feed, stream) * from elt_ops.scores where tenant = %s "
            "order by layer, feed, stream, scored_at desc, score_id desc",
            [tenant],
        )
        return cursor.fetchall()


def fetch_score_trend(connection: Connection, tenant: str, since: date) -> list[dict[str, Any]]:
    """The last score of each day (UTC) of every feed and of the marts: day, feed, layer, score."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select distinct on (layer, feed, day) (scored_at at time zone 'UTC')::date as day, "
            "layer, feed, score from elt_ops.scores where tenant = %s and stream is null "
            "and scored_at >= %s order by layer, feed, day, scored_at desc, score_id desc",
            [tenant, since],
        )
        return cursor.fetchall()
