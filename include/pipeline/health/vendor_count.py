"""After a read: what the vendor itself counts in the window, beside what was read of it."""

import logging

from include.core.errors import EltError
from include.core.streams import LoadResult
from include.extract.source import CountingSource, Source
from include.extract.windows import build_whole_seconds
from include.ledger.connection import Warehouse
from include.ledger.loads import LoadPlace, run_note_vendor_count

log = logging.getLogger(__name__)


def run_compare_with_vendor(
    source: Source, place: LoadPlace, result: LoadResult, warehouse: Warehouse
) -> None:
    """Note both beside the load; the check `vendor_count` judges them.

    The rows are committed: a vendor that will not count now costs the count, not the load.
    """
    window = build_whole_seconds(place.window)
    if window is None or not isinstance(source, CountingSource):
        return
    try:
        counted = source.count(place.stream, window)
        if counted is None:
            return
        with warehouse.connect() as connection:
            run_note_vendor_count(connection, result.load_id, counted=counted, read=result.read)
    except EltError as error:
        names = (*place.names, type(error).__name__)
        log.warning("vendor not asked to count tenant=%s feed=%s stream=%s reason=%s", *names)
