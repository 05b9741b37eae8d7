"""What a window holds and what becomes of it: borders, ties, late records, clocks, short days.

Each test plays what went wrong in some system before; the source is a list kept in memory.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from include.core.errors import UpstreamUnavailable
from include.core.streams import RunKind, Window
from include.ledger.cursors import run_rewind
from include.load import parts
from include.load.parts import PartLimits
from tests.integration.list_source import NOW, Shop, build_shop

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DENVER = ZoneInfo("America/Denver")


@pytest.fixture
def shop(warehouse: str) -> Shop:
    return build_shop(warehouse)


def test_a_record_at_a_windows_border_is_in_the_later_window_only(shop: Shop) -> None:
    """Closed intervals read the border twice, open ones never."""
    border = NOW + HOUR
    shop.source.put(1, border - timedelta(microseconds=1))
    shop.source.put(2, border)
    assert shop.loaded().read == 1
    assert shop.cursor() == "2026-03-01T13:00:00Z"
    assert shop.loaded().read == 1
    assert shop.source.delivered == [1, 2]


def test_ties_at_every_page_border_and_at_a_break_lose_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known elsewhere: a checkpoint kept only the time, and the rest of that second was skipped."""
    monkeypatch.setattr(parts, "LIMITS", PartLimits(rows=2))
    for number in range(1, 10):
        shop.source.put(number, NOW)

    def cut(page: int) -> None:
        if page == 3:
            raise UpstreamUnavailable("cut. Expected a page. Retry.")

    shop.source.before_page = cut
    with pytest.raises(UpstreamUnavailable):
        shop.load()
    shop.source.before_page = None
    shop.load()
    assert sorted(shop.rows()) == list(range(1, 10))
    assert shop.source.delivered == list(range(1, 10))


def test_a_record_seen_late_with_the_cursors_own_instant_comes_with_the_next_window(
    shop: Shop,
) -> None:
    """Records of one millisecond became visible after it was read, and `>` skipped them for ever.
    The cursor is when the read began, not the largest value seen, and the window includes it."""
    shop.source.put(1, NOW + HOUR)
    shop.load()
    shop.source.put(2, NOW + HOUR)
    shop.load()
    assert sorted(shop.rows()) == [1, 2]


def test_a_record_that_became_visible_late_comes_with_the_lookback(warehouse: str) -> None:
    """A long transaction commits with the time it began: behind a cursor that has passed."""
    shop = build_shop(warehouse, lookback_h=2)
    shop.source.put(1, NOW)
    shop.load()
    shop.source.put(2, NOW + timedelta(minutes=5))
    result = shop.loaded()
    assert (result.read, result.inserted, result.unchanged) == (2, 1, 1)


def test_what_a_lookback_reads_again_is_neither_doubled_nor_rewritten(warehouse: str) -> None:
    """Known elsewhere: an unchanged row was emitted by every run and every model ran on it."""
    shop = build_shop(warehouse, lookback_h=48)
    for number in range(1, 6):
        shop.source.put(number, NOW)
    first = shop.loaded()
    for _ in range(3):
        again = shop.loaded()
        assert (again.read, again.unchanged, again.loaded) == (5, 5, 0)
    assert shop.case.query("select count(*), max(_load_id) from {t}") == [(5, first.load_id)]


def test_a_quiet_streams_cursor_moves_on(shop: Shop) -> None:
    """Known elsewhere: without new records the cursor stood, and each run read a longer window."""
    shop.load()
    shop.load(hours=24)
    assert shop.cursor() == "2026-03-02T13:00:00Z"
    assert shop.loaded().read == 0
    assert shop.source.asked[-1][0] == Window(NOW + 25 * HOUR, NOW + 26 * HOUR)


def test_records_edited_while_they_are_paged_are_neither_lost_nor_doubled(shop: Shop) -> None:
    """An edit moves a record to the end of a list ordered by change, out of the window: it is the
    next run's, which begins where this read began, not where it ended."""
    for number in range(1, 8):
        shop.source.put(number, NOW)

    def edit(page: int) -> None:
        shop.source.put(page, shop.now + timedelta(minutes=page), f"edit {page}")

    shop.source.before_page = edit
    shop.load()
    shop.source.before_page = None
    shop.load()
    assert shop.rows() == {number: record["name"] for number, record in shop.source.records.items()}
    assert len(shop.rows()) == 7


def test_neighbouring_windows_hold_each_record_once_and_overlapping_ones_double_none(
    shop: Shop,
) -> None:
    for number in range(48):
        shop.source.put(number, NOW - 2 * DAY + number * HOUR)
    days = [Window(NOW - 2 * DAY, NOW - DAY), Window(NOW - DAY, NOW)]
    assert [shop.loaded(RunKind.BACKFILL, day).inserted for day in days] == [24, 24]
    overlapping = Window(NOW - 36 * HOUR, NOW - 12 * HOUR)
    assert shop.loaded(RunKind.BACKFILL, overlapping).unchanged == 24
    assert len(shop.rows()) == 48
    assert shop.cursor() is None


@pytest.mark.parametrize("day", [datetime(2026, 3, 8), datetime(2026, 11, 1)])  # noqa: DTZ001
def test_days_of_23_and_25_hours_hold_each_of_their_records_once(
    warehouse: str, day: datetime
) -> None:
    """The hour that comes twice in autumn was loaded over itself; the one that spring skips gave a
    window whose end lay before its start. Windows are UTC; only the schedule knows zones."""
    shop = build_shop(warehouse)
    midnights = [(day + n * DAY).replace(tzinfo=DENVER).astimezone(UTC) for n in range(3)]
    hours = int((midnights[1] - midnights[0]) / HOUR)
    assert hours in (23, 25)
    for number in range(50):
        shop.source.put(number, midnights[0] + number * HOUR)
        local = (midnights[0] + number * HOUR).astimezone(DENVER)
        shop.source.records[number]["updated_at"] = local.isoformat()
    windows = [Window(*pair) for pair in pairwise(midnights)]
    shop.source.page_size = 100
    assert [shop.loaded(RunKind.BACKFILL, w).inserted for w in windows] == [hours, 24]
    stored = shop.case.query("select count(distinct updated_at) from {t}")
    assert stored == [(hours + 24,)]


def test_a_date_cursor_reads_its_day_to_the_end(warehouse: str) -> None:
    """Rows of today kept arriving after today's load; their date compares as its midnight."""
    shop = build_shop(
        warehouse, version=None, columns={"id": "int", "name": "text", "updated_at": "date"}
    )
    shop.load()
    shop.load()
    assert shop.source.asked[-1][0].start == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_cursor_in_the_future_is_reported_and_repaired(shop: Shop) -> None:
    """A worker whose clock was a year ahead left a cursor there; every run until that day read an
    empty window and reported success."""
    shop.source.put(1, NOW)
    shop.load()
    # What such a worker writes; the warehouse's clock knows when that was.
    shop.case.query("update elt_ops.cursors set value = '2099-01-01T00:00:00Z'")
    shop.case.query(
        "update elt_ops.loads set window_end = '2099-01-01', finished_at = %s where tenant = %s",
        shop.now, shop.feed.tenant.id,
    )  # fmt: skip
    shop.source.put(2, shop.now)
    result = shop.loaded(hours=2)
    assert (result.read, shop.rows()) == (1, {1: "n", 2: "n"})
    assert "`2099-01-01T00:00:00Z` lay ahead of the clock" in result.notices[0]
    assert shop.books("notices")[-1][0] == list(result.notices)
    assert shop.cursor() == "2026-03-01T15:00:00Z"
    assert shop.loaded().notices == ()


def test_a_record_dated_in_the_future_moves_no_cursor_and_waits_for_its_day(shop: Shop) -> None:
    """A record of the year 2099 once became the cursor, and nothing was read until then."""
    shop.source.put(1, NOW)
    shop.source.put(2, NOW + 10 * DAY)
    assert shop.loaded().read == 1
    assert shop.cursor() == "2026-03-01T13:00:00Z"
    assert shop.loaded(hours=24 * 10).read == 1
    assert sorted(shop.rows()) == [1, 2]


def test_a_stream_told_to_start_over_while_it_was_read_starts_over(shop: Shop) -> None:
    """The load that was reading wrote its cursor where a person had just removed one."""
    shop.load()

    def rewind(page: int) -> None:
        if page == 1:
            with psycopg.connect(shop.url) as connection:
                run_rewind(connection, shop.feed.tenant.id, "feed", "things", None, "test")

    shop.source.before_page = rewind
    shop.load()
    assert shop.cursor() is None


def test_a_worker_whose_clock_is_behind_takes_nothing_back(shop: Shop) -> None:
    """Its window ends early and it may read what is stored already: versions and cursor stay."""
    shop.source.put(1, NOW, "new")
    shop.load()
    stale: dict[str, Any] = {"id": 1, "name": "old", "updated_at": "2026-02-28T00:00:00Z"}
    shop.source.records[1] = stale
    shop.load(RunKind.BACKFILL, Window(NOW - 3 * DAY, NOW), hours=-0.5)
    shop.load(hours=0)
    assert shop.rows() == {1: "new"}
    assert shop.cursor() == "2026-03-01T13:00:00Z"
