"""Delimited text as rows with exact line numbers; the careful reader.

Every line of the file ends in exactly one row or one reject. A quote that is never closed costs its
own line, not the rest of the file: the lines swallowed after it are read again.
"""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from include.core.streams import Reject
from include.extract.file_facts import FileFacts
from include.extract.file_places import Place
from include.extract.line_reader import PAYLOAD_BYTES, Line, iter_lines


@dataclass(frozen=True)
class Dialect:
    """How a file separates cells.

    Attributes:
        skip_lines: Lines before the header (titles).
        has_header: False: columns are named column_1, column_2, ...
    """

    delimiter: str = ","
    quote: str = '"'
    skip_lines: int = 0
    has_header: bool = True


Row = tuple[int, list[str], Reject | None]


def iter_rows(
    place: Place, facts: FileFacts, dialect: Dialect, max_line_bytes: int, *, after_line: int = 0
) -> Iterator[Row]:
    """(first line number, cells, reject) of every record; a reject has no cells. Blank lines go."""
    # Cells may be as long as lines may be; the module's own limit is 128 kB.
    csv.field_size_limit(max(max_line_bytes, csv.field_size_limit()))
    feed = _Feed(iter_lines(place, facts, max_line_bytes), after_line, max_line_bytes)
    reader = csv.reader(
        feed, delimiter=dialect.delimiter, quotechar=dialect.quote, doublequote=True, strict=True
    )
    while True:
        feed.begin()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield feed.first_number, [], feed.give_back(place, str(error))
            continue
        for reject in feed.take_rejects():
            yield int(reject.key.rpartition(":")[2]), [], reject
        if cells is None:
            return
        if cells:
            yield feed.first_number, cells, None


class _Feed:
    """Lines for csv.reader that remembers those of the current record."""

    def __init__(self, lines: Iterator[Line], after_line: int, max_record: int) -> None:
        self._lines = lines
        self._after = after_line
        self._max = max_record
        self._again: deque[Line] = deque()
        self._current: list[Line] = []
        self._length = 0
        self._rejects: list[Reject] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        while True:
            line = self._again.popleft() if self._again else next(self._lines)
            if line.number <= self._after:
                continue
            if line.text is not None:
                break
            if line.reject:
                self._rejects.append(line.reject)
        self._current.append(line)
        self._length += len(line.text)
        if self._length > self._max and len(self._current) > 1:
            raise csv.Error("record longer than a line may be")
        return f"{line.text}\n"

    def begin(self) -> None:
        self._current, self._length = [], 0

    @property
    def first_number(self) -> int:
        return self._current[0].number if self._current else 0

    def take_rejects(self) -> list[Reject]:
        taken, self._rejects = self._rejects, []
        return taken

    def give_back(self, place: Place, why: str) -> Reject:
        """Refuse the record's first line and queue the others to be read again."""
        first, *others = self._current
        self._again.extendleft(reversed(others))
        return Reject(
            f"{place.name}:{first.number}",
            "malformed_quotes",
            f"line {first.number} of {place.name} has quotes that do not fit: {why}",
            (first.text or "")[:PAYLOAD_BYTES],
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
