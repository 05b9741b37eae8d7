"""Tokens of a 360 property; they flow back on the hour and the day of the real clock."""

import time
from typing import Any

from include.sandbox.vendors.google.errors import GoogleError

LIMITS = {
    "tokensPerDay": 2_000_000,
    "tokensPerHour": 400_000,
    "tokensPerProjectPerHour": 140_000,
}
IDLE = {
    "concurrentRequests": 50,
    "serverErrorsPerProjectPerHour": 50,
    "potentiallyThresholdedRequestsPerHour": 120,
}
MESSAGES = {
    "tokensPerDay": "Exhausted property tokens per day.",
    "tokensPerHour": "Exhausted property tokens per hour.",
    "tokensPerProjectPerHour": "Exhausted property tokens for a project per hour.",
}
DAY_S, HOUR_S = 86_400, 3_600


class Quota:
    """What one property has left."""

    def __init__(self) -> None:
        self.used = dict.fromkeys(LIMITS, 0)
        self._since = dict.fromkeys(LIMITS, 0)

    def spend(self, rows: int) -> dict[str, Any]:
        """Take the tokens of one report; returns `propertyQuota`.

        Raises:
            GoogleError: 429 when one of them is used up.
        """
        cost = 1 + rows // 1_000
        found: dict[str, Any] = {}
        for name, limit in LIMITS.items():
            period = int(time.time()) // (DAY_S if name == "tokensPerDay" else HOUR_S)
            if self._since[name] != period:
                self._since[name], self.used[name] = period, 0
            if self.used[name] + cost > limit:
                raise GoogleError(
                    429,
                    "RESOURCE_EXHAUSTED",
                    f"{MESSAGES[name]} These quota tokens will return in under an hour. To learn "
                    "more, see https://developers.google.com/analytics/devguides/reporting/data/v1/"
                    "quotas",
                )
            self.used[name] += cost
            left = limit - self.used[name]
            # proto-JSON leaves a zero out.
            found[name] = {"consumed": cost} | ({"remaining": left} if left else {})
        return found | {name: {"remaining": left} for name, left in IDLE.items()}
