"""Which files of a stream are loaded already. Pure: the rows come from the warehouse.

The truth is the content's hash; looks (size and version) only save the reading. A stream without a
key of its own stores rows by file name, so there a file's rows last until that name's next content.
"""

from collections.abc import Iterable

from include.extract.files.folder import Found
from include.extract.stores.files import LoadedFile


class Known:
    """The loaded files of one stream, asked about those that lie there now.

    Args:
        is_keyless: Rows are stored by file name.
        is_whole: The files together say what exists.
    """

    def __init__(
        self, rows: Iterable[LoadedFile], layout: str, *, is_keyless: bool, is_whole: bool = False
    ) -> None:
        self._rows = [row for row in rows if row.layout == layout]
        current = {row.path: row for row in sorted(self._rows, key=lambda r: r.load_id)}
        if is_whole:
            # Only what lies there says what exists: an export that comes back is news.
            current = {path: row for path, row in current.items() if not row.is_archived}
            self._rows = list(current.values())
        self._current = current
        self._is_keyless = is_keyless

    def has_name(self, name: str) -> bool:
        """A file of this name was loaded and has stayed in its place, whatever its content."""
        row = self._current.get(name)
        return row is not None and not row.is_archived

    def vanished(self, present: Iterable[str]) -> list[str]:
        """Files loaded that are neither there nor archived by us."""
        names = set(present)
        return [p for p, row in self._current.items() if p not in names and not row.is_archived]

    def by_looks(self, found: Found) -> LoadedFile | None:
        """The row of a file that has not changed by its looks."""
        row = self._current.get(found.name)
        if row is None or row.is_archived or not found.version or not self._stands(row):
            return None
        return row if (row.size, row.version) == (found.size, found.version) else None

    def by_content(self, name: str, content_hash: str) -> LoadedFile | None:
        """The row that stands for this content; None when it must be read.

        A name whose content was replaced is read again, even when it gets back an old content.
        """
        row = self._current.get(name)
        if row is not None and row.content_hash == content_hash:
            return row if self._stands(row) else None
        if row is not None and not row.is_archived:
            return None
        rows = self._current.values() if self._is_keyless else self._rows
        return next((r for r in rows if r.content_hash == content_hash and not r.same_as), None)

    def _stands(self, row: LoadedFile) -> bool:
        """Its rows are stored: its own, or those of the file it equals."""
        if row.same_as is None or not self._is_keyless:
            return True
        other = self._current.get(row.same_as)
        return other is not None and other.content_hash == row.content_hash
