"""The rows of a piece of a file that lie in a window, as a Page."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from include.config.connector_spec import Stream
from include.core.streams import Page, Window
from include.extract.files.formats.reader import Piece
from include.extract.own_python import Hook
from include.extract.rest.source import build_page
from include.extract.windows import build_filter, day_window


def build_file_page(piece: Piece, stream: Stream, window: Window, hook: Hook | None) -> Page:
    """Records through the hook and the window; what lies outside is counted."""
    if isinstance(piece.records, list):
        page = build_page(piece.records, stream, window, hook)
        return Page(page.records, piece.rejects, page.filtered, notices=piece.notices)
    table, outside = _cut(piece.records, stream, window)
    return Page(table, piece.rejects, outside, notices=piece.notices)


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
