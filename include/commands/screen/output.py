"""Writing for people and for programs: lines, tables, JSON. Nothing else here or in `local` prints.

With `--json` stdout carries one document and nothing else: what is said to people goes to stderr.
Colours and fitted tables are for terminals; a pipe gets plain, whole, unwrapped lines.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from include.core.clock import format_instant

# What a terminal would obey: data of a source must not move its cursor or rename its window.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
STYLES = {
    "failed": "red",
    "error": "red",
    "warning": "yellow",
    "skipped": "yellow",
    "note": "yellow",
    "ok": "green",
    "loaded": "green",
    "built": "green",
    "checked": "green",
}
_SPEAKS_JSON = ContextVar("speaks_json", default=False)


@contextmanager
def speaking_json(*, on: bool) -> Iterator[None]:
    """While the block runs, stdout is for the JSON document alone."""
    token = _SPEAKS_JSON.set(on)
    try:
        yield
    finally:
        _SPEAKS_JSON.reset(token)


def speaks_json() -> bool:
    return _SPEAKS_JSON.get()


def people() -> IO[str]:
    """The stream a person reads results on: stdout, or stderr when stdout carries JSON."""
    return sys.stderr if speaks_json() else sys.stdout


def say(line: str = "") -> None:
    """One line for a person, flushed: a run's progress is watched live, often through a pipe."""
    _write(people(), line)


def say_state(state: str, text: str) -> None:
    """`loaded   acme/shopify/orders: ...`: what happened first, in its colour at a terminal."""
    _write(people(), f"{state:<8} {text}", STYLES.get(state), len(state))


def complain(line: str) -> None:
    """One line on stderr; `error:` before it stands out at a terminal."""
    head = line.split(":", 1)[0] if ":" in line else ""
    _write(sys.stderr, line, STYLES.get(head), len(head))


def say_json(value: Any) -> None:
    """Indented JSON on stdout; instants as ISO text, decimals as text (money is never a float)."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def shown(text: str) -> str:
    """Text of a source with its control characters made visible."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _write(stream: IO[str], line: str, style: str | None = None, styled: int = 0) -> None:
    if style and stream.isatty():
        from rich.text import Text

        from include.commands.screen.terminal import run_print

        text = Text(line)
        text.stylize(style, 0, styled)
        run_print(stream, text)
    else:
        stream.write(f"{line}\n")
    stream.flush()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date | Decimal | Path):
        return str(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")
