"""One tenant's health in a few lines: scores, failing checks, failed or stale streams."""

from dataclasses import dataclass

from include.config.models import Tenant
from include.ledger.connection import Warehouse
from include.pipeline.health.tenant_health import TenantHealth, fetch_health

BAD_STATES = frozenset({"failed", "broken"})


@dataclass(frozen=True, slots=True)
class QualityReport:
    """What to tell people about one tenant; every tuple is sorted and may be empty.

    Attributes:
        scores: (layer or feed, score 0..100), newest ones.
        failing: Checks that did not pass the last time they ran, `feed.stream.check`.
        broken_streams: Streams whose newest load failed, `feed.stream: error class`.
        stale_streams: Streams whose last complete read is older than their limit allows.
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
    return build_quality_report(fetch_health(tenant, warehouse))


def build_quality_report(health: TenantHealth) -> QualityReport:
    """What of a tenant's health somebody has to look at."""
    counted: dict[str, int] = {}
    for stream in health.streams:
        counted[stream.feed] = counted.get(stream.feed, 0) + stream.quarantined
    scores = ((row["feed"] or row["layer"], str(row["score"])) for row in health.scores)
    failing = (
        ".".join(part for part in (row["feed"], row["stream"], row["check_name"]) if part)
        for row in health.checks
        if row["state"] in BAD_STATES
    )
    return QualityReport(
        tenant=health.tenant,
        scores=tuple(sorted(scores)),
        failing=tuple(sorted(failing)),
        broken_streams=tuple(
            f"{stream.feed}.{stream.stream}: {stream.load['error_class']}"
            for stream in health.streams
            if stream.state == "failed"
        ),
        stale_streams=tuple(f"{s.feed}.{s.stream}" for s in health.streams if s.is_stale),
        quarantined=tuple((feed, count) for feed, count in sorted(counted.items()) if count),
    )
