"""Tables: as wide as the terminal at a terminal, whole lines in a pipe."""

import io
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from include.commands.output import people, shown
from include.commands.terminal import build_console, run_print

GAP = 2
# A column of sentences is wrapped before a column is left out, but not to less than this.
NARROWEST = 20


def say_table(
    headers: Sequence[str], rows: Sequence[Sequence[object]], *, spare: Sequence[str] = ()
) -> None:
    """A table for a person; numbers to the right, None as `-`.

    Args:
        spare: Headers that a narrow terminal leaves out, the first of them first; a line says so.
    """
    stream = people()
    if not stream.isatty():
        stream.writelines(f"{line}\n" for line in build_lines(headers, rows))
        stream.flush()
        return
    kept = choose_columns(headers, rows, build_console(stream).width, spare)
    run_print(stream, _build_table(headers, rows, kept, wraps=True), soft_wrap=False)
    left_out = [header for index, header in enumerate(headers) if index not in kept]
    if left_out:
        names = ", ".join(left_out)
        run_print(stream, Text(f"left out for want of room: {names}", style="dim"))


def build_lines(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """The whole table, a line a row however long, the headers first."""
    every = range(len(headers))
    width = sum(_width(headers, rows, index) + GAP for index in every)
    console = Console(file=io.StringIO(), width=max(width, 1), color_system=None)
    with console.capture() as capture:
        console.print(_build_table(headers, rows, every, wraps=False))
    return [line.rstrip() for line in capture.get().splitlines()]


def choose_columns(
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    width: int,
    spare: Sequence[str],
) -> list[int]:
    """Positions of the columns that fit; sentences may be wrapped, spare columns left out."""
    kept = list(range(len(headers)))
    for name in spare:
        if name not in headers:
            continue
        least = [_least(headers, rows, index) for index in kept]
        if sum(least) + GAP * (len(least) - 1) <= width:
            break
        kept.remove(headers.index(name))
    return kept


def _build_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    kept: Sequence[int],
    *,
    wraps: bool,
) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for index in kept:
        may_wrap = wraps and _is_prose(rows, index)
        table.add_column(
            Text(headers[index]),
            justify="right" if _is_numeric([row[index] for row in rows]) else "left",
            no_wrap=not may_wrap,
            overflow="fold",
            min_width=_least(headers, rows, index) if may_wrap else None,
        )
    for row in rows:
        table.add_row(*(Text(_cell(row[index])) for index in kept))
    return table


def _least(headers: Sequence[str], rows: Sequence[Sequence[object]], index: int) -> int:
    """The narrowest this column can be."""
    width = _width(headers, rows, index)
    return min(width, NARROWEST) if _is_prose(rows, index) else width


def _width(headers: Sequence[str], rows: Sequence[Sequence[object]], index: int) -> int:
    texts = [headers[index], *(_cell(row[index]) for row in rows)]
    return max(Text(text).cell_len for text in texts)


def _is_prose(rows: Sequence[Sequence[object]], index: int) -> bool:
    """Whether a column holds sentences or lists, which may be wrapped."""
    texts = (_cell(row[index]) for row in rows)
    return any(" " in text and len(text) > NARROWEST for text in texts)


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
    # One row, one line: a program that reads them counts on it.
    return shown(" ".join(str(value).split("\n")))
