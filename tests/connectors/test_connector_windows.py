"""Pages and windows of every connector: however a stream is cut, each record comes once."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from include.config.connector_spec import Stream
from include.core import clock
from include.core.streams import Window
from include.extract.record_path import pick
from include.extract.windows import parse_cursor
from tests.connectors.connector_cases import read_records
from tests.connectors.connector_reads import (
    ALL_TIME,
    API_CASES,
    FIRST_CASES,
    NOW,
    START,
    Reads,
    Records,
    keys_of,
    small_pages,
    unbulked,
    vendor_root,
)
from tests.connectors.request_recorder import recording

# So many records are read one by one; longer lists by so many pages.
FEW = 25
QUIET = Window(datetime(2024, 12, 1, tzinfo=UTC), datetime(2024, 12, 3, tzinfo=UTC))
# So long after the world's end that Stripe has dropped its events, so that each interval is its
# list alone; not so long that others have dropped records.
LATER = datetime(2026, 12, 16, tzinfo=UTC)


def _window_of_few(records: Records, spec: Stream) -> tuple[Window, int]:
    """A window with about FEW of the records, and the page size that makes many pages of them."""
    if spec.cursor is None:
        return ALL_TIME, max(1, -(-len(records) // FEW))
    column = spec.columns[spec.cursor.field]
    times = [parse_cursor(pick(r, column.path or spec.cursor.field), column) for r in records]
    known = sorted(time for time in times if time)
    end = known[FEW] if len(known) > FEW else ALL_TIME.end
    if column.type == "date" and known:
        end = max(end or known[-1], known[0] + timedelta(days=1))
    inside = sum(1 for time in known if end is None or time < end)
    return Window(START, end), max(1, -(-inside // (2 * FEW)))


@pytest.mark.parametrize("name", API_CASES)
def test_pages_of_one_record_give_what_ordinary_pages_give(reads: Reads, name: str) -> None:
    """The second page, and the last one, of every list; demo lists may fit into one page."""
    case, paged = reads.cases[name], []
    for stream, spec in reads.streams(name).items():
        window, size = _window_of_few(reads.full(name, stream), spec)
        with clock.frozen(NOW):
            expected = read_records(case.quick(**unbulked(case)), stream, window)
            with small_pages(case, size), recording(vendor_root(case)) as sent:
                found = read_records(case.quick(size, **unbulked(case)), stream, window)
        assert found == expected, stream
        asked = [one for one in sent if not one.is_login]
        if len(found) > 2 and len(asked) > 2:
            paged.append(stream)
    assert paged


@pytest.mark.parametrize("name", FIRST_CASES)
def test_a_window_in_which_nothing_happened_is_empty(reads: Reads, name: str) -> None:
    """No record, no tombstone and no error: an empty answer is an answer. A backfill interval
    before a Stripe feed's start once ended in a ValueError, because its window was cut to nothing.
    """
    case = reads.cases[name]
    for stream, spec in reads.streams(name).items():
        if spec.cursor is None:
            continue
        with clock.frozen(NOW):
            pages = list(case.quick(**unbulked(case)).read(stream, QUIET))
        loose = _without_cursor(reads.full(name, stream), spec)
        assert sum(len(page.records) for page in pages) == loose, stream
        assert not [one for page in pages for one in page.deleted], stream


def _without_cursor(records: Records, spec: Stream) -> int:
    """Records whose cursor nobody can read: inside of every window, for the loader to refuse."""
    column = spec.columns[spec.cursor.field]  # type: ignore[union-attr]
    path = column.path or spec.cursor.field  # type: ignore[union-attr]
    return sum(parse_cursor(pick(record, path), column) is None for record in records)


@pytest.mark.parametrize("name", FIRST_CASES)
def test_windows_side_by_side_give_each_record_once(reads: Reads, name: str) -> None:
    case, tested = reads.cases[name], 0
    streams = {n: s for n, s in reads.streams(name).items() if s.cursor}
    for stream, spec in streams.items():
        expected = set(keys_of(reads.full(name, stream), spec))
        edges = _edges(spec)
        with clock.frozen(LATER):
            source = case.quick(**unbulked(case))
            parts = [_keys(source, stream, spec, Window(*pair)) for pair in pairwise(edges)]
            # A cursor nobody can read is inside of every window.
            loose = set.intersection(*map(set, parts))
            together = [key for part in parts for key in part if key not in loose]
            if set(together) | loose != expected:
                # The vendor keeps some things for some weeks only.
                whole = Window(edges[0], edges[-1])
                expected = set(_keys(source, stream, spec, whole))
        assert len(together) == len(set(together)), stream
        assert set(together) | loose == expected, stream
        tested += len(together)
    assert tested or not streams


def _edges(spec: Stream) -> list[datetime]:
    """Borders inside of a second; of days where a stream counts days."""
    seconds = (0, 0, 0) if spec.columns[spec.cursor.field].type == "date" else (0, 1, 7)  # type: ignore[union-attr]
    inner = [
        START + timedelta(days=d, seconds=s) for d, s in zip((0, 400, 500), seconds, strict=True)
    ]
    return [*inner, datetime(2026, 11, 15, tzinfo=UTC)]


def _keys(source: Any, stream: str, spec: Stream, window: Window) -> list[tuple[Any, ...]]:
    return keys_of(read_records(source, stream, window), spec)
