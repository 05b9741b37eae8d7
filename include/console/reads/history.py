"""What was loaded and scored day by day."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg.rows import dict_row

from include.ledger.connection import Connection

_DAYS = """
select d.day::date as day, coalesce(sum(l.inserted + l.updated), 0) as changed,
    coalesce(sum(l.unchanged), 0) as unchanged, coalesce(sum(l.quarantined), 0) as quarantined,
    count(l.load_id) as loads
from generate_series(
    (now() at time zone %(zone)s)::date - %(days)s::int + 1,
    (now() at time zone %(zone)s)::date, interval '1 day'
) as d (day)
left join elt_ops.loads as l
    on l.tenant = %(tenant)s and l.feed = %(feed)s and l.state = 'loaded'
    and (l.finished_at at time zone %(zone)s)::date = d.day::date
    and l.finished_at > now() - make_interval(days => %(days)s::int + 1)
group by 1 order by 1
"""
_METRICS = """
select day, stream, metric, value from elt_ops.daily_metrics
where tenant = %s and layer = 'raw' and feed = %s and day > current_date - %s::int
    and (metric = 'rows' or metric = any(%s)) order by day, stream
"""
_SCORES = """
select scored_at::date as day, coalesce(feed, 'marts') as name, min(score) as score
from elt_ops.scores
where tenant = %s and stream is null and score is not null
    and scored_at > now() - make_interval(days => %s::int)
group by 1, 2 order by 1, 2
"""


def fetch_days(
    connection: Connection, tenant: str, feed: str, zone: str, days: int
) -> list[dict[str, Any]]:
    """`changed`, `unchanged`, `quarantined`, `loads` of the last days in the tenant's zone."""
    asked = {"tenant": tenant, "feed": feed, "zone": zone, "days": days}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_DAYS.encode(), asked).fetchall()


def fetch_scores(connection: Connection, tenant: str, days: int) -> list[tuple[date, str, Decimal]]:
    """(day, feed or `marts`, the day's lowest score), oldest first."""
    return [(d, str(n), s) for d, n, s in connection.execute(_SCORES.encode(), [tenant, days])]


def fetch_metrics(
    connection: Connection, tenant: str, feed: str, money: Mapping[str, str], days: int
) -> tuple[list[tuple[date, str, float]], list[tuple[date, str, float]]]:
    """Rows, and money, of the records' own days: (day, stream, value).

    Args:
        money: Stream -> its column that says how much money a row is about.
    """
    sums = sorted({f"sum:{column}" for column in money.values()})
    found = connection.execute(_METRICS.encode(), [tenant, feed, days, sums]).fetchall()
    rows = [(d, str(s), float(v)) for d, s, m, v in found if m == "rows"]
    worth = [(d, str(s), float(v)) for d, s, m, v in found if m == f"sum:{money.get(str(s))}"]
    return rows, worth
