"""Numbers of the business page for programs: each with its statement, its rows and its lineage."""

from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import PlainTextResponse

from include.config.models import Tenant
from include.config.settings import load_settings
from include.console.answers import ProblemAnswer, Refusal, not_found
from include.console.api.models import NO_NUL
from include.console.api.routes import REFUSALS, Asking, ledger
from include.console.api.tagged import TaggedRoute
from include.console.reads.business import Asked, Found, build_csv, fetch_panel, fetch_rows
from include.console.reads.panels import BY_NAME, Panel
from include.console.visitor import Visitor
from include.core.clock import utcnow
from include.core.errors import ConfigError
from include.pipeline.dbt.build import build_target_dir

router = APIRouter(
    prefix="/api/v1/tenants/{tenant}",
    route_class=TaggedRoute,
    # 409: the lineage of what was never built on this machine.
    responses={**REFUSALS, 409: {"model": ProblemAnswer}},
)
DAYS, SHOWN, MOST = 90, 200, 50_000


class CsvAnswer(PlainTextResponse):
    media_type = "text/csv"


class Span(BaseModel):
    """Days in the tenant's zone, both included; the last ninety where nothing is said."""

    start_date: date | None = None
    end_date: date | None = None


class Group(Span):
    of: list[Annotated[str, Field(max_length=400, pattern=NO_NUL)]] = Field(
        [], max_length=5, description="`key=value` of the group whose rows are asked for."
    )


class BusinessOut(BaseModel):
    """Numbers, or rows behind them, as texts."""

    panel: str
    table: str = Field(description="Of the tenant's marts.")
    query: str = Field(description="What was asked, ready to be asked again.")
    is_built: bool
    columns: list[str]
    rows: list[list[str | None]]
    lineage: list[str] = Field(description="Columns the numbers are made of, for `lineage`.")


class StepOut(BaseModel):
    table: str
    column: str
    made_of: list[str]
    note: str


class FieldOut(BaseModel):
    raw: str
    connector: str
    stream: str
    path: str | None
    note: str | None


class LineageOut(BaseModel):
    """From a column of a mart down to what vendors send."""

    column: str
    steps: list[StepOut]
    fields: list[FieldOut]
    gaps: list[str]


def find_panel(name: str) -> Panel:
    """By its name; 404."""
    if name not in BY_NAME:
        raise not_found()
    return BY_NAME[name]


def build_asked(owner: Tenant, start: date | None, end: date | None) -> Asked:
    """The span in the tenant's zone; a start behind its end is the end."""
    zone = owner.spec.timezone
    until = end or utcnow().astimezone(ZoneInfo(zone)).date()
    since = start or max(until, date.min + timedelta(days=DAYS)) - timedelta(days=DAYS - 1)
    return Asked(owner.id, zone, (min(since, until), min(until, date.max - timedelta(days=1))))


def parse_group(panel: Panel, given: list[str]) -> dict[str, str]:
    """Key -> value.

    Raises:
        Refusal: 422 for a key the panel has not.
    """
    found = dict(one.partition("=")[::2] for one in given)
    unknown = sorted(found.keys() - panel.keys.keys())
    if unknown:
        words = (f"`{unknown[0][:60]}` is no key.", f"Known: {', '.join(panel.keys)}.")
        raise Refusal(422, "invalid", *words)
    return found


def fetch_group(visitor: Visitor, tenant: str, panel: str, asked: Group, limit: int) -> Found:
    """Rows behind a group's numbers."""
    wanted, owner = find_panel(panel), visitor.see(tenant)
    of = parse_group(wanted, asked.of)
    days = build_asked(owner, asked.start_date, asked.end_date)
    with ledger(visitor, tenant) as connection:
        return fetch_rows(connection, wanted, days, of, limit)


def fetch_numbers(visitor: Visitor, tenant: str, panel: str, asked: Span) -> Found:
    """Numbers of one panel."""
    wanted, owner = find_panel(panel), visitor.see(tenant)
    with ledger(visitor, tenant) as connection:
        return fetch_panel(connection, wanted, build_asked(owner, asked.start_date, asked.end_date))


@router.get("/business/{panel}")
def read_numbers(
    visitor: Asking, tenant: str, panel: str, asked: Annotated[Span, Query()]
) -> BusinessOut:
    """A panel of the business page: revenue, attribution, funnel, deals, cohorts, lifetime_value,
    stock or reconciliation."""
    return _show(panel, fetch_numbers(visitor, tenant, panel, asked))


@router.get("/business/{panel}/csv", response_class=CsvAnswer)
def read_numbers_csv(
    visitor: Asking, tenant: str, panel: str, asked: Annotated[Span, Query()]
) -> CsvAnswer:
    """The same as a file."""
    return CsvAnswer(build_csv(fetch_numbers(visitor, tenant, panel, asked)))


@router.get("/business/{panel}/rows")
def read_rows(
    visitor: Asking, tenant: str, panel: str, asked: Annotated[Group, Query()]
) -> BusinessOut:
    """The first rows behind a group's numbers."""
    return _show(panel, fetch_group(visitor, tenant, panel, asked, SHOWN))


@router.get("/business/{panel}/rows/csv", response_class=CsvAnswer)
def read_rows_csv(
    visitor: Asking, tenant: str, panel: str, asked: Annotated[Group, Query()]
) -> CsvAnswer:
    """All of them (50,000 at most) as a file."""
    return CsvAnswer(build_csv(fetch_group(visitor, tenant, panel, asked, MOST)))


def _show(panel: str, found: Found) -> BusinessOut:
    wanted = BY_NAME[panel]
    rows = [[None if one is None else str(one) for one in row] for row in found.rows or ()]
    return BusinessOut(
        panel=panel,
        table=wanted.table,
        query=found.query,
        is_built=found.rows is not None,
        columns=list(found.columns),
        rows=rows,
        lineage=[f"{wanted.table}.{one}" for one in wanted.columns],
    )


@router.get("/lineage")
def read_lineage(
    visitor: Asking,
    tenant: str,
    column: Annotated[str, Query(max_length=130, pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")],
) -> LineageOut:
    """`fct_orders.net_amount` down to the vendors' fields, as the last build here made it."""
    return fetch_lineage(visitor.see(tenant), column)


def fetch_lineage(owner: Tenant, column: str) -> LineageOut:
    """The path of a column.

    Raises:
        Refusal: 409 where the tenant was never built on this machine; 404 for no such column.
    """
    # sqlglot: only who asks for it waits for it.
    from include.transform.lineage.answer import TenantLineage

    table, _, name = column.partition(".")
    try:
        lineage = TenantLineage(owner, build_target_dir(load_settings(), owner.id))
    except ConfigError as error:
        words = (error.message, "Build the tenant on this machine, or look at dbt docs.")
        raise Refusal(409, "not_built_here", *words) from None
    try:
        path = lineage.trace(lineage.find_table(table), name).as_dict()
    except ConfigError:
        raise not_found() from None
    steps = [
        StepOut(table=s["table"], column=s["column"], made_of=s["from"], note=s["note"])
        for s in path["steps"]
    ]
    fields = [FieldOut.model_validate(one) for one in path["fields"]]
    return LineageOut(column=path["column"], steps=steps, fields=fields, gaps=path["gaps"])
