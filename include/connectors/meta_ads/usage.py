"""How much of Meta's allowances is used: read from the headers of every answer, good or bad."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict

log = logging.getLogger(__name__)

HEADERS = (
    "x-business-use-case-usage", "x-ad-account-usage", "x-app-usage", "x-fb-ads-insights-throttle",
)  # fmt: skip
SHARES = ("call_count", "total_cputime", "total_time", "acc_id_util_pct", "app_id_util_pct")
# Percent of the allowance -> seconds to pause. At 100 Meta refuses, other tools' requests too.
PAUSES = ((95.0, 600.0), (85.0, 120.0))


class TokenAndUsage(AuthBase):
    """Sets the token and remembers the usage headers of the last answer."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._last: CaseInsensitiveDict[str] = CaseInsensitiveDict()

    def __repr__(self) -> str:
        return "TokenAndUsage()"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        request.register_hook("response", self._remember)  # type: ignore[no-untyped-call]
        return request

    def _remember(self, answer: requests.Response, **_kwargs: Any) -> requests.Response:
        self._last = answer.headers
        return answer

    def find_wait(self) -> float | None:
        """Seconds until access comes back, as the last answer said."""
        waits = [
            float(use.get("estimated_time_to_regain_access") or 0) * 60 for use in self._uses()
        ]
        waits += [float(use.get("reset_time_duration") or 0) for use in self._uses()]
        return max(waits, default=0.0) or None

    def find_pause(self) -> float:
        """Seconds to rest before the next request, 0 while the account is far from its limits.

        The pause is slept here and not handed to the caller: a report read anew would cost more
        of the allowance than the slot that is held.
        """
        shares = [float(use.get(name) or 0) for use in self._uses() for name in SHARES]
        highest = max(shares, default=0.0)
        return next((pause for share, pause in PAUSES if highest >= share), 0.0)

    def _uses(self) -> Iterator[dict[str, Any]]:
        """Every object with shares in it: some headers nest them by business and list them."""
        for header in HEADERS:
            try:
                found = json.loads(self._last.get(header) or "{}")
            except ValueError:
                log.warning("action=usage_unreadable header=%s", header)
                continue
            yield from _walk(found)


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)
