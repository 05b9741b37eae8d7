"""A terminal as rich sees it."""

from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text


def build_console(stream: IO[str]) -> Console:
    """Rich on this stream; data is never taken for markup, and NO_COLOR is obeyed."""
    return Console(file=stream, markup=False, highlight=False, emoji=False)


def run_print(stream: IO[str], what: Table | Text, *, soft_wrap: bool = True) -> None:
    """Write it styled for this terminal.

    By the stream's own `write`: while bars are shown it puts lines above them, and rich's print
    would go around it.
    """
    console = build_console(stream)
    with console.capture() as capture:
        console.print(what, soft_wrap=soft_wrap)
    stream.write(capture.get())
    stream.flush()
