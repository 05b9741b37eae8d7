"""What the business did: panels of numbers, and behind each its rows, statement and lineage."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from include.console.api.business import (
    SHOWN,
    Group,
    build_asked,
    fetch_group,
    fetch_lineage,
    find_panel,
)
from include.console.api.routes import Asking, ledger
from include.console.pages.charts import build_lines
from include.console.pages.render import PageRoute, render
from include.console.reads import money
from include.console.reads.business import Asked, Found, fetch_panel
from include.console.reads.panels import PANELS, Panel
from include.ledger.trust.publishes import fetch_stale

router = APIRouter(prefix="/tenants/{tenant}", route_class=PageRoute, include_in_schema=False)
Day = Annotated[date | None, Query()]


@router.get("/business")
def show_business(
    request: Request, visitor: Asking, tenant: str, start: Day = None, end: Day = None
) -> Response:
    """Every panel, by one connection."""
    owner = visitor.see(tenant)
    asked = build_asked(owner, start, end)
    with ledger(visitor, tenant) as connection:
        days = money.fetch_business(connection, tenant, "revenue", asked.span)
        found = [(panel, fetch_panel(connection, panel, asked)) for panel in PANELS]
        stale = fetch_stale(connection).get(tenant)
    points = [
        (row["day"], f"{row['source']} {row['currency']}", float(row["value"] or 0)) for row in days
    ]
    return render(
        request,
        "business.html",
        tenant=owner,
        span=asked.span,
        stale=stale,
        panels=[build_panel(panel, answer, asked) for panel, answer in found],
        drawn=build_lines("Revenue by day", points),
    )


def build_panel(panel: Panel, found: Found, asked: Asked) -> dict[str, Any]:
    """Rows of a panel, each with the query string that leads to the rows behind it."""
    many = len(panel.keys)
    kinds = [kind for _, kind in panel.numbers.values()]
    rows = []
    for row in found.rows or ():
        named = zip(panel.keys, row[:many], strict=True)
        group = [f"{key}={'' if value is None else value}" for key, value in named]
        cells = list(zip(row[many:], kinds, strict=True))
        rows.append({"keys": row[:many], "cells": cells, "link": build_link(asked, group)})
    return {"about": panel, "is_built": found.rows is not None, "rows": rows,
            "link": build_link(asked, [])}  # fmt: skip


def build_link(asked: Asked, group: list[str]) -> str:
    """The days and the group, for the page of rows and for files."""
    since, until = asked.span
    return urlencode({"start_date": since, "end_date": until, "of": group}, doseq=True)


@router.get("/business/{panel}")
def show_rows(
    request: Request, visitor: Asking, tenant: str, panel: str, asked: Annotated[Group, Query()]
) -> Response:
    """The rows behind a number, the statement that gives them, and what they are made of."""
    wanted, owner = find_panel(panel), visitor.see(tenant)
    found = fetch_group(visitor, tenant, panel, asked, SHOWN)
    days = build_asked(owner, asked.start_date, asked.end_date)
    return render(
        request,
        "rows.html",
        tenant=owner,
        panel=wanted,
        found=found,
        of=[one.partition("=")[::2] for one in asked.of],
        span=days.span,
        link=build_link(days, asked.of),
        most=SHOWN,
    )


@router.get("/lineage")
def show_lineage(
    request: Request,
    visitor: Asking,
    tenant: str,
    column: Annotated[str, Query(max_length=130, pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")],
) -> Response:
    """A column's way from the vendors' fields."""
    owner = visitor.see(tenant)
    return render(
        request, "lineage.html", tenant=owner, column=column, found=fetch_lineage(owner, column)
    )
