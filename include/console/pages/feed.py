"""One feed: what it loaded, what it could not, what is to be read again, how its source changed."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from include.config.models import Feed
from include.console.api.routes import Asking, ledger
from include.console.pages.charts import build_lines
from include.console.pages.render import PageRoute, render
from include.console.reads import history, listing
from include.console.reads.coverage import WEEKS, build_months, fetch_coverage
from include.console.reads.feed_health import fetch_feed_health
from include.console.reads.listing import Page
from include.core.clock import utcnow
from include.ledger.connection import Connection
from include.ledger.trust.check_results import fetch_latest_checks
from include.pipeline.health.status import fetch_feed_streams

router = APIRouter(prefix="/tenants/{tenant}", route_class=PageRoute, include_in_schema=False)

DAYS, SHOWN, CHANGES = 30, 25, 100
BAD = ("failed", "broken")
SIGNS = {"added": "+", "vanished_field": "-", "unknown_field": "?"}


@router.get("/feeds/{feed}")
def show_feed(request: Request, visitor: Asking, tenant: str, feed: str) -> Response:
    """The page."""
    found = visitor.see_feed(tenant, feed)
    owner = visitor.see(tenant)
    with ledger(visitor, tenant) as connection:
        rows = fetch_feed_health(connection, [owner], utcnow())
        read = fetch_feed(connection, found)
    return render(
        request,
        "feed.html",
        tenant=owner,
        feed=found,
        health=next(row for row in rows if row.feed == feed),
        may_act=visitor.may_act(tenant),
        **read,
    )


def fetch_feed(connection: Connection, feed: Feed) -> dict[str, Any]:
    """Everything the page shows of one feed, by one connection."""
    tenant, zone = feed.tenant, feed.tenant.spec.timezone
    place, only = {"feed": feed.name}, Page(limit=SHOWN)
    loads, _ = listing.fetch_listing(connection, listing.LOADS, tenant.id, place, only)
    waiting, more = listing.fetch_listing(
        connection, listing.QUARANTINE, tenant.id, {**place, "state": "open"}, only
    )
    many = Page(limit=CHANGES)
    changes, _ = listing.fetch_listing(connection, listing.SCHEMA_CHANGES, tenant.id, place, many)
    days = history.fetch_days(connection, tenant.id, feed.name, zone, DAYS)
    by_time = [name for name, stream in feed.streams.items() if stream.cursor]
    today = utcnow().astimezone(ZoneInfo(zone)).date()
    span = (max(feed.start_date, today - timedelta(weeks=WEEKS)), today)
    covered = (
        fetch_coverage(connection, (tenant.id, feed.name), by_time, zone, span) if by_time else []
    )
    money = {name: stream.money for name, stream in feed.streams.items() if stream.money}
    rows, worth = history.fetch_metrics(connection, tenant.id, feed.name, money, 90)
    return {
        "streams": fetch_feed_streams(connection, tenant, feed.name),
        "loads": loads,
        "waiting": waiting,
        "has_more": more is not None,
        "diffs": build_diffs(changes),
        "drawn": build_load_chart(days),
        "rows_drawn": build_lines("Rows by their own day and stream", rows),
        "money_drawn": build_lines("Money by its own day and stream", worth),
        "months": build_months(covered),
        "gaps": sum(one.state != "full" for one in covered),
        "checks": [
            row
            for row in fetch_latest_checks(connection, tenant.id, feed=feed.name)
            if row["state"] in BAD
        ],
    }


def build_diffs(changes: list[dict[str, Any]]) -> list[tuple[date, str, list[str]]]:
    """(day, stream, lines), the newest first; a line reads as one of a diff does."""
    found: dict[tuple[date, str], list[str]] = {}
    for row in changes:
        lines = found.setdefault((row["noticed_at"].date(), row["stream"]), [])
        sign = SIGNS.get(row["change"], "~")
        types = " -> ".join(text for text in (row["old_type"], row["new_type"]) if text)
        words = "" if row["change"] in ("added", "widened") else row["change"].replace("_", " ")
        lines.append(" ".join(text for text in (sign, row["column_name"], types, words) if text))
    return [(day, stream, lines) for (day, stream), lines in found.items()]


def build_load_chart(days: list[dict[str, Any]]) -> dict[str, Any]:
    """What the chart of loads draws: a bar a day of each kind of row."""
    names = ("changed", "unchanged", "quarantined")
    return {
        "label": "Records by day",
        "kind": "bar",
        "days": [row["day"].isoformat() for row in days],
        "series": [{"name": n, "values": [int(row[n]) for row in days]} for n in names],
    }
