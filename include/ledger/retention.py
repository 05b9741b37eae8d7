"""What elt_ops need not keep for ever.

A load that wrote rows stays: `_load_id` of every mart row leads to it. So does each stream's newest
load, which freshness is measured by, and every quarantined record that nobody has dealt with.
After some days an hour is of no interest any more: of a day's checks and scores the last one stays,
and its quiet loads melt into one, all for 400 days.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from include.core.clock import utcnow
from include.ledger.connection import Connection

TREND_DAYS = 400
# So long each run's own results stay. Ten thousand hourly feeds write ten million of them a day.
DENSE_DAYS = 3
# Nights that may have been missed.
CATCH_UP = timedelta(days=7)

_NEWEST = {
    "check_results": ("result_id", "checked_at", "tenant, feed, stream, layer, check_name"),
    "scores": ("score_id", "scored_at", "tenant, feed, stream, layer"),
}


def _thin(table: str) -> str:
    """Of what was found in a span, each day's last stays."""
    key, at, place = _NEWEST[table]
    return f"""
        delete from elt_ops.{table} as r
        using (
            select {key}, row_number() over (
                partition by {place}, ({at} at time zone 'UTC')::date order by {key} desc
            ) as newest_of_day
            from elt_ops.{table}
            where {at} >= %(since)s and {at} < %(until)s
        ) as ranked
        where ranked.{key} = r.{key} and ranked.newest_of_day > 1
    """  # noqa: S608 our own names


def _cut(table: str) -> str:
    """What is older than any trend goes, but for the newest of all."""
    key, at, place = _NEWEST[table]
    same = " and ".join(f"n.{name} is not distinct from r.{name}" for name in place.split(", ")[1:])
    return f"""
        delete from elt_ops.{table} as r
        where r.{at} < %(trend)s and exists (
            select from elt_ops.{table} as n
            where n.tenant = r.tenant and {same} and n.{key} > r.{key}
        )
    """  # noqa: S608 our own names


# One load stands for all the quiet ones of its stream and day, in the tenant's zone as bands count
# days: what they read, and from when on, is added to it, so that sums and the calendar stay.
QUIET = """
    l.state = 'loaded' and l.kind = 'scheduled' and l.is_last and l.cost is null
    and l.inserted + l.updated + l.deleted + l.quarantined = 0
    and l.finished_at >= %(since)s and l.finished_at < %(until)s
"""
MELT = f"""
    with zones as (
        select * from unnest(%(tenants)s::text[], %(zones)s::text[]) as z (tenant, zone)
    ),
    quiet as (
        select
            l.load_id, l.read, l.unchanged, l.filtered, l.window_start, l.window_end,
            max(l.load_id) over (
                partition by
                    l.tenant, l.feed, l.stream,
                    (l.finished_at at time zone coalesce(z.zone, 'UTC'))::date
            ) as keeper
        from elt_ops.loads as l left join zones as z on z.tenant = l.tenant
        where {QUIET}
        and not exists (select from elt_ops.quarantine as q where q.load_id = l.load_id)
        and not exists (select from elt_ops.schema_changes as s where s.load_id = l.load_id)
        and not exists (select from elt_ops.cursors as c where c.load_id = l.load_id)
    ),
    melted as (
        select
            keeper, sum(read) as read, sum(unchanged) as unchanged, sum(filtered) as filtered,
            min(window_start) as window_start,
            bool_or(window_start is null and window_end is not null) as is_whole
        from quiet group by keeper having count(*) > 1
    ),
    kept as (
        update elt_ops.loads as k set
            read = m.read, unchanged = m.unchanged, filtered = m.filtered,
            window_start = case when m.is_whole then null else m.window_start end
        from melted as m where k.load_id = m.keeper
    )
    delete from elt_ops.loads as l using quiet as q
    where l.load_id = q.load_id and q.load_id < q.keeper
"""  # noqa: S608 our own words

STATEMENTS = {
    "quarantine": "delete from elt_ops.quarantine where state <> 'open' and last_seen < %(cutoff)s",
    # A quiet load is older than a failed one: the calendar of days reads its window.
    "loads": """
        delete from elt_ops.loads as l
        where l.finished_at < %(cutoff)s
        and (
            l.state = 'failed'
            or l.inserted + l.updated + l.deleted = 0
            and (not l.is_last or l.kind <> 'scheduled' or l.finished_at < %(trend)s)
        )
        and exists (
            select from elt_ops.loads as newer
            where (newer.tenant, newer.feed, newer.stream) = (l.tenant, l.feed, l.stream)
            and newer.load_id > l.load_id
        )
        and not exists (select from elt_ops.quarantine as q where q.load_id = l.load_id)
        and not exists (select from elt_ops.schema_changes as s where s.load_id = l.load_id)
        and not exists (select from elt_ops.cursors as c where c.load_id = l.load_id)
    """,
    "check_results": _cut("check_results"),
    "scores": _cut("scores"),
    "daily_metrics": """
        delete from elt_ops.daily_metrics
        where day < %(trend)s::date
    """,
    "check_mutes": """
        delete from elt_ops.check_mutes
        where until < %(trend)s
    """,
    # New events stay until somebody has drained them, however old they are.
    "inbox": "delete from elt_ops.inbox where state <> 'new' and settled_at < %(cutoff)s",
    # Chunks go with their backfill.
    "backfills": "delete from elt_ops.backfills where finished_at < %(cutoff)s",
    # What goes on stays, however old; notes go with their alert.
    "alerts": "delete from elt_ops.alerts where state = 'resolved' and last_at < %(cutoff)s",
    "alert_deliveries": """
        delete from elt_ops.alert_deliveries where state <> 'waiting' and created_at < %(cutoff)s
    """,
}
THINNED = {"loads": MELT, "check_results": _thin("check_results"), "scores": _thin("scores")}


def run_delete_older(
    connection: Connection, cutoff: datetime, zones: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Delete what is older, in the caller's transaction; the answer counts rows by table.

    Args:
        zones: Tenant -> time zone its days are counted in; UTC for others.
    """
    now = utcnow()
    trend = min(cutoff, now - timedelta(days=TREND_DAYS))
    dense = max(cutoff, now - timedelta(days=DENSE_DAYS))
    known = dict(sorted((zones or {}).items()))
    deleted = dict.fromkeys(STATEMENTS, 0)
    # The second span is what an earlier version of this has left.
    for since, until in ((dense - CATCH_UP, dense), (cutoff - 5 * CATCH_UP, cutoff)):
        span = {"since": since, "until": until, "tenants": [*known], "zones": [*known.values()]}
        for table, statement in THINNED.items():
            deleted[table] += connection.execute(statement.encode(), span).rowcount
    values = {"cutoff": cutoff, "trend": trend}
    for table, statement in STATEMENTS.items():
        deleted[table] += connection.execute(statement.encode(), values).rowcount
    return deleted
