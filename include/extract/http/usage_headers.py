"""Headers by which a vendor says how much may still be asked, in the spellings that are in use.

Sources, read 2026-11: RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-10 and -03),
GitHub, HubSpot, Slack, Zendesk and Shopify REST developer documentation.
"""

import re
import time
from collections.abc import Callable, Mapping

# (remaining, reset); the reset counts seconds, or is an instant when it is too large for that.
_PAIRS = (
    ("X-RateLimit-Remaining", "X-RateLimit-Reset"),
    ("X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"),
    ("RateLimit-Remaining", "RateLimit-Reset"),
    ("X-HubSpot-RateLimit-Remaining", "X-HubSpot-RateLimit-Reset"),
    ("X-HubSpot-RateLimit-Daily-Remaining", "X-HubSpot-RateLimit-Daily-Reset"),
)
_INTERVAL_MS = "X-HubSpot-RateLimit-Interval-Milliseconds"
# `RateLimit: "default";r=0;t=30, "daily";r=100;t=3600`
_ITEM = re.compile(r";\s*r=(\d+)[^,]*?;\s*t=(\d+)")
_CALL_LIMIT = "X-Shopify-Shop-Api-Call-Limit"  # `39/40`, two come back each second
_CALLS_PER_SECOND = 2.0
# Larger values are instants: 2001-09-09 in seconds, and in milliseconds.
_FIRST_INSTANT_S = 1e9
_FIRST_INSTANT_MS = 1e12
LONGEST_S = 24 * 3600.0


def find_rest_s(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Seconds until something is left again; None while something is left or nothing is said."""
    rests = [_read_pair(headers, *pair, now()) for pair in _PAIRS]
    rests += [float(t) for r, t in _ITEM.findall(headers.get("RateLimit", "")) if int(r) == 0]
    used, _, most = headers.get(_CALL_LIMIT, "").partition("/")
    if used.isdigit() and most.isdigit() and int(used) >= int(most):
        rests.append(1 / _CALLS_PER_SECOND)
    found = max((rest for rest in rests if rest), default=0.0)
    return min(found, LONGEST_S) or None


def find_reset_s(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Seconds until the reset a refusal names, whatever it says is left."""
    resets = [_seconds(headers.get(reset), now()) for _, reset in _PAIRS]
    resets += [float(t) for _, t in _ITEM.findall(headers.get("RateLimit", ""))]
    return min((reset for reset in resets if reset), default=None)


def _read_pair(headers: Mapping[str, str], left: str, reset: str, now: float) -> float | None:
    try:
        if float(headers.get(left, "1")) > 0:
            return None
    except ValueError:
        return None
    rest = _seconds(headers.get(reset), now)
    if rest is None and left.startswith("X-HubSpot") and headers.get(_INTERVAL_MS, "").isdigit():
        return int(headers[_INTERVAL_MS]) / 1000
    return rest


def _seconds(value: str | None, now: float) -> float | None:
    try:
        found = float(value or "")
    except ValueError:
        return None
    if found >= _FIRST_INSTANT_MS:
        found = found / 1000 - now
    elif found >= _FIRST_INSTANT_S:
        found -= now
    return found if 0 < found <= LONGEST_S else None
