"""Parameters of Frappe's list call, `/api/resource/<DocType>`.

Source: Frappe REST API documentation (2026-05-10): `fields`, `filters`, `or_filters`, `order_by`,
`limit_start`, `limit_page_length`; `parent` names the parent DocType of a child DocType.
"""

import json
from collections.abc import Iterator, Sequence
from typing import TypeAlias
from urllib.parse import quote

Filter: TypeAlias = list[str | list[str]]

# A web server refuses long addresses; names count as they are written there.
NAMES_LENGTH = 3000
CHILD_DOCTYPES = {
    ("Sales Order", "items"): "Sales Order Item",
    ("Sales Order", "taxes"): "Sales Taxes and Charges",
    ("Sales Invoice", "items"): "Sales Invoice Item",
    ("Sales Invoice", "taxes"): "Sales Taxes and Charges",
    ("Sales Invoice", "payments"): "Sales Invoice Payment",
    ("Payment Entry", "references"): "Payment Entry Reference",
}


def build_list_params(
    bounds: Sequence[Filter], *, size: int, after: tuple[str, str] | None = None
) -> dict[str, str]:
    """One page of documents, oldest change first.

    Args:
        bounds: Conditions joined by AND.
        size: Documents per page.
        after: (modified, name) of the last document read; the page begins behind it.
    """
    filters = list(bounds)
    params = {"fields": '["*"]', "order_by": "modified asc, name asc"}
    if after is not None:
        modified, name = after
        filters.append(["modified", ">=", modified])
        # Documents of one import share a moment, so the name decides between them.
        params["or_filters"] = json.dumps([["modified", ">", modified], ["name", ">", name]])
    if filters:
        params["filters"] = json.dumps(filters)
    return {**params, "limit_start": "0", "limit_page_length": str(size)}


def build_child_params(
    doctype: str, field: str, names: Sequence[str], size: int, start: int
) -> dict[str, str]:
    """Child rows of some documents; `parent` is the permission the site asks for."""
    filters: list[Filter] = [
        ["parent", "in", list(names)],
        ["parenttype", "=", doctype],
        ["parentfield", "=", field],
    ]
    return {
        "parent": doctype,
        "fields": '["*"]',
        "filters": json.dumps(filters),
        "order_by": "parent asc, idx asc, name asc",
        "limit_start": str(start),
        "limit_page_length": str(size),
    }


def split_names(names: Sequence[str]) -> Iterator[list[str]]:
    """Groups of names short enough for one address; a single long name is a group of its own."""
    group: list[str] = []
    length = 0
    for name in names:
        size = len(quote(json.dumps(name) + ", "))
        if group and length + size > NAMES_LENGTH:
            yield group
            group, length = [], 0
        group.append(name)
        length += size
    if group:
        yield group
