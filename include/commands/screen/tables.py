"""Tables: as wide as the terminal at a terminal, whole lines in a pipe."""

import io
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from include.commands.screen.output import people, shown
from include.commands.screen.terminal import build_console, run_print

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
    width = build_console(stream).width
    kept = choose_columns(headers, rows, width, spare)
    run_print(stream, _build_table(headers, rows, kept, width=width), soft_wrap=False)
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
        console.print(_build_table(headers, rows, every, width=None))
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
        if _fits(headers, rows, kept, width):
            break
        kept.remove(headers.index(name))
    return kept


def _build_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    kept: Sequence[int],
    *,
    width: int | None,
) -> Table:
    """As wide as its content, or at most `width`: sentences are wrapped, if need be names too."""
    is_tight = width is not None and not _fits(headers, rows, kept, width)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for index in kept:
        is_numeric = _is_numeric([row[index] for row in rows])
        may_wrap = width is not None and _is_prose(rows, index)
        table.add_column(
            Text(headers[index]),
            justify="right" if is_numeric else "left",
            no_wrap=not may_wrap and (is_numeric or not is_tight),
            overflow="fold",
            min_width=_least(headers, rows, index) if may_wrap or is_numeric else None,
        )
    for row in rows:
        table.add_row(*(Text(_cell(row[index])) for index in kept))
    return table


def _fits(
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    kept: Sequence[int],
    width: int,
) -> bool:
    least = [_least(headers, rows, index) for index in kept]
    return sum(least) + GAP * (len(least) - 1) <= width


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
