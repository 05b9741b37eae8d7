"""Delimited text as rows with exact line numbers; the careful reader.

Every line of the file ends in exactly one row or one reject. A quote that is never closed costs its
own line, not the rest of the file: the lines swallowed after it are read again.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from include.core.streams import Reject
from include.extract.files.formats.facts import FileFacts
from include.extract.files.formats.line_reader import PAYLOAD_BYTES, Line, iter_lines
from include.extract.files.place import Place


@dataclass(frozen=True)
class Dialect:
    """How a file separates cells.

    Attributes:
        skip_lines: Lines before the first that can be a header.
        skip_space: A space behind a delimiter belongs to it.
        escape: Stands before a quote inside of quotes, where quotes are not doubled.
    """

    delimiter: str = ","
    quote: str = '"'
    skip_lines: int = 0
    skip_space: bool = False
    escape: str | None = None

    @property
    def is_plain(self) -> bool:
        """Cells are what stands between delimiters and quotes, nothing else."""
        return not self.skip_space and self.escape is None

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The csv module's reader of it; wrong quotes are errors."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            doublequote=True,
            escapechar=self.escape,
            skipinitialspace=self.skip_space,
            strict=True,
        )


@cache
def _cell_pattern(delimiter: str, quote: str) -> re.Pattern[str]:
    """A quoted cell, or in group 1 one without quotes around it."""
    mark, edge = re.escape(quote), re.escape(delimiter)
    inside = f"{mark}(?:[^{mark}]++|{mark}{mark})*+{mark}(?={edge}|$)"
    return re.compile(f"(?:^|(?<={edge}))(?:{inside}|([^{edge}]*))")


TORN = "a quote begins inside of a cell and ends with a later one"
TOO_LONG = "record longer than a line may be"
Row = tuple[int, list[str], Reject | None]


def iter_rows(
    place: Place, facts: FileFacts, dialect: Dialect, max_line_bytes: int, *, after_line: int = 0
) -> Iterator[Row]:
    """(first line number, cells, reject) of every record; a reject has no cells. Blank lines go."""
    # Cells may be as long as lines may be; the module's own limit is 128 kB.
    csv.field_size_limit(max(max_line_bytes, csv.field_size_limit()))
    feed = _Feed(iter_lines(place, facts, max_line_bytes), after_line, max_line_bytes)
    reader = dialect.reader(feed)
    while True:
        feed.start_record()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield feed.current[0].number, [], feed.give_back(place, str(error))
            continue
        if feed.rejects:
            yield from ((_line_of(reject), [], reject) for reject in feed.rejects)
            feed.rejects = []
        if cells is None:
            return
        if not cells:
            continue
        first = feed.current[0]
        if len(feed.current) == 1 and is_torn(first.text or "", dialect):
            yield first.number, [], build_quote_reject(place, first, TORN)
        else:
            yield first.number, cells, None


def is_torn(line: str, dialect: Dialect) -> bool:
    """A quoted text lost the separator before it: `Tent"light, dry",5` has a cell too many."""
    quote = dialect.quote
    if line.count(quote) < 2 or not dialect.is_plain:
        return False
    has_begun = False
    for found in _cell_pattern(dialect.delimiter, quote).finditer(line):
        cell = found[1] or ""
        if cell.count(quote) % 2 and not cell.startswith(quote):
            if has_begun and cell.endswith(quote):
                return True
            has_begun = has_begun or not cell.endswith(quote)
    return False


def _line_of(reject: Reject) -> int:
    return int(reject.key.rpartition(":")[2])


class _Feed:
    """Lines for csv.reader that remembers those of the current record."""

    def __init__(self, lines: Iterator[Line], after_line: int, max_record: int) -> None:
        self._lines = lines
        self._after = after_line
        self._max = max_record
        self._again: deque[Line] = deque()
        self._length = 0
        self.current: list[Line] = []
        self.rejects: list[Reject] = []

    def start_record(self) -> None:
        """The next line is the first of a record."""
        self.current, self._length = [], 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        while True:
            line = self._again.popleft() if self._again else next(self._lines)
            number, text, reject = line
            if number <= self._after:
                continue
            if text is not None:
                break
            if reject:
                self.rejects.append(reject)
        self.current.append(line)
        self._length += len(text)
        # Only a quoted line break makes a second line; an unclosed quote makes all of them one.
        if len(self.current) > 1 and self._length > self._max:
            raise csv.Error(TOO_LONG)
        return text + "\n"

    def give_back(self, place: Place, why: str) -> Reject:
        """Refuse the record's first line and queue the others to be read again."""
        first, *others = self.current
        self._again.extendleft(reversed(others))
        return build_quote_reject(place, first, why)


def build_quote_reject(place: Place, line: Line, why: str) -> Reject:
    """The reject for a line whose quotes are not to be understood."""
    return Reject(
        f"{place.name}:{line.number}",
        "malformed_quotes",
        f"line {line.number} of {place.name} has quotes that do not fit: {why}",
        (line.text or "")[:PAYLOAD_BYTES],
    )


def build_ragged(place: Place, number: int, cells: list[str], width: int, text: str) -> Reject:
    """The reject for a record with too few or too many cells."""
    return Reject(
        f"{place.name}:{number}",
        "ragged_row",
        f"line {number} of {place.name} has {len(cells)} cells, the header has {width}",
        text[:PAYLOAD_BYTES],
    )


def fit_cells(cells: list[str], width: int) -> list[str] | None:
    """Exactly `width` cells, dropping empty ones too many at the end; None when they do not fit."""
    if len(cells) == width:
        return cells
    if len(cells) > width and not any(cells[width:]):
        return cells[:width]
    return None
