"""What `status` knows of a tenant: the ledger's last word on every stream, in plain values."""

from datetime import datetime, timedelta
from typing import Any

from include.config.connector_spec import Freshness
from include.config.models import Feed, Tenant
from include.core.clock import utcnow
from include.ledger import backfills, ddl
from include.ledger import check_results as outcomes
from include.ledger.connection import Connection, Warehouse
from include.ledger.cursors import fetch_cursors
from include.ledger.load_history import fetch_latest_loads
from include.ledger.quarantine import QuarantineFilter, fetch_counts
from include.quality.freshness import build_limits

NEVER = "never"


def fetch_status(warehouse: Warehouse, tenant: Tenant) -> dict[str, Any]:
    """One dict per tenant: `streams` sorted by feed and name, `scores`, open `backfills`.

    A stream with `checkpoint_parts` has a read that broke off and will be gone on with.
    A declared stream without a load is in the list with state `never`; `freshness` is `ok`, `warn`,
    `error` (by the stream's limits), `never` or `manual`.
    """
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        latest = fetch_latest_loads(connection, tenant.id)
        loaded_at = _fetch_loaded_at(connection, tenant.id)
        cursors = {
            (row["feed"], row["stream"]): row for row in fetch_cursors(connection, tenant.id)
        }
        quarantine = fetch_counts(connection, QuarantineFilter(tenant.id))
        scores = outcomes.fetch_latest_scores(connection, tenant.id)
        fills = backfills.fetch_backfills(connection, tenant.id, only_open=True)
    open_records: dict[tuple[str, str], int] = {}
    for record in quarantine:
        key = (record["feed"], record["stream"])
        open_records[key] = open_records.get(key, 0) + int(record["records"])
    loads = {(load["feed"], load["stream"]): load for load in latest}
    rows = []
    for feed in tenant.feeds:
        names = set(feed.streams) | {stream for name, stream in loads if name == feed.name}
        for stream in sorted(names):
            key = (feed.name, stream)
            row = _row(feed, stream, loads.get(key))
            known = cursors.get(key, {})
            row["cursor"] = known.get("cursor")
            row["checkpoint_parts"] = known.get("checkpoint_parts")
            row["checkpoint_records"] = known.get("checkpoint_records")
            row["checkpoint_at"] = known.get("checkpoint_at")
            row["quarantine_open"] = open_records.get(key, 0)
            row["loaded_at"] = loaded_at.get(key)
            row["freshness"] = build_freshness(feed, stream, loaded_at.get(key), utcnow())
            rows.append(row)
    kept = ("layer", "feed", "score", "checks", "failed", "scored_at")
    shown = [{name: score[name] for name in kept} for score in scores]
    return {"tenant": tenant.id, "streams": rows, "scores": shown, "backfills": fills}


def build_freshness(feed: Feed, stream: str, loaded_at: datetime | None, now: datetime) -> str:
    """`ok`, `warn`, `error`, `never`, or `manual` for a feed without a schedule."""
    declared = feed.streams[stream].freshness if stream in feed.streams else Freshness()
    limits = build_limits(declared, feed.schedule)
    if loaded_at is None:
        return NEVER
    if limits is None:
        return "manual"
    age = now - loaded_at
    if age > timedelta(hours=limits[1]):
        return "error"
    return "warn" if age > timedelta(hours=limits[0]) else "ok"


def _row(feed: Feed, stream: str, load: dict[str, Any] | None) -> dict[str, Any]:
    """The stream's last load, failed or not."""
    found = load or {}
    counts = ("read", "inserted", "updated", "unchanged", "quarantined", "filtered")
    row = {name: found.get(name) for name in (*counts, "kind", "finished_at", "load_id", "run_id")}
    return {
        "feed": feed.name,
        "stream": stream,
        "state": found.get("state", NEVER),
        "loaded": found["inserted"] + found["updated"] if load else None,
        **row,
        "error_class": found.get("error_class"),
        "error_message": found.get("error_message"),
    }


def _fetch_loaded_at(connection: Connection, tenant: str) -> dict[tuple[str, str], datetime]:
    """(feed, stream) -> end of the last read; backfills and replays do not make rows current."""
    rows = connection.execute(
        "select feed, stream, max(finished_at) from elt_ops.loads "
        "where (tenant, state) = (%s, 'loaded') and is_last and kind <> 'backfill' "
        "group by feed, stream",
        [tenant],
    )
    return {(str(feed), str(stream)): at for feed, stream, at in rows if isinstance(at, datetime)}
