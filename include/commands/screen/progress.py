"""Progress at a terminal: bars with rate and remaining time, on stderr. Elsewhere nothing moves.

What is said meanwhile (`say`) appears above the bars.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from include.core.streams import Page, Window

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from include.ledger.loads import LoadPlace


STREAMS = "streams"


def is_live() -> bool:
    """Whether a person watches stderr; a dumb terminal cannot redraw a line."""
    if not sys.stderr.isatty():
        return False
    from include.commands.screen.terminal import build_console

    return not build_console(sys.stderr).is_dumb_terminal


@contextmanager
def showing_bars() -> "Iterator[Progress | None]":
    """Bars while the block runs; None where nobody watches."""
    if not is_live():
        yield None
        return
    from include.commands.screen.bars import build_bars

    with build_bars() as bars:
        yield bars


@contextmanager
def showing_steps(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar of `total` steps; the block calls what it gets once per step."""
    with showing_bars() as bars:
        if bars is None:
            yield lambda: None
            return
        task = bars.add_task(what, total=total, unit="")
        yield lambda: bars.advance(task)


@contextmanager
def showing_wait(what: str) -> Iterator[None]:
    """A moving bar with the time gone, for work that cannot say how far it is."""
    with showing_bars() as bars:
        if bars is not None:
            bars.add_task(what, total=None, unit=None)
        yield


@contextmanager
def showing_loads(
    what: str,
    total: int,
    expected: Mapping[tuple[str, str], int] | None = None,
    *,
    unit: str = STREAMS,
) -> "Iterator[LoadWatch]":
    """A bar over all of them, and one below it for each stream that is being read.

    Args:
        total: So many `unit`s: streams, or records (events) where it is known how many there are.
        expected: (feed, stream) -> records of its last full read, for its remaining time.
    """
    with showing_bars() as bars:
        watch = LoadWatch(bars, expected or {})
        watch.start(what, total, unit)
        yield watch


class LoadWatch:
    """Counts records as they are read; safe to be told by several threads at once."""

    def __init__(
        self, bars: "Progress | None", expected: Mapping[tuple[str, str], int] | None = None
    ) -> None:
        self._bars, self._expected = bars, expected or {}
        self._lock = Lock()
        self._unit = ""
        self._all: TaskID | None = None
        self._reading: dict[tuple[str, str, Window], TaskID] = {}

    def start(self, what: str, total: int, unit: str) -> None:
        """Show the bar over all of them."""
        self._unit = unit
        if self._bars is not None:
            self._all = self._bars.add_task(what, total=total, unit=unit)

    def on_page(self, place: "LoadPlace", page: Page) -> None:
        """A page has been read: `LoadEnvironment.on_page`."""
        if self._bars is None:
            return
        key = (place.feed, place.stream, place.window)
        count = len(page.records) + len(page.rejects) + page.filtered
        with self._lock:
            if key in self._reading:
                self._bars.advance(self._reading[key], count)
            else:
                total = self._expected.get(key[:2])
                name = f"{place.feed}/{place.stream}"
                self._reading[key] = self._bars.add_task(
                    name, total=total, completed=count, unit="records"
                )
        if self._all is not None and self._unit != STREAMS:
            self._bars.advance(self._all, count)

    def end(self, feed: str, stream: str | None = None, window: Window | None = None) -> None:
        """A stream (or a whole feed, or one window of a stream) is done."""
        if self._bars is None:
            return
        with self._lock:
            ended = [
                key
                for key in self._reading
                if key[0] == feed and stream in (None, key[1]) and window in (None, key[2])
            ]
            for key in ended:
                self._bars.remove_task(self._reading.pop(key))
        if self._all is not None and self._unit == STREAMS and stream is not None:
            self._bars.advance(self._all)

    def close(self) -> None:
        """The bars are gone; who still reads is not shown any more."""
        self._bars = None

    def show(self, task: Any, **fields: Any) -> Any:
        """A bar of the caller's own, made at the first call (`task` None); answers its id."""
        if self._bars is None:
            return None
        if task is None:
            return self._bars.add_task(**fields)
        self._bars.update(task, **fields)
        return task
