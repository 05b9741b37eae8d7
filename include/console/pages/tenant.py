"""One tenant's pages: a feed, its quality, its money, its people in question."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from include.console.answers import not_found
from include.console.api.routes import Asking, fetch_all_health, ledger
from include.console.pages.render import PageRoute, render
from include.console.reads import history, listing, money, reviews
from include.console.reads.listing import Page
from include.core.clock import utcnow
from include.ledger.trust.alerts.rows import fetch_listed
from include.ledger.trust.check_results import fetch_latest_checks, fetch_table_scores
from include.ledger.trust.publishes import fetch_stale
from include.pipeline.health.status import fetch_status

router = APIRouter(prefix="/tenants/{tenant}", route_class=PageRoute, include_in_schema=False)

DAYS = 30
SHOWN = 25
BAD = ("failed", "broken")
LIVE = ("open", "acknowledged", "muted")


@router.get("/feeds/{feed}")
def show_feed(request: Request, visitor: Asking, tenant: str, feed: str) -> Response:
    """A feed: what it loaded, what it could not, how its source changed."""
    found = visitor.see_feed(tenant, feed)
    owner = visitor.see(tenant)
    health = next((r for r in fetch_all_health(visitor, [owner]) if r.feed == feed), None)
    if health is None:
        raise not_found()
    streams = fetch_status(visitor.open_warehouse(owner), owner)["streams"]
    only, place = Page(limit=SHOWN), {"feed": feed}
    with ledger(visitor, tenant) as connection:
        loads, _ = listing.fetch_listing(connection, listing.LOADS, tenant, place, only)
        waiting, more = listing.fetch_listing(
            connection, listing.QUARANTINE, tenant, {**place, "state": "open"}, only
        )
        changes, _ = listing.fetch_listing(connection, listing.SCHEMA_CHANGES, tenant, place, only)
        days = history.fetch_days(connection, tenant, feed, owner.spec.timezone, DAYS)
        checks = fetch_latest_checks(connection, tenant, feed=feed)
    return render(
        request,
        "feed.html",
        tenant=owner,
        feed=found,
        health=health,
        streams=[row for row in streams if row["feed"] == feed],
        loads=loads,
        waiting=waiting,
        has_more=more is not None,
        changes=changes,
        drawn=build_load_chart(days),
        days=[row for row in days if row["day"] >= found.start_date],
        checks=[row for row in checks if row["state"] in BAD],
        may_act=visitor.may_act(tenant),
    )


def build_load_chart(days: list[dict[str, Any]]) -> dict[str, Any]:
    """What the chart of loads draws: a bar a day of each kind of row."""
    names = ("changed", "unchanged", "quarantined")
    return {
        "label": "Records by day",
        "kind": "bar",
        "days": [row["day"].isoformat() for row in days],
        "series": [{"name": n, "values": [int(row[n]) for row in days]} for n in names],
    }


@router.get("/quality")
def show_quality(request: Request, visitor: Asking, tenant: str) -> Response:
    """Scores, what lost the points, and checks that do not pass."""
    owner = visitor.see(tenant)
    with ledger(visitor, tenant) as connection:
        checks = fetch_latest_checks(connection, tenant)
        scores = fetch_table_scores(connection, tenant)
        alerts = fetch_listed(connection, tenant, states=LIVE, limit=SHOWN)
        trend = history.fetch_scores(connection, tenant, 90)
        stale = fetch_stale(connection).get(tenant)
    scores = [row for row in scores if row["stream"] is None]
    return render(
        request,
        "quality.html",
        tenant=owner,
        stale=stale,
        scores=sorted(scores, key=lambda r: (r["score"] is None, r["score"] or 0)),
        failing=[row for row in checks if row["state"] in BAD],
        passed=sum(row["state"] == "passed" for row in checks),
        total=len(checks),
        may_act=visitor.may_act(tenant),
        alerts=alerts,
        drawn=build_lines("Score", [(d, s, float(v)) for d, s, v in trend]),
    )


def build_lines(label: str, points: list[tuple[date, str, float]]) -> dict[str, Any]:
    """What a chart of lines draws: a line per source; a day without a number is a gap."""
    days = sorted({day for day, _, _ in points})
    at = {day: number for number, day in enumerate(days)}
    found: dict[str, list[float | None]] = defaultdict(lambda: [None] * len(days))
    for day, source, value in points:
        found[source][at[day]] = value
    series = [{"name": name, "values": values} for name, values in sorted(found.items())]
    return {
        "label": label,
        "kind": "line",
        "days": [day.isoformat() for day in days],
        "series": series,
    }


@router.get("/business")
def show_business(
    request: Request,
    visitor: Asking,
    tenant: str,
    start: Annotated[date | None, Query()] = None,
    end: Annotated[date | None, Query()] = None,
) -> Response:
    """Revenue by day and source, and its parts."""
    owner = visitor.see(tenant)
    until = end or utcnow().astimezone(ZoneInfo(owner.spec.timezone)).date()
    since = start or until - timedelta(days=89)
    span = (min(since, until), until)
    with ledger(visitor, tenant) as connection:
        found = {
            name: money.fetch_business(connection, tenant, name, span) for name in money.BUSINESS
        }
        stale = fetch_stale(connection).get(tenant)
    return render(
        request,
        "business.html",
        tenant=owner,
        stale=stale,
        span=span,
        table=build_money_table(found),
        names=list(money.BUSINESS),
        drawn=build_lines(
            "Revenue by day",
            [
                (row["day"], f"{row['source']} {row['currency']}", float(row["value"] or 0))
                for row in found["revenue"]
            ],
        ),
    )


def build_money_table(found: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """One row per source and currency with every metric added up; currencies never mix."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for name, values in found.items():
        for one in values:
            key = (one["source"], one["currency"])
            row = rows.setdefault(key, {"source": key[0], "currency": key[1]})
            row[name] = row.get(name, 0) + (one["value"] or 0)
    return [rows[key] for key in sorted(rows)]


@router.get("/identity")
def show_identity(
    request: Request, visitor: Asking, tenant: str, decided: Annotated[bool, Query()] = False
) -> Response:
    """Pairs identity is not sure of, one under the other; decided by keys or buttons."""
    owner = visitor.see(tenant)
    with ledger(visitor, tenant) as connection:
        rows = reviews.fetch_reviews(connection, tenant, SHOWN, 0, decided=decided)
        progress = reviews.fetch_progress(connection, tenant)
        stale = fetch_stale(connection).get(tenant)
    return render(
        request,
        "identity.html",
        tenant=owner,
        stale=stale,
        pairs=rows,
        progress=progress,
        decided=decided,
        may_act=visitor.may_act(tenant),
    )
