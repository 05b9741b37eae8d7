"""Connections: cursors, page cuts and Shopify's limits on `first` and `last`."""

import base64
from typing import Any

from graphql import GraphQLError

MAX_PAGE = 250


def encode_cursor(row: dict[str, Any], position: int) -> str:
    """Opaque; holds the record, so that a page continues behind it even if rows moved before it."""
    key = row.get("id") or f"position/{position}"
    return base64.urlsafe_b64encode(f"{key}".encode()).decode()


def _find(rows: list[dict[str, Any]], cursor: str) -> int:
    try:
        key = base64.urlsafe_b64decode(cursor.encode()).decode()
    except ValueError:
        raise GraphQLError(
            "Invalid cursor for current pagination sort.", extensions={"code": "BAD_REQUEST"}
        ) from None
    for position, row in enumerate(rows):
        if (row.get("id") or f"position/{position}") == key:
            return position
    raise GraphQLError(
        "Invalid cursor for current pagination sort.", extensions={"code": "BAD_REQUEST"}
    )


def check_page_size(arguments: dict[str, Any]) -> int:
    """The number of nodes asked for.

    Raises:
        GraphQLError: Neither or both of first and last, or outside 1..250.
    """
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise GraphQLError(
            "you must provide one of first or last", extensions={"code": "BAD_REQUEST"}
        )
    if first is not None and last is not None:
        raise GraphQLError(
            "providing both first and last is not supported", extensions={"code": "BAD_REQUEST"}
        )
    size = int(first if first is not None else last or 0)
    if size < 0 or size > MAX_PAGE:
        name = "first" if first is not None else "last"
        raise GraphQLError(
            f"{name} cannot exceed {MAX_PAGE}",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED" if size > 0 else "BAD_REQUEST"},
        )
    return int(size)


def build_connection(rows: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
    """One page of `rows`, which are in the connection's own order; `reverse` turns them round."""
    size = check_page_size(arguments)
    if arguments.get("reverse"):
        rows = rows[::-1]
    start = _find(rows, arguments["after"]) + 1 if arguments.get("after") else 0
    stop = _find(rows, arguments["before"]) if arguments.get("before") else len(rows)
    if arguments.get("first") is not None:
        page_start, page_stop = start, min(start + size, stop)
    else:
        page_start, page_stop = max(stop - size, start), stop
    page = rows[page_start:page_stop]
    edges = [
        {"cursor": encode_cursor(row, page_start + place), "node": row}
        for place, row in enumerate(page)
    ]
    return {
        "edges": edges,
        "nodes": page,
        "pageInfo": {
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
            "hasNextPage": page_stop < len(rows),
            "hasPreviousPage": page_start > 0,
        },
    }
