"""One tenant's pages: its quality, its money, its people in question."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from include.console.api.routes import Asking, ledger
from include.console.pages.charts import build_lines
from include.console.pages.render import PageRoute, render
from include.console.reads import bands, history, reviews
from include.core.clock import utcnow
from include.ledger.trust.alerts.rows import fetch_listed
from include.ledger.trust.check_results import fetch_latest_checks, fetch_table_scores
from include.ledger.trust.publishes import fetch_stale

router = APIRouter(prefix="/tenants/{tenant}", route_class=PageRoute, include_in_schema=False)

DAYS = 30
SHOWN = 25
BAD = ("failed", "broken")
LIVE = ("open", "acknowledged", "muted")


@router.get("/quality")
def show_quality(
    request: Request, visitor: Asking, tenant: str, band: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Scores, what lost the points, checks that do not pass, and a learned band with its days."""
    owner = visitor.see(tenant)
    today = utcnow().astimezone(ZoneInfo(owner.spec.timezone)).date()
    with ledger(visitor, tenant) as connection:
        checks = fetch_latest_checks(connection, tenant)
        scores = fetch_table_scores(connection, tenant)
        alerts = fetch_listed(connection, tenant, states=LIVE, limit=SHOWN)
        trend = history.fetch_scores(connection, tenant, 90)
        stale = fetch_stale(connection).get(tenant)
        places = bands.find_places(checks)
        shown = places[band : band + 1]
        drawn = [bands.fetch_band(connection, owner, one, today) for one in shown]
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
        bands=list(enumerate(places)),
        band=band,
        band_drawn=next((one for one in drawn if one), None),
        drawn=build_lines("Score", [(d, s, float(v)) for d, s, v in trend]),
    )


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
