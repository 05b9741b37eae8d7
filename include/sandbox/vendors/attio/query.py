"""Paging, sorting and filtering as Attio does it, and its error envelope.

Source: docs.attio.com guides (pagination, filtering and sorting), read 2026-11. Not played: filters
on other attributes than `created_at`, sorts by `path`, the score limits.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from include.core.clock import parse_instant
from include.sandbox.vendors.attio.shapes import Json

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": operator.eq,
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}
BODY_KEYS = {"filter", "sorts", "limit", "offset"}


class AttioError(Exception):
    """An answer that is not 200, in Attio's envelope."""

    def __init__(self, status: int, kind: str, code: str, message: str) -> None:
        self.status = status
        self.body = {"status_code": status, "type": kind, "code": code, "message": message}
        super().__init__(message)


def invalid(message: str, code: str = "validation_type") -> AttioError:
    return AttioError(400, "invalid_request_error", code, message)


def build_missing(what: str) -> AttioError:
    return AttioError(404, "invalid_request_error", "not_found", f"{what} was not found.")


def query_records(records: list[Json], body: Any) -> Json:
    """The answer of a `/query` endpoint."""
    if not isinstance(body, dict) or set(body) - BODY_KEYS:
        raise invalid(f"Expected an object with {', '.join(sorted(BODY_KEYS))}.")
    # Without sorts the order is Attio's own: not that of creation.
    chosen = sorted(_filtered(records, body.get("filter") or {}), key=lambda r: _own_id(r))
    for sort in reversed(body.get("sorts") or []):
        chosen = _sorted(chosen, sort)
    return {"data": _page(chosen, body.get("limit", 500), body.get("offset", 0), 500)}


def page_by_query(
    rows: list[Json], params: Mapping[str, str], known: set[str], default: int, most: int
) -> Json:
    """The answer of a GET list with `limit` and `offset`."""
    unknown = sorted(set(params) - known - {"limit", "offset"})
    if unknown:
        raise invalid(f"Unrecognized parameter {unknown[0]}.")
    try:
        limit, offset = int(params.get("limit", default)), int(params.get("offset", 0))
    except ValueError:
        raise invalid("limit and offset are integers.") from None
    return {"data": _page(rows, limit, offset, most)}


def _page(rows: list[Json], limit: Any, offset: Any, most: int) -> list[Json]:
    numbers = isinstance(limit, int) and isinstance(offset, int)
    if not numbers or isinstance(limit, bool) or not 1 <= limit <= most or offset < 0:
        raise invalid(f"limit is a number from 1 to {most}, offset is 0 or more.")
    return rows[offset : offset + limit]


def _own_id(record: Json) -> str:
    return str(record["id"].get("record_id") or record["id"]["entry_id"])


def _filtered(records: list[Json], wanted: Any) -> list[Json]:
    if not isinstance(wanted, dict) or set(wanted) - {"created_at"}:
        raise invalid("Error in filter.", "filter_error")
    rule = wanted.get("created_at") or {}
    rule = rule.get("value", rule) if isinstance(rule, dict) else None
    if not isinstance(rule, dict) or set(rule) - set(OPERATORS):
        raise invalid("Error in filter.", "filter_error")
    try:
        bounds = [(OPERATORS[name], parse_instant(text)) for name, text in rule.items()]
    except (ValueError, TypeError):
        raise invalid("Error in filter.", "filter_error") from None
    return [
        record
        for record in records
        if all(test(parse_instant(record["created_at"]), bound) for test, bound in bounds)
    ]


def _sorted(records: list[Json], sort: Any) -> list[Json]:
    if not isinstance(sort, dict) or sort.get("direction") not in ("asc", "desc"):
        raise invalid("sorts have a direction and an attribute.")
    if sort.get("attribute") != "created_at":
        raise invalid(f"Unknown attribute {sort.get('attribute')}.", "value_not_found")
    return sorted(records, key=lambda r: r["created_at"], reverse=sort["direction"] == "desc")
