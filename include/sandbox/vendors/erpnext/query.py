"""Frappe's list call on rows in memory: fields, filters, or_filters, order, limits, refusals.

Source: Frappe REST API documentation (2026-05-10).
"""

import json
from collections.abc import Mapping
from typing import Any

from include.sandbox.vendors.erpnext.documents import Json

PAGE = 20


class FrappeError(Exception):
    """An answer with Frappe's error body.

    Attributes:
        status: HTTP status.
        body: The JSON body.
    """

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {
            "exception": f"frappe.exceptions.{kind}: {message}",
            "exc_type": kind,
            "_server_messages": json.dumps([json.dumps({"message": message})]),
        }


def read_list(text: str | None, name: str) -> list[Any]:
    """A JSON list of a query parameter."""
    if not text:
        return []
    try:
        found = json.loads(text)
    except ValueError:
        raise FrappeError(417, "ValidationError", f"Invalid JSON in {name}") from None
    if not isinstance(found, list):
        raise FrappeError(417, "ValidationError", f"{name} must be a list")
    return found


def read_page(params: Mapping[str, str]) -> tuple[int, int | None]:
    """(start, size); a size of 0 is everything."""
    try:
        start = int(params.get("limit_start") or 0)
        size = int(params.get("limit_page_length") or params.get("limit") or PAGE)
    except ValueError:
        raise FrappeError(417, "ValidationError", "limit must be an integer") from None
    return start, (size if size > 0 else None)


def select(rows: list[Json], columns: frozenset[str], params: Mapping[str, str]) -> list[Json]:
    """Rows that pass, sorted; `modified desc` when no order is asked for."""
    every = [_read_condition(c, columns) for c in read_list(params.get("filters"), "filters")]
    some = [_read_condition(c, columns) for c in read_list(params.get("or_filters"), "or_filters")]
    found = [
        row
        for row in rows
        if all(_matches(row, *c) for c in every)
        and (not some or any(_matches(row, *c) for c in some))
    ]
    for name, descending in reversed(_read_order(params.get("order_by"), columns)):
        found.sort(key=lambda row: _sortable(row.get(name)), reverse=descending)
    return found


def project(rows: list[Json], columns: frozenset[str], params: Mapping[str, str]) -> list[Json]:
    """The asked fields; only names when none are asked for."""
    fields = read_list(params.get("fields"), "fields") or ["name"]
    if fields == ["*"]:
        return rows
    for name in fields:
        _check_column(str(name), columns)
    return [{name: row.get(name) for name in fields} for row in rows]


def _check_column(name: str, columns: frozenset[str]) -> None:
    if name not in columns:
        message = f"(1054, \"Unknown column '{name}' in 'field list'\")"
        raise FrappeError(500, "OperationalError", message)


def _read_condition(given: Any, columns: frozenset[str]) -> tuple[str, str, Any]:
    if not isinstance(given, list) or len(given) not in (3, 4):
        raise FrappeError(417, "ValidationError", "Filter must be [field, operator, value]")
    name, operator, value = given[-3:]
    operator = str(operator).lower()
    known = ("=", "!=", ">", "<", ">=", "<=", "in", "not in", "like", "is", "between")
    if operator not in known:
        raise FrappeError(417, "ValidationError", f"Operator must be one of {', '.join(known)}")
    _check_column(str(name), columns)
    return str(name), operator, value


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    return (1, value) if isinstance(value, int | float) else (2, str(value))


def _matches(row: Json, name: str, operator: str, wanted: Any) -> bool:
    value = row.get(name)
    if operator == "is":
        return bool((value not in (None, "")) == (wanted == "set"))
    if operator in ("in", "not in"):
        return (value in wanted) == (operator == "in")
    if operator == "like":
        return str(wanted).strip("%").lower() in str(value or "").lower()
    if operator in ("=", "!="):
        return (str(value) == str(wanted)) == (operator == "=")
    if value is None:
        return False
    if operator == "between":
        return bool(str(wanted[0]) <= str(value) <= str(wanted[1]))
    left: Any
    right: Any
    left, right = (value, wanted) if isinstance(value, int | float) else (str(value), str(wanted))
    return bool(
        {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[operator]
    )


def _read_order(text: str | None, columns: frozenset[str]) -> list[tuple[str, bool]]:
    found = []
    for part in (text or "modified desc").split(","):
        name, _, direction = part.strip().partition(" ")
        _check_column(name.strip("`"), columns)
        found.append((name.strip("`"), direction.strip().lower() == "desc"))
    return found
