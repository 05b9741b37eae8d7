"""Told misbehaviour: what the next answers of a vendor do wrong.

A fault hits requests whose vendor and path match: it passes `skip` of them, then hits `times`.
"""

import asyncio
import json
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

KINDS = (
    "429",
    "500",
    "timeout",
    "cut",
    "html",
    "duplicate_page",
    "slow",
    "changed_field",
    "missing_list",
    "throttled",
)
SLOW_S = 1.0
TIMEOUT_S = 120.0


@dataclass(slots=True)
class Fault:
    """One fault, as posted.

    Attributes:
        path_contains: Part of path, query string or request body; empty matches all.
        retry_after: Seconds or an HTTP date for the `Retry-After` header of a 429; None sends none.
        seconds: How long `slow` and `timeout` wait.
    """

    fault_id: int
    vendor: str
    kind: str
    path_contains: str = ""
    times: int = 1
    skip: int = 0
    retry_after: str | None = None
    seconds: float | None = None
    used: int = 0

    def applies(self, vendor: str, target: str) -> bool:
        """Whether it hits this request; counts skips and uses."""
        if vendor != self.vendor or self.path_contains not in target or self.used >= self.times:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.used += 1
        return True


class Faults:
    """The faults that are set, in order; at most one applies to a request."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self._ids = count(1)

    def add(self, body: dict[str, Any]) -> Fault:
        """Set a fault.

        Raises:
            ValueError: Unknown kind or field; the text says which are valid.
        """
        if body.get("kind") not in KINDS:
            raise ValueError(f"unknown kind `{body.get('kind')}`; valid: {', '.join(KINDS)}")
        known = {"vendor", "kind", "path_contains", "times", "skip", "retry_after", "seconds"}
        unknown = sorted(set(body) - known)
        if unknown or "vendor" not in body:
            raise ValueError(
                f"unknown or missing fields {unknown or ['vendor']}; "
                f"valid: {', '.join(sorted(known))}"
            )
        after = body.get("retry_after")
        fault = Fault(
            next(self._ids), **(body | {"retry_after": None if after is None else str(after)})
        )
        self.active.append(fault)
        return fault

    def pick(self, vendor: str, target: str) -> Fault | None:
        return next((fault for fault in self.active if fault.applies(vendor, target)), None)

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.active]


def build_refusal(vendor: str, kind: str) -> tuple[int, bytes, str]:
    """(status, body, content type) of a fault that answers instead of the vendor."""
    if kind == "html":
        return (
            200,
            b"<!DOCTYPE html><html><body><h1>Service temporarily unavailable</h1></body></html>",
            "text/html",
        )
    body: dict[str, Any]
    if kind == "throttled":
        cost = {
            "requestedQueryCost": 752,
            "actualQueryCost": None,
            "throttleStatus": {
                "maximumAvailable": 2000.0,
                "currentlyAvailable": 666,
                "restoreRate": 1000.0,
            },
        }
        code = {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}
        body = {
            "errors": [{"message": "Throttled", "extensions": code}],
            "extensions": {"cost": cost},
        }
        return 200, json.dumps(body).encode(), "application/json"
    if vendor == "stripe":
        kinds = {
            "429": ("invalid_request_error", "Request rate limit exceeded."),
            "500": ("api_error", "An unknown error occurred"),
        }
        error: dict[str, Any] = {"type": kinds[kind][0], "message": kinds[kind][1]}
        if kind == "429":
            error["code"] = "rate_limit"
        body = {"error": error}
    else:
        body = {
            "errors": "Exceeded 2 calls per second for api client."
            if kind == "429"
            else "Internal Server Error"
        }
    return int(kind), json.dumps(body).encode(), "application/json"


def change_body(kind: str, body: bytes) -> bytes:
    """`changed_field`: numbers of the records become text and a new field appears.
    `missing_list`: the list of records is gone from an otherwise good answer.
    """
    try:
        found = json.loads(body)
    except ValueError:
        return body
    if kind == "missing_list":
        _drop_lists(found)
    else:
        for row in _records(found):
            row["sandbox_new_field"] = {"added": True}
            for name, value in list(row.items()):
                if isinstance(value, int) and not isinstance(value, bool):
                    row[name] = str(value)
    return json.dumps(found).encode()


def _records(body: dict[str, Any]) -> list[dict[str, Any]]:
    data = body.get("data")
    if isinstance(data, list):
        return [row for row in data if isinstance(row, dict)]
    if isinstance(data, dict):
        pages = [page for page in data.values() if isinstance(page, dict)]
        return [row for page in pages for row in page.get("nodes", [])]
    return []


def _drop_lists(body: dict[str, Any]) -> None:
    if isinstance(body.get("data"), list):
        del body["data"]
    elif isinstance(body.get("data"), dict):
        for page in body["data"].values():
            if isinstance(page, dict):
                page.pop("nodes", None)
                page.pop("edges", None)


async def wait(fault: Fault) -> None:
    seconds = (
        fault.seconds
        if fault.seconds is not None
        else (SLOW_S if fault.kind == "slow" else TIMEOUT_S)
    )
    await asyncio.sleep(seconds)
