"""Progress at a terminal: bars with rate and remaining time, on stderr. Elsewhere nothing moves.

What is said meanwhile (`say`) appears above the bars.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


def is_live() -> bool:
    """Whether a person watches stderr; a dumb terminal cannot redraw a line."""
    if not sys.stderr.isatty():
        return False
    from include.commands.tables import build_console

    return not build_console(sys.stderr).is_dumb_terminal


def build_bars(*columns: object) -> "Progress":
    """Bars on stderr; lines printed to a terminal meanwhile go above them."""
    from rich.progress import Progress

    from include.commands.tables import build_console

    return Progress(
        *columns,  # type: ignore[arg-type]
        console=build_console(sys.stderr),
        transient=True,
        # Lines for a pipe must not come out among the bars.
        redirect_stdout=sys.stdout.isatty(),
        refresh_per_second=4,
    )


@contextmanager
def showing_steps(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar of `total` steps; the block calls what it gets once per step."""
    if not is_live():
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with build_bars(*columns) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


@contextmanager
def showing_wait(what: str) -> Iterator[None]:
    """A spinner with the time gone, for work that cannot say how far it is."""
    if not is_live():
        yield
        return
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    with build_bars(SpinnerColumn(), TextColumn(what), TimeElapsedColumn()) as progress:
        progress.add_task(what, total=None)
        yield
