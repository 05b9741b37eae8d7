"""Reads folders of files: streams declared in connector.yaml, or discovered.

Data flow: option `path` -> files of the stream, by name -> pieces -> hooks -> window -> Page.
Files are read whole on each load; the loader knows unchanged rows, so nothing changes twice.
"""

import logging
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from include.config.connector_spec import Stream
from include.config.models import Feed
from include.core.errors import ConfigError, ContractBroken, TruncatedFetch
from include.core.streams import Page, Window
from include.extract.file_batches import (
    DEFAULT_MAX_LINE_BYTES,
    Layout,
    Piece,
    add_source,
    read_pieces,
)
from include.extract.file_discovery import FileStream, discover_streams
from include.extract.file_places import Place, require_files, resolve_folder
from include.extract.hooks import Hook, load_hook
from include.extract.rest_source import build_page
from include.extract.windows import build_filter, day_window

log = logging.getLogger(__name__)


class FileSource:
    """The engine for connectors of kind `files`."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._found: dict[str, FileStream] | None = None

    def check(self) -> None:
        """The folder is there, and each stream has a file with the columns it needs."""
        for stream in self.discover():
            next(self.read(stream, Window()), None)

    def discover(self) -> dict[str, Stream]:
        """Declared streams, or what the folder holds when the connector leaves that to the feed."""
        if not self._feed.connector.streams_from_feed:
            return dict(self._feed.streams)
        return {name: found.stream for name, found in self._discovered().items()}

    def read(self, stream: str, window: Window) -> Iterator[Page]:
        """Pages of every file of the stream.

        Raises:
            ConfigError: If the folder does not exist.
            UpstreamUnavailable: If no file matches or one cannot be read.
            ContractBroken: If a file lacks a column the stream cannot do without.
            TruncatedFetch: If nothing came of a stream whose missing rows would be marked deleted.
        """
        found = self._find(stream)
        hook = load_hook(self._feed.connector.connector, stream)
        rows = 0
        for place in found.places:
            for piece in read_pieces(place, found.layout):
                _require_columns(piece, found.stream, place, found.is_keyless)
                whole = add_source(piece, place) if found.is_keyless else piece
                page = _build_page(whole, found.stream, window, hook)
                rows += len(page.records) + len(page.rejects) + page.filtered
                if len(page.records) or page.rejects or page.filtered:
                    yield page
        if not rows and found.stream.sweep == "all":
            raise TruncatedFetch(
                f"the files of `{stream}` hold no row. Expected some, since rows missing from this "
                "export are marked deleted. Check the export, then run again."
            )

    def _find(self, name: str) -> FileStream:
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
            max_line_bytes=int(options.get("max_line_bytes") or DEFAULT_MAX_LINE_BYTES),
        )
        places = require_files(resolve_folder(self._feed), stream.files)
        return FileStream(stream, tuple(places), layout, is_keyless=False)

    def _discovered(self) -> dict[str, FileStream]:
        if self._found is None:
            self._found = discover_streams(resolve_folder(self._feed), self._feed.options)
        return self._found


def _require_columns(piece: Piece, stream: Stream, place: Place, is_keyless: bool) -> None:
    """Key and cursor must be in the header; records of JSON lines are judged one by one later."""
    if isinstance(piece.records, list) or is_keyless:
        return
    wanted = [*stream.primary_key, *([stream.cursor.field] if stream.cursor else [])]
    names = piece.records.schema.names
    missing = [name for name in wanted if name not in names]
    if missing:
        raise ContractBroken(
            f"file `{place.name}` has no column `{'`, `'.join(missing)}`. Columns found: "
            f"{', '.join(names[:20])}. Check the file, or add its spelling to `header`."
        )


def _build_page(piece: Piece, stream: Stream, window: Window, hook: Hook | None) -> Page:
    if isinstance(piece.records, list):
        page = build_page(piece.records, stream, window, hook)
        return Page(page.records, piece.rejects, page.filtered)
    table, outside = _cut(piece.records, stream, window)
    return Page(table, piece.rejects, outside)


def _cut(table: Any, stream: Stream, window: Window) -> tuple[Any, int]:
    """Rows whose cursor lies in the window, is null or cannot be read, and how many were left out.

    The whole column is parsed at once where it is regular ISO text, else value by value.
    """
    inside = build_filter(stream, window)
    if inside is None or stream.cursor is None or not table.num_rows:
        return table, 0
    column = stream.columns[stream.cursor.field]
    values = table.column(stream.cursor.field)
    bounds = day_window(window) if column.type == "date" else window
    mask = _quick_mask(values, bounds) if column.format is None else None
    if mask is None:
        mask = pa.array([inside(value) for value in values.to_pylist()], pa.bool_())
    kept = table.filter(mask)
    return kept, table.num_rows - kept.num_rows


def _quick_mask(values: Any, bounds: Window) -> Any:
    """Mask of a column of uniform ISO instants; None when it is anything else."""
    for kind in (pa.timestamp("us", "UTC"), pa.timestamp("us")):
        try:
            instants = pc.cast(values, kind)
        except pa.ArrowInvalid:
            continue
        instants = pc.cast(instants, pa.timestamp("us")) if kind.tz else instants
        mask = pc.is_null(instants)
        within = None
        for bound, compare in ((bounds.start, pc.greater_equal), (bounds.end, pc.less)):
            if bound is not None:
                limit = pa.scalar(bound.replace(tzinfo=None), pa.timestamp("us"))
                side = compare(instants, limit)
                within = side if within is None else pc.and_(within, side)
        return mask if within is None else pc.or_(mask, pc.fill_null(within, False))
    return None
