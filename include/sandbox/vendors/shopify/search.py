"""Shopify's search syntax, the part connectors use: `field:op'value'` terms joined by AND.

Quotes around a datetime matter: unquoted, the part after the date is dropped and the whole day
matches (community.shopify.com thread 208519). Unknown fields are ignored with a warning.
Source: shopify.dev/docs/api/usage/search-syntax, read 2026-11.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from include.core.clock import parse_instant

Row = dict[str, Any]
TERM = re.compile(r"""\s*(?:AND\s+)?(-?)(\w+):(>=|<=|>|<|)\s*('[^']*'|"[^"]*"|[^\s]+)""")


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of a search string; `exact` is False for an unquoted time."""

    field: str
    operator: str
    value: str
    quoted: bool
    negated: bool


def parse_search(text: str) -> list[Term]:
    """Terms of a query string; what is no term (free text) is left out."""
    found = []
    for negated, field, operator, value in TERM.findall(text):
        quoted = value[0] in "'\""
        plain = value[1:-1] if quoted else value.rstrip(")")
        found.append(Term(field, operator or "=", plain, quoted, bool(negated)))
    return found


def _instant_test(term: Term, field: str) -> Callable[[Row], bool]:
    text = term.value
    whole_day = not term.quoted or ("T" not in text and ":" not in text)
    low = parse_instant(text.split("T")[0] if whole_day else text.replace("Z", "+00:00"))
    high = low + (timedelta(days=1) if whole_day else timedelta(seconds=1))
    start, stop = {
        "=": (low, high),
        ">=": (low, None),
        ">": (high if whole_day else low + timedelta(seconds=1), None),
        "<": (None, low),
        "<=": (None, high),
    }[term.operator]

    def test(row: Row) -> bool:
        if row[field] is None:
            return False
        at = datetime.fromisoformat(row[field].replace("Z", "+00:00")).astimezone(UTC)
        return (start is None or at >= start) and (stop is None or at < stop)

    return test


def _text_test(term: Term, read: Callable[[Row], Any]) -> Callable[[Row], bool]:
    wanted = [part.strip().lower() for part in term.value.split(",")]
    return lambda row: str(read(row)).lower() in wanted


def _id_test(term: Term) -> Callable[[Row], bool]:
    bound = int(term.value.rsplit("/", 1)[-1])
    compare: dict[str, Callable[[int], bool]] = {
        "=": lambda n: n == bound,
        ">": lambda n: n > bound,
        ">=": lambda n: n >= bound,
        "<": lambda n: n < bound,
        "<=": lambda n: n <= bound,
    }
    return lambda row: compare[term.operator](int(row["id"].rsplit("/", 1)[-1]))


def _order_status(row: Row) -> str:
    if row["cancelledAt"]:
        return "cancelled"
    return "closed" if row["closedAt"] else "open"


TIME_FIELDS = {"created_at": "createdAt", "updated_at": "updatedAt", "processed_at": "processedAt"}
TEXT_FIELDS: dict[str, dict[str, Callable[[Row], Any]]] = {
    "Order": {
        "status": _order_status,
        "financial_status": lambda row: row["displayFinancialStatus"],
        "fulfillment_status": lambda row: row["displayFulfillmentStatus"],
        "name": lambda row: row["name"],
        "email": lambda row: row["email"],
        "test": lambda row: row["test"],
        "customer_id": lambda row: (row["customer"] or {}).get("legacyResourceId"),
    },
    "Customer": {
        "email": lambda row: (row["defaultEmailAddress"] or {}).get("emailAddress"),
        "state": lambda row: row["state"],
    },
    "Product": {
        "status": lambda row: row["status"],
        "vendor": lambda row: row["vendor"],
        "product_type": lambda row: row["productType"],
    },
    "ProductVariant": {
        "sku": lambda row: row["sku"],
        "product_id": lambda row: row["product"]["legacyResourceId"],
    },
    "InventoryItem": {"sku": lambda row: row["sku"]},
    "Event": {"action": lambda row: row["action"], "subject_type": lambda row: row["subjectType"]},
    "Location": {"name": lambda row: row["name"]},
    "AbandonedCheckout": {},
    "BulkOperation": {"status": lambda row: row["status"]},
}
TIMES_OF = {
    "Order": {"created_at", "updated_at", "processed_at"},
    "Customer": {"updated_at"} | {"created_at"},
    "Product": {"created_at", "updated_at"},
    "ProductVariant": {"updated_at"},
    "InventoryItem": {"created_at", "updated_at"},
    "Event": {"created_at"},
    "Location": {"created_at"},
    "AbandonedCheckout": {"created_at", "updated_at"},
    "BulkOperation": {"created_at"},
}


def search(kind: str, rows: list[Row], text: str | None) -> tuple[list[Row], list[dict[str, str]]]:
    """Rows that match, and the warnings for fields that do not exist (they filter nothing)."""
    warnings: list[dict[str, str]] = []
    for term in parse_search(text or ""):
        if kind == "Order" and term.field == "status" and term.value in ("any", "not_closed"):
            rows = [row for row in rows if term.value == "any" or not row["closedAt"]]
            continue
        test = _build_test(kind, term)
        if test is None:
            warnings.append(
                {
                    "field": term.field,
                    "message": "Invalid search field for this query.",
                    "code": "invalid_field",
                }
            )
            continue
        rows = [row for row in rows if test(row) is not term.negated]
    return rows, warnings


def _build_test(kind: str, term: Term) -> Callable[[Row], bool] | None:
    if term.field in TIMES_OF[kind]:
        try:
            return _instant_test(term, TIME_FIELDS[term.field])
        except ValueError:
            return None
    if term.field == "id":
        return _id_test(term)
    read = TEXT_FIELDS[kind].get(term.field)
    return _text_test(term, read) if read else None
