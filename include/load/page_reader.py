"""Pages to chunks of a good size, counting what was read on the way."""

from collections.abc import Iterable, Iterator
from typing import Any

from include.core.streams import EventMark, FileMark, Page, Reject, Tombstone
from include.load.shape.records import Chunk, DictChunk, build_chunks

# Rows per batch, bounding the process's memory: dicts weigh about 3 kB each, Arrow rows a tenth.
DICT_ROWS = 10_000
ARROW_ROWS = 50_000
MANY_REJECTS = 5_000
# A stream of a thousand dirty files says a thousand things; nobody reads more than these.
MANY_NOTICES = 100


class PageReader:
    """Joins small pages of dicts and cuts large pages.

    Attributes:
        read: Records, rejects and filtered ones of all pages so far.
        filtered: Records the source left out, by its own count.
        complete: Values of the sweep column the pages so far declared complete.
        partial: A page left out what an earlier read delivered.
    """

    def __init__(self) -> None:
        self.read = 0
        self.filtered = 0
        self.complete: set[str] = set()
        self.partial = False
        self._files: list[FileMark] = []
        self._rejects: list[Reject] = []
        self._events: list[EventMark] = []
        self._deleted: list[Tombstone] = []
        self._notices: dict[str, None] = {}
        self._more_notices = 0

    def chunks(self, pages: Iterable[Page]) -> Iterator[Chunk]:
        """Chunks in the order read; none for empty pages."""
        held: list[Any] = []
        for page in pages:
            self.read += len(page.records) + len(page.rejects) + page.filtered
            self.filtered += page.filtered
            self.complete.update(page.complete)
            self.partial = self.partial or page.partial
            self._files += page.files
            self._rejects += page.rejects
            self._events += page.events
            self._deleted += page.deleted
            self._keep(page.notices)
            if isinstance(page.records, list):
                held += page.records
                if len(held) < DICT_ROWS and len(self._rejects) < MANY_REJECTS:
                    continue
            yield from build_chunks(held, DICT_ROWS, ARROW_ROWS)
            held = []
            if len(self._rejects) >= MANY_REJECTS:
                # A file of nothing but bad lines must not pile up in memory either.
                yield DictChunk([])
            if not isinstance(page.records, list):
                yield from build_chunks(page.records, DICT_ROWS, ARROW_ROWS)
        yield from build_chunks(held, DICT_ROWS, ARROW_ROWS)

    def start_part(self) -> None:
        """Count from zero: what was read so far is committed."""
        self.read = self.filtered = 0

    def take_files(self) -> list[FileMark]:
        """Files read to their end and not yet taken."""
        taken, self._files = self._files, []
        return taken

    def take_rejects(self) -> list[Reject]:
        """Rejects of the source not yet taken."""
        taken, self._rejects = self._rejects, []
        return taken

    def take_events(self) -> list[EventMark]:
        """Events of the inbox not yet taken."""
        taken, self._events = self._events, []
        return taken

    def take_deleted(self) -> list[Tombstone]:
        """Deletions not yet taken."""
        taken, self._deleted = self._deleted, []
        return taken

    def take_notices(self) -> tuple[str, ...]:
        """What the pages not yet taken had to say, each sentence once, in the order read."""
        taken, self._notices = [*self._notices], {}
        if self._more_notices:
            taken.append(f"{self._more_notices} more notices of this load are not kept.")
        self._more_notices = 0
        return tuple(taken)

    def _keep(self, notices: Iterable[str]) -> None:
        for notice in notices:
            if len(self._notices) < MANY_NOTICES:
                self._notices[notice] = None
            elif notice not in self._notices:
                self._more_notices += 1
