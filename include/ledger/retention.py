"""What elt_ops need not keep for ever.

A load that wrote rows stays: `_load_id` of every mart row leads to it. So does each stream's newest
load, which freshness is measured by, and every quarantined record that nobody has dealt with.
Of checks, scores and daily numbers a trend stays: each day's last one, for 400 days.
"""

from datetime import datetime, timedelta

from include.core.clock import utcnow
from include.ledger.connection import Connection

TREND_DAYS = 400

STATEMENTS = {
    "quarantine": "delete from elt_ops.quarantine where state <> 'open' and last_seen < %(cutoff)s",
    "loads": """
        delete from elt_ops.loads as l
        where l.finished_at < %(cutoff)s
        and (l.state = 'failed' or l.inserted + l.updated + l.deleted = 0)
        and l.load_id not in (
            select max(newest.load_id) from elt_ops.loads as newest
            group by newest.tenant, newest.feed, newest.stream
        )
        and not exists (select from elt_ops.quarantine as q where q.load_id = l.load_id)
        and not exists (select from elt_ops.schema_changes as s where s.load_id = l.load_id)
        and not exists (select from elt_ops.cursors as c where c.load_id = l.load_id)
    """,
    "check_results": """
        delete from elt_ops.check_results as r
        using (
            select
                result_id,
                row_number() over (
                    partition by tenant, feed, stream, layer, check_name order by result_id desc
                ) as newest,
                row_number() over (
                    partition by tenant, feed, stream, layer, check_name,
                        (checked_at at time zone 'UTC')::date
                    order by result_id desc
                ) as newest_of_day
            from elt_ops.check_results
        ) as ranked
        where
            ranked.result_id = r.result_id
            and ranked.newest > 1
            and r.checked_at < %(cutoff)s
            and (ranked.newest_of_day > 1 or r.checked_at < %(trend)s)
    """,
    "scores": """
        delete from elt_ops.scores as s
        using (
            select
                score_id,
                row_number() over (
                    partition by tenant, feed, stream, layer order by score_id desc
                ) as newest,
                row_number() over (
                    partition by tenant, feed, stream, layer,
                        (scored_at at time zone 'UTC')::date
                    order by score_id desc
                ) as newest_of_day
            from elt_ops.scores
        ) as ranked
        where
            ranked.score_id = s.score_id
            and ranked.newest > 1
            and s.scored_at < %(cutoff)s
            and (ranked.newest_of_day > 1 or s.scored_at < %(trend)s)
    """,
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


def run_delete_older(connection: Connection, cutoff: datetime) -> dict[str, int]:
    """Delete what is older, in the caller's transaction; the answer counts rows by table."""
    trend = min(cutoff, utcnow() - timedelta(days=TREND_DAYS))
    values = {"cutoff": cutoff, "trend": trend}
    return {
        table: connection.execute(statement.encode(), values).rowcount
        for table, statement in STATEMENTS.items()
    }
