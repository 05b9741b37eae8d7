"""Writing for people and for programs: lines, aligned tables, JSON on stdout."""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from include.core.clock import format_instant


def say(line: str = "") -> None:
    """One line on stdout, flushed: a run's progress is watched live, often through a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def say_json(value: Any) -> None:
    """Indented JSON; instants as ISO text, decimals as text (money is never a float)."""
    say(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date | Decimal | Path):
        return str(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def build_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Aligned lines, the headers first; numbers to the right, None as `-`."""
    cells = [[_cell(value) for value in row] for row in rows]
    numeric = [_is_numeric([row[i] for row in rows]) for i in range(len(headers))]
    widths = [max(len(line[i]) for line in [list(headers), *cells]) for i in range(len(headers))]
    lines = []
    for line in [list(headers), *cells]:
        padded = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return lines


def _is_numeric(values: Sequence[object]) -> bool:
    """True when there is a number and nothing else but None; a bool reads as a word."""
    present = [value for value in values if value is not None]
    is_number = [isinstance(v, int | float) and not isinstance(v, bool) for v in present]
    return bool(present) and all(is_number)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)
