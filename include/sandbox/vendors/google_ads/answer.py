"""Rows to the REST JSON: nested, lowerCamelCase, int64 as text, zero and empty left out."""

import base64
import re
from typing import Any

from include.sandbox.vendors.google_ads.failure import build_failure
from include.sandbox.vendors.google_ads.fields import find_kind
from include.sandbox.vendors.google_ads.query import Query

# Fixed by the server; a request that names one is refused.
PAGE_ROWS = 10_000
VALUES = frozenset({"metrics.conversions_value", "metrics.all_conversions_value"})


def camel(field: str) -> list[str]:
    """`ad_group_ad.ad.final_urls` to its steps in the answer."""
    return [re.sub(r"_(\w)", lambda m: m[1].upper(), part) for part in field.split(".")]


def build_page(query: Query, rows: list[dict[str, Any]], token: str | None) -> dict[str, Any]:
    """One page; a token nobody gave is refused (INVALID_PAGE_TOKEN)."""
    start = _read_token(token)
    page = rows[start : start + PAGE_ROWS]
    body: dict[str, Any] = {}
    if page:
        body["results"] = [_shape(query, row) for row in page]
    if start + PAGE_ROWS < len(rows):
        body["nextPageToken"] = base64.urlsafe_b64encode(
            f"at {start + PAGE_ROWS}".encode()
        ).decode()
    body["fieldMask"] = ",".join(".".join(camel(field)) for field in query.fields)
    return body


def _shape(query: Query, row: dict[str, Any]) -> dict[str, Any]:
    """The selected fields, and the resource names of the resources they belong to."""
    found: dict[str, Any] = {}
    owners = dict.fromkeys(field.partition(".")[0] for field in query.fields)
    names = [f"{owner}.resource_name" for owner in (query.resource, *owners)]
    for field in dict.fromkeys((*names, *query.fields)):
        if field not in row:
            continue
        value = _value(field, row[field])
        if value in (None, False, "", 0, "0", 0.0) or value == []:
            continue
        *parents, last = camel(field)
        here = found
        for name in parents:
            here = here.setdefault(name, {})
        here[last] = value
    return found


def _value(field: str, value: Any) -> Any:
    kind = find_kind(field)
    if kind == "int64":
        return str(value)
    if kind == "double":
        return value / 100 if field in VALUES else float(value)
    return value


def _read_token(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("at "))
    except ValueError:
        raise build_failure(
            400, "requestError", "INVALID_PAGE_TOKEN", "Page token is invalid."
        ) from None
