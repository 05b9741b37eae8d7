"""The ledger as people search it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from include.core.streams import RunOrigin
from include.ledger.connection import Connection


def fetch_last_sizes(connection: Connection, tenant: str) -> dict[tuple[str, str], int]:
    """(feed, stream) -> records of its last full read."""
    rows = connection.execute(
        "select distinct on (feed, stream) feed, stream, delivered from elt_ops.loads "
        "where tenant = %s and state = 'loaded' and is_last and delivered is not null "
        "order by feed, stream, load_id desc",
        [tenant],
    ).fetchall()
    return {(feed, stream): int(count) for feed, stream, count in rows}


@dataclass(frozen=True, slots=True)
class LoadFilter:
    """Which loads; everything that is given narrows.

    Attributes:
        run: Orchestrator's run id.
        since: Only those that ended then or later.
    """

    feed: str | None = None
    stream: str | None = None
    state: str | None = None
    kind: str | None = None
    run: str | None = None
    since: datetime | None = None


ALL_LOADS = LoadFilter()


def fetch_history(
    connection: Connection,
    tenants: Sequence[str],
    wanted: LoadFilter = ALL_LOADS,
    *,
    limit: int = 20,
) -> list[dict[str, Any]]:
    """Rows of elt_ops.loads, newest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select * from elt_ops.loads where tenant = any(%(tenants)s) "
            "and feed = coalesce(%(feed)s, feed) and stream = coalesce(%(stream)s, stream) "
            "and state = coalesce(%(state)s, state) and kind = coalesce(%(kind)s, kind) "
            "and (%(run)s::text is null or run_id = %(run)s) "
            "and (%(since)s::timestamptz is null or finished_at >= %(since)s) "
            "order by load_id desc limit %(limit)s",
            {
                "tenants": list(tenants),
                "limit": limit,
                **asdict(wanted),
            },
        )
        return cursor.fetchall()


def fetch_latest_loads(
    connection: Connection, tenant: str | None = None, feed: str | None = None
) -> list[dict[str, Any]]:
    """The newest row of elt_ops.loads for every (tenant, feed, stream), sorted by these."""
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "select distinct on (tenant, feed, stream) * from elt_ops.loads "
            "where tenant = coalesce(%s, tenant) and feed = coalesce(%s, feed) "
            "order by tenant, feed, stream, load_id desc",
            [tenant, feed],
        )
        return cursor.fetchall()


def fetch_run_states(connection: Connection, tenant: str, feed: str, origin: RunOrigin) -> set[str]:
    """States (`loaded`, `failed`) of the loads that the run has made of the feed so far."""
    rows = connection.execute(
        "select distinct state from elt_ops.loads "
        "where (tenant, feed, dag_id, run_id) = (%s, %s, %s, %s)",
        [tenant, feed, origin.dag_id, origin.run_id],
    )
    return {str(state) for (state,) in rows}


def fetch_loaded_at(
    connection: Connection, tenant: str, feed: str | None = None
) -> dict[tuple[str, str], datetime]:
    """(feed, stream) -> end of the last read; backfills and replays do not make rows current."""
    rows = connection.execute(
        "select feed, stream, max(finished_at) from elt_ops.loads "
        "where (tenant, state) = (%s, 'loaded') and is_last and kind <> 'backfill' "
        "and feed = coalesce(%s, feed) group by feed, stream",
        [tenant, feed],
    )
    return {(str(feed), str(stream)): at for feed, stream, at in rows if isinstance(at, datetime)}
