"""QuickBooks reports as plain rows: header found by content, groups carried down, totals left out.

Layouts seen in real exports: titles above the header (0 to 5 rows), an empty first header cell when
rows are grouped, `Total for <group>` and `TOTAL` rows, a footer with basis and time of printing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from include.config.connector_spec import Stream
from include.core import naming
from include.core.errors import ContractBroken
from include.core.streams import Reject
from include.extract.files.formats.delimited.csv_rows import Dialect, Row, iter_rows
from include.extract.files.formats.header import build_header
from include.extract.files.formats.recoded import load_readable
from include.extract.files.place import Place

HEADER_SEARCH_ROWS = 60
MAX_LINE_BYTES = 4_000_000
_FOOTER = re.compile(
    r"\b(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \w+ \d{1,2}, \d{4}|^(Accrual|Cash) Basis\b"
)


@dataclass(frozen=True)
class ReportRow:
    """One detail row.

    Attributes:
        cells: By column name; undeclared headers in snake case.
        group: The group the row stands in, None when the report is not grouped.
        line: Its line in the file.
    """

    cells: dict[str, str]
    group: str | None
    line: int


@dataclass
class Report:
    """An open report: `names` are there at once, rows come while iterating.

    Attributes:
        notices: What was guessed or skipped on the way to its rows.
    """

    place: Place
    names: tuple[str, ...]
    is_grouped: bool
    rows: Iterator[ReportRow | Reject] = field(repr=False)
    notices: tuple[str, ...] = ()


def load_report(place: Place, stream: Stream, encoding: str) -> Report | None:
    """Open one export; None when the file is empty.

    Raises:
        ContractBroken: If no row looks like this stream's header.
    """
    place, facts, notices = load_readable(place, encoding, MAX_LINE_BYTES)
    if facts.size == 0:
        return None
    rows = iter_rows(place, facts, Dialect(), MAX_LINE_BYTES)
    header = _find_header(rows, _spellings(stream))
    if header is None:
        raise ContractBroken(
            f"file `{place.name}` has no header row among its first {HEADER_SEARCH_ROWS}. Expected "
            f"some of: {', '.join(sorted(_spellings(stream))[:8])}. Export it again in English."
        )
    columns = dict(stream.columns)
    for child in stream.children.values():
        columns |= child.columns
    found = build_header(header, columns)
    if found.repeated:
        notices += (
            f"file `{place.name}`: the header names `{'`, `'.join(found.repeated)}` more than "
            "once: such columns are told apart by their order alone (`_2`, `_3`).",
        )
    is_grouped = not header[0].strip()
    rows = _details(rows, found.names, is_grouped)
    return Report(place, found.names, is_grouped, rows, notices)


def _spellings(stream: Stream) -> set[str]:
    known = [*stream.columns.values()]
    for child in stream.children.values():
        known += child.columns.values()
    return {naming.snake(text) for column in known for text in column.header}


def _find_header(rows: Iterable[Row], known: set[str]) -> list[str] | None:
    """First row of which at least two cells, and half of the filled ones, are known headers."""
    for number, (_, cells, reject) in enumerate(rows):
        filled = [naming.snake(cell) for cell in cells if cell.strip()]
        hits = sum(cell in known for cell in filled)
        if reject is None and hits >= 2 and hits * 2 >= len(filled):
            return cells
        if number >= HEADER_SEARCH_ROWS:
            break
    return None


def _details(
    rows: Iterable[Row], names: tuple[str, ...], is_grouped: bool
) -> Iterator[ReportRow | Reject]:
    group: str | None = None
    for line, cells, reject in rows:
        if reject is not None:
            yield reject
            continue
        cells = [cell.strip() for cell in cells]
        first, others = cells[0], cells[1:]
        if not any(cells) or (not any(others) and _FOOTER.search(first)):
            continue
        if is_grouped and first:
            if _is_total(first, others, group):
                continue
            group = first
            if not any(others):
                continue
        if len(cells) > len(names) and any(cells[len(names) :]):
            text = ",".join(cells)
            detail = f"line {line} has {len(cells)} cells, the header has {len(names)}"
            yield Reject(f"line {line}", "ragged_row", detail, text)
            continue
        yield ReportRow(dict(zip(names, cells, strict=False)), group, line)


def _is_total(first: str, others: list[str], group: str | None) -> bool:
    """`Total for X`, `Total X` and `TOTAL`; a customer called "Total Wine" is a group.

    A total names the open group or carries sums; a group's own row has no other cell.
    """
    if first.upper() == "TOTAL":
        return True
    if not first.lower().startswith("total "):
        return False
    return any(others) or (group is not None and group in first)
