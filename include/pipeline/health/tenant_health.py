"""How one tenant stands: the only reader of its loads, freshness, quarantine, checks and scores.

`status`, the daily report and the demo's report show what is read here, so they cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from include.config.connector_spec import Freshness
from include.config.models import Feed, Tenant
from include.core.clock import utcnow
from include.ledger import backfills, ddl
from include.ledger.connection import Connection, Warehouse
from include.ledger.cursors import fetch_cursors
from include.ledger.load_history import fetch_latest_loads, fetch_loaded_at
from include.ledger.quarantine import QuarantineFilter, fetch_counts
from include.ledger.trust import check_results as outcomes
from include.quality.freshness import build_limits

NEVER, MANUAL, OK, WARN, ERROR = "never", "manual", "ok", "warn", "error"

Row = Mapping[str, Any]
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """Where one stream stands.

    Attributes:
        load: Its newest row of elt_ops.loads, failed or not; empty when there is none.
        loaded_at: End of its last complete read. Backfills and replays make no rows current.
        cursor: Its row of elt_ops.cursors; empty when there is none.
        quarantined: Open records.
        freshness: `ok`, `warn`, `error` (by the stream's limits), `never` or `manual`.
    """

    feed: str
    stream: str
    load: Row
    loaded_at: datetime | None
    cursor: Row
    quarantined: int
    freshness: str

    @property
    def state(self) -> str:
        """That of the newest load; `never` without one."""
        return str(self.load.get("state", NEVER))

    @property
    def is_stale(self) -> bool:
        """Whether its last complete read is older than the error limit of its schedule."""
        return self.freshness == ERROR


@dataclass(frozen=True, slots=True)
class TenantHealth:
    """Everything the ledger's newest rows say of a tenant; streams by feed and name.

    Attributes:
        scores: Newest row of elt_ops.scores for each layer and feed.
        checks: Newest row of elt_ops.check_results for each check.
        backfills: Open ones.
    """

    tenant: str
    streams: tuple[StreamHealth, ...]
    scores: tuple[Row, ...]
    checks: tuple[Row, ...]
    backfills: tuple[dict[str, Any], ...]

    @property
    def score(self) -> Decimal | None:
        """Mean of the newest scores, to a tenth; None before anything was checked."""
        known = [row["score"] for row in self.scores if row["score"] is not None]
        return round(sum(known, Decimal()) / len(known), 1) if known else None


def fetch_health(tenant: Tenant, warehouse: Warehouse) -> TenantHealth:
    """Read the ledger; a declared stream without a load is there too.

    Raises:
        WarehouseError: If it cannot be read.
    """
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        return TenantHealth(
            tenant=tenant.id,
            streams=fetch_streams(connection, tenant),
            scores=tuple(outcomes.fetch_latest_scores(connection, tenant.id)),
            checks=tuple(outcomes.fetch_latest_checks(connection, tenant.id)),
            backfills=tuple(backfills.fetch_backfills(connection, tenant.id, only_open=True)),
        )


def fetch_streams(
    connection: Connection, tenant: Tenant, only: str | None = None
) -> tuple[StreamHealth, ...]:
    """Streams of one feed, or of all; the ledger is at its newest version."""
    loads = _by_place(fetch_latest_loads(connection, tenant.id, only))
    cursors = _by_place(fetch_cursors(connection, tenant.id, feed=only))
    loaded_at = fetch_loaded_at(connection, tenant.id, only)
    quarantined: dict[Place, int] = {}
    for row in fetch_counts(connection, QuarantineFilter(tenant.id, only)):
        place = (row["feed"], row["stream"])
        quarantined[place] = quarantined.get(place, 0) + int(row["records"])
    found, now = [], utcnow()
    for feed in (one for one in tenant.feeds if only in (None, one.name)):
        names = set(feed.streams) | {name for owner, name in loads if owner == feed.name}
        for name in sorted(names):
            place = (feed.name, name)
            at = loaded_at.get(place)
            stream = StreamHealth(
                feed=feed.name,
                stream=name,
                load=loads.get(place, {}),
                loaded_at=at,
                cursor=cursors.get(place, {}),
                quarantined=quarantined.get(place, 0),
                freshness=build_freshness(feed, name, at, now),
            )
            found.append(stream)
    return tuple(found)


def build_freshness(feed: Feed, stream: str, loaded_at: datetime | None, now: datetime) -> str:
    """The one rule: age of the last complete read against the limits of the feed's schedule."""
    declared = feed.streams[stream].freshness if stream in feed.streams else Freshness()
    limits = build_limits(declared, feed.schedule)
    if loaded_at is None:
        return NEVER
    if limits is None:
        return MANUAL  # nobody promised when a manual feed comes
    warn_h, error_h = limits
    age = now - loaded_at
    if age > timedelta(hours=error_h):
        return ERROR
    return WARN if age > timedelta(hours=warn_h) else OK


def _by_place(rows: list[dict[str, Any]]) -> dict[Place, dict[str, Any]]:
    return {(row["feed"], row["stream"]): row for row in rows}
