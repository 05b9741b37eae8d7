"""What the report says, in plain values: the JSON of a program, and what the page is drawn from."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from include.config.models import Tenant
from include.core.clock import utcnow
from include.ledger.connection import Warehouse
from include.ledger.trust.check_results import fetch_score_trend, fetch_table_scores
from include.ledger.trust.metrics import fetch_rows_by_day
from include.ledger.trust.mutes import fetch_mutes
from include.pipeline.health.check_view import MARTS, build_check_name
from include.pipeline.health.report import BAD_STATES
from include.pipeline.health.tenant_health import StreamHealth, fetch_health

TREND_DAYS = 30
MOST_REASONS = 12
_ORDER = ("never", "error", "warn", "manual", "ok")


def fetch_report(tenant: Tenant, warehouse: Warehouse) -> dict[str, Any]:
    """Everything of one tenant, JSON-ready but for instants, days and decimals.

    Returns:
        `score` (0 to 100 or None), `verdict`, `reasons` (dearest first), `feeds`, `tables` (scores
        of streams and marts), `failing` checks, `mutes`, `trend` and `rows` by day.
    """
    now = utcnow()
    since = (now - timedelta(days=TREND_DAYS)).date()
    health = fetch_health(tenant, warehouse)
    with warehouse.connect() as connection:
        scores = fetch_table_scores(connection, tenant.id)
        trend = fetch_score_trend(connection, tenant.id, since)
        rows = fetch_rows_by_day(connection, tenant.id, since)
        mutes = fetch_mutes(connection, tenant.id, now)
    return {
        "tenant": tenant.id,
        "name": tenant.spec.name,
        "at": now,
        "score": health.score,
        "verdict": build_verdict(health.score),
        "reasons": _reasons(scores),
        "feeds": _feeds(tenant, health.streams, scores),
        "tables": [_table(row) for row in scores if row["stream"] is not None],
        "failing": [_failing(row) for row in health.checks if row["state"] in BAD_STATES],
        "mutes": [{**mute, "check": build_check_name(mute)} for mute in mutes],
        "trend": build_daily_means(trend),
        "rows": rows,
    }


def build_verdict(score: Decimal | None) -> str:
    """One sentence about a score for somebody who has never seen one."""
    if score is None:
        return "Nothing has been checked yet."
    if score == 100:
        return "Every check found everything in order."
    if score >= 95:
        return "The numbers can be used; a few details are worth a look."
    if score >= 80:
        return "Most numbers can be used; look at the points below before you decide on them."
    return "Do not decide on these numbers before the points below are settled."


def build_daily_means(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mean of a day's scores of feeds and marts, each one's last of the day; oldest day first."""
    by_day: dict[date, list[float]] = {}
    for row in rows:
        if row["score"] is not None:
            by_day.setdefault(row["day"], []).append(float(row["score"]))
    return [
        {"day": day, "score": round(sum(found) / len(found), 1)}
        for day, found in sorted(by_day.items())
    ]


def _reasons(scores: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of all feeds and the marts; points are those of its own score."""
    found = [
        {"of": row["feed"] or MARTS, **reason}
        for row in scores
        if row["stream"] is None
        for reason in row["reasons"]
        if Decimal(reason["points"]) > 0
    ]
    ordered = sorted(found, key=lambda one: (-Decimal(one["points"]), one["of"], one["check"]))
    return ordered[:MOST_REASONS]


def _feeds(
    tenant: Tenant, streams: tuple[StreamHealth, ...], scores: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    known = {row["feed"]: row["score"] for row in scores if row["stream"] is None and row["feed"]}
    found = []
    for feed in tenant.feeds:
        own = [stream for stream in streams if stream.feed == feed.name]
        loaded = [stream.loaded_at for stream in own if stream.loaded_at]
        states = [stream.freshness for stream in own]
        found.append(
            {
                "feed": feed.name,
                "title": feed.connector.title,
                "score": known.get(feed.name),
                "loaded_at": max(loaded, default=None),
                "freshness": min(states, key=_ORDER.index, default="never"),
                "failed_streams": [s.stream for s in own if s.state == "failed"],
                "quarantined": sum(stream.quarantined for stream in own),
            }
        )
    return found


def _table(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "of": row["feed"] or MARTS,
        "table": row["stream"],
        "score": row["score"],
        "rows": row["rows_checked"],
        "checks": row["checks"],
        "failed": row["failed"],
        "reasons": row["reasons"],
    }


def _failing(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("dimension", "severity", "state", "bad_rows", "rows_checked", "share", "message",
             "sample", "checked_at", "run_id", "muted_until")  # fmt: skip
    return {"check": build_check_name(dict(row)), **{name: row[name] for name in names}}
