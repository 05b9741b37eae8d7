"""Prometheus at `/elt/metrics`: loads, lag, score, quarantine and alerts by tenant and feed.

Labels are tenants and feeds of files, so their number is bounded; no vendor makes one.
"""

import math
from collections.abc import Callable, Iterable

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.responses import Response

from include.console.api.models import FeedOut
from include.console.api.routes import Asking
from include.core.clock import utcnow

PLACE = ("tenant", "feed")
STATES = ("failed", "late", "new", "warn", "ok")


def _age(row: FeedOut) -> float:
    return (utcnow() - row.loaded_at).total_seconds() if row.loaded_at else math.nan


GAUGES: dict[str, tuple[str, Callable[[FeedOut], float]]] = {
    "elt_feed_lag_seconds": ("Age of the newest complete read.", _age),
    "elt_feed_rows_read": ("Records the newest run read.", lambda row: row.read),
    "elt_feed_rows_changed": ("Rows it inserted or updated.", lambda row: row.changed),
    "elt_feed_rows_quarantined": ("Records it quarantined.", lambda row: row.quarantined),
    "elt_feed_seconds": ("Seconds it took.", lambda row: row.seconds),
    "elt_feed_quarantine_open": ("Records in quarantine.", lambda row: row.quarantine_open),
    "elt_feed_score": (
        "Quality score, 0 to 100.",
        lambda row: math.nan if row.score is None else row.score,
    ),
    "elt_feed_alerts": ("Alerts that stand.", lambda row: row.alerts),
}


class _Collector:
    def __init__(self, rows: list[FeedOut]) -> None:
        self._rows = rows

    def collect(self) -> Iterable[Metric]:
        """One family per gauge, and the state as one of five."""
        for name, (text, read) in GAUGES.items():
            family = GaugeMetricFamily(name, text, labels=PLACE)
            for row in self._rows:
                family.add_metric([row.tenant, row.feed], read(row))
            yield family
        states = GaugeMetricFamily("elt_feed_state", "1 for its state.", labels=(*PLACE, "state"))
        for row in self._rows:
            for state in STATES:
                states.add_metric([row.tenant, row.feed, state], float(row.state == state))
        yield states


def build_metrics(rows: list[FeedOut]) -> bytes:
    """The exposition of these feeds."""
    registry = CollectorRegistry()
    registry.register(_Collector(rows))
    return generate_latest(registry)


def add_metrics(app: FastAPI) -> None:
    """The route; whoever scrapes logs in with a token, and sees their tenants."""

    @app.get("/metrics", include_in_schema=False)
    def read_prometheus(visitor: Asking) -> Response:
        rows = visitor.fetch_health(list(visitor.tenants.values())).feeds
        return Response(build_metrics(rows), media_type=CONTENT_TYPE_LATEST)
