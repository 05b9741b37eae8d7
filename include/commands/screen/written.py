"""What became of scaffolded files: one line each, or one JSON document."""

from collections.abc import Iterable
from pathlib import Path

from include.commands.screen.output import say, say_json, speaks_json
from include.scaffold.files import Written


def say_written(done: Iterable[tuple[Path, Written]], root: Path) -> None:
    """Path below the root where possible; a kept file says how to overwrite it."""
    told = []
    for path, what in done:
        place = path.relative_to(root) if path.is_relative_to(root) else path
        note = "  (edited by hand; --force overwrites)" if what is Written.KEPT else ""
        say(f"{what.value:<9} {place}{note}")
        told.append({"path": place, "done": what.value})
    if speaks_json():
        say_json(told)
