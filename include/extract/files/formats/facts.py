"""One pass over a file's bytes that decides how it can be read: encoding, lines, quotes.

Runs at disk speed in constant memory, so that even a 2 GB line is met with a decision and not with
an allocation.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from include.extract.files.formats.encoding import (
    SAMPLE_BYTES,
    find_bom,
    guess_encoding,
    name_encoding,
)
from include.extract.files.place import Place, unreadable

CHUNK_BYTES = 1 << 20
HEAD_BYTES = 4096
TAIL_BYTES = 8192
# A file put behind another brings its byte order mark to the beginning of a line.
INNER_MARK = b"\n\xef\xbb\xbf"
_AFTER_QUOTE = b",;\t|\r\n"
_BEFORE_QUOTE = b",;\t|\n"


@dataclass(frozen=True)
class FileFacts:
    """What a whole file looks like.

    Attributes:
        size: Bytes after the byte order mark; 0 is an empty file.
        encoding: Codec of its lines (`utf-8`, `cp1252`, ...).
        bom_bytes: Length of the byte order mark.
        is_clean: Valid in its encoding, no NUL byte, no line longer than asked.
        longest_line: Bytes of the longest line.
        has_multiline_cells: A quoted cell holds a line break, or quotes do not pair up.
        has_fitting_quotes: Quotes pair up and stand at the edges of cells.
        has_blank_lines: An empty line stands between others.
        has_lone_returns: A carriage return stands without a line feed.
        is_guessed: Nothing in the file proves the encoding.
        has_inner_marks: A line behind the first begins with a byte order mark (in UTF-8).
        lines: Line feeds.
        tail: The last bytes.
    """

    size: int
    encoding: str
    bom_bytes: int
    is_clean: bool
    longest_line: int
    has_multiline_cells: bool
    has_fitting_quotes: bool
    has_blank_lines: bool
    has_lone_returns: bool = False
    is_guessed: bool = False
    has_inner_marks: bool = False
    lines: int = 0
    tail: bytes = b""

    @property
    def is_wide(self) -> bool:
        """Encodings whose line breaks are more than one byte."""
        return self.encoding.startswith(("utf-16", "utf-32"))


def load_facts(place: Place, encoding: str = "auto", max_line_bytes: int = 16_000_000) -> FileFacts:
    """Scan one file.

    Raises:
        ConfigError: If `encoding` is no codec.
        UpstreamUnavailable: If the file cannot be read.
    """
    try:
        with place.open() as stream:
            return _scan(stream, encoding, max_line_bytes)
    except (OSError, EOFError) as error:
        raise unreadable(place.name, error) from None


def iter_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _scan(stream: IO[bytes], encoding: str, max_line_bytes: int) -> FileFacts:
    found, bom = find_bom(stream.read(HEAD_BYTES))
    stream.seek(bom)
    if encoding != "auto":
        found = name_encoding(encoding)
    text = _TextScan(found or "utf-8")
    shape = _ShapeScan()
    for chunk in iter_chunks(stream):
        text.feed(chunk)
        shape.feed(chunk)
    text.finish()
    chosen = found or text.choose()
    valid = text.valid if chosen == text.encoding else chosen != "utf-8"
    return FileFacts(
        size=shape.size,
        encoding=chosen,
        bom_bytes=bom,
        is_clean=valid and not shape.has_nul and shape.longest <= max_line_bytes,
        longest_line=shape.longest,
        has_multiline_cells=shape.multiline or shape.inside_quotes,
        has_fitting_quotes=shape.fitting and not shape.inside_quotes,
        has_blank_lines=shape.blank,
        has_lone_returns=shape.lone_returns,
        is_guessed=found is None and chosen != "utf-8",
        has_inner_marks=shape.inner_marks and chosen == "utf-8",
        lines=shape.lines,
        tail=shape.tail,
    )


class _TextScan:
    """Validity in one encoding, and for UTF-8 a guess whether it is one at all."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.valid = True
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._broken = 0
        self._foreign = 0
        self._sample = b""

    def feed(self, chunk: bytes, final: bool = False) -> None:
        if chunk.isascii() and not self.encoding.startswith(("utf-16", "utf-32")):
            # Also ends a sequence left open by the previous chunk, which is then broken.
            text = self._decoder.decode(b"", True)
            self._decoder.reset()
        else:
            text = self._decoder.decode(chunk, final)
        broken = text.count("\ufffd")
        if broken:
            self.valid = False
        if broken and len(self._sample) < SAMPLE_BYTES:
            self._keep(chunk)
        self._broken += broken
        if self.encoding == "utf-8" and text:
            # Counted by the codec: a loop over characters would take most of the scan's time.
            self._foreign += len(text) - len(text.encode("ascii", "ignore")) - broken

    def finish(self) -> None:
        self.feed(b"\xff"[:0], final=True)
        if self._decoder.decode(b"", True):
            self.valid = False

    def choose(self) -> str:
        """UTF-8 with broken lines when it has more good sequences than bad, else the likeliest."""
        if self.valid or self._foreign > self._broken or self._is_mostly_whole():
            return "utf-8"
        return guess_encoding(self._sample)

    def _is_mostly_whole(self) -> bool:
        """As many lines are whole UTF-8 as are not: no other encoding has such lines by chance."""
        lines = self._sample.splitlines()
        whole = sum(line.decode("utf-8", "ignore").encode() == line for line in lines)
        # Without any such line only the file's last character is cut.
        return 2 * whole >= len(lines) and self._foreign > 0

    def _keep(self, chunk: bytes) -> None:
        """Lines with bytes above 127, which tell one encoding from another."""
        lines = (line for line in chunk.splitlines() if not line.isascii())
        room = SAMPLE_BYTES - len(self._sample)
        for line in lines:
            self._sample += line[:room] + b"\n"
            room -= len(line) + 1
            if room <= 0:
                return


class _ShapeScan:
    """Lines, quotes and NUL bytes, carried over chunk borders."""

    def __init__(self) -> None:
        self.size = 0
        self.longest = 0
        self.multiline = False
        self.inside_quotes = False
        self.fitting = True
        self.blank = False
        self.has_nul = False
        self.lone_returns = False
        self.inner_marks = False
        self.lines = 0
        self.tail = b""
        self._open_line = 0
        self._blank_seen = False
        self._last = b"\n"

    def feed(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.has_nul = self.has_nul or b"\0" in chunk
        self._feed_returns(chunk)
        if not self.inner_marks:
            self.inner_marks = INNER_MARK in self.tail[-3:] + chunk[:3] or INNER_MARK in chunk
        self.tail = (self.tail + chunk if len(chunk) < TAIL_BYTES else chunk)[-TAIL_BYTES:]
        self.lines += chunk.count(b"\n")
        if b"\n" not in chunk and b'"' not in chunk:
            # The inside of a very long line.
            self._open_line += len(chunk)
            self.longest = max(self.longest, self._open_line)
            self._feed_tail(chunk)
            return
        first, *others = chunk.split(b"\n")
        self.longest = max(self.longest, self._open_line + len(first))
        if others:
            self.longest = max(self.longest, max(map(len, others)))
            self._open_line = len(others[-1])
        else:
            self._open_line += len(first)
        self._feed_blank(chunk)
        if b'"' in chunk and (self.fitting or not self.multiline):
            self._feed_quotes(chunk)
        elif b'"' in chunk:
            self.inside_quotes ^= chunk.count(b'"') % 2 == 1
        elif self.inside_quotes and b"\n" in chunk:
            self.multiline = True

    def _feed_returns(self, chunk: bytes) -> None:
        if self.lone_returns:
            return
        if self.tail.endswith(b"\r") and not chunk.startswith(b"\n"):
            self.lone_returns = True
        elif b"\r" in chunk:
            pairs = chunk.count(b"\r\n") + chunk.endswith(b"\r")
            self.lone_returns = chunk.count(b"\r") > pairs

    def _feed_blank(self, chunk: bytes) -> None:
        """Blank lines count only once something follows them: those at the end do no harm."""
        if self.blank:
            return
        joined = self._last + chunk
        if self._blank_seen and chunk.strip():
            self.blank = True
        body = joined.rstrip(b"\r\n")
        if b"\n\n" in body or b"\n\r\n" in body:
            self.blank = True
        tail = joined[len(body) :]
        self._blank_seen = self._blank_seen or tail.count(b"\n") > 1
        self._last = joined[-2:] if tail else b""

    def _feed_tail(self, chunk: bytes) -> None:
        if self._blank_seen and not self.blank and chunk.strip():
            self.blank = True
        self._last = b"" if chunk.strip(b"\r") else self._last

    def _feed_quotes(self, chunk: bytes) -> None:
        pieces = chunk.split(b'"')
        inside = pieces[0::2] if self.inside_quotes else pieces[1::2]
        self.multiline = self.multiline or any(b"\n" in piece for piece in inside)
        if self.fitting:
            outside = pieces[1::2] if self.inside_quotes else pieces[0::2]
            starts = outside if self.inside_quotes else outside[1:]
            self.inside_quotes ^= len(pieces) % 2 == 0
            ends = outside if self.inside_quotes else outside[:-1]
            # Outside of quotes stand whole cells, or nothing ("" inside a cell).
            self.fitting = all(not p or p[0] in _AFTER_QUOTE for p in starts) and all(
                not p or p[-1] in _BEFORE_QUOTE for p in ends
            )
        else:
            self.inside_quotes ^= len(pieces) % 2 == 0
