"""Told misbehaviour: what the next answers of a vendor do wrong.

A fault hits requests whose vendor and path match: it passes `skip` of them, then hits `times`.
"""

import asyncio
import json
from dataclasses import asdict, dataclass
from http import HTTPStatus
from itertools import count
from typing import Any

from include.sandbox.serve.vendors import load_vendors

KINDS = (
    "401",
    "403",
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
        path_contains: Part of path, query string or request body; empty matches all but logins.
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
        if not self.path_contains and is_login(target):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.used += 1
        return True


def is_login(target: str) -> bool:
    """Whether a request asks for an OAuth token: trouble of the API is not trouble of the login."""
    path = target.partition("?")[0]
    return path.rsplit("/", 1)[-1] in ("token", "access_token", "bearer")


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
    found = load_vendors().get(vendor)
    if found is not None and found.refusal is not None:
        status, answer = found.refusal(kind)
    else:
        status, text = int(kind), HTTPStatus(int(kind)).phrase
        answer = {"error": {"code": status, "message": text}}
    return status, json.dumps(answer).encode(), "application/json"


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


def _records(body: Any) -> list[dict[str, Any]]:
    """The records of an answer: those of its longest list of objects, however deep it lies."""
    lists = _lists(body)
    return max((found[key] for found, key in lists), key=len) if lists else []


def _drop_lists(body: Any) -> None:
    for found, key in _lists(body):
        found.pop(key, None)


def _lists(body: Any, depth: int = 0) -> list[tuple[dict[str, Any], str]]:
    """(object, key) of every list of objects that is not inside another such list."""
    found: list[tuple[dict[str, Any], str]] = []
    if isinstance(body, dict) and depth < 5:
        for key, value in body.items():
            if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
                found.append((body, key))
            else:
                found += _lists(value, depth + 1)
    return found


async def wait(fault: Fault) -> None:
    """Hold the answer: a second when slow, two minutes when it is to time out."""
    seconds = (
        fault.seconds
        if fault.seconds is not None
        else (SLOW_S if fault.kind == "slow" else TIMEOUT_S)
    )
    await asyncio.sleep(seconds)
