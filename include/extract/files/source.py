"""Reads folders of files: streams declared in connector.yaml, or discovered.

Data flow: option `path` -> files of the stream, by name -> those not loaded yet -> pieces -> hooks
-> window -> Page. With a ledger each file is loaded once; without one all are read each time.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.load import start_instant
from include.config.models import Feed
from include.core.errors import ConfigError, ContractBroken, EltError, TruncatedFetch
from include.core.streams import Page, Reading, Reject, Window
from include.extract.files.discovery import (
    FileStream,
    build_patterns,
    discover_streams,
    find_files,
    takes_away,
)
from include.extract.files.disposal import require_known_after, run_dispose
from include.extract.files.export_set import NOTHING_NEW, gone_page
from include.extract.files.fingerprint import build_fingerprint
from include.extract.files.folder import Folder, Found, opened
from include.extract.files.formats.reader import (
    DEFAULT_MAX_LINE_BYTES,
    Layout,
    Piece,
    add_source,
    read_pieces,
)
from include.extract.files.intake import SETTLE_S, Intake, Judged, State, require_unchanged
from include.extract.files.known import Known
from include.extract.files.open_folder import open_folder
from include.extract.files.page import build_file_pages
from include.extract.files.unread import tell_strangers, tell_unread
from include.extract.own_python import load_hook
from include.extract.source import FROM_THE_START, ReadOptions, SourceBase, try_read
from include.extract.stores.files import fetch_loaded
from include.extract.stores.source_stores import NO_STORES, Stores


class FileSource(SourceBase):
    """The engine for connectors of kind `files`.

    Without a file ledger among its stores nothing is known of what was loaded before, and nothing
    is moved away.
    """

    def __init__(self, feed: Feed, credentials: Credentials, stores: Stores = NO_STORES) -> None:
        super().__init__(feed, credentials, stores)
        self._ledger = stores.file_ledger
        self._opened: Folder | None = None
        self._found: dict[str, FileStream] | None = None
        self._as_text: dict[str, set[str]] = {}
        require_known_after(feed)

    @property
    def _folder(self) -> Folder:
        if self._opened is None:
            self._opened = open_folder(self._feed, self._credentials)
        return self._opened

    def check(self) -> None:
        """The folder is there, and each stream has a file with the columns it needs."""
        for stream in self.discover():
            try_read(self.read(stream, Window()))

    def discover(self) -> dict[str, Stream]:
        """Declared streams, or what the folder holds when the connector leaves that to the feed."""
        if not self._feed.connector.streams_from_feed:
            return dict(self._feed.streams)
        return {name: found.stream for name, found in self._discovered().items()}

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of the stream's files; the last one of a file names it as loaded.

        Readings NEW and ALL take no notice of the window's end: a row of a delivered file is
        delivered, for the file is not looked at again.

        Raises:
            ConfigError: If the folder does not exist.
            UpstreamUnavailable: If no file matches, or one cannot be read or changed meanwhile.
            ContractBroken: If a file lacks a column the stream cannot do without.
            TruncatedFetch: If nothing came of a stream whose missing rows would be marked deleted.
        """
        found, reading = self._find(stream), options.reading
        if found.failure is not None:
            raise found.failure
        try:
            if stream == min(self._named(), default=None) and (told := self.unread()):
                yield Page([], notices=told)
            if reading is Reading.WINDOW or self._ledger is None:
                yield from self._read_window(stream, found, window)
            else:
                yield from self._read_once(stream, found, window, reading)
        finally:
            self._folder.clear()

    def unread(self) -> tuple[str, ...]:
        """Files that match no stream; where each is one, those of unknown kinds are, too."""
        patterns = self._named()
        if not patterns:
            return ()
        ignored = list(self._feed.options.get("ignore") or ())
        return tell_unread(
            self._folder, [one for some in patterns.values() for one in some], ignored
        )

    def _named(self) -> dict[str, tuple[str, ...]]:
        """Patterns by stream where somebody wrote them; empty where the folder says it all."""
        if not self._feed.connector.streams_from_feed:
            return {name: stream.files for name, stream in self._feed.streams.items()}
        blocks = self._feed.options.get("streams") or {}
        return {name: build_patterns(name, block or {}) for name, block in blocks.items()}

    def read_as_text(self, stream: str, columns: Collection[str]) -> None:
        """These columns are text from now on; the next read takes every file once more.

        For values behind the sample that do not fit a detected type: what was read before them is
        to stand as it was written, too.
        """
        self._as_text.setdefault(stream, set()).update(columns)
        self._found = None
        found = self._find(stream)
        self._discovered()[stream] = replace(found, is_stale=True)

    def after_commit(self, stream: str) -> None:
        """Archive or delete what this stream and the others of its files have loaded.

        Raises:
            EltError: If a file cannot be moved; the rows are committed all the same.
        """
        if self._ledger is None or not takes_away(self._feed):
            return
        loaded = fetch_loaded(self._ledger)
        users = {name: self._find(name, is_required=False) for name in self.discover()}
        files: dict[Found, list[Known]] = {found: [] for found in users[stream].files}
        for name, user in users.items():
            known = user.known(loaded.get(name, ()))
            for found in set(user.files) & files.keys():
                files[found].append(known)
        is_kept = self._feed.options.get("after") == "archive"
        run_dispose(self._folder, self._ledger, files, is_kept=is_kept)

    def _read_window(self, stream: str, found: FileStream, window: Window) -> Iterator[Page]:
        tally = _Tally()
        for file in found.files:
            if file.name in found.broken:
                yield _broken_page(file, found.broken[file.name])
            else:
                yield from self._file_pages(stream, found, file, window, tally)
        _require_rows(tally, stream, found)

    def _read_once(
        self, stream: str, found: FileStream, window: Window, reading: Reading
    ) -> Iterator[Page]:
        rows = fetch_loaded(self._ledger).get(stream, ())
        known = found.known(rows)
        intake = Intake(
            self._folder,
            found.files,
            known,
            reading=reading,
            is_whole=found.is_whole,
            settle_s=float(self._feed.options.get("settle_seconds", SETTLE_S)),
        )
        has_read, tally = False, _Tally()
        for judged in intake.judged():
            if judged.found.name in found.broken:
                # It is tried again by every run, until it is mended or taken away.
                yield _broken_page(judged.found, found.broken[judged.found.name])
                continue
            if judged.state is State.NEW:
                has_read = True
                bounds = self._bounds(known, judged, window, reading)
                yield from self._file_pages(stream, found, judged.found, bounds, tally)
                require_unchanged(self._folder, judged.found)
            mark = judged.mark(found.fingerprint, found.detected.get(judged.found.name))
            if mark is not None:
                yield Page([], files=(mark,))
        if has_read and found.is_whole:
            _require_rows(tally, stream, found)
            yield gone_page(known, found.files)
        else:
            # Files add to each other: what was loaded before is not gone.
            yield NOTHING_NEW

    def _file_pages(
        self, stream: str, found: FileStream, file: Found, window: Window, tally: "_Tally"
    ) -> Iterator[Page]:
        """One file's pages; without a key of its own a file says which of its rows are left."""
        filtered = tally.filtered
        for page in self._pages(stream, found, file, window):
            tally.rows += len(page.records) + len(page.rejects) + page.filtered
            tally.filtered += page.filtered
            yield page
        if found.is_keyless and tally.filtered == filtered:
            yield Page([], complete=(file.name,))

    def _bounds(self, known: Known, judged: Judged, window: Window, reading: Reading) -> Window:
        """A file never seen is read from the feed's start on, however late it came; an export that
        replaces an earlier one only as far back as the cursor's lookback."""
        if reading is Reading.NEW and known.has_name(judged.found.name):
            return Window(window.start, None)
        return Window(start_instant(self._feed), None)

    def _pages(self, stream: str, found: FileStream, file: Found, window: Window) -> Iterator[Page]:
        hook = load_hook(self._feed.connector.connector, stream)
        told = (*found.notices, *tell_strangers(self._folder, file))
        if told:
            yield Page([], notices=told)
        with opened(self._folder, file, found.layout.member) as place:
            for piece in read_pieces(place, found.layout):
                _require_columns(piece, found, file)
                whole = add_source(piece, place) if found.is_keyless else piece
                for page in build_file_pages(whole, found.stream, window, hook):
                    if len(page.records) or page.rejects or page.filtered or page.notices:
                        yield page

    def _find(self, name: str, *, is_required: bool = True) -> FileStream:
        if self._feed.connector.streams_from_feed:
            known = self._discovered()
            if name not in known:
                raise ConfigError(
                    f"no file makes the stream `{name}`. Streams found: "
                    f"{', '.join(known) or 'none'}. Check the folder and option `streams`."
                )
            return known[name]
        stream = self._feed.streams[name]
        options = self._feed.options
        layout = Layout(
            columns=dict(stream.columns),
            encoding=stream.encoding or options.get("encoding") or "auto",
            delimiter=stream.delimiter or options.get("delimiter"),
            sheet=stream.sheet,
            header_line=_first_given(stream.header_line, options.get("header_line")),
            max_line_bytes=int(options.get("max_line_bytes") or DEFAULT_MAX_LINE_BYTES),
        )
        if is_required:
            rows = fetch_loaded(self._ledger).get(name, ()) if takes_away(self._feed) else ()
            files = find_files(self._folder, stream.files, self._feed, rows)
        else:
            files = tuple(self._folder.find(stream.files))
        fingerprint = build_fingerprint(self._feed, layout)
        return FileStream(stream, files, layout, is_keyless=False, fingerprint=fingerprint)

    def _discovered(self) -> dict[str, FileStream]:
        if self._found is None:
            loaded = fetch_loaded(self._ledger)
            try:
                found = discover_streams(self._folder, self._feed, loaded, self._as_text)
                self._found = found
            except EltError:
                self._folder.clear()
                raise
        return self._found


def _first_given(*values: int | None) -> int | None:
    """Zero is an answer, too."""
    return next((value for value in values if value is not None), None)


def _broken_page(file: Found, failure: EltError) -> Page:
    """One file of several that cannot be read: the others load, and it is not forgotten."""
    reject = Reject(file.name, "unreadable_file", failure.message, file.name)
    return Page([], rejects=(reject,), notices=(failure.message,))


@dataclass
class _Tally:
    rows: int = 0
    filtered: int = 0


def _require_rows(tally: _Tally, stream: str, found: FileStream) -> None:
    if not tally.rows and found.stream.sweep == "all":
        raise TruncatedFetch(
            f"the files of `{stream}` hold no row. Expected some, since rows missing from this "
            "export are marked deleted. Check the export, then run again."
        )


def _require_columns(piece: Piece, found: FileStream, file: Found) -> None:
    """Key and cursor must be in the header; records of JSON lines are judged one by one later."""
    if isinstance(piece.records, list) or found.is_keyless:
        return
    stream = found.stream
    wanted = [*stream.primary_key, *([stream.cursor.field] if stream.cursor else [])]
    names = piece.records.schema.names
    missing = [name for name in wanted if name not in names]
    if missing:
        raise ContractBroken(
            f"file `{file.name}` has no column `{'`, `'.join(missing)}`. Columns found: "
            f"{', '.join(names[:20])}. Check the file, or add its spelling to `header`."
        )
