"""What stands below a table: totals and footnotes, which are no records.

The last lines of a file are looked at, from the end upwards, until one that fits the columns.
Totals further up are told by their first word, where a cell does not fit its column either.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence

from include.extract.files.formats.delimited.cell_kinds import (
    TEXT,
    WORDS,
    Profile,
    count_filled,
    find_kind,
)
from include.extract.files.formats.delimited.csv_rows import Dialect
from include.extract.files.formats.delimited.total_words import begins_like_total, is_total
from include.extract.files.formats.facts import FileFacts

SEARCHED_LINES = 20
TOTALS, FOOTNOTE = "totals_row", "footnote"


def find_closing_rows(
    facts: FileFacts, dialect: Dialect, profile: Profile, first_line: int
) -> Mapping[int, str]:
    """Line -> `totals_row` or `footnote`, for the lines below the last record.

    Args:
        first_line: The first one that can be a record.
    """
    return judge_from_the_end(_from_the_end(facts, dialect), profile, first_line)


def judge_from_the_end(
    rows: Iterable[tuple[int, Sequence[str]]], profile: Profile, first_line: int
) -> Mapping[int, str]:
    """The same for rows at hand, (line, cells), last one first."""
    if profile.rows < 1:
        return {}
    found: dict[int, str] = {}
    for line, cells in rows:
        if line < first_line:
            break
        if not count_filled(cells):
            continue
        reason = _judge(cells, profile)
        if reason is None:
            break
        found[line] = reason
    return found


def _judge(cells: Sequence[str], profile: Profile) -> str | None:
    """Why the row is no record; None when it may be one."""
    first = next(cell.strip() for cell in cells if cell.strip())
    fits = len(cells) == profile.width and not profile.count_misfits(cells)
    if is_total(first) or (not fits and begins_like_total(first)):
        return TOTALS
    if len(cells) == profile.width and profile.is_bare_sum(cells):
        return TOTALS
    if fits or count_filled(cells) > 1 or (profile.width < 3 and not _is_count(cells, profile)):
        return None
    # A sentence in the first cell, or alone in its line; a lone number may be a record cut short.
    return FOOTNOTE if find_kind(first) in (TEXT, "long") else None


def _is_count(cells: Sequence[str], profile: Profile) -> bool:
    """`Count: 2` below a column of numbers or days: of two columns a lone word may be a record."""
    is_typed = bool(profile.columns) and profile.columns[0].kind not in WORDS
    return len(cells) == profile.width > 1 and is_typed and ":" in cells[0]


def _from_the_end(facts: FileFacts, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Lines with their cells, last one first; ends where cells may hold line breaks."""
    last = facts.lines if facts.tail.endswith(b"\n") else facts.lines + 1
    lines = facts.tail.removesuffix(b"\n").split(b"\n")
    # The first one may be cut, unless it is the file's first.
    usable = lines if len(lines) == last else lines[1:]
    for step, data in enumerate(reversed(usable[-SEARCHED_LINES:])):
        text = data.removesuffix(b"\r").decode(facts.encoding, "replace")
        if text.count(dialect.quote) % 2:
            return
        try:
            cells = next(dialect.reader([text]), [])
        except csv.Error:
            return
        yield last - step, cells
