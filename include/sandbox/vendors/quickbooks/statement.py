"""The query language: one entity, AND only, refused otherwise with Intuit's codes."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ENTITIES = (
    "Customer", "Item", "Account", "Vendor", "Invoice", "SalesReceipt", "CreditMemo",
    "RefundReceipt", "Payment", "Bill", "JournalEntry", "BillPayment", "Purchase", "VendorCredit",
    "Deposit", "Transfer", "Estimate", "Class", "Department", "PaymentMethod", "TaxCode",
)  # fmt: skip
LISTS = frozenset({"Account", "Class", "Customer", "Department", "Item", "PaymentMethod", "Vendor"})
DEFAULT_ROWS, MOST_ROWS = 100, 1000
CHANGED = "MetaData.LastUpdatedTime"

_SELECT = re.compile(
    r"^\s*select\s+(?P<what>\*|count\(\*\))\s+from\s+(?P<entity>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?"
    r"(?:\s+order\s?by\s+(?P<order>[\w.]+)(?:\s+(?P<way>asc|desc))?)?"
    r"(?:\s+startposition\s+(?P<start>\d+))?(?:\s+maxresults\s+(?P<most>\d+))?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(
    r"^\s*(?P<field>[\w.]+)\s*(?P<sign><=|>=|=|<|>|\bin\b)\s*(?P<value>'[^']*'|\w+|\([^)]*\))\s*$",
    re.IGNORECASE,
)


class StatementError(Exception):
    """A refused statement: 4000 cannot be parsed, 4001 names something unknown."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Select:
    """A parsed statement; `conditions` are (field, sign, texts)."""

    entity: str
    counts: bool
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    order: str | None
    descending: bool
    start: int
    most: int


def parse(text: str) -> Select:
    """The statement.

    Raises:
        StatementError: As the real parser refuses it.
    """
    found = _SELECT.match(text)
    if found is None:
        raise StatementError("4000", "QueryParserError: Encountered an unexpected token")
    entities = {name.lower(): name for name in ENTITIES}
    entity = entities.get(found["entity"].lower())
    if entity is None:
        raise StatementError("4000", f"QueryParserError: {found['entity']} is not queryable")
    if int(found["start"] or 1) < 1 or not 1 <= int(found["most"] or 1) <= MOST_ROWS:
        raise StatementError("4001", "QueryValidationError: startposition or maxresults")
    where = re.split(r"\s+and\s+", found["where"], flags=re.IGNORECASE) if found["where"] else []
    return Select(
        entity,
        found["what"] != "*",
        tuple(_condition(part) for part in where),
        found["order"],
        (found["way"] or "").lower() == "desc",
        int(found["start"] or 1),
        int(found["most"] or DEFAULT_ROWS),
    )


def _condition(text: str) -> tuple[str, str, tuple[str, ...]]:
    found = _CONDITION.match(text)
    if found is None:
        raise StatementError("4000", "QueryParserError: invalid condition")
    if found["field"] not in (CHANGED, "MetaData.CreateTime", "Active", "Id", "TxnDate"):
        raise StatementError("4001", f"QueryValidationError: property {found['field']} not found")
    values = tuple(v.strip().strip("'") for v in found["value"].strip("()").split(","))
    return found["field"], found["sign"].lower(), values


def run(select: Select, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Matching rows in order, all of them; inactive ones only when they are asked for."""
    conditions = list(select.conditions)
    if select.entity in LISTS and all(field != "Active" for field, _, _ in conditions):
        conditions.append(("Active", "=", ("true",)))
    found = [row for row in rows if all(_holds(row, *c) for c in conditions)]
    if select.order:
        order = select.order
        found.sort(key=lambda row: _comparable(order, _value(row, order)))
        if select.descending:
            found.reverse()
    return found


def _holds(row: dict[str, Any], field: str, sign: str, texts: tuple[str, ...]) -> bool:
    value = _comparable(field, _value(row, field))
    wanted = [_comparable(field, text) for text in texts]
    if sign == "in":
        return value in wanted
    one = wanted[0]
    verdicts: dict[str, bool] = {
        "=": value == one, "<": value < one, ">": value > one,
        "<=": value <= one, ">=": value >= one,
    }  # fmt: skip
    return verdicts[sign]


def _value(row: dict[str, Any], field: str) -> Any:
    found: Any = row
    for step in field.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _comparable(field: str, value: Any) -> Any:
    if field.startswith("MetaData."):
        try:
            return datetime.fromisoformat(str(value))
        except ValueError:
            raise StatementError("4001", "QueryValidationError: invalid date") from None
    return str(value).lower()
