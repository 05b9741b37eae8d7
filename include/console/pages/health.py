"""The first page: every feed of every tenant, the worst first. What is asked stands in the URL."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from include.console.api.models import NO_NUL
from include.console.api.routes import Asking
from include.console.pages.render import PageRoute, render
from include.console.reads.feed_health import ORDER

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ROWS = 100
SORTS: dict[str, Any] = {
    "state": lambda row: ORDER.index(row.state),
    "tenant": lambda row: (row.tenant, row.feed),
    "feed": lambda row: (row.feed, row.tenant),
    "fresh": lambda row: row.loaded_at.timestamp() if row.loaded_at else 0.0,
    "read": lambda row: -row.read,
    "changed": lambda row: -row.changed,
    "quarantine": lambda row: -row.quarantine_open,
    "took": lambda row: -row.seconds,
    "score": lambda row: 101.0 if row.score is None else row.score,
    "alerts": lambda row: -row.alerts,
}


class HealthQuery(BaseModel):
    """What is looked for."""

    q: str = Query("", max_length=100, pattern=NO_NUL)
    state: str = Query("", max_length=10, pattern=NO_NUL)
    tenant: str = Query("", max_length=30, pattern=NO_NUL)
    sort: str = Query("state", max_length=10, pattern=NO_NUL)
    page: int = Query(1, ge=1, le=10_000)


@dataclass(frozen=True)
class Column:
    """A column of the table that sorts it."""

    key: str
    title: str
    is_number: bool = False


COLUMNS = (
    Column("state", "State"),
    Column("tenant", "Tenant"),
    Column("feed", "Feed"),
    Column("fresh", "Last read"),
    Column("read", "Read", True),
    Column("changed", "Changed", True),
    Column("quarantine", "Quarantine", True),
    Column("took", "Took", True),
    Column("score", "Score", True),
    Column("alerts", "Alerts", True),
)


@router.get("/")
def show_health(
    request: Request, visitor: Asking, asked: Annotated[HealthQuery, Query()]
) -> Response:
    """Every feed the visitor may see."""
    wanted = [visitor.see(asked.tenant)] if asked.tenant else list(visitor.tenants.values())
    standing = visitor.fetch_health(wanted)
    # The board is in the order of states already; one that is in no list is that one, too.
    if asked.sort in SORTS and asked.sort != "state":
        standing = standing.sort(asked.sort, SORTS[asked.sort])
    standing = standing.find(asked.q)
    rows, counts = standing.rows, standing.counts
    if asked.state:
        rows = [row for row in rows if row.state == asked.state]
    pages = max(1, -(-len(rows) // ROWS))
    page = min(asked.page, pages)

    def link(**changes: Any) -> str:
        values = {**asked.model_dump(), "page": 1, **changes}
        standing = HealthQuery().model_dump()
        query = urlencode({k: v for k, v in values.items() if v != standing[k]})
        return f"?{query}" if query else "."

    return render(
        request,
        "health.html",
        rows=rows[(page - 1) * ROWS : page * ROWS],
        total=sum(row.layer == "raw" for row in rows),
        counts=[(state, counts.get(state, 0)) for state in ORDER],
        asked=asked,
        columns=COLUMNS,
        tenants=len(wanted),
        is_admin=visitor.person.is_admin,
        link=link,
        page=page,
        pages=pages,
        tenant=wanted[0] if asked.tenant else None,
    )
