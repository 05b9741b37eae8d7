"""A file as the readers want it: UTF-8 with line feeds, whatever it was written as.

UTF-16, UTF-32 and carriage returns that end lines alone are turned on the way in, so that all
readers see one form. What is no valid text stays invalid, and its record is rejected further on.
"""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from include.extract.files.formats.facts import INNER_MARK, FileFacts, load_facts
from include.extract.files.place import Place

UTF8 = "utf-8"
CHUNK_BYTES = 1 << 18
# A stretch of carriage returns without a line feed is cut here; more is not held in memory.
LONGEST_HELD = 4 << 20
_QUOTED_OR_RETURN = re.compile(
    rb'(?:(?<=[,;\t|\r\n])|\A)"(?:[^"]++|"")*+"(?=[,;\t|\r\n]|\Z)|\r(?!\n)'
)
_INVALID = "elt-invalid"
# A lone surrogate is no valid UTF-8 either: the line is told from its neighbours and rejected.
codecs.register_error(_INVALID, lambda error: ("\udcff", error.end))  # type: ignore[attr-defined]


@dataclass(frozen=True, order=True)
class RecodedPlace(Place):
    """A place whose bytes are turned while they are read.

    Attributes:
        encoding: Written in a wide encoding, read as UTF-8; None: as it is.
        bom_bytes: Length of a byte order mark, which is left out.
        ends_in_cr: A carriage return outside of quotes ends a line.
        is_joined: Byte order marks at the beginning of lines are left out.
    """

    encoding: str | None = None
    bom_bytes: int = 0
    ends_in_cr: bool = False
    is_joined: bool = False

    def open(self) -> IO[bytes]:
        return io.BufferedReader(_Turned(self._chunks))

    def _chunks(self) -> Iterator[bytes]:
        with Place.open(self) as stream:
            stream.seek(self.bom_bytes)
            chunks: Iterator[bytes] = iter(lambda: stream.read(CHUNK_BYTES), b"")
            if self.encoding is not None:
                chunks = _narrow(chunks, self.encoding)
            if self.ends_in_cr:
                chunks = _end_lines(chunks)
            yield from _drop_marks(chunks) if self.is_joined else chunks


def load_readable(
    place: Place, encoding: str, max_line_bytes: int, *, has_cells: bool = True
) -> tuple[Place, FileFacts, tuple[str, ...]]:
    """The place as the readers take it, its facts, and what had to be guessed.

    Args:
        has_cells: Delimited text, in which a carriage return alone may end a line.

    Raises:
        ConfigError: If `encoding` is no codec.
        UpstreamUnavailable: If the file cannot be read.
    """
    facts = load_facts(place, encoding, max_line_bytes)
    wide, bom, notices = None, facts.bom_bytes, []
    if facts.is_guessed:
        notices.append(
            f"file `{place.name}`: nothing in it tells its encoding; it was read as "
            f"`{facts.encoding}`. Set `encoding` if its text looks wrong."
        )
    if facts.is_wide:
        wide = facts.encoding
        place = _recode(place, wide, bom)
        facts = load_facts(place, UTF8, max_line_bytes)
    if facts.has_lone_returns and has_cells:
        place = _recode(place, wide, bom, ends_in_cr=True)
        facts = load_facts(place, facts.encoding, max_line_bytes)
        notices.append(
            f"file `{place.name}`: a carriage return alone was read as the end of a line."
        )
    if facts.has_inner_marks:
        ends_in_cr = facts.has_lone_returns and has_cells
        place = _recode(place, wide, bom, ends_in_cr=ends_in_cr, is_joined=True)
        facts = load_facts(place, facts.encoding, max_line_bytes)
        notices.append(
            f"file `{place.name}`: lines begin with a byte order mark, as where files were put "
            "together; the marks were left out."
        )
    return place, facts, tuple(notices)


def _recode(
    place: Place,
    encoding: str | None,
    bom_bytes: int,
    *,
    ends_in_cr: bool = False,
    is_joined: bool = False,
) -> RecodedPlace:
    """The same file, with the limit it is unpacked under."""
    return RecodedPlace(
        place.name,
        place.path,
        place.max_unpacked_bytes,
        encoding=encoding,
        bom_bytes=bom_bytes,
        ends_in_cr=ends_in_cr,
        is_joined=is_joined,
    )


def _narrow(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(_INVALID)
    for chunk in chunks:
        yield decoder.decode(chunk).encode(UTF8, "surrogatepass")
    yield decoder.decode(b"", True).encode(UTF8, "surrogatepass")


def _end_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        held += chunk
        # A return at the very end may be half of a pair.
        cut = held.rfind(b"\n") + 1
        if not cut and len(held) > LONGEST_HELD:
            cut = held.rfind(b"\r", 0, -1) + 1
        yield _turn_returns(held[:cut])
        held = held[cut:]
    yield _turn_returns(held)


def _drop_marks(chunks: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        held = (held + chunk).replace(INNER_MARK, b"\n")
        # A mark may be cut by the end of a chunk.
        cut = len(held) - len(INNER_MARK) + 1
        if cut > 0:
            yield held[:cut]
            held = held[cut:]
    yield held


def _turn_returns(data: bytes) -> bytes:
    if b"\r" not in data:
        return data
    return _QUOTED_OR_RETURN.sub(lambda found: b"\n" if found[0] == b"\r" else found[0], data)


class _Turned(io.RawIOBase):
    """Chunks as a stream that can go back to its beginning and forward from there."""

    def __init__(self, chunks: Callable[[], Iterator[bytes]]) -> None:
        self._make = chunks
        self._chunks = chunks()
        self._rest = b""
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        goal = offset if whence == io.SEEK_SET else self._at + offset
        if whence == io.SEEK_END or goal < 0:
            raise io.UnsupportedOperation("the length is known only when all is read")
        if goal < self._at:
            self._chunks, self._rest, self._at = self._make(), b"", 0
        while self._at < goal and self.read(min(goal - self._at, CHUNK_BYTES)):
            pass
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        self._at += size
        return size

    def close(self) -> None:
        self._chunks = iter(())
        super().close()
