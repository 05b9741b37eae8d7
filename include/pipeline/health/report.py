"""One tenant's health in a few lines: scores, failing checks, failed or stale streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.config.models import Tenant
from include.core.clock import utcnow
from include.ledger import check_results as outcomes
from include.ledger.connection import Warehouse
from include.ledger.load_history import fetch_latest_loads
from include.ledger.quarantine import fetch_quarantine

Rows = Sequence[Mapping[str, Any]]
BAD_STATES = frozenset({"failed", "broken"})


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What to tell people about one tenant; every tuple is sorted and may be empty.

    Attributes:
        scores: (layer or feed, score 0..100), newest ones.
        failing: Checks that did not pass the last time they ran, `feed.stream.check`.
        broken_streams: Streams whose newest load failed, `feed.stream: error class`.
        stale_streams: Streams whose newest load is older than their freshness limit allows.
        quarantined: Open quarantined records by feed.
    """

    tenant: str
    scores: tuple[tuple[str, str], ...]
    failing: tuple[str, ...]
    broken_streams: tuple[str, ...]
    stale_streams: tuple[str, ...]
    quarantined: tuple[tuple[str, int], ...]

    @property
    def is_healthy(self) -> bool:
        """Open quarantine alone does not make a tenant unhealthy: its records are safe there."""
        return not (self.failing or self.broken_streams or self.stale_streams)

    def lines(self) -> list[str]:
        """For the log and for alerts; keys and names only."""
        parts = {
            "scores": ", ".join(f"{name} {score}" for name, score in self.scores),
            "failing checks": ", ".join(self.failing),
            "failed streams": ", ".join(self.broken_streams),
            "stale streams": ", ".join(self.stale_streams),
            "quarantined": ", ".join(f"{feed} {count}" for feed, count in self.quarantined),
        }
        return [f"{name}: {text or 'none'}" for name, text in parts.items()]


def fetch_quality_report(tenant: Tenant, warehouse: Warehouse) -> QualityReport:
    """Read the ledger; raises WarehouseError when it cannot."""
    with warehouse.connect() as connection:
        return build_quality_report(
            tenant,
            utcnow(),
            scores=outcomes.fetch_latest_scores(connection, tenant.id),
            checks=outcomes.fetch_latest_checks(connection, tenant.id),
            loads=fetch_latest_loads(connection, tenant.id),
            quarantine=fetch_quarantine(connection, tenant.id),
        )


def build_quality_report(
    tenant: Tenant, now: datetime, *, scores: Rows, checks: Rows, loads: Rows, quarantine: Rows
) -> QualityReport:
    """Rows of elt_ops, each the newest of its kind, to a report."""
    counted: dict[str, int] = {}
    for row in quarantine:
        counted[row["feed"]] = counted.get(row["feed"], 0) + 1
    return QualityReport(
        tenant=tenant.id,
        scores=tuple(sorted((row["feed"] or row["layer"], str(row["score"])) for row in scores)),
        failing=tuple(
            sorted(
                ".".join(part for part in (row["feed"], row["stream"], row["check_name"]) if part)
                for row in checks
                if row["state"] in BAD_STATES
            )
        ),
        broken_streams=tuple(
            f"{row['feed']}.{row['stream']}: {row['error_class']}"
            for row in loads
            if row["state"] == "failed"
        ),
        stale_streams=_stale(tenant, now, loads),
        quarantined=tuple(sorted(counted.items())),
    )


def _stale(tenant: Tenant, now: datetime, loads: Rows) -> tuple[str, ...]:
    """Scheduled feeds only: nobody promised when a manual feed comes."""
    limits = {
        (feed.name, name): stream.freshness.error_h
        for feed in tenant.feeds
        if feed.schedule
        for name, stream in feed.streams.items()
    }
    found = []
    for row in loads:
        limit = limits.get((row["feed"], row["stream"]))
        if limit is not None and row["finished_at"] < now - timedelta(hours=limit):
            found.append(f"{row['feed']}.{row['stream']}")
    return tuple(sorted(found))
