"""Lists paged by number or offset that change while they are read: no record slips by.

Source: the two-workers backfill lost a row in 4 of 14 runs on a busy machine: an edit takes a
record out of a window of change times, the list moves up by one, and the record at the page's
border is never read; the books balance, and nothing says so.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.core.streams import Window
from include.extract.http.client import HttpLimits
from include.extract.rest.source import RestSource
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed

SIZE, COUNT = 4, 14
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
END = FIRST + timedelta(days=30)
LIMITS = HttpLimits(tries=2, backoff_s=0)
KINDS = {
    "page_number": {"kind": "page_number", "param": "page"},
    "offset": {"kind": "offset", "param": "offset"},
}


class MovingList:
    """Records by time of change inside a window; `edit` moves one behind its end."""

    def __init__(self, edits: dict[int, list[int]], *, is_sized: bool) -> None:
        self.at = {n: FIRST + timedelta(hours=n) for n in range(COUNT)}
        self.edits, self.asked, self.is_sized = edits, 0, is_sized

    def answer(self, seen: Seen) -> Reply:
        rows = sorted((at, n) for n, at in self.at.items() if at < END)
        size = int(seen.query.get("size", SIZE))
        start = (
            (int(seen.query["page"]) - 1) * size
            if "page" in seen.query
            else int(seen.query["offset"])
        )
        data = [{"id": n, "at": at.isoformat()} for at, n in rows[start : start + size]]
        self.asked += 1
        for number in self.edits.get(self.asked, ()):
            self.at[number] = END + timedelta(days=1)
        return Reply({"data": data})


def _read(moving: MovingList, kind: str) -> list[int]:
    paginator = dict(KINDS[kind])
    if moving.is_sized:
        paginator |= {"size": SIZE, "size_param": "size"}
    connector: dict[str, Any] = {
        "connector": "till",
        "title": "Till",
        "kind": "rest",
        "api": {
            "base_url": "https://till.example",
            "auth": {"kind": "none"},
            "records_path": "data",
            "paginator": paginator,
        },
        "streams": {
            "sales": {
                "primary_key": ["id"],
                "columns": {"id": "int", "at": "timestamp"},
                "cursor": {"field": "at", "param": "since", "end_param": "until", "why": "t"},
            }
        },
    }
    with FakeApi(moving.answer) as api:
        source = RestSource(build_feed(connector), Credentials("c", api.url), limits=LIMITS)
        pages = source.read("sales", Window(FIRST, END))
        return [int(record["id"]) for page in pages for record in page.records]


@pytest.mark.parametrize("is_sized", [True, False])
@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("after", [1, 2, 3])
def test_an_edit_at_each_page_border_loses_no_record(after: int, kind: str, is_sized: bool) -> None:
    """After each page, the first record read, the last one, and the one behind the border."""
    for edited in (0, after * SIZE - 1, min(after * SIZE, COUNT - 1)):
        moving = MovingList({after: [edited]}, is_sized=is_sized)
        found = _read(moving, kind)
        missing = set(range(COUNT)) - set(found)
        # What left the window before it was read belongs to the next window.
        assert missing <= {edited}, (after, edited)
        assert len(found) == len(set(found)), "each is handed on once"


def test_edits_during_the_second_walk_are_walked_after_too() -> None:
    moving = MovingList({1: [0], 5: [1], 9: [2]}, is_sized=True)
    found = _read(moving, "page_number")
    assert set(found) >= set(range(3, COUNT))
    assert len(found) == len(set(found))


def test_a_list_that_stands_still_is_walked_twice_and_a_short_one_once() -> None:
    still = MovingList({}, is_sized=True)
    assert len(_read(still, "page_number")) == COUNT
    assert still.asked == 2 * 5
    short = MovingList({}, is_sized=True)
    short.at = dict.fromkeys(range(SIZE - 1), FIRST)
    assert len(_read(short, "page_number")) == SIZE - 1
    assert short.asked == 2


def test_a_list_that_never_stands_still_ends_all_the_same() -> None:
    """A new record at every walk must not keep a feed from ever loading."""
    moving = MovingList({}, is_sized=True)
    answer = moving.answer

    def grow(seen: Seen) -> Reply:
        if moving.asked % 3 == 0:
            moving.at[COUNT + moving.asked] = FIRST - timedelta(hours=moving.asked)
        return answer(seen)

    moving.answer = grow  # type: ignore[method-assign]
    found = _read(moving, "offset")
    assert set(range(COUNT)) <= set(found)
