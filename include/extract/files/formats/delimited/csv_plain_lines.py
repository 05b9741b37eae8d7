"""Delimited text in stretches: regular lines by pyarrow, each irregular record by the csv module.

A regular line is a record on its own: the right number of cells, quotes in pairs at the edges of
cells, no NUL, valid in its encoding. One regular expression runs over as many as follow each other;
where it stops, one record is read carefully, and behind it the next stretch begins. The answer is
that of `csv_rows` alone, at a multiple of its speed where few lines in a hundred are irregular.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from include.core.streams import Reject
from include.extract.files.formats.delimited.csv_rows import (
    TOO_LONG,
    TORN,
    Dialect,
    Row,
    build_quote_reject,
    is_torn,
)
from include.extract.files.formats.delimited.line_window import LineWindow
from include.extract.files.formats.facts import FileFacts
from include.extract.files.formats.line_reader import Line, build_line
from include.extract.files.place import Place, unreadable

# Encodings in which every byte below 128 is ASCII and stands alone.
_ASCII_BELOW = re.compile(r"utf-8|cp125\d|cp437|cp85\d|iso8859-\d+|koi8-[ru]|mac-\w+")
UTF8 = "utf-8"


def is_in_stretches(facts: FileFacts, dialect: Dialect, max_line_bytes: int) -> bool:
    """Lines and cells can be told from the file's bytes."""
    marks = dialect.delimiter + dialect.quote
    return (
        _ASCII_BELOW.fullmatch(facts.encoding) is not None
        and dialect.is_plain
        and facts.longest_line <= max_line_bytes
        and len(marks) == len(set(marks)) == 2
        and marks.isascii()
        and not set(marks) & set("\r\n\0")
    )


@cache
def build_pattern(delimiter: str, quote: str, width: int) -> re.Pattern[bytes]:
    """As many regular lines of `width` cells as follow each other; matches nothing if none does."""
    comma, mark = re.escape(delimiter.encode()), re.escape(quote.encode())
    plain = b"[^" + comma + mark + rb"\r\n\0]"
    quoted = mark + b"(?:[^" + mark + rb"\r\n\0]++|" + mark + mark + b")*+" + mark
    # A blank line is no record, so the only cell of a line is not empty.
    cell = b"(?:" + quoted + b"|" + plain + (b"*+" if width > 1 else b"++") + b")"
    return re.compile(b"(?>" + comma.join([cell] * width) + rb"\r?\n)*+")


@dataclass
class Stretches:
    """What one block gave, each in the order of the file.

    Attributes:
        regular: Regular lines, as they stand in the file.
        lines: Their numbers.
        rows: Irregular records: numbers and cells.
        rejects: Lines that are no part of a record.
    """

    regular: list[bytes] = field(default_factory=list)
    lines: list[range] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


class StretchReader:
    """One pass over one file.

    Args:
        width: Cells of the header.
    """

    def __init__(
        self, place: Place, facts: FileFacts, dialect: Dialect, width: int, max_line_bytes: int
    ) -> None:
        self._place, self._facts, self._dialect = place, facts, dialect
        self._max = max_line_bytes
        self._pattern = build_pattern(dialect.delimiter, dialect.quote, width)
        self._undefined = _undefined_bytes(facts.encoding)
        # Cells may be as long as lines may be; the module's own limit is 128 kB.
        csv.field_size_limit(max(max_line_bytes, csv.field_size_limit()))

    def read(self, after_line: int) -> Iterator[Stretches]:
        """What follows that line, block by block.

        Raises:
            UpstreamUnavailable: If reading fails midway.
        """
        try:
            with self._place.open() as stream:
                stream.seek(self._facts.bom_bytes)
                window = LineWindow(stream, after_line)
                while window.fill():
                    yield self._read_block(window)
        except (OSError, EOFError) as error:
            raise unreadable(self._place.name, error) from None

    def _read_block(self, window: LineWindow) -> Stretches:
        found = Stretches()
        end = len(window.data)
        borders = [*self._invalid_lines(window.data, window.at), end]
        while window.at < end:
            while borders[0] < window.at:
                del borders[0]
            match = self._pattern.match(window.data, window.at, borders[0])
            if match is not None and match.end() > window.at:
                first = window.line
                found.regular.append(window.take(match.end()))
                found.lines.append(range(first, window.line))
            if window.at < end:
                self._read_record(found, window)
        return found

    def _invalid_lines(self, data: bytes, at: int) -> Iterator[int]:
        """Where lines begin that are not valid in the file's encoding."""
        if data.isascii() or self._undefined == b"":
            return
        if self._undefined and len(data.translate(None, self._undefined)) == len(data):
            return
        view = memoryview(data)
        while at < len(data):
            try:
                str(view[at:], self._facts.encoding)
            except UnicodeDecodeError as error:
                wrong = at + error.start
                yield data.rfind(b"\n", 0, wrong) + 1
                at = data.find(b"\n", wrong) + 1
            else:
                return

    def _read_record(self, found: Stretches, window: LineWindow) -> None:
        """The record that begins at the window; its first line alone when it is none."""
        feed = _RecordLines(self._place, window, self._facts.encoding, self._max)
        first = feed.first
        if first.text is None or not first.text:
            found.rejects += [first.reject] if first.reject else []
            window.move(*feed.ends[0])
            return
        try:
            cells = next(self._dialect.reader(feed))
        except csv.Error as error:
            # The lines it swallowed are read again, each from its own beginning.
            found.rejects.append(build_quote_reject(self._place, first, str(error)))
            window.move(*feed.ends[0])
            return
        found.rejects += feed.rejects
        if len(feed.ends) == 1 and is_torn(first.text, self._dialect):
            found.rejects.append(build_quote_reject(self._place, first, TORN))
        elif cells:
            found.rows.append((first.number, cells, None))
        window.move(*feed.ends[-1])


class _RecordLines:
    """The lines from the window on, for the csv module; the window itself stays where it is.

    Attributes:
        first: The line the window stands at.
        ends: After each line handed out or refused: offset and number of the next one.
        rejects: Lines refused after the first.
    """

    def __init__(self, place: Place, window: LineWindow, encoding: str, max_record: int) -> None:
        self._place, self._window, self._encoding = place, window, encoding
        self._max, self._length = max_record, 0
        self._at, self._number = window.at, window.line
        self.ends: list[tuple[int, int]] = []
        self.rejects: list[Reject] = []
        self.first = self._read()
        self._is_first = True

    def __iter__(self) -> "_RecordLines":
        return self

    def __next__(self) -> str:
        if self._is_first:
            self._is_first = False
            line = self.first
        else:
            line = self._read()
            while line.text is None:
                self.rejects += [line.reject] if line.reject else []
                line = self._read()
        text = line.text or ""
        self._length += len(text)
        if len(self.ends) > 1 and self._length > self._max:
            raise csv.Error(TOO_LONG)
        return text + "\n"

    def _read(self) -> Line:
        start, end = self._window.line_at(self._at)
        data = self._window.data[start:end]
        line = build_line(self._place, self._number, data.removesuffix(b"\r"), self._encoding)
        self._at, self._number = end + 1, self._number + 1
        self.ends.append((self._at, self._number))
        return line


@cache
def _undefined_bytes(encoding: str) -> bytes | None:
    """Bytes that stand for nothing in an encoding of single bytes; None for UTF-8."""
    if encoding == UTF8:
        return None

    def is_undefined(code: int) -> bool:
        try:
            bytes([code]).decode(encoding)
        except UnicodeDecodeError:
            return True
        return False

    return bytes(code for code in range(128, 256) if is_undefined(code))
