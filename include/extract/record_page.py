"""Records as a source gives them to a page: hooks, then the window."""

from typing import Any

from include.config.connector_spec import Stream
from include.core.streams import Page, Window
from include.extract.own_python import Hook
from include.extract.record_path import nest_dotted
from include.extract.windows import keep_inside


def build_page(
    records: list[dict[str, Any]], stream: Stream, window: Window, hook: Hook | None
) -> Page:
    """Hooks applied (None drops a record), then the window; both kinds of drop are counted."""
    nest_dotted(records, declared_paths(stream))
    prepared = [done for r in records if (done := hook(r)) is not None] if hook else records
    kept, outside = keep_inside(prepared, stream, window)
    return Page(kept, filtered=outside + len(records) - len(prepared))


def declared_paths(stream: Stream) -> list[str]:
    """Where the stream's columns and child lists stand in a record."""
    columns = [column.path for column in stream.columns.values() if column.path]
    return [*columns, *(child.path for child in stream.children.values())]
