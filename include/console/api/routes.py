"""The API's routes that read. Each asks the visitor for its tenant, and nobody else."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from psycopg.rows import dict_row
from pydantic import BaseModel
from starlette.requests import Request

from include.config.models import Tenant
from include.console.answers import ProblemAnswer, Refusal, not_found
from include.console.api import models
from include.console.api.tagged import TaggedRoute
from include.console.board import build_place
from include.console.reads import listing, money, reviews
from include.console.reads.listing import (
    MOST,
    Listing,
    Page,
    build_place_cursor,
    parse_cursor,
    parse_place_cursor,
)
from include.console.visitor import Visitor
from include.core.clock import utcnow
from include.ledger.connection import Connection
from include.ledger.quarantine import fetch_record
from include.ledger.trust.alerts.rows import fetch_listed
from include.ledger.trust.check_results import fetch_latest_checks
from include.pipeline.health.status import fetch_status

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer} for status in (401, 403, 404, 422, 503)
}
router = APIRouter(prefix="/api/v1", route_class=TaggedRoute, responses=REFUSALS)


def get_visitor(request: Request) -> Visitor:
    """Whom the gate let in."""
    visitor: Visitor = request.state.visitor
    return visitor


Asking = Annotated[Visitor, Depends(get_visitor)]
LIVE = ("open", "acknowledged", "muted")
Word = Annotated[str | None, Query(max_length=200, pattern=models.NO_NUL)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(max_length=60)]


class LoadQuery(BaseModel):
    """Everything given narrows."""

    model_config = {"extra": "forbid"}

    feed: Word = None
    stream: Word = None
    state: Word = None
    kind: Word = None
    run: Word = None
    since: datetime | None = None
    cursor: Cursor = None
    limit: Limit = 50


class TenantQuery(BaseModel):
    """A page of them."""

    model_config = {"extra": "forbid"}

    cursor: Annotated[str | None, Query(max_length=200)] = None
    limit: Limit = 100


class FeedQuery(TenantQuery):
    """Everything given narrows."""

    state: Word = None
    tenant: Word = None


class QuarantineQuery(BaseModel):
    """Everything given narrows."""

    model_config = {"extra": "forbid"}

    feed: Word = None
    stream: Word = None
    state: Word = None
    reason: Word = None
    cursor: Cursor = None
    limit: Limit = 50


@contextmanager
def ledger(visitor: Visitor, tenant_id: str) -> Iterator[Connection]:
    """A connection to the ledger of a tenant the visitor may see."""
    tenant = visitor.see(tenant_id)
    with visitor.open_warehouse(tenant, read_only=True).connect() as connection:
        yield connection


@router.get("/me")
def read_me(visitor: Asking) -> models.Me:
    """Who you are here."""
    person = visitor.person
    return models.Me(name=person.name, is_admin=person.is_admin, tenants=sorted(visitor.tenants))


@router.get("/tenants")
def read_tenants(
    visitor: Asking, asked: Annotated[TenantQuery, Query()]
) -> models.Listed[models.TenantOut]:
    """Every tenant you may see, a page at a time."""
    place = parse_place_cursor(asked.cursor)
    names = sorted(name for name in visitor.tenants if (0, name, "") > place)
    items = [_show(visitor, visitor.tenants[name]) for name in names[: asked.limit]]
    is_last = len(names) <= asked.limit
    behind = None if is_last else build_place_cursor((0, items[-1].id, ""))
    return models.Listed(items=items, next=behind)


@router.get("/tenants/{tenant}")
def read_tenant(visitor: Asking, tenant: str) -> models.TenantOut:
    """One tenant."""
    return _show(visitor, visitor.see(tenant))


def _show(visitor: Visitor, tenant: Tenant) -> models.TenantOut:
    spec = tenant.spec
    return models.TenantOut(
        id=tenant.id,
        name=spec.name,
        owner=spec.owner,
        timezone=spec.timezone,
        currency=spec.currency,
        feeds=[feed.name for feed in tenant.feeds],
        may_act=visitor.may_act(tenant.id),
    )


@router.get("/feeds")
def read_feeds(
    visitor: Asking, asked: Annotated[FeedQuery, Query()]
) -> models.Listed[models.FeedOut]:
    """How every feed of every tenant stands, the worst first, a page at a time.

    A page begins behind the last feed of the one before: one whose state changes meanwhile may come
    twice or not at all.
    """
    wanted = [visitor.see(asked.tenant)] if asked.tenant else list(visitor.tenants.values())
    rows = visitor.fetch_health(wanted).feeds
    if asked.state is not None:
        rows = [row for row in rows if row.state == asked.state]
    begin = bisect_right(rows, parse_place_cursor(asked.cursor), key=build_place)
    items = rows[begin : begin + asked.limit]
    is_last = begin + asked.limit >= len(rows)
    behind = None if is_last else build_place_cursor(build_place(items[-1]))
    return models.Listed(items=items, next=behind)


@router.get("/tenants/{tenant}/feeds")
def read_tenant_feeds(visitor: Asking, tenant: str) -> models.Listed[models.FeedOut]:
    """How the tenant's feeds stand."""
    return models.Listed(items=visitor.fetch_health([visitor.see(tenant)]).feeds)


@router.get("/tenants/{tenant}/feeds/{feed}")
def read_feed(visitor: Asking, tenant: str, feed: str) -> models.FeedOut:
    """How one feed stands."""
    visitor.see_feed(tenant, feed)
    for row in visitor.fetch_health([visitor.see(tenant)]).feeds:
        if row.feed == feed:
            return row
    raise not_found()


@router.get("/tenants/{tenant}/streams")
def read_streams(
    visitor: Asking, tenant: str, feed: Word = None
) -> models.Listed[models.StreamOut]:
    """Every stream: last load, cursor, open quarantine, freshness."""
    found = visitor.see(tenant)
    rows = fetch_status(visitor.open_warehouse(found, read_only=True), found)["streams"]
    return models.Listed(
        items=[models.StreamOut(**row) for row in rows if feed in (None, row["feed"])]
    )


def _list(
    visitor: Visitor, tenant: str, what: Listing, page: tuple[str | None, int], **asked: Any
) -> Any:
    cursor, limit = page
    wanted = Page(parse_cursor(cursor), limit)
    with ledger(visitor, tenant) as connection:
        rows, following = listing.fetch_listing(connection, what, tenant, asked, wanted)
    return {"items": rows, "next": following}


@router.get("/tenants/{tenant}/loads")
def read_loads(
    visitor: Asking,
    tenant: str,
    place: Annotated[LoadQuery, Query()],
) -> models.Listed[models.LoadOut]:
    """Loads, newest first, with their books."""
    asked = place.model_dump(exclude={"cursor", "limit"})
    return models.Listed(
        **_list(visitor, tenant, listing.LOADS, (place.cursor, place.limit), **asked)
    )


_RUNS = """
select feed, run_id, max(dag_id) as dag_id,
    case when bool_or(state = 'failed') then 'failed' else 'loaded' end as state,
    count(distinct stream) as streams, count(*) filter (where state = 'failed') as failed,
    sum(read) as read, sum(inserted + updated) as changed, sum(quarantined) as quarantined,
    sum(seconds) as seconds, min(started_at) as started_at, max(finished_at) as finished_at
from elt_ops.loads
where tenant = %(tenant)s and run_id is not null and (%(feed)s::text is null or feed = %(feed)s)
group by feed, run_id order by max(load_id) desc limit %(limit)s
"""


@router.get("/tenants/{tenant}/runs")
def read_runs(
    visitor: Asking, tenant: str, feed: Word = None, limit: Limit = 50
) -> models.Listed[models.RunOut]:
    """The newest runs of feeds, their streams added up."""
    asked = {"tenant": tenant, "feed": feed, "limit": limit}
    with ledger(visitor, tenant) as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_RUNS.encode(), asked).fetchall()
    return models.Listed(items=[models.RunOut(**row) for row in rows])


@router.get("/tenants/{tenant}/schema-changes")
def read_schema_changes(
    visitor: Asking,
    tenant: str,
    feed: Word = None,
    stream: Word = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> models.Listed[models.SchemaChangeOut]:
    """Columns that came, grew or went, newest first."""
    page = (cursor, limit)
    return models.Listed(
        **_list(visitor, tenant, listing.SCHEMA_CHANGES, page, feed=feed, stream=stream)
    )


@router.get("/tenants/{tenant}/quarantine")
def read_quarantine(
    visitor: Asking, tenant: str, place: Annotated[QuarantineQuery, Query()]
) -> models.Listed[models.QuarantineOut]:
    """Records that did not fit, without their payload."""
    asked = place.model_dump(exclude={"cursor", "limit"})
    page = (place.cursor, place.limit)
    return models.Listed(**_list(visitor, tenant, listing.QUARANTINE, page, **asked))


@router.get("/tenants/{tenant}/quarantine/{record}")
def read_quarantined(visitor: Asking, tenant: str, record: int) -> models.QuarantineRecord:
    """One of them with its payload, for those who may act on the tenant."""
    visitor.act(tenant)
    with ledger(visitor, tenant) as connection:
        row = fetch_record(connection, tenant, record) if abs(record) < 2**62 else None
    if row is None:
        raise not_found()
    return models.QuarantineRecord(**row)


@router.get("/tenants/{tenant}/checks")
def read_checks(
    visitor: Asking, tenant: str, feed: Word = None, state: Word = None
) -> models.Listed[models.CheckOut]:
    """The newest outcome of every check."""
    with ledger(visitor, tenant) as connection:
        rows = fetch_latest_checks(connection, tenant, feed=feed)
    return models.Listed(
        items=[models.CheckOut(**row) for row in rows if state in (None, row["state"])]
    )


@router.get("/tenants/{tenant}/scores")
def read_scores(
    visitor: Asking,
    tenant: str,
    feed: Word = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> models.Listed[models.ScoreOut]:
    """Scores, newest first, with what each point was lost to."""
    return models.Listed(**_list(visitor, tenant, listing.SCORES, (cursor, limit), feed=feed))


@router.get("/tenants/{tenant}/alerts")
def read_alerts(
    visitor: Asking, tenant: str, ended: bool = False, limit: Limit = 50
) -> models.Listed[models.AlertOut]:
    """Alerts, the gravest first; with `ended` those that are over, too."""
    states = (*LIVE, "resolved") if ended else LIVE
    with ledger(visitor, tenant) as connection:
        rows = fetch_listed(connection, tenant, states=states, limit=limit)
    return models.Listed(items=[models.AlertOut.model_validate(row) for row in rows])


@router.get("/metrics/{tenant}")
def read_metrics(
    visitor: Asking,
    tenant: str,
    metric_type: Annotated[str, Query(max_length=100, pattern=models.NO_NUL)] = "revenue",
    start_date: date | None = None,
    end_date: date | None = None,
) -> models.Listed[models.MetricOut]:
    """A number by day and source: revenue, net, gross, refunds, discounts, taxes or orders of the
    marts; any other name is a daily metric of the checks (`rows`, `sum:<column>`)."""
    until = end_date or utcnow().date()
    since = start_date or until - timedelta(days=90)
    if since > until:
        words = ("`start_date` is after `end_date`.", "Correct one of them.")
        raise Refusal(422, "invalid", *words)
    fetch: Callable[..., list[dict[str, Any]]] = (
        money.fetch_business if metric_type in money.BUSINESS else money.fetch_noted
    )
    with ledger(visitor, tenant) as connection:
        rows = fetch(connection, tenant, metric_type, (since, until))
    return models.Listed(items=[models.MetricOut(**row) for row in rows])


@router.get("/tenants/{tenant}/identity/reviews")
def read_reviews(
    visitor: Asking,
    tenant: str,
    decided: bool = False,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
    limit: Limit = 50,
) -> models.Listed[models.ReviewOut]:
    """Pairs of records identity is not sure of."""
    with ledger(visitor, tenant) as connection:
        rows = reviews.fetch_reviews(connection, tenant, limit, skip, decided=decided)
    return models.Listed(items=[models.ReviewOut(**row) for row in rows])


@router.get("/health")
def read_health() -> models.Up:
    """Whether this process answers."""
    return models.Up(ok=True)
