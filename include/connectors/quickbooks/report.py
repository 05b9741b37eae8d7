"""The company's own profit and loss, by month and account, read out of Intuit's report.

A report is a tree of rows over columns: sections hold sections, an account that has accounts below
it may have an amount of its own in the section's header, totals are summaries and left out.
Source: developer.intuit.com, reports API, ProfitAndLoss, read 2026-11.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from include.core.errors import ContractBroken

Record = dict[str, Any]
REPORTS = "reports/"


def build_years(start: date, today: date) -> Iterator[dict[str, str]]:
    """Parameters of one request a calendar year, from the first whole month on."""
    first = start if start.day == 1 else _next_month(start)
    while first <= today:
        last = min(date(first.year, 12, 31), today)
        yield {
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "accounting_method": "Accrual",
            "summarize_column_by": "Month",
        }
        first = date(first.year + 1, 1, 1)


def build_records(body: Any) -> list[Record]:
    """A record per month and account with an amount.

    Raises:
        ContractBroken: If the answer is no report, or on another basis than asked for.
    """
    header = body.get("Header") if isinstance(body, dict) else None
    if not isinstance(header, dict) or "Columns" not in body:
        raise ContractBroken(
            "the profit and loss is no report. Expected `Header`, `Columns` and `Rows`. Report it "
            "to the vendor."
        )
    if header.get("ReportBasis") != "Accrual":
        raise ContractBroken(
            f"the profit and loss is on basis `{header.get('ReportBasis')}`. Expected Accrual, as "
            "asked for. Report it to the vendor."
        )
    months = _find_months(body["Columns"].get("Column") or [])
    facts = {"currency_code": header.get("Currency"), "basis": header["ReportBasis"]}
    found = []
    for section, cells in _walk((body.get("Rows") or {}).get("Row") or [], None):
        for place, (first, last) in months.items():
            amount = cells[place].get("value") if place < len(cells) else None
            if amount:
                found.append({
                    "period_start_on": first, "period_end_on": last, "section": section,
                    "account_id": cells[0]["id"], "account_name": cells[0].get("value"),
                    "amount": amount, **facts,
                })  # fmt: skip
    return found


def _find_months(columns: list[Any]) -> dict[int, tuple[str, str]]:
    """Place of a column -> its first and last day; the total's has none."""
    found = {}
    for place, column in enumerate(columns):
        told = {one.get("Name"): one.get("Value") for one in column.get("MetaData") or []}
        if told.get("StartDate") and told.get("EndDate"):
            found[place] = (told["StartDate"], told["EndDate"])
    return found


def _walk(rows: list[Any], section: str | None) -> Iterator[tuple[str | None, list[Any]]]:
    """The cells of each account, with the outermost section it stands in."""
    for row in rows:
        inside = section or row.get("group")
        for cells in (row.get("ColData"), (row.get("Header") or {}).get("ColData")):
            if cells and cells[0].get("id"):
                yield inside, cells
        yield from _walk((row.get("Rows") or {}).get("Row") or [], inside)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
