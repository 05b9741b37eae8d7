"""What the ledger knows of trouble, for all tenants of a warehouse at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from include.ledger.connection import Connection

NEWEST_LOADS = """
    with newest as (
        select distinct on (tenant, feed, stream)
            load_id, tenant, feed, stream, connector, state, error_class, error_message,
            finished_at, dag_id, run_id, try_number, read, quarantined
        from elt_ops.loads
        where finished_at > %(since)s and tenant = any(%(tenants)s) and kind <> 'backfill'
        order by tenant, feed, stream, load_id desc
    )
    select newest.*, failing.since as failing_since
    from newest
    left join lateral (
        select min(f.finished_at) as since from elt_ops.loads as f
        where newest.state = 'failed' and f.state = 'failed' and f.kind <> 'backfill'
        and (f.tenant, f.feed, f.stream) = (newest.tenant, newest.feed, newest.stream)
        and f.load_id > coalesce((
            select max(g.load_id) from elt_ops.loads as g
            where g.state = 'loaded'
            and (g.tenant, g.feed, g.stream) = (newest.tenant, newest.feed, newest.stream)
        ), 0)
    ) as failing on true
"""

NEWEST_CHECKS = """
    select distinct on (tenant, layer, feed, stream, check_name)
        tenant, layer, feed, stream, check_name, severity, state, bad_rows, message, checked_at,
        muted_until, dag_id, run_id
    from elt_ops.check_results
    where checked_at > %(since)s and tenant = any(%(tenants)s)
    order by tenant, layer, feed, stream, check_name, checked_at desc, result_id desc
"""

WAITING_FOR_MARTS = """
    select l.tenant, min(l.finished_at) as waiting_since, max(b.built_at) as built_at
    from elt_ops.loads as l
    left join elt_ops.dbt_builds as b on b.tenant = l.tenant
    where l.finished_at > %(since)s and l.tenant = any(%(tenants)s) and l.state = 'loaded'
    and l.inserted + l.updated + l.deleted > 0
    and (b.built_at is null or l.finished_at > b.built_at)
    group by l.tenant
"""

LOADED_AT = """
    select tenant, feed, stream, max(finished_at) as loaded_at from elt_ops.loads
    where state = 'loaded' and is_last and kind <> 'backfill' and tenant = any(%(tenants)s)
    group by tenant, feed, stream
"""

QUARANTINED = """
    select tenant, feed, stream, count(*) as records, min(first_seen) as since
    from elt_ops.quarantine where state = 'open' and tenant = any(%(tenants)s)
    group by tenant, feed, stream
"""

BUILT_AT = """
    select tenant, built_at from elt_ops.dbt_builds where tenant = any(%(tenants)s)
"""


def fetch_facts(
    connection: Connection, query: str, tenants: Sequence[str], since: datetime | None = None
) -> list[dict[str, Any]]:
    """Rows of one of this module's queries.

    Args:
        since: Where the query asks for it: only what happened after it can have changed anything.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(query.encode(), {"tenants": list(tenants), "since": since})
        return cursor.fetchall()
