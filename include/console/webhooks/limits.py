"""How many proven requests a second one feed may send: a leaky bucket, no timers."""

import time
from collections.abc import Callable

RATE = 500.0
BURST = 5_000.0


class Limits:
    """Counted after the signature: a stranger cannot use up a vendor's share."""

    def __init__(
        self,
        rate: float = RATE,
        burst: float = BURST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._full_until: dict[tuple[str, str], float] = {}

    def take(self, place: tuple[str, str]) -> bool:
        """Whether one more is allowed now."""
        now = self._clock()
        at = max(self._full_until.get(place, 0.0), now) + 1 / self._rate
        if at - now > self._burst / self._rate:
            return False
        self._full_until[place] = at
        return True
