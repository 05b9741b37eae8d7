"""Lists that move while they are paged by number or offset are walked until they stood still.

A record that is edited or deleted during the read leaves the list or its place in it, all behind it
move up by one, and the first of the next page slips into a page that was read already: it is never
seen, and nothing says so. Only walks that saw the same records prove that none slipped by.
"""

import hashlib
import logging
from collections.abc import Iterator
from typing import Any

import orjson

from include.config.blocks.paginator import Paginator
from include.config.connector_spec import Stream
from include.core.value_text import show
from include.extract.record_path import pick
from include.extract.rest.page import Listed

log = logging.getLogger(__name__)
MAX_PASSES = 6
QUIET_PASSES = 2


def may_skip(paginator: Paginator) -> bool:
    """Whether a record can slip by: its place is counted and pages do not overlap."""
    return paginator.kind in ("page_number", "offset") and not paginator.overlap


class SteadyPasses:
    """The walks of one list of several pages; each record is handed on once.

    A later walk hands on what the ones before did not see. The list is steady when two walks in a
    row saw the same records in the same order, or when two brought nothing that was not known. One
    that never stands still is believed after `MAX_PASSES`: to be missed, a record would have had to
    slip by in each of them.
    """

    def __init__(self, stream: Stream, size: int | None, path: str) -> None:
        """`size`: records of a full page, where it is known."""
        self._stream, self._size, self._path = stream, size, path
        self._known: set[bytes] = set()
        self._order = b""
        self._passes = self._quiet = 0
        self.is_steady = False

    def walk(self, pages: Iterator[Listed]) -> Iterator[Listed]:
        """The first walk hands on its pages as they are, the others what is new in theirs."""
        order = hashlib.blake2b(digest_size=16)
        is_first, late, lengths = self._passes == 0, 0, []
        for listed in pages:
            lengths.append(len(listed.records))
            keys = [self._key(record) for record in listed.records]
            order.update(b"".join(keys))
            fresh = [
                record
                for record, key in zip(listed.records, keys, strict=True)
                if is_first or key not in self._known
            ]
            self._known.update(keys)
            if is_first:
                yield listed
            elif fresh:
                late += len(fresh)
                yield Listed(fresh, None)
        self._note(order.digest(), late)
        if is_first and self._size and sum(lengths) == lengths[0] < self._size:
            # One page that was not full: there was nothing behind it that could slip into it.
            self.is_steady = True

    def _note(self, order: bytes, late: int) -> None:
        self._passes += 1
        self._quiet = 0 if late or self._passes == 1 else self._quiet + 1
        self.is_steady = order == self._order or self._quiet == QUIET_PASSES
        self._order = order
        if late:
            log.warning("action=slipped_by path=%s records=%d", self._path, late)
        if not self.is_steady and self._passes == MAX_PASSES:
            log.warning("action=never_steady path=%s walks=%d", self._path, MAX_PASSES)
            self.is_steady = True

    def _key(self, record: dict[str, Any]) -> bytes:
        """Primary key of a record, or all of it where a part of the key is missing."""
        found = [
            pick(record, self._stream.columns[name].path or name)
            for name in self._stream.primary_key
        ]
        what = found if found and None not in found else record
        try:
            content = orjson.dumps(what, default=str, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # an integer beyond 64 bits
            content = show(what).encode("utf-8", "backslashreplace")
        return hashlib.blake2b(content, digest_size=16).digest()
