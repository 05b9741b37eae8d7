"""Salesforce's error bodies to the error tree.

Body: `[{"message", "errorCode", "fields"}]`; only the code is shown, the message may quote rows.
Source: facts of the REST API guide ("Status Codes and Error Responses"), read 2026-11.
"""

import re
from typing import Any

from include.core.errors import EltError, RateLimited, UpstreamUnavailable
from include.extract.http.status import build_status_error

_CODE = re.compile(r"^[A-Z0-9_]{1,64}$")
# Refusals that a later try may not meet, although their status says otherwise. A lost locator
# means: read the window again from its beginning.
PASSING = frozenset(
    {"INVALID_QUERY_LOCATOR", "QUERY_TIMEOUT", "SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW"}
)
# 420: "We are setting things up" of the edge; 406 without a body: the same, seen by others.
PASSING_STATUS = frozenset({406, 420})
DAILY_LIMIT_WAIT_S = 3600.0


def explain(what: str, status: int, retry_after_s: float | None, body: Any) -> EltError:
    """The error for an answer that is not 2xx."""
    code = find_code(body)
    if code == "REQUEST_LIMIT_EXCEEDED":
        return RateLimited(
            f"`{what}` answered {status} ({code}): the org's requests of the last 24 hours are "
            "used up. Expected some left. An hour frees some; other integrations use them too.",
            retry_after_s=retry_after_s or DAILY_LIMIT_WAIT_S,
        )
    if code in PASSING or (status in PASSING_STATUS and not code):
        return UpstreamUnavailable(
            f"`{what}` answered {status} ({code or 'no code'}): a passing refusal. Expected 200. "
            "It is tried again later."
        )
    return build_status_error(what, status, retry_after_s, {"code": code})


def find_code(body: Any) -> str:
    """`errorCode` of the first error, or an empty text."""
    first = body[0] if isinstance(body, list) and body else body
    code = first.get("errorCode") if isinstance(first, dict) else None
    return code if isinstance(code, str) and _CODE.match(code) else ""
