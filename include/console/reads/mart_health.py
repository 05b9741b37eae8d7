"""How tenants' marts stand: what is wrong behind all feeds, so no feed's row can say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from include.config.models import Tenant
from include.ledger.connection import Connection
from include.ledger.trust.publishes import fetch_stale

# What the row is called where feeds have their name.
MARTS = "marts"
_STATES = "select tenant, as_of from elt_ops.mart_states where tenant = any(%(tenants)s)"
_SCORES = """
select distinct on (tenant) tenant, score, failed, reasons from elt_ops.scores
where tenant = any(%(tenants)s) and feed is null and stream is null
    and scored_at > now() - interval '40 days'
order by tenant, scored_at desc
"""
_ALERTS = """
select tenant, count(*) as alerts, (array_agg(message order by opened_at desc))[1] as message
from elt_ops.alerts
where tenant = any(%(tenants)s) and feed is null and state in ('open', 'acknowledged')
group by tenant
"""


@dataclass(frozen=True)
class MartHealth:
    """One tenant's marts on the first page.

    Attributes:
        state: `failed` (people read older ones than there could be), `warn` (a check does not
            pass, or an alert without a feed stands), `ok`.
        why: Why what people read is old, or what takes most points away.
        as_of: When what people read was built.
        alerts: Those of the tenant that are no feed's.
    """

    tenant: str
    state: str
    why: str | None
    as_of: datetime | None
    score: float | None
    alerts: int


def fetch_mart_health(connection: Connection, tenants: Sequence[Tenant]) -> list[MartHealth]:
    """By tenant; one of which nothing is known yet is left out."""
    asked = {"tenants": [tenant.id for tenant in tenants]}
    stale = fetch_stale(connection)
    with connection.cursor(row_factory=dict_row) as cursor:
        built = {r["tenant"]: r["as_of"] for r in cursor.execute(_STATES.encode(), asked)}
        scores = {r["tenant"]: r for r in cursor.execute(_SCORES.encode(), asked)}
        alerts = {r["tenant"]: r for r in cursor.execute(_ALERTS.encode(), asked)}
    found = []
    for name in asked["tenants"]:
        if name not in built and name not in scores and name not in alerts:
            continue
        score, told = scores.get(name, {}), alerts.get(name, {})
        state, why = build_state(stale.get(name), score, told)
        points = score.get("score")
        number = None if points is None else float(points)
        count = int(told.get("alerts", 0))
        found.append(MartHealth(name, state, why, built.get(name), number, count))
    return found


def build_state(
    stale: str | None, score: dict[str, Any], told: dict[str, Any]
) -> tuple[str, str | None]:
    """The gravest of the three, and in which words."""
    if stale:
        return "failed", stale
    if score.get("failed"):
        first: dict[str, Any] = next(iter(score["reasons"] or ()), {})
        words = first.get("words") or first.get("check")
        return "warn", str(words) if words else f"{score['failed']} checks do not pass"
    if told:
        return "warn", str(told["message"])
    return "ok", None
