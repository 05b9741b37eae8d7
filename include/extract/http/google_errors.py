"""Google's error bodies to the error tree, for Analytics and Ads.

Body: `{"error": {"code", "status", "message", "details": [...]}}`; a streamed answer wraps it in a
list. Details hold `reason` (ErrorInfo) or a GoogleAdsFailure with `errors[].errorCode`. Codes are
shown, sentences never: they quote requests and accounts.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from include.core.clock import utcnow
from include.core.errors import EltError
from include.extract.http.status import build_status_error
from include.extract.record_path import pick

# Daily quotas start anew at midnight Pacific time.
QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
_DURATION = re.compile(r"^(\d+(?:\.\d+)?)s$")

# (codes, message) of a 429 -> seconds to wait, None when it does not say
WaitRule = Callable[[tuple[str, ...], str], float | None]


def build_explain(wait_rule: WaitRule) -> Callable[[str, int, float | None, Any], EltError]:
    """The rule an `HttpClient` asks for an answer that is not 2xx."""

    def explain(what: str, status: int, retry_after_s: float | None, body: Any) -> EltError:
        codes = tuple(dict.fromkeys(_codes(body)))
        wait = retry_after_s
        if wait is None and status == 429:
            wait = fetch_delay(body) or wait_rule(codes, str(pick(_inner(body), "message") or ""))
        first, second, third, fourth = (*codes, None, None, None, None)[:4]
        words = {"error": {"type": first, "code": second, "param": third}, "code": fourth}
        return build_status_error(what, status, wait, words)

    return explain


def has_code(error: EltError, code: str) -> bool:
    """Whether the answer behind this error carried the code; our message names them all."""
    return re.search(rf"\b{code}\b", error.message) is not None


def fetch_delay(body: Any) -> float | None:
    """Seconds of the first `retryDelay` (`28s`) in the details."""
    for found in _walk(_inner(body).get("details") or []):
        match = _DURATION.match(str(found.get("retryDelay", "")))
        if match:
            return float(match[1])
    return None


def seconds_to_midnight() -> float:
    """Until daily quotas start anew."""
    now = utcnow().astimezone(QUOTA_ZONE)
    midnight = datetime(now.year, now.month, now.day, tzinfo=QUOTA_ZONE) + timedelta(days=1)
    return (midnight - now).total_seconds()


def _inner(body: Any) -> dict[str, Any]:
    first = body[0] if isinstance(body, list) and body else body
    found = first.get("error") if isinstance(first, dict) else None
    return found if isinstance(found, dict) else {}


def _codes(body: Any) -> Iterator[str]:
    """`RESOURCE_EXHAUSTED`, then the finer codes of the details."""
    error = _inner(body)
    status = error.get("status")
    if isinstance(status, str):
        yield status
    for found in _walk(error.get("details") or []):
        reason, code = found.get("reason"), found.get("errorCode")
        if isinstance(reason, str):
            yield reason
        if isinstance(code, dict):
            yield from (value for value in code.values() if isinstance(value, str))


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside, outermost first."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from _walk(element)
