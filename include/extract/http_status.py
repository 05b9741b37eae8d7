"""HTTP answers to the error tree: one table for every connector.

Messages name method, path and status only. Query strings, bodies and headers may hold secrets or
customers' data, so of a body only short code words of the known error fields are shown.
"""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from include.core.clock import utcnow
from include.core.errors import (
    AccessDenied,
    ContractBroken,
    RateLimited,
    UpstreamError,
    UpstreamUnavailable,
)
from include.extract.record_path import pick

RETRYABLE = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
DENIED = frozenset({401, 402, 403, 407, 423, 430, 451})
# Letters only: a key or a token echoed back has digits in it.
_WORD = re.compile(r"^[A-Za-z]{2,30}([_.][A-Za-z]{1,20}){0,6}(\[[a-z_]{1,30}\])?$")
_CODE_PATHS = ("error.type", "error.code", "error.param", "code", "type", "detail", "exc_type")
_LISTED_PATHS = ("code", "field")


def parse_retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, in seconds or as an HTTP date; None when unreadable."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - utcnow()).total_seconds())


def error_words(body: Any) -> str:
    """Code words of a vendor's error body (`resource_missing`, `created`), never its sentences."""
    words = [pick(body, path) for path in _CODE_PATHS]
    listed = pick(body, "errors")
    if isinstance(listed, list) and listed:
        words += [pick(listed[0], path) for path in _LISTED_PATHS]
    return ", ".join(w for w in words if isinstance(w, str) and _WORD.match(w))


def build_status_error(
    what: str, status: int, retry_after_s: float | None, body: Any
) -> UpstreamError:
    """The error for an answer that is not 2xx; it carries the status.

    Args:
        what: Method and path, safe to show.
        status: HTTP status.
        retry_after_s: Seconds the source asked us to wait.
        body: Parsed body, or None when it is not JSON.
    """
    error = _build_error(what, status, retry_after_s, body)
    error.status = status
    return error


def _build_error(what: str, status: int, retry_after_s: float | None, body: Any) -> UpstreamError:
    words = error_words(body)
    told = f"`{what}` answered {status}" + (f" ({words})" if words else "")
    if status == 429:
        when = f"Try again in {retry_after_s:.0f} s." if retry_after_s else "Try again later."
        return RateLimited(
            f"{told}: too many requests. Expected at most the agreed rate. {when}",
            retry_after_s=retry_after_s,
        )
    if status in DENIED:
        return AccessDenied(
            f"{told}: access denied. Expected credentials with read permission. Check the "
            "connection's secret and its scopes (see the connector's README)."
        )
    if status in RETRYABLE or status >= 500:
        return UpstreamUnavailable(
            f"{told}: the source failed. Expected 200. It is tried again later."
        )
    if 300 <= status < 400:
        return ContractBroken(
            f"{told}: a redirect, which is not followed because it would carry the secret along. "
            "Expected 200. Set the connection's host to the final address."
        )
    return ContractBroken(
        f"{told}: the request was refused. Expected 200. Check host, API version and the "
        "connector's parameters."
    )
