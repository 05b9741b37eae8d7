"""Spacing of requests so that a vendor's limit is kept instead of discovered."""

import threading
import time
from collections.abc import Callable


class RateLimiter:
    """At most `per_second` starts a second, evenly spaced, over all threads of this process.

    Processes do not share it: the Airflow pool `api_<connector>` bounds those.
    """

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap_s = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next_at = 0.0

    def wait(self) -> None:
        """Block until this request may start."""
        with self._lock:
            now = self._clock()
            start = max(now, self._next_at)
            self._next_at = start + self._gap_s
        if start > now:
            self._sleep(start - now)
