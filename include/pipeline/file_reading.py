"""What a run reads of a source made of files, and what follows its commit."""

import inspect
from typing import Any

from include.core.streams import Reading
from include.extract.source import Source


def build_read_options(source: Source, reading: Reading) -> dict[str, Any]:
    """Further arguments for `source.read`: only sources of files know the word."""
    knows = "reading" in inspect.signature(source.read).parameters
    return {"reading": reading} if knows else {}


def run_after_commit(source: Source, stream: str) -> None:
    """Let the source archive what is committed, where it has anything to do."""
    follow_up = getattr(source, "after_commit", None)
    if follow_up is not None:
        follow_up(stream)
