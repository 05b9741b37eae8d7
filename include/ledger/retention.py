"""What elt_ops need not keep for ever.

A load that wrote rows stays: `_load_id` of every mart row leads to it. So does each stream's newest
load, which freshness is measured by, and every quarantined record that nobody has dealt with.
"""

from datetime import datetime

from include.ledger.connection import Connection

STATEMENTS = {
    "quarantine": "delete from elt_ops.quarantine where state <> 'open' and last_seen < %s",
    "loads": """
        delete from elt_ops.loads as l
        where l.finished_at < %s
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
        where r.checked_at < %s
        and r.result_id not in (
            select max(newest.result_id) from elt_ops.check_results as newest
            group by newest.tenant, newest.feed, newest.stream, newest.layer, newest.check_name
        )
    """,
    # New events stay until somebody has drained them, however old they are.
    "inbox": "delete from elt_ops.inbox where state <> 'new' and settled_at < %s",
    # Chunks go with their backfill.
    "backfills": "delete from elt_ops.backfills where finished_at < %s",
    "alerts": "delete from elt_ops.alerts where last_at < %s",
}


def run_delete_older(connection: Connection, cutoff: datetime) -> dict[str, int]:
    """Delete what is older, in the caller's transaction; the answer counts rows by table."""
    return {
        table: connection.execute(statement.encode(), [cutoff]).rowcount
        for table, statement in STATEMENTS.items()
    }
