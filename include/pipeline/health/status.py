"""What `status` shows of a tenant: its health in plain values, one row per stream."""

from typing import Any

from include.config.models import Tenant
from include.ledger.connection import Connection, Warehouse
from include.pipeline.health.tenant_health import StreamHealth, fetch_health, fetch_streams

COUNTS = ("read", "inserted", "updated", "unchanged", "quarantined", "filtered")
SCORE = ("layer", "feed", "score", "checks", "failed", "scored_at")


def fetch_status(warehouse: Warehouse, tenant: Tenant) -> dict[str, Any]:
    """One dict per tenant: `streams` sorted by feed and name, `scores`, open `backfills`.

    `notices` is what a stream's last load had to say, such as files that no stream reads. One with
    `checkpoint_parts` has a read that broke off and will be gone on with.
    """
    health = fetch_health(tenant, warehouse)
    return {
        "tenant": tenant.id,
        "streams": [_build_row(stream) for stream in health.streams],
        "scores": [{name: score[name] for name in SCORE} for score in health.scores],
        "backfills": list(health.backfills),
    }


def fetch_feed_streams(connection: Connection, tenant: Tenant, feed: str) -> list[dict[str, Any]]:
    """The same rows for one feed."""
    return [_build_row(stream) for stream in fetch_streams(connection, tenant, feed)]


def _build_row(stream: StreamHealth) -> dict[str, Any]:
    load, cursor = stream.load, stream.cursor
    return {
        "feed": stream.feed,
        "stream": stream.stream,
        "state": stream.state,
        "loaded": load["inserted"] + load["updated"] if load else None,
        **{name: load.get(name) for name in (*COUNTS, "kind", "finished_at", "load_id", "run_id")},
        "error_class": load.get("error_class"),
        "error_message": load.get("error_message"),
        "notices": list(load.get("notices") or ()),
        "cursor": cursor.get("cursor"),
        "checkpoint_parts": cursor.get("checkpoint_parts"),
        "checkpoint_records": cursor.get("checkpoint_records"),
        "checkpoint_at": cursor.get("checkpoint_at"),
        "quarantine_open": stream.quarantined,
        "loaded_at": stream.loaded_at,
        "freshness": stream.freshness,
    }
