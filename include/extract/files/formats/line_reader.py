"""Lines of a file with their numbers, in memory bounded by the longest line allowed."""

from collections.abc import Iterator
from typing import NamedTuple

from include.core.streams import Reject
from include.extract.files.formats.facts import FileFacts, iter_chunks
from include.extract.files.place import Place, unreadable

PAYLOAD_BYTES = 65_536


class Line(NamedTuple):
    """One physical line.

    Attributes:
        number: 1-based.
        text: Without its line break; None when the line cannot be handed out.
        reject: Why not, with place and payload.
    """

    number: int
    text: str | None
    reject: Reject | None = None


def iter_lines(place: Place, facts: FileFacts, max_line_bytes: int) -> Iterator[Line]:
    """Every line once, undecodable, NUL-holding and over-long ones as rejects.

    Raises:
        UpstreamUnavailable: If reading fails midway.
    """
    for number, data, length in _iter_raw(place, facts, max_line_bytes):
        if length > max_line_bytes:
            yield Line(number, None, _too_long(place, number, data, length, max_line_bytes))
        else:
            yield build_line(place, number, data, facts.encoding)


def build_line(place: Place, number: int, data: bytes, encoding: str) -> Line:
    """A line of its bytes, without the line break; a reject when it cannot be handed out."""
    if b"\0" in data:
        return Line(number, None, _reject(place, number, "nul_byte", "holds a NUL byte", data))
    try:
        return Line(number, data.decode(encoding))
    except UnicodeDecodeError as error:
        detail = f"is not valid {encoding} at byte {error.start}"
        return Line(number, None, _reject(place, number, "undecodable", detail, data))


def _iter_raw(
    place: Place, facts: FileFacts, max_line_bytes: int
) -> Iterator[tuple[int, bytes, int]]:
    """(number, bytes, whole length); of an over-long line only its beginning is kept."""
    number, kept, length = 0, bytearray(), 0
    try:
        with place.open() as stream:
            stream.seek(facts.bom_bytes)
            for chunk in iter_chunks(stream):
                *whole, rest = chunk.split(b"\n")
                for piece in whole:
                    number += 1
                    if length:
                        kept += piece[: max_line_bytes + 1 - len(kept)]
                        yield number, _strip(bytes(kept)), length + len(piece)
                        kept, length = bytearray(), 0
                    else:
                        yield number, _strip(piece), len(piece)
                kept += rest[: max(0, max_line_bytes + 1 - len(kept))]
                length += len(rest)
    except (OSError, EOFError) as error:
        raise unreadable(place.name, error) from None
    if length:
        yield number + 1, _strip(bytes(kept)), length


def _strip(data: bytes) -> bytes:
    return data[:-1] if data.endswith(b"\r") else data


def _reject(place: Place, number: int, reason: str, what: str, data: bytes) -> Reject:
    key = f"{place.name}:{number}"
    payload = data[:PAYLOAD_BYTES].decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    return Reject(key, reason, f"line {number} of {place.name} {what}", payload)


def _too_long(place: Place, number: int, data: bytes, length: int, limit: int) -> Reject:
    what = f"has {length} bytes, more than the {limit} allowed; only its beginning is kept"
    return _reject(place, number, "line_too_long", what, data[:1000])
