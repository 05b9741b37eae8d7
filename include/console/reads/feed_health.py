"""How every feed of many tenants stands: a fixed number of queries, however many tenants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from include.config.models import Feed, Tenant
from include.ledger.connection import Connection
from include.pipeline.health.tenant_health import ERROR, MANUAL, NEVER, OK, WARN, build_freshness

ORDER = ("failed", "late", "new", "warn", "ok")
# The newest load of each stream by one look into the index each, not by sorting ninety days; the
# walk from stream to stream stays inside the tenants that are asked for.
_STREAMS = """
with recursive places as (
    select f.tenant, f.feed, f.stream from unnest(%(tenants)s::text[]) as t (tenant)
    cross join lateral (
        select l.tenant, l.feed, l.stream from elt_ops.loads as l
        where l.tenant = t.tenant order by l.feed, l.stream limit 1
    ) as f
    union all
    select n.tenant, n.feed, n.stream from places as p
    cross join lateral (
        select l.tenant, l.feed, l.stream from elt_ops.loads as l
        where l.tenant = p.tenant and (l.feed, l.stream) > (p.feed, p.stream)
        order by l.feed, l.stream limit 1
    ) as n
),
newest as (
    select l.* from places as p
    cross join lateral (
        select tenant, feed, stream, state, read, inserted, updated, unchanged, quarantined,
            seconds, finished_at, run_id, load_id, error_class, error_message
        from elt_ops.loads as l
        where (l.tenant, l.feed, l.stream) = (p.tenant, p.feed, p.stream)
        order by load_id desc limit 1
    ) as l
)
select n.*, g.loaded_at from newest as n
left join lateral (
    select l.finished_at as loaded_at from elt_ops.loads as l
    where (l.tenant, l.feed, l.stream) = (n.tenant, n.feed, n.stream)
        and l.state = 'loaded' and l.is_last and l.kind <> 'backfill'
    order by load_id desc limit 1
) as g on true
"""
_QUARANTINE = """
select tenant, feed, count(*) as records from elt_ops.quarantine
where tenant = any(%(tenants)s) and state = 'open' group by tenant, feed
"""
_SCORES = """
select distinct on (tenant, feed) tenant, feed, score, scored_at from elt_ops.scores
where tenant = any(%(tenants)s) and feed is not null and stream is null
    and scored_at > now() - interval '40 days'
order by tenant, feed, scored_at desc
"""
_ALERTS = """
select tenant, feed, count(*) as alerts from elt_ops.alerts
where tenant = any(%(tenants)s) and state in ('open', 'acknowledged') group by tenant, feed
"""


@dataclass(frozen=True)
class FeedHealth:
    """One feed on the first page.

    Attributes:
        state: `failed` (a stream's newest load failed), `late` (promise broken), `warn`, `new`
            (never loaded), `ok`.
        why: The first failed stream's error, or which stream is late.
    """

    tenant: str
    feed: str
    connector: str
    schedule: str | None
    state: str
    why: str | None
    loaded_at: datetime | None
    read: int
    changed: int
    quarantined: int
    seconds: float
    quarantine_open: int
    score: float | None
    alerts: int
    streams: int
    layer: str = "raw"


def fetch_feed_health(
    connection: Connection, tenants: Sequence[Tenant], now: datetime
) -> list[FeedHealth]:
    """Every feed of these tenants, which share one ledger; by tenant, then feed."""
    asked = {"tenants": [tenant.id for tenant in tenants]}
    streams: dict[tuple[str, str], list[dict[str, Any]]] = {}
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(_STREAMS.encode(), asked):
            streams.setdefault((row["tenant"], row["feed"]), []).append(row)
        quarantine = _by_feed(cursor.execute(_QUARANTINE.encode(), asked), "records")
        scores = _by_feed(cursor.execute(_SCORES.encode(), asked), "score")
        alerts = _by_feed(cursor.execute(_ALERTS.encode(), asked), "alerts")
    found = []
    for tenant in tenants:
        for feed in tenant.feeds:
            place = (tenant.id, feed.name)
            rows = streams.get(place, [])
            state, why = build_state(feed, rows, now)
            score = scores.get(place)
            found.append(
                FeedHealth(
                    *(*place, feed.connector.connector, feed.schedule, state, why),
                    max((row["loaded_at"] for row in rows if row["loaded_at"]), default=None),
                    **_build_last_run(rows),
                    quarantine_open=int(quarantine.get(place, 0)),
                    score=None if score is None else float(score),
                    alerts=int(alerts.get(place, 0)),
                    streams=len(rows),
                )
            )
    return found


def build_state(
    feed: Feed, rows: Sequence[dict[str, Any]], now: datetime
) -> tuple[str, str | None]:
    """The worst of its streams, and in which words."""
    failed = [row for row in rows if row["state"] == "failed"]
    if failed:
        return "failed", f"{failed[0]['stream']}: {failed[0]['error_class']}"
    known = {row["stream"]: row["loaded_at"] for row in rows}
    fresh = {
        name: build_freshness(feed, name, known.get(name), now)
        for name in sorted(set(known) | set(feed.streams))
    }
    if not known:
        return "new", None
    for word, state in ((ERROR, "late"), (NEVER, "warn"), (WARN, "warn")):
        named = [name for name, found in fresh.items() if found == word]
        if named:
            text = "never loaded" if word == NEVER else "older than promised"
            return state, f"{named[0]}: {text}"
    assert set(fresh.values()) <= {OK, MANUAL}
    return "ok", None


def _build_last_run(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the streams' newest loads of the feed's newest run read and changed."""
    newest = max(rows, key=lambda row: row["load_id"], default=None)
    run = [row for row in rows if newest and row["run_id"] == newest["run_id"]]
    return {
        "read": sum(row["read"] for row in run),
        "changed": sum(row["inserted"] + row["updated"] for row in run),
        "quarantined": sum(row["quarantined"] for row in run),
        "seconds": float(sum(row["seconds"] for row in run)),
    }


def _by_feed(rows: Any, value: str) -> dict[tuple[str, str], Any]:
    return {(row["tenant"], row["feed"]): row[value] for row in rows}
