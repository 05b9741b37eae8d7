"""Exports that only together say what exists: all of a stream's files are read, or none."""

from collections.abc import Callable, Iterator, Sequence

from include.core.streams import FileMark, Page, Reading
from include.extract.files.folder import Folder, Found
from include.extract.files.intake import Intake, State, require_unchanged
from include.extract.files.known import FileLedger, Known, fetch_loaded

NOTHING_NEW = Page([], partial=True)


def gone_page(known: Known, files: Sequence[Found]) -> Page:
    """Files loaded before that this read no longer found."""
    gone = known.vanished(found.name for found in files)
    return Page([], files=tuple(FileMark(name, "", 0, is_gone=True) for name in gone))


def read_together(
    folder: Folder,
    files: Sequence[Found],
    ledger: FileLedger | None,
    read: Callable[[Sequence[Found]], Iterator[Page]],
    *,
    stream: str,
    fingerprint: str,
    reading: Reading,
) -> Iterator[Page]:
    """The pages `read` gives, unless no file of the stream is new, changed or gone.

    Raises:
        UpstreamUnavailable: If a file changed while it was read.
    """
    if ledger is None or reading is Reading.WINDOW:
        yield from read(files)
        return
    rows = fetch_loaded(ledger).get(stream, ())
    known = Known(rows, fingerprint, is_keyless=False, is_whole=True)
    judged = list(Intake(folder, files, known, reading=reading, is_whole=True).judged())
    if all(one.state is not State.NEW for one in judged):
        marks = [one.mark(fingerprint, None) for one in judged]
        yield Page([], partial=True, files=tuple(mark for mark in marks if mark))
        return
    yield from read(files)
    for one in judged:
        require_unchanged(folder, one.found)
    marks = [one.mark(fingerprint, None) for one in judged]
    yield Page([], files=tuple(mark for mark in marks if mark))
    yield gone_page(known, files)
