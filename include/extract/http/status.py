"""HTTP answers to the error tree: one table for every connector.

Messages name method, path and status only. Query strings, bodies and headers may hold secrets or
customers' data, so of a body only short code words of the known error fields are shown.
"""

import logging
import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from include.core.clock import format_instant, utcnow
from include.core.errors import (
    AccessDenied,
    ContractBroken,
    RateLimited,
    UpstreamError,
    UpstreamUnavailable,
)
from include.extract.http.usage_headers import find_reset_s
from include.extract.record_path import pick

log = logging.getLogger(__name__)
# No source's quota is longer than a day; what asks for a year or for ever is asked again tomorrow.
LONGEST_WAIT_S = 86_400.0
RETRYABLE = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
DENIED = frozenset({401, 402, 403, 407, 423, 430, 451})
# Letters only: a key or a token echoed back has digits in it.
_WORD = re.compile(r"^[A-Za-z]{2,30}([_.][A-Za-z]{1,20}){0,6}(\[[a-z_]{1,30}\])?$")
_CODE_PATHS = ("error.type", "error.code", "error.param", "code", "type", "detail", "exc_type")
_LISTED_PATHS = ("code", "field", "errorCode", "reason")
# Statuses by which vendors refuse for want of quota, when the body says so.
MAYBE_LIMITED = frozenset({400, 403, 420, 503, 509})
_LIMIT = re.compile(
    r"rate.?limit|quota|throttl|too.?many|limit.?exceeded|resource.?exhausted", re.IGNORECASE
)


def find_wait_s(answer: requests.Response) -> float | None:
    """Seconds a refusal asks us to wait: Retry-After, else the reset of a 429's usage headers."""
    said = parse_retry_after(answer.headers.get("Retry-After"), answer.headers.get("Date"))
    if said is None and answer.status_code == 429:
        return find_reset_s(answer.headers)
    return said


def parse_retry_after(value: str | None, date: str | None = None) -> float | None:
    """Seconds of a Retry-After header, in seconds or as an HTTP date; None when unreadable.

    Args:
        date: The answer's Date header: an instant counts from the source's clock, not from ours.
    """
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        at = _parse_date(value)
        if at is None:
            return None
        seconds = (at - (_parse_date(date) or utcnow())).total_seconds()
    if math.isnan(seconds):
        return None
    if seconds > LONGEST_WAIT_S:
        log.warning("action=wait_not_believed asked=%r believed_s=%d", value[:40], LONGEST_WAIT_S)
    return min(max(0.0, seconds), LONGEST_WAIT_S)


def _parse_date(value: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


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


def find_limit_in_body(what: str, body: Any) -> RateLimited | None:
    """The refusal that some sources wrap into an answer with status 200."""
    if not isinstance(body, dict) or not (body.get("error") or body.get("errors")):
        return None
    words = error_words(body)
    return _limited(f"`{what}` answered 200 ({words})", None) if _LIMIT.search(words) else None


def _limited(told: str, retry_after_s: float | None) -> RateLimited:
    when = "later"
    if retry_after_s is not None:
        when = f"after `{format_instant(utcnow() + timedelta(seconds=round(retry_after_s + 0.5)))}`"
    return RateLimited(
        f"{told}: too many requests. Expected at most the agreed rate. Try again {when}.",
        retry_after_s=retry_after_s,
    )


def _build_error(what: str, status: int, retry_after_s: float | None, body: Any) -> UpstreamError:
    words = error_words(body)
    told = f"`{what}` answered {status}" + (f" ({words})" if words else "")
    limited = status in MAYBE_LIMITED and _LIMIT.search(words)
    if status == 429 or limited or (status == 503 and retry_after_s):
        return _limited(told, retry_after_s)
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
