"""What a vendor counts in a window is what a read of it brings: lists, counts, one truth."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.core import clock
from include.core.streams import Window
from include.extract.windows import build_whole_seconds
from tests.connectors.connector_reads import ALL_TIME, CASES, FEEDS, NOW, Reads, unbulked

COUNTING = {"erpnext", "quickbooks", "salesforce", "shopify"}
COUNTED = [
    name
    for name in CASES
    if FEEDS[name].connector.connector in COUNTING and FEEDS[name].tenant.id != "bazaar"
]
SOME = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC))


@pytest.mark.parametrize("name", COUNTED)
def test_a_vendor_counts_what_a_read_brings(reads: Reads, name: str) -> None:
    """Both for all time and for half a year; a stream without a cursor is not asked for."""
    case, asked = reads.cases[name], 0
    source = case.quick(**unbulked(case))
    for stream, spec in reads.streams(name).items():
        with clock.frozen(NOW):
            counted = source.count(stream, ALL_TIME)
            if counted is None:
                continue
            assert spec.cursor is not None, stream
            assert counted == len(reads.full(name, stream)), stream
            pages = list(source.read(stream, SOME))
            read = sum(len(page.records) + page.filtered for page in pages)
            assert source.count(stream, SOME) == read, stream
        asked += counted > 0
    assert asked


def test_only_whole_seconds_inside_a_window_are_counted() -> None:
    """A record of the second that is just going on may come after the read: it is not missing."""
    start, end = datetime(2026, 1, 1, 0, 0, 0, 5, UTC), datetime(2026, 1, 2, 0, 0, 0, 9, UTC)
    found = build_whole_seconds(Window(start, end))
    assert found == Window(datetime(2026, 1, 1, 0, 0, 1, 0, UTC), datetime(2026, 1, 2, tzinfo=UTC))
    assert build_whole_seconds(Window(None, end)) == replace(found, start=None)
    assert build_whole_seconds(Window(start, None)) is None
    assert build_whole_seconds(Window(start, start + timedelta(microseconds=9))) is None
