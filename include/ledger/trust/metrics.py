"""Numbers of one day of a table, kept for 400 days: what bands are learned from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from psycopg.rows import dict_row

from include.ledger.connection import Connection


@dataclass(frozen=True, slots=True)
class DayMetric:
    """One number.

    Attributes:
        feed: Empty for a mart table.
        metric: `rows`, `nulls:<column>` (share, 0 to 1) or `sum:<column>`.
        day: In the tenant's time zone.
    """

    tenant: str
    layer: str
    feed: str
    stream: str
    metric: str
    day: date
    value: float


# (feed, stream, metric) -> values by day, oldest first.
Histories = dict[tuple[str, str, str], list[tuple[date, float]]]


def run_record_metrics(connection: Connection, metrics: Iterable[DayMetric]) -> None:
    """Store them; a day's later number replaces its earlier one, for the day is not over."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into elt_ops.daily_metrics (tenant, layer, feed, stream, metric, day, value) "
            "values (%s, %s, %s, %s, %s, %s, %s) "
            "on conflict (tenant, layer, feed, stream, metric, day) "
            "do update set value = excluded.value, noted_at = clock_timestamp()",
            [
                (one.tenant, one.layer, one.feed, one.stream, one.metric, one.day, one.value)
                for one in metrics
            ],
        )


def fetch_histories(
    connection: Connection, tenant: str, feed: str, until: date, days: int
) -> Histories:
    """What is known of a feed (empty: of the marts) from `days` before `until`, that day last."""
    found: Histories = {}
    rows = connection.execute(
        "select stream, metric, day, value from elt_ops.daily_metrics "
        "where tenant = %s and feed = %s and day > %s and day <= %s order by day",
        [tenant, feed, until - timedelta(days=days), until],
    )
    for stream, metric, day, value in rows:
        found.setdefault((feed, str(stream), str(metric)), []).append((day, float(value)))
    return found


def fetch_daily_loads(
    connection: Connection, tenant: str, feed: str, zone: str, since: date
) -> list[tuple[str, date, int, int]]:
    """(stream, day in the zone, rows written, records read) of scheduled and manual loads.

    A day without a load is not there: nobody looked, which is not the same as nothing new.
    """
    rows = connection.execute(
        "select stream, (finished_at at time zone %(zone)s)::date as day, "
        "sum(inserted + updated), sum(read) from elt_ops.loads "
        "where tenant = %(tenant)s and feed = %(feed)s and state = 'loaded' "
        "and kind in ('scheduled', 'manual') "
        "and finished_at >= (%(since)s::date)::timestamp at time zone %(zone)s "
        "group by 1, 2 order by 1, 2",
        {"tenant": tenant, "feed": feed, "zone": zone, "since": since},
    )
    return [(str(stream), day, int(written), int(read)) for stream, day, written, read in rows]


def fetch_rows_by_day(connection: Connection, tenant: str, since: date) -> list[dict[str, Any]]:
    """New and changed rows: day, feed, rows; oldest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select day, feed, sum(value)::bigint as rows from elt_ops.daily_metrics "
            "where tenant = %s and layer = 'raw' and metric = 'rows' and day >= %s "
            "group by day, feed order by day, feed",
            [tenant, since],
        )
        return cursor.fetchall()
