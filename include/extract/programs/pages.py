"""Records of a foreign program -> pages of a good size, each with the state it may go on at.

A page's position is the newest state met so far, or the one the read began at: everything before it
is in this page or an earlier one. Records after it may come again after a failure; the merge knows
them.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from include.core.streams import Page, Reject, Tombstone
from include.extract.exact_json import has_double_keys, parse_json
from include.extract.programs.mask import Mask
from include.extract.programs.numbering import Numbering
from include.extract.programs.run import MAX_LOG_CHARS, Line
from include.extract.programs.stream import DELETED_FIELDS, ForeignStream

log = logging.getLogger(__name__)

PAGE_RECORDS = 5_000
PAGE_BYTES = 32_000_000
# A slow source's progress is committed in between.
STATE_S = 60.0
PAYLOAD_CHARS = 65_536


class Talk(Protocol):
    """What one protocol's messages mean, for one read of one stream.

    Attributes:
        state: The newest state as text; at first the one the read begins at.
    """

    state: str | None

    def take(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """A record of the stream; anything else is dealt with inside and gives None."""
        ...


class PageBuilder:
    """Collects the records of one read."""

    def __init__(self, found: ForeignStream, talk: Talk, mask: Mask) -> None:
        self._found = found
        self._talk = talk
        self._mask = mask
        self._numbering = Numbering(*found.numbered) if found.numbered else None
        self._flushed = talk.state
        self._begin()

    def pages(self, lines: Iterable[Line], max_line_bytes: int) -> Iterator[Page]:
        """Pages, the last one also with nothing but a state in it."""
        try:
            for line in lines:
                self._take(line, max_line_bytes)
                if self._is_full():
                    yield self._flush()
        finally:
            if self._numbering:
                self._numbering.close()

    def last(self, *, is_good: bool) -> Iterator[Page]:
        """What is left once the program has ended; after a bad end only what a state vouches for.

        A retry then goes on at that state instead of the one before.
        """
        is_new = self._talk.state != self._flushed
        page = self._flush()
        has_some = bool(page.records or page.rejects or page.deleted or is_new)
        if has_some and (is_good or page.position is not None):
            yield page

    def _begin(self) -> None:
        self._records: list[dict[str, Any]] = []
        self._rejects: list[Reject] = []
        self._deleted: list[Tombstone] = []
        self._bytes = 0
        self._since = time.monotonic()

    def _is_full(self) -> bool:
        count = len(self._records) + len(self._rejects) + len(self._deleted)
        if count >= PAGE_RECORDS or self._bytes >= PAGE_BYTES:
            return True
        is_new = self._talk.state != self._flushed and not self._found.is_full
        return is_new and count > 0 and time.monotonic() - self._since > STATE_S

    def _flush(self) -> Page:
        # Also when the state is not new: a part of the load may be cut after any page then.
        position = None if self._found.is_full else self._talk.state
        self._flushed = self._talk.state
        page = Page(
            self._records, tuple(self._rejects), position=position, deleted=tuple(self._deleted)
        )
        self._begin()
        return page

    def _take(self, line: Line, max_line_bytes: int) -> None:
        self._bytes += len(line.text)
        if line.size > max_line_bytes:
            detail = f"the line has {line.size} bytes, {max_line_bytes} are allowed."
            self._reject(line, "line_too_long", detail)
            return
        try:
            message = parse_json(line.text)
            is_doubled = has_double_keys(line.text, message)
        except ValueError:
            self._take_broken(line)
            return
        if not isinstance(message, dict):
            self._log(line)
            return
        if is_doubled:
            self._reject(line, "double_key", "an object of the message has a key twice.")
            return
        record = self._talk.take(message)
        if record is not None:
            self._add(record)

    def _take_broken(self, line: Line) -> None:
        """A broken message may have been a record: it is kept. Other text is a stray print."""
        if line.text.lstrip()[:1] == b"{":
            self._reject(line, "invalid_json", "the line is not a whole JSON message.")
        elif line.text.strip():
            self._log(line)

    def _log(self, line: Line) -> None:
        text = line.text[:100_000].decode("utf-8", "replace")
        log.info("output that is no message: %s", self._mask.cut(text, MAX_LOG_CHARS))

    def _reject(self, line: Line, reason: str, detail: str) -> None:
        text = line.text[: 2 * PAYLOAD_CHARS].decode("utf-8", "replace")
        payload = self._mask.cut(text, PAYLOAD_CHARS)
        self._rejects.append(Reject(f"{self._found.name}:{line.number}", reason, detail, payload))

    def _add(self, record: dict[str, Any]) -> None:
        found = self._found
        for name in DELETED_FIELDS:
            if name in record and record[name] is not None and found.key_paths:
                version = record.get(found.cursor or "") if found.stream.version else None
                key = tuple(_pick(record, path) for path in found.key_paths)
                self._deleted.append(Tombstone(key, version))
                return
        for name, ours in found.renamed.items():
            if name in record:
                record[ours] = record.pop(name)
        if self._numbering:
            self._numbering.put(record)
        self._records.append(record)


def _pick(record: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = record
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
