"""The company's profit and loss, as Intuit's report API writes it.

Reckoned from the documents the company shows, by rules of its own: what is sold is income, what a
supplier asks for an expense account an expense, a journal's debits are minus its credits.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Amounts = dict[tuple[str, str], Decimal]
SALES = {"Invoice": 1, "SalesReceipt": 1, "CreditMemo": -1, "RefundReceipt": -1}
SPENT = {"Bill": 1, "Purchase": 1, "VendorCredit": -1}
# Account's group -> (name of the section, its group in the report).
SECTIONS = {"Revenue": ("Income", "Income"), "Expense": ("Expenses", "Expenses")}


def build_report(rows: dict[str, list[Row]], first: date, last: date) -> Row:
    """The report over whole months; sections without an amount are there with a total of 0."""
    months = list(_months(first, last))
    accounts = {row["Id"]: row for row in rows["Account"]}
    amounts: Amounts = defaultdict(Decimal)
    for account, on, amount in _postings(rows, accounts):
        if first.isoformat() <= on <= last.isoformat():
            amounts[account, on[:7]] += amount
    sections = [
        _section(name, group, [accounts[key] for key in sorted(accounts, key=int)
                               if accounts[key]["Classification"] == kind], months, amounts)
        for kind, (name, group) in SECTIONS.items()
    ]  # fmt: skip
    return {
        "Header": {
            "ReportName": "ProfitAndLoss", "ReportBasis": "Accrual", "Currency": "USD",
            "StartPeriod": first.isoformat(), "EndPeriod": last.isoformat(),
            "SummarizeColumnsBy": "Month",
            "Option": [{"Name": "NoReportData", "Value": "false"}],
        },
        "Columns": {"Column": [
            {"ColTitle": "", "ColType": "Account",
             "MetaData": [{"Name": "ColKey", "Value": "account"}]},
            *(_column(start, end) for start, end in months),
            {"ColTitle": "Total", "ColType": "Money",
             "MetaData": [{"Name": "ColKey", "Value": "total"}]},
        ]},
        "Rows": {"Row": sections},
    }  # fmt: skip


def _postings(
    rows: dict[str, list[Row]], accounts: dict[str, Row]
) -> Iterator[tuple[str, str, Decimal]]:
    """(account, day, amount): income and expenses are both above 0."""
    items = {row["Id"]: row for row in rows["Item"]}
    for entity, sign in SALES.items():
        for paper in rows[entity]:
            for line in paper["Line"]:
                amount = sign * Decimal(str(line["Amount"]))
                if "SalesItemLineDetail" in line:
                    item = items[line["SalesItemLineDetail"]["ItemRef"]["value"]]
                    yield item["IncomeAccountRef"]["value"], paper["TxnDate"], amount
                elif "DiscountLineDetail" in line:
                    account = line["DiscountLineDetail"]["DiscountAccountRef"]["value"]
                    yield account, paper["TxnDate"], -amount
    for entity, sign in SPENT.items():
        for paper in rows[entity]:
            for line in paper["Line"]:
                account = line["AccountBasedExpenseLineDetail"]["AccountRef"]["value"]
                yield account, paper["TxnDate"], sign * Decimal(str(line["Amount"]))
    for paper in rows["JournalEntry"]:
        for line in paper["Line"]:
            detail = line["JournalEntryLineDetail"]
            account = detail["AccountRef"]["value"]
            is_debit = detail["PostingType"] == "Debit"
            is_expense = accounts[account]["Classification"] == "Expense"
            amount = Decimal(str(line["Amount"]))
            yield account, paper["TxnDate"], amount if is_debit == is_expense else -amount


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield first, min(following - timedelta(days=1), last)
        first = following


def _column(start: date, end: date) -> Row:
    told = {"StartDate": start.isoformat(), "EndDate": end.isoformat(), "ColKey": f"{start:%b %Y}"}
    return {
        "ColTitle": f"{start:%b %Y}",
        "ColType": "Money",
        "MetaData": [{"Name": name, "Value": value} for name, value in told.items()],
    }


def _section(
    name: str, group: str, members: list[Row], months: list[tuple[date, date]], amounts: Amounts
) -> Row:
    """Accounts without any amount are not shown; a month without one is an empty text."""
    found, totals = [], [Decimal(0)] * len(months)
    for account in members:
        cells = [amounts.get((account["Id"], f"{start:%Y-%m}")) for start, _ in months]
        if not any(cells):
            continue
        totals = [total + (cell or 0) for total, cell in zip(totals, cells, strict=True)]
        named = {"value": account["Name"], "id": account["Id"]}
        found.append({"ColData": [named, *_money([*cells, sum(c or 0 for c in cells)])],
                      "type": "Data"})  # fmt: skip
    return {
        "Header": {"ColData": [{"value": name}, *({"value": ""} for _ in range(len(months) + 1))]},
        "Rows": {"Row": found},
        "Summary": {"ColData": [{"value": f"Total {name}"}, *_money([*totals, sum(totals)])]},
        "type": "Section",
        "group": group,
    }


def _money(amounts: list[Any]) -> list[Row]:
    return [{"value": f"{amount:.2f}" if amount else ""} for amount in amounts]
