"""The rows of a piece of a file that lie in a window, as pages."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from include.config.connector_spec import Stream
from include.core.clock import ZONED
from include.core.streams import Page, Window
from include.extract.files.formats.reader import Piece
from include.extract.own_python import Hook
from include.extract.record_page import build_page
from include.extract.windows import build_filter, day_window

# Undeclared field of a row that had more cells than the header.
AS_WRITTEN = "row_as_written"
# Each run of rows with or without it is a page; beyond so many, records cost less.
MOST_SLICES = 64


def build_file_pages(
    piece: Piece, stream: Stream, window: Window, hook: Hook | None
) -> Iterator[Page]:
    """Records through the hook and the window; what lies outside is counted.

    A piece with extras is several pages: rows keep their order, and those with a surplus carry it
    as a field nobody declared, which the loader keeps in `_extra`.
    """
    rejects, notices = piece.rejects, piece.notices
    for records in _with_extras(piece):
        if isinstance(records, list):
            page = build_page(records, stream, window, hook)
            yield Page(page.records, rejects, page.filtered, notices=notices)
        else:
            table, outside = _cut(records, stream, window)
            yield Page(table, rejects, outside, notices=notices)
        rejects, notices = (), ()


def _with_extras(piece: Piece) -> Iterator[Any]:
    if isinstance(piece.records, list) or not piece.extras:
        yield piece.records
        return
    texts = [piece.extras.get(line) for line in piece.lines]
    if len(piece.extras) > MOST_SLICES:
        for record, text in zip(records := piece.records.to_pylist(), texts, strict=True):
            if text is not None:
                record[AS_WRITTEN] = text
        yield records
        return
    at = 0
    for has_extra, run in groupby(texts, key=lambda text: text is not None):
        found = list(run)
        part = piece.records.slice(at, len(found))
        at += len(found)
        yield part.append_column(AS_WRITTEN, pa.array(found, pa.string())) if has_extra else part


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
    mask = _quick_mask(values, bounds) if column.format in (None, ZONED) else None
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
