"""Exports that only together say what exists: all of a stream's files are read, or none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from include.core.streams import FileMark, Page, Reading
from include.extract.files.folder import Folder, Found
from include.extract.files.intake import Intake, State, require_unchanged
from include.extract.files.known import Known
from include.extract.stores.files import FileLedger, fetch_loaded

NOTHING_NEW = Page([], partial=True)


def gone_page(known: Known, files: Sequence[Found]) -> Page:
    """Files loaded before that this read no longer found."""
    gone = known.vanished(found.name for found in files)
    return Page([], files=tuple(FileMark(name, "", 0, is_gone=True) for name in gone))


@dataclass(frozen=True, slots=True)
class ExportSet:
    """One stream's files of which all are read, or none.

    Attributes:
        fingerprint: How they are parsed; another one makes them be read again.
    """

    stream: str
    folder: Folder
    files: Sequence[Found]
    fingerprint: str

    def pages(
        self,
        read: Callable[[Sequence[Found]], Iterator[Page]],
        ledger: FileLedger | None,
        reading: Reading,
    ) -> Iterator[Page]:
        """The pages `read` gives, unless no file is new, changed or gone.

        Raises:
            UpstreamUnavailable: If a file changed while it was read.
        """
        if ledger is None or reading is Reading.WINDOW:
            yield from read(self.files)
            return
        rows = fetch_loaded(ledger).get(self.stream, ())
        known = Known(rows, self.fingerprint, is_keyless=False, is_whole=True)
        intake = Intake(self.folder, self.files, known, reading=reading, is_whole=True)
        judged = list(intake.judged())
        if all(one.state is not State.NEW for one in judged):
            marks = [one.mark(self.fingerprint, None) for one in judged]
            yield Page([], partial=True, files=tuple(mark for mark in marks if mark))
            return
        yield from read(self.files)
        for one in judged:
            require_unchanged(self.folder, one.found)
        marks = [one.mark(self.fingerprint, None) for one in judged]
        yield Page([], files=tuple(mark for mark in marks if mark))
        yield gone_page(known, self.files)
