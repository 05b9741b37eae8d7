"""A read committed in parts: what is committed is not read again, and nothing is skipped."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.core.errors import AccessDenied, PositionRefused, UpstreamUnavailable
from include.core.streams import FileMark, Page, RunKind, Window
from include.extract.http.client import HttpLimits
from include.extract.rest.source import RestSource
from include.ledger.connection import Warehouse
from include.load import parts
from include.load.parts import PartLimits
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.integration.list_source import NOW, Shop, build_shop, fill
from tests.integration.load_case import build_case, order
from tests.integration.load_parts_killed import STEPS
from tests.load_environment import build_environment
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed, build_tenant

ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LIMITS", PartLimits(rows=2))


@pytest.fixture
def shop(warehouse: str) -> Shop:
    made = build_shop(warehouse)
    fill(made.source)
    return made


def breaks_at(page: int, error: Exception) -> Any:
    def before(number: int) -> None:
        if number == page:
            raise error

    return before


OUTAGE = UpstreamUnavailable("the connection was cut. Expected a page. Retry.")


def test_every_part_has_its_own_balanced_books_and_the_last_moves_the_cursor(shop: Shop) -> None:
    result = shop.loaded()
    assert (result.read, result.inserted, result.parts) == (7, 7, 4)
    assert shop.books() == [(2, 2, 1, False), (2, 2, 2, False), (2, 2, 3, False), (1, 1, 4, True)]
    assert shop.books("cursor_before, cursor_after")[-2:] == [(None, None), (None, shop.cursor())]
    assert shop.cursor() == "2026-03-01T13:00:00Z"
    assert shop.checkpoints() == []
    assert len(shop.rows()) == 7


def test_a_retry_goes_on_behind_what_is_committed(shop: Shop) -> None:
    """Known elsewhere: a retry began at the start again and rows came three times, or it began at
    the cursor of the failed try and skipped what that had not delivered."""
    shop.source.before_page = breaks_at(3, OUTAGE)
    with pytest.raises(UpstreamUnavailable):
        shop.load()
    assert sorted(shop.rows()) == [1, 2, 3, 4]
    assert shop.cursor() is None
    assert [row[2:] for row in shop.checkpoints()] == [(2, 4)]
    shop.source.before_page = None
    result = shop.loaded()
    assert shop.source.delivered == [1, 2, 3, 4, 5, 6, 7]
    first, second, third = shop.source.asked
    assert second[0] == first[0], "the window of the read that broke off, not one of its own"
    assert third[0].start == first[0].end, "and what has changed since it broke off"
    assert (result.read, result.parts, len(shop.rows())) == (3, 3, 7)
    assert shop.cursor() == "2026-03-01T14:00:00Z"
    assert [row[2] for row in shop.books() if row[0]] == [1, 2, 3, 4]
    assert shop.checkpoints() == []


def test_what_was_read_before_an_outage_is_kept_though_the_part_was_not_full(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "LIMITS", PartLimits(rows=1000))
    shop.source.before_page = breaks_at(3, OUTAGE)
    with pytest.raises(UpstreamUnavailable):
        shop.load()
    assert sorted(shop.rows()) == [1, 2, 3, 4]
    assert shop.books("state, read, error_class") == [
        ("loaded", 4, None), ("failed", 0, "UpstreamUnavailable"),
    ]  # fmt: skip


def test_an_error_a_retry_cannot_help_commits_nothing_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "LIMITS", PartLimits(rows=1000))
    shop.source.before_page = breaks_at(3, AccessDenied("no. Expected yes. Grant it."))
    with pytest.raises(AccessDenied):
        shop.load()
    assert shop.case.query("select to_regclass('{t}')") == [(None,)]
    assert shop.checkpoints() == []


def test_pages_without_a_position_are_committed_whole(shop: Shop) -> None:
    shop.source.gives_positions = False
    shop.source.before_page = breaks_at(3, OUTAGE)
    with pytest.raises(UpstreamUnavailable):
        shop.load()
    shop.source.before_page = None
    assert shop.loaded().parts == 1
    assert [position for _, position in shop.source.asked] == [None, None]


def test_time_ends_a_part_as_well(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LIMITS", PartLimits(seconds=0))
    assert shop.loaded().parts == 5  # the last is empty: its page was full


def test_a_refused_position_is_forgotten_and_the_window_read_from_its_start(shop: Shop) -> None:
    """A page token lived ten minutes; every retry sent it again and failed for ever."""
    shop.source.before_page = breaks_at(3, OUTAGE)
    with pytest.raises(UpstreamUnavailable):
        shop.load()
    shop.source.before_page, shop.source.refuses = None, True
    result = shop.loaded()
    assert (result.read, result.unchanged, result.inserted) == (7, 4, 3)
    assert [position is None for _, position in shop.source.asked] == [True, False, True]
    assert shop.checkpoints() == []


def test_a_list_whose_positions_never_hold_is_given_up(shop: Shop) -> None:
    refusal = PositionRefused("no. Expected yes. Start over.")
    shop.source.before_page = breaks_at(1, refusal)
    with pytest.raises(PositionRefused):
        shop.load()
    assert len(shop.source.asked) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        "update elt_ops.checkpoints set saved_at = clock_timestamp() - interval '25 hours'",
        "update elt_ops.checkpoints set cursor_before = '2026-01-01T00:00:00Z'",
        "update elt_ops.checkpoints set window_start = '2024-12-31'",
    ],
    ids=["too old", "cursor rewound", "start moved"],
)
def test_a_checkpoint_of_another_read_is_not_gone_on_with(shop: Shop, spoil: str) -> None:
    shop.source.before_page = breaks_at(3, OUTAGE)
    with pytest.raises(UpstreamUnavailable):
        shop.load()
    shop.case.query(f"{spoil} where tenant = %s", shop.feed.tenant.id)
    shop.source.before_page = None
    assert shop.loaded().read == 7
    assert shop.source.asked[-1][1] is None
    assert shop.checkpoints() == []


def test_a_manual_run_goes_on_with_a_scheduled_one_and_a_backfill_only_with_its_own(
    shop: Shop,
) -> None:
    first = Window(NOW - 2 * DAY, NOW - DAY + timedelta(minutes=6))
    other = Window(NOW - DAY + timedelta(minutes=6), NOW)
    shop.source.before_page = breaks_at(2, OUTAGE)
    for kind, window in [(RunKind.BACKFILL, first), (RunKind.SCHEDULED, None)]:
        with pytest.raises(UpstreamUnavailable):
            shop.load(kind, window)
    shop.source.before_page = None
    assert shop.loaded(RunKind.BACKFILL, other).read == 2
    assert shop.loaded(RunKind.MANUAL).read == 5
    assert shop.loaded(RunKind.BACKFILL, first).read == 3
    assert [position is None for _, position in shop.source.asked] == [
        True, True, True, False, True, False,
    ]  # fmt: skip
    assert shop.cursor() == "2026-03-01T16:00:00Z", "set by the run that went on, not by backfills"
    assert shop.checkpoints() == []


def test_a_record_edited_between_two_parts_comes_once_more_and_is_not_lost(shop: Shop) -> None:
    def edit(number: int) -> None:
        if number == 3:
            shop.source.put(1, shop.now + timedelta(seconds=1), "edited")
            shop.source.put(6, shop.now + timedelta(seconds=1), "edited")

    shop.source.before_page = edit
    assert shop.loaded().read == 6, "6 left the window before it was read, 1 after"
    shop.source.before_page = None
    assert shop.loaded().read == 2
    assert shop.rows() == dict.fromkeys([2, 3, 4, 5, 7], "n") | {1: "edited", 6: "edited"}


@pytest.mark.parametrize("sweep", ["all", "name"])
def test_a_read_that_shows_what_is_gone_is_committed_whole(warehouse: str, sweep: str) -> None:
    """Each part alone would show the records of all other parts as gone."""
    shop = build_shop(warehouse, cursor=None, sweep=sweep)
    for number in range(1, 8):
        shop.source.put(number, NOW - DAY)
    assert shop.loaded().parts == 1
    del shop.source.records[7]
    result = shop.loaded()
    assert (result.parts, result.deleted, len(shop.rows())) == (1, 1, 6)


def test_what_a_source_declares_complete_after_parts_sweeps_nothing(warehouse: str) -> None:
    case = build_case(
        warehouse,
        {
            "primary_key": ["id"], "sweep": "all", "columns": {"id": "int", "at": "timestamp"},
            "cursor": {"field": "at", "why": "test"},
        },
    )  # fmt: skip
    window = Window(NOW - DAY, NOW)
    pages = [
        Page([{"id": 1}, {"id": 2}], position="2"),
        Page([{"id": 3}, {"id": 4}], complete=("all",)),
    ]
    result = case.load_pages(pages, window=window, reads="onwards")
    assert (result.parts, result.inserted, result.deleted) == (2, 4, 0)


def test_parts_replace_children_and_widen_types_as_one_load_would(warehouse: str) -> None:
    case = build_case(warehouse)
    pages = [
        Page([order(1), order(2)], position="a"),
        Page([order(2, "9.00", hour=3, items=[]), order(3**20)], position="b"),
        Page([{"id": None}, order(3)]),
    ]
    result = case.load_pages(pages, reads="onwards")
    assert result.counts() == {
        "read": 6, "loaded": 5, "unchanged": 0, "quarantined": 1, "filtered": 0,
    }  # fmt: skip
    assert (result.inserted, result.updated, result.parts) == (4, 1, 3)
    assert [row[0] for row in case.rows("id, amount")] == [1, 2, 3, 3**20]
    assert [row[0] for row in case.rows("_parent_id, sku", "__items")] == [1, 3, 3**20]
    assert result.child_rows == {"items": 4}


def test_files_are_marked_with_the_part_that_holds_their_rows(warehouse: str) -> None:
    case = build_case(warehouse)
    marks = [FileMark(f"{name}.csv", name * 64, 1) for name in "ab"]
    pages = [
        Page([order(1), order(2)], position="a", files=(marks[0],)),
        Page([order(3)], files=(marks[1],)),
    ]
    case.load_pages(pages, reads="onwards")
    ids = [row[0] for row in case.ops("loads", "load_id, part")]
    assert case.ops("files", "path, load_id") == [("a.csv", ids[0]), ("b.csv", ids[1])]


def test_a_source_with_its_own_state_is_handed_what_was_committed(warehouse: str) -> None:
    shop = build_shop(warehouse, stateful=True, cursor=None)
    for number in range(1, 6):
        shop.source.put(number, NOW - DAY + timedelta(minutes=number))
    shop.source.before_page = breaks_at(3, OUTAGE)
    with pytest.raises(UpstreamUnavailable):
        shop.load()
    assert shop.cursor() is not None
    shop.source.before_page = None
    assert shop.loaded().read == 1
    shop.source.put(2, NOW, "edited")
    again = shop.loaded(RunKind.MANUAL)
    assert (again.read, again.updated) == (1, 1)
    assert shop.source.asked[-1][1] == "2026-02-28T12:05:00Z|5"
    assert shop.cursor() == "2026-03-01T12:00:00Z|2"
    assert shop.loaded().read == 0
    assert shop.cursor() == "2026-03-01T12:00:00Z|2"
    assert shop.checkpoints() == []


def test_a_source_with_its_own_state_that_refuses_it_asks_for_a_person(warehouse: str) -> None:
    shop = build_shop(warehouse, stateful=True, cursor=None)
    shop.source.put(1, NOW - DAY)
    shop.load()
    shop.source.refuses = True
    with pytest.raises(PositionRefused):
        shop.load()
    assert shop.cursor() is not None


def test_a_rest_list_is_asked_on_behind_what_is_committed(warehouse: str) -> None:
    """The whole way: requests of the second try begin after the last committed page."""
    stream = {"primary_key": ["id"], "columns": {"id": "int"}}
    paginator = {"kind": "last_id", "param": "after", "more_path": "more", "resumable": True}
    connector = {
        "connector": "listed", "title": "t", "kind": "rest", "streams": {"things": stream},
        "api": {"base_url": "http://x", "records_path": "data", "paginator": paginator},
    }  # fmt: skip
    broken: list[bool] = [True]

    def answer(seen: Seen) -> Reply:
        after = int(seen.query.get("after", 0))
        if after == 6 and broken:
            return Reply({}, status=503)
        return Reply({"data": [{"id": after + 1}, {"id": after + 2}], "more": after < 8})

    with FakeApi(answer) as api:
        feed = replace(build_feed(connector), tenant=build_tenant("listco"))
        source = RestSource(feed, Credentials("c", api.url), limits=HttpLimits(tries=1))

        def load() -> Any:
            environment = build_environment(Warehouse(warehouse), Credentials("c"))
            request = LoadRequest(feed, RunKind.SCHEDULED, ("things",))
            return run_stream_load(request, environment, source)

        with pytest.raises(UpstreamUnavailable):
            load()
        broken.clear()
        result = load()
    assert (result.inserted, result.read) == (4, 4)
    assert [seen.query.get("after") for seen in api.seen] == [None, "2", "4", "6", "6", "8"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_between_or_inside_parts_nothing_is_lost_or_doubled(
    warehouse: str, step: str
) -> None:
    """Known elsewhere: the checkpoint was written after the rows, so a worker killed in between
    delivered a part twice; or before them, and the part was lost."""
    shop = build_shop(warehouse)
    fill(shop.source)
    command = [sys.executable, "-m", "tests.integration.load_parts_killed"]
    arguments = [*command, shop.url, shop.feed.tenant.id, step]
    killed = subprocess.run(
        arguments, cwd=ROOT, capture_output=True, check=False, timeout=60, env=os.environ
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    committed = STEPS[step].rows
    assert len(shop.rows() if committed else []) == committed
    assert shop.cursor() is None
    result = shop.loaded()
    assert result.inserted == 7 - committed
    assert shop.source.delivered == list(range(committed + 1, 8)), "nothing committed is read again"
    assert sorted(shop.rows()) == [1, 2, 3, 4, 5, 6, 7]
    assert sum(row[0] for row in shop.books()) == 7
    assert shop.checkpoints() == []
    assert shop.cursor() is not None
