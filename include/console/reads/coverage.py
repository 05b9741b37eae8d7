"""Which days of a feed's past its loads have read: what a backfill fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from include.ledger.connection import Connection

WEEKS = 26
# Windows of complete reads, melted per stream; a day counts where they hold all of it.
_DAYS = """
with read as (
    select stream, range_agg(tstzrange(window_start, window_end)) as windows
    from elt_ops.loads
    where tenant = %(tenant)s and feed = %(feed)s and state = 'loaded' and is_last
        and stream = any(%(streams)s) and window_end is not null
        and (window_start is null or window_start <= window_end)
    group by stream
)
select d.day::date, count(r.stream), coalesce(
    array_agg(s.stream order by s.stream) filter (where r.stream is null), '{}'
)
from generate_series(%(since)s::date, %(until)s::date - 1, interval '1 day') as d (day)
cross join unnest(%(streams)s::text[]) as s (stream)
left join read as r on r.stream = s.stream
    and r.windows @> tstzrange(
        d.day::date::timestamp at time zone %(zone)s,
        (d.day::date + 1)::timestamp at time zone %(zone)s
    )
group by 1 order by 1
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One day in the tenant's zone.

    Attributes:
        state: `full`, `part` or `gap`.
        missing: Streams that have not read it whole.
    """

    day: date
    state: str
    missing: tuple[str, ...]


def fetch_coverage(
    connection: Connection,
    place: tuple[str, str],
    streams: Sequence[str],
    zone: str,
    span: tuple[date, date],
) -> list[Day]:
    """Every day from the first to the day before the last.

    Args:
        place: Tenant and feed.
        streams: Those that read by time; others are read whole each time.
    """
    asked: dict[str, Any] = {
        "tenant": place[0],
        "feed": place[1],
        "streams": list(streams),
        "zone": zone,
        "since": span[0],
        "until": span[1],
    }
    found = []
    for day, count, missing in connection.execute(_DAYS.encode(), asked):
        state = "full" if count == len(streams) else "part" if count else "gap"
        found.append(Day(day, state, tuple(missing)))
    return found


def build_months(days: Sequence[Day]) -> list[tuple[str, int, list[Day]]]:
    """(month, weekday of its first day shown, days), the newest month first."""
    months: dict[str, list[Day]] = {}
    for one in days:
        months.setdefault(f"{one.day:%B %Y}", []).append(one)
    return [(name, rows[0].day.weekday(), rows) for name, rows in reversed(months.items())]
