"""The part of SOQL that readers use: fields, AND-ed comparisons, ORDER BY, LIMIT, COUNT().

What the real parser refuses is refused with its error codes.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from include.sandbox.vendors.salesforce.schema import FIELDS

_QUERY = re.compile(
    r"^\s*SELECT\s+(?P<fields>.+?)\s+FROM\s+(?P<object>\w+)(?:\s+WHERE\s+(?P<where>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>.+?))?(?:\s+LIMIT\s+(?P<limit>\d+))?"
    r"(?:\s+OFFSET\s+(?P<offset>\d+))?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"^\s*(\w+)\s*(>=|<=|!=|=|<|>)\s*(.+?)\s*$", re.DOTALL)
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


class SoqlError(Exception):
    """A refusal: (HTTP status, errorCode, message)."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True)
class Query:
    """One parsed query; `fields` is empty for `COUNT()`."""

    name: str
    fields: tuple[str, ...]
    conditions: tuple[tuple[str, str, Any], ...]
    order: tuple[tuple[str, bool], ...]
    limit: int | None


def parse(text: str, *, bulk: bool = False) -> Query:
    """The query, checked against the schema.

    Raises:
        SoqlError: MALFORMED_QUERY, INVALID_TYPE, INVALID_FIELD; in bulk what bulk does not allow.
    """
    match = _QUERY.match(text)
    if match is None or "*" in match["fields"]:
        raise SoqlError("MALFORMED_QUERY", "unexpected token: " + text[:20])
    name = next((known for known in FIELDS if known.lower() == match["object"].lower()), None)
    if name is None:
        raise SoqlError("INVALID_TYPE", f"sObject type '{match['object']}' is not supported.")
    if match["offset"] and int(match["offset"]) > 2000:
        raise SoqlError("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
    counts = match["fields"].strip().lower() == "count()"
    fields = () if counts else tuple(_field(name, f) for f in match["fields"].split(","))
    if bulk:
        _check_bulk(name, fields, has_offset=bool(match["offset"]), counts=counts)
    conditions = tuple(
        _condition(name, part)
        for part in re.split(r"\s+AND\s+", match["where"] or "", flags=re.IGNORECASE)
        if part.strip()
    )
    return Query(
        name, fields, conditions, _order(name, match["order"]),
        int(match["limit"]) if match["limit"] else None,
    )  # fmt: skip


def run(query: Query, rows: list[dict[str, Any]], *, deleted: bool) -> list[dict[str, Any]]:
    """The matching rows, in id order unless asked otherwise."""
    found = [
        row for row in rows
        if (deleted or not row.get("IsDeleted"))
        and all(_holds(row[field], sign, value) for field, sign, value in query.conditions)
    ]  # fmt: skip
    found.sort(key=lambda row: str(row["Id"]))
    for field, descending in reversed(query.order):
        found.sort(key=lambda row: (row[field] is not None, row[field]), reverse=descending)
    return found if query.limit is None else found[: query.limit]


def _check_bulk(name: str, fields: tuple[str, ...], *, has_offset: bool, counts: bool) -> None:
    if counts or has_offset:
        raise SoqlError("API_ERROR", "Aggregate queries and OFFSET are not supported in Bulk Query")
    if any(FIELDS[name][field] == "address" for field in fields):
        raise SoqlError(
            "FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query"
        )


def _field(name: str, text: str) -> str:
    wanted = text.strip().lower()
    found = next((field for field in FIELDS[name] if field.lower() == wanted), None)
    if found is None:
        raise SoqlError(
            "INVALID_FIELD", f"No such column '{text.strip()}' on entity '{name}'. If you are "
            "attempting to use a custom field, be sure to append the '__c'.",
        )  # fmt: skip
    return found


def _condition(name: str, text: str) -> tuple[str, str, Any]:
    match = _CONDITION.match(text)
    if match is None:
        raise SoqlError("MALFORMED_QUERY", f"unexpected token: {text.strip()[:20]}")
    field = _field(name, match[1])
    return field, match[2], _literal(name, field, match[3])


def _literal(name: str, field: str, text: str) -> Any:
    kind = FIELDS[name][field]
    if text.lower() == "null":
        return None
    if kind == "address":
        raise SoqlError("INVALID_FIELD", f"field '{field}' can not be filtered in a query call")
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "datetime" and _INSTANT.match(text):
        return datetime.fromisoformat(text).astimezone(UTC)
    if kind == "date" and _DAY.match(text):
        return date.fromisoformat(text)
    if kind in ("currency", "double", "percent", "int") and re.match(r"^-?\d+(\.\d+)?$", text):
        return float(text)
    if kind not in ("boolean", "datetime", "date") and re.match(r"^'[^']*'$", text):
        return text[1:-1]
    raise SoqlError(
        "INVALID_FIELD",
        f"value of filter criterion for field '{field}' must be of type {kind} and should "
        "not be enclosed in quotes",
    )


def _order(name: str, text: str | None) -> tuple[tuple[str, bool], ...]:
    found = []
    for part in (text or "").split(","):
        words = part.split()
        if words:
            found.append((_field(name, words[0]), words[-1].upper() == "DESC"))
    return tuple(found)


def _holds(value: Any, sign: str, wanted: Any) -> bool:
    if value is None or wanted is None:
        same = value is None and wanted is None
        return same if sign == "=" else (not same if sign == "!=" else False)
    if sign in ("=", "!="):
        return bool((value == wanted) == (sign == "="))
    if sign == ">=":
        return bool(value >= wanted)
    if sign == "<=":
        return bool(value <= wanted)
    return bool(value > wanted) if sign == ">" else bool(value < wanted)
