"""Windows, sorting, paging and refusals as Square words them.

Source: Square OpenAPI 2025-08-20, operation and parameter descriptions; docs "Handling Errors".
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from include.core.clock import parse_instant
from include.sandbox.vendors.square.money import Json


class SquareError(Exception):
    """An answer with Square's error envelope.

    Attributes:
        status: HTTP status.
        body: The JSON body.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        field: str | None = None,
        category: str = "INVALID_REQUEST_ERROR",
    ) -> None:
        super().__init__(detail)
        error = {"category": category, "code": code, "detail": detail}
        if field:
            error["field"] = field
        self.status, self.body = status, {"errors": [error]}


def read_moment(value: Any, field: str) -> datetime | None:
    """An RFC 3339 moment with its offset; None when absent."""
    if value is None:
        return None
    try:
        if not isinstance(value, str) or "T" not in value or value[-1] not in "Z0123456789":
            raise ValueError
        return parse_instant(value)
    except ValueError:
        detail = f"`{value}` is not a valid RFC 3339 time."
        raise SquareError(400, "INVALID_TIME", detail, field) from None


def check_range(start: datetime | None, end: datetime | None, field: str) -> None:
    if start and end and start > end:
        raise SquareError(400, "INVALID_TIME_RANGE", "The range ends before it begins.", field)


def read_limit(value: Any, highest: int, usual: int, *, ignores: bool = False) -> int:
    """Rows per page.

    Args:
        ignores: A limit out of range means the usual one instead of a refusal.
    """
    if value is None:
        return usual
    try:
        limit = int(value)
    except (TypeError, ValueError):
        raise SquareError(400, "EXPECTED_INTEGER", "Expected an integer value.", "limit") from None
    if 1 <= limit <= highest:
        return limit
    if ignores:
        return usual
    code = "VALUE_TOO_LOW" if limit < 1 else "VALUE_TOO_HIGH"
    raise SquareError(400, code, f"`limit` must be between 1 and {highest}.", "limit")


def inside(row: Json, name: str, start: datetime | None, end: datetime | None) -> bool:
    """Both bounds are inclusive."""
    at = parse_instant(row[name])
    return (start is None or at >= start) and (end is None or at <= end)


def build_page(
    rows: list[Json], key: str, limit: int, request: Mapping[str, Any], *, ragged: bool = False
) -> Json:
    """One page; the key is missing when nothing is on it, the cursor when nothing follows.

    Args:
        request: The query; a cursor given with another one is refused.
        ragged: Every page is shorter than asked for, as limits are advisory.
    """
    query = {name: value for name, value in request.items() if name not in ("cursor", "limit")}
    mark = hashlib.sha256(json.dumps(query, sort_keys=True).encode()).hexdigest()[:16]
    start = _read_cursor(request.get("cursor"), mark)
    step = max(limit * 9 // 10, 1) if ragged else limit
    page = rows[start : start + step]
    found: Json = {key: page} if page else {}
    if start + step < len(rows):
        position = json.dumps({"at": start + step, "query": mark})
        found["cursor"] = base64.urlsafe_b64encode(position.encode()).decode()
    return found


def _read_cursor(cursor: Any, mark: str) -> int:
    if not cursor:
        return 0
    try:
        found = json.loads(base64.urlsafe_b64decode(str(cursor)))
        if found["query"] != mark:
            raise ValueError
        return int(found["at"])
    except (ValueError, KeyError, TypeError):
        raise SquareError(400, "INVALID_CURSOR", "Invalid cursor.", "cursor") from None


def read_order(value: Any, usual: str, field: str) -> bool:
    """True for descending."""
    order = usual if value is None else value
    if order not in ("ASC", "DESC"):
        raise SquareError(400, "INVALID_SORT_ORDER", f"`{order}` is not a sort order.", field)
    return bool(order == "DESC")


def read_choice(value: Any, usual: str, known: tuple[str, ...], field: str) -> str:
    """One of the known values, `usual` when nothing is said."""
    chosen = usual if value is None else value
    if chosen not in known:
        raise SquareError(400, "INVALID_ENUM_VALUE", f"`{chosen}` is not a valid enum.", field)
    return str(chosen)


def check_names(given: Mapping[str, Any], known: frozenset[str], code: str) -> None:
    for name in given:
        if name not in known:
            raise SquareError(400, code, f"`{name}` is not a known parameter.", name)


def sort_by(name: str) -> Callable[[Json], tuple[str, str]]:
    return lambda row: (str(row[name]), str(row.get("id", "")))
