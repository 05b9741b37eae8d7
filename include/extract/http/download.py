"""A streamed answer that is waited for within bounds, however slowly it is taken.

Only the time spent waiting for the source counts: a warehouse that is busy between two pieces costs
a download nothing. A look between pieces would not do, for a piece may never become whole.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

from include.config.settings import DownloadLimits
from include.core.errors import UpstreamUnavailable

PIECE_BYTES = 1 << 16
LOOK_S = 1.0


def bound_download(
    what: str, answer: requests.Response, limits: DownloadLimits, cut: Callable[[], None]
) -> None:
    """Make every way to read this answer's body raise UpstreamUnavailable once it is too slow.

    Args:
        what: Method and path, for the error.
        cut: Ends the read that is under way; called from another thread.
    """
    read = answer.iter_content

    def iter_content(chunk_size: int | None = 1, decode_unicode: bool = False) -> Iterator[Any]:
        pieces = read(min(chunk_size or PIECE_BYTES, PIECE_BYTES), decode_unicode)
        if answer._content_consumed:  # type: ignore[attr-defined]
            return pieces
        return _iter_within(what, pieces, _Watch(limits, cut))

    answer.iter_content = iter_content  # type: ignore[method-assign]


def _iter_within(what: str, pieces: Iterator[Any], watch: "_Watch") -> Iterator[Any]:
    watch.start()
    try:
        while True:
            watch.since = time.monotonic()
            try:
                piece = next(pieces, None)
            except (requests.RequestException, OSError, ValueError):
                if watch.fault is None:
                    raise
                piece = None
            watch.learn(len(piece or ""))
            if watch.fault:  # a body that was cut may also look like a whole one
                fault, setting = watch.fault
                raise UpstreamUnavailable(
                    f"`{what}` {fault}. Expected a download that moves and ends. It is tried again "
                    f"later; {setting} allows more."
                )
            if piece is None:
                return
            yield piece
    finally:
        watch.stop()


class _Watch(threading.Thread):
    """Looks at one reader every second and cuts it when its time is up."""

    def __init__(self, limits: DownloadLimits, cut: Callable[[], None]) -> None:
        super().__init__(name="download watch", daemon=True)
        self.since: float | None = None
        self.fault: tuple[str, str] | None = None
        self._limits, self._cut, self._done = limits, cut, threading.Event()
        self._waited = self._mark = 0.0
        self._got = 0

    def learn(self, size: int) -> None:
        """A piece is there; what follows until the next one is asked for is not waiting."""
        since, self.since = self.since, None
        self._waited += time.monotonic() - (since or 0.0)
        self._got += size
        if self._got >= PIECE_BYTES:
            self._got, self._mark = 0, self._waited

    def stop(self) -> None:
        self._done.set()

    def run(self) -> None:
        look_s = min(LOOK_S, self._limits.piece_s / 4, self._limits.whole_s / 4)
        while not self._done.wait(look_s):
            since = self.since
            if since is None:
                continue
            waited, mark = self._waited + time.monotonic() - since, self._mark
            self.fault = _find_fault(self._limits, waited, waited - mark)
            if self.fault:
                self._cut()
                return


def _find_fault(limits: DownloadLimits, whole_s: float, piece_s: float) -> tuple[str, str] | None:
    """What is wrong, and the setting that allows more of it."""
    if whole_s > limits.whole_s:
        return f"was not over after `{limits.whole_s:.0f}` seconds of waiting", "ELT_DOWNLOAD_S"
    if piece_s > limits.piece_s:
        slow = f"gave less than `{PIECE_BYTES}` bytes in `{limits.piece_s:.0f}` seconds of waiting"
        return slow, "ELT_DOWNLOAD_PIECE_S"
    return None
