"""Which files a run reads: those not loaded yet, each once, none that is still being written."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from include.core.errors import UpstreamUnavailable
from include.core.streams import FileMark, Reading
from include.extract.files.folder import Folder, Found, compute_hash
from include.extract.files.known import Known
from include.extract.stores.files import LoadedFile

log = logging.getLogger(__name__)

# A file this young may still grow; so short a rest is waited for, a longer one is left for later.
SETTLE_S = 2
LONGEST_WAIT_S = 3


class State(StrEnum):
    NEW = "new"
    KNOWN = "known"
    LEFT = "left"


@dataclass(frozen=True)
class Judged:
    """One file and what to do with it.

    Attributes:
        row: What stands for its content already; None for a new one.
        twin: Name of the file of this run that has the same content.
    """

    found: Found
    state: State
    content_hash: str = ""
    row: LoadedFile | None = None
    twin: str | None = None

    def mark(self, layout: str, detected: str | None) -> FileMark | None:
        """What to remember with the rows; None when the ledger says so already."""
        row, found = self.row, self.found
        if self.state is State.LEFT or (
            row is not None
            and self.state is State.KNOWN
            and (
                (row.path, row.size, row.version) == (found.name, found.size, found.version)
                and not row.is_archived
            )
        ):
            return None
        same_as = self.twin
        if row is not None and self.state is State.KNOWN:
            same_as = row.same_as if row.path == found.name else row.path
        return FileMark(
            path=found.name,
            content_hash=self.content_hash,
            size=found.size,
            version=found.version,
            layout=layout,
            detected=detected or (row.detected if row else None),
            same_as=same_as,
            modified_at=found.modified_at,
        )


def require_unchanged(folder: Folder, found: Found) -> None:
    """The file is still the one that was looked at before it was read.

    Raises:
        UpstreamUnavailable: If not; by the time of a retry it has settled, or is left for later.
    """
    if not found.is_like(folder.look(found.name)):
        raise UpstreamUnavailable(
            f"file `{found.name}` changed while it was read. Expected a finished file. Nothing of "
            "it was kept; the next try reads it once it has come to rest."
        )


class Intake:
    """The files of one stream in one run.

    Args:
        is_whole: The files belong together: either all are read or none (their absence deletes).
    """

    def __init__(
        self,
        folder: Folder,
        files: Sequence[Found],
        known: Known,
        *,
        reading: Reading,
        is_whole: bool,
        settle_s: float = SETTLE_S,
    ) -> None:
        self._folder, self._files, self._known = folder, files, known
        self._reading, self._is_whole, self._settle_s = reading, is_whole, settle_s
        self._seen: dict[str, str] = {}

    def judged(self) -> Iterator[Judged]:
        """Every file once, by name; lazily, unless all must be known before the first is read."""
        if not self._is_whole:
            yield from map(self._judge, self._files)
            return
        found = [self._judge(one) for one in self._files]
        if any(one.state is State.LEFT for one in found):
            log.warning(
                "action=stream_left reason=a_file_of_it_is_not_settled files=%d", len(found)
            )
            found = [Judged(one.found, State.LEFT) for one in found]
        elif found and self._has_changed(found):
            found = [Judged(f.found, State.NEW, f.content_hash, f.row, f.twin) for f in found]
        yield from found

    def _has_changed(self, found: Sequence[Judged]) -> bool:
        names = [one.found.name for one in found]
        return any(one.state is State.NEW for one in found) or bool(self._known.vanished(names))

    def _judge(self, found: Found) -> Judged:
        is_again = self._reading is Reading.ALL
        row = None if is_again else self._known.by_looks(found)
        if row is not None:
            self._seen.setdefault(row.content_hash, found.name)
            return Judged(found, State.KNOWN, row.content_hash, row)
        if not self._is_settled(found):
            return Judged(found, State.LEFT)
        with self._folder.fetch(found) as path:
            content_hash = compute_hash(found.name, path)
        if not found.is_like(self._folder.look(found.name)):
            return self._left(found, "changed_while_looked_at")
        row = None if is_again else self._known.by_content(found.name, content_hash)
        twin = self._seen.get(content_hash)
        self._seen.setdefault(content_hash, found.name)
        if row is not None:
            log.info("action=file_known file=%s loaded_as=%s", found.name, row.path)
            return Judged(found, State.KNOWN, content_hash, row)
        if twin is not None and not self._is_whole:
            log.info("action=file_known file=%s loaded_as=%s", found.name, twin)
            return Judged(found, State.KNOWN, content_hash, None, twin)
        return Judged(found, State.NEW, content_hash)

    def _is_settled(self, found: Found) -> bool:
        if self._folder.is_atomic or found.modified_at is None:
            return True
        # The disk's clock, not the run's: a backfill's "now" may be long ago.
        missing = self._settle_s - (time.time() - found.modified_at.timestamp())
        if missing <= 0 or missing > self._settle_s:
            # A file from the future says nothing; that it stays the same is looked at anyway.
            return True
        if missing <= LONGEST_WAIT_S:
            time.sleep(missing)
            if found.is_like(self._folder.look(found.name)):
                return True
        self._left(found, "not_settled")
        return False

    def _left(self, found: Found, reason: str) -> Judged:
        log.warning("action=file_left file=%s reason=%s until=next_run", found.name, reason)
        return Judged(found, State.LEFT)
