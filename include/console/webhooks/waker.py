"""Tells Airflow that something waits, at once and then at most every two seconds.

Two hundred events a second are one run of the drain, not two hundred.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)

Place = tuple[str, str]
EVERY_S = 2.0


class Waker:
    """Collects places in one thread; a ring is never lost and never waits for anybody."""

    def __init__(
        self,
        send: Callable[[Sequence[Place]], None],
        every_s: float = EVERY_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._send, self._every_s, self._sleep = send, every_s, sleep
        self._lock = threading.Lock()
        self._rung = threading.Event()
        self._places: set[Place] = set()
        self._thread: threading.Thread | None = None

    def ring(self, place: Place) -> None:
        """Something new waits there."""
        with self._lock:
            self._places.add(place)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="elt waker", daemon=True)
                self._thread.start()
        self._rung.set()

    def _run(self) -> None:
        while True:
            self._rung.wait()
            self._rung.clear()
            with self._lock:
                places, self._places = sorted(self._places), set()
            try:
                if places:
                    self._send(places)
            except Exception:
                # The drain's own schedule comes within five minutes.
                log.warning("the drain could not be woken places=%d", len(places), exc_info=True)
            self._sleep(self._every_s)
