"""Sales documents put together from the line rows of a sales detail report."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from include.config.connector_spec import Stream
from include.connectors.quickbooks_csv.cells import parse_amount, parse_day, split_deleted
from include.connectors.quickbooks_csv.report import Report, ReportRow
from include.core import naming
from include.core.streams import Reject

STREAM_OF_TYPE = {
    "invoice": "invoices",
    "sales_receipt": "sales_receipts",
    "credit_memo": "credit_memos",
    "refund": "refund_receipts",
    "refund_receipt": "refund_receipts",
}
# Quotes and reminders: no sale took place.
NOT_SALES = frozenset({"estimate", "quote", "sales_order", "statement", "delayed_charge"})
_NUMBERS = ("quantity", "unit_amount", "amount")
_REPORT_ONLY = ("balance",)  # running total of the report, changes with every row above


@dataclass
class Documents:
    """What one report holds for one stream; as large as its documents, which fit in memory."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class WantedDocuments:
    """Which documents of a report, and how it is read.

    Attributes:
        name: Of the stream.
        day_first: Dates are 31/12 and not 12/31.
        numbers: Number format by file, where it proves one.
        with_leftovers: Also what belongs to no stream at all.
    """

    name: str
    stream: Stream
    day_first: bool
    numbers: Mapping[str, str]
    with_leftovers: bool


def build_documents(report: Report, wanted: WantedDocuments) -> Documents:
    """Documents of one stream."""
    found = Documents()
    for row in report.rows:
        if isinstance(row, Reject):
            if wanted.with_leftovers:
                found.rejects.append(row)
            continue
        _add(found, _full_row(row, report), report.place.name, wanted)
    for record in found.records.values():
        _sum_up(record)
    return found


def _full_row(row: ReportRow, report: Report) -> dict[str, str]:
    """Cells with the group put where the report has no column: customer, or product."""
    cells = dict(row.cells)
    if row.group:
        if "customer_name" not in report.names:
            cells["customer_name"] = row.group
        elif "item_name" not in report.names:
            cells["item_name"] = row.group
    cells["line"] = str(row.line)
    return cells


def _add(found: Documents, cells: dict[str, str], file: str, wanted: WantedDocuments) -> None:
    line = cells.pop("line")
    kind = naming.snake(cells.get("document_type") or "")
    target = STREAM_OF_TYPE.get(kind)
    if target != wanted.name:
        if target is None and wanted.with_leftovers:
            _leave_out(found, cells, kind, f"{file}:{line}")
        return
    number = cells.get("document_number") or None
    day = parse_day(cells.get("transaction_on"), day_first=wanted.day_first)
    customer, is_deleted = split_deleted(cells.get("customer_name"))
    key = _document_key(kind, number, day, customer)
    record = found.records.get(key)
    if record is None:
        record = found.records[key] = {
            "document_key": key,
            "document_type": cells.get("document_type"),
            "document_number": number,
            "transaction_on": day,
            "customer_name": customer,
            "is_customer_deleted": is_deleted,
            "lines": [],
        }
    record["lines"].append(_build_line(cells, wanted.stream, wanted.numbers.get(file)))


def _leave_out(found: Documents, cells: Mapping[str, str], kind: str, place: str) -> None:
    if kind in NOT_SALES:
        parts = ("document_type", "document_number", "transaction_on", "customer_name")
        found.left_out.add("|".join(cells.get(part) or "" for part in parts))
        return
    detail = f"`{place}` has a transaction type this connector does not know"
    reason = "unknown_document_type" if kind else "missing_document_type"
    found.rejects.append(Reject(place, reason, detail, ",".join(cells.values())))


def _build_line(cells: Mapping[str, str], stream: Stream, numbers: str | None) -> dict[str, Any]:
    line: dict[str, Any] = {}
    # A report may repeat a header of the document (`Transaction type`); once is enough.
    repeated = {naming.snake(text) for c in stream.columns.values() for text in c.header}
    for name, value in cells.items():
        if name in stream.columns or name in repeated or name in _REPORT_ONLY or not value:
            continue
        line[name] = parse_amount(value, numbers) if name in _NUMBERS else value
    return line


def _document_key(kind: str, number: str | None, day: str | None, customer: str | None) -> str:
    """Numbers repeat and may be blank, so type, number, date and customer make the key together.

    Hashed, because a key travels further than a customer's name should.
    """
    whole = "\x1f".join((kind, number or "", day or "", customer or ""))
    return f"{kind}-{number or 'none'}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}"


def _sum_up(record: dict[str, Any]) -> None:
    """Total over the lines; one that is no number becomes the total, for the loader to refuse."""
    total = Decimal(0)
    for line in record["lines"]:
        try:
            total += Decimal(line.get("amount") or 0)
        except InvalidOperation:
            record["total_amount"] = line["amount"]
            break
    else:
        record["total_amount"] = str(total)
    record["line_count"] = len(record["lines"])


def merge_reports(parts: Iterable[Documents]) -> Iterator[tuple[Documents, int]]:
    """Later reports replace documents of earlier ones; yields each with its replaced count."""
    seen: set[str] = set()
    kept = list(parts)
    results = []
    for part in reversed(kept):
        before = len(part.records)
        part.records = {k: r for k, r in part.records.items() if k not in seen}
        seen |= part.records.keys()
        results.append((part, before - len(part.records)))
    yield from reversed(results)
