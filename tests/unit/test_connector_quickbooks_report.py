"""QuickBooks' profit and loss: a tree of rows over months."""

from datetime import date
from typing import Any

import pytest

from include.connectors.quickbooks.report import build_records, build_years
from include.core.errors import ContractBroken


def cell(value: str, key: str | None = None) -> dict[str, str]:
    return {"value": value} | ({"id": key} if key else {})


def month(first: str, last: str) -> dict[str, Any]:
    days = [{"Name": "StartDate", "Value": first}, {"Name": "EndDate", "Value": last}]
    return {"ColTitle": first[:7], "ColType": "Money", "MetaData": days}


SUB = {"ColData": [cell("Labor", "46"), cell(""), cell("20.00"), cell("20.00")], "type": "Data"}
PARENT = {
    "Header": {"ColData": [cell("Landscaping", "45"), cell("10.00"), cell(""), cell("10.00")]},
    "Rows": {"Row": [SUB]},
    "Summary": {"ColData": [cell("Total Landscaping"), cell("10.00"), cell("20.00")]},
    "type": "Section",
}
REPORT = {
    "Header": {"ReportName": "ProfitAndLoss", "ReportBasis": "Accrual", "Currency": "USD"},
    "Columns": {
        "Column": [
            {"ColTitle": "", "ColType": "Account", "MetaData": []},
            month("2026-01-01", "2026-01-31"),
            month("2026-02-01", "2026-02-15"),
            {"ColTitle": "Total", "ColType": "Money", "MetaData": []},
        ]
    },
    "Rows": {
        "Row": [
            {"Header": {"ColData": [cell("Income")]}, "Rows": {"Row": [PARENT]}, "group": "Income"},
            {"Summary": {"ColData": [cell("Gross Profit"), cell("30.00")]}, "group": "GrossProfit"},
        ]
    },
}


def test_every_account_has_a_record_a_month() -> None:
    """An account with others below it has its own amount in a header; totals would double all."""
    found = build_records(REPORT)
    assert [(r["period_start_on"], r["account_id"], r["amount"]) for r in found] == [
        ("2026-01-01", "45", "10.00"),
        ("2026-02-01", "46", "20.00"),
    ]
    assert {r["section"] for r in found} == {"Income"}
    assert found[1]["period_end_on"] == "2026-02-15"


def test_a_report_on_another_basis_is_refused() -> None:
    """On cash basis every month would differ from the documents, and nobody would know why."""
    with pytest.raises(ContractBroken, match="basis `Cash`"):
        build_records(REPORT | {"Header": {"ReportBasis": "Cash"}})
    with pytest.raises(ContractBroken, match="no report"):
        build_records({"QueryResponse": {}})


def test_an_empty_report_has_no_records() -> None:
    assert build_records(REPORT | {"Rows": {}}) == []


def test_years_begin_with_the_first_whole_month() -> None:
    asked = list(build_years(date(2024, 12, 15), date(2026, 3, 9)))
    assert [(one["start_date"], one["end_date"]) for one in asked] == [
        ("2025-01-01", "2025-12-31"),
        ("2026-01-01", "2026-03-09"),
    ]
    assert list(build_years(date(2026, 3, 2), date(2026, 3, 9))) == []
