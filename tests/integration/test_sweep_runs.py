"""Sweeps on a schedule of their own, and full reads that are suspiciously small."""

from datetime import timedelta
from typing import Any

import pytest

from include.config.stream_settings import StreamSettings
from include.core.errors import TruncatedFetch, UpstreamUnavailable
from include.core.streams import Page, Reject, RunKind
from include.load import parts
from include.load.parts import PartLimits
from include.pipeline.window import Skipped
from tests.integration.list_source import NOW, Shop, build_shop
from tests.integration.load_case import LoadCase, build_case

DAY = timedelta(days=1)


@pytest.fixture
def shop(warehouse: str) -> Shop:
    made = build_shop(warehouse, sweep="all")
    for number in range(1, 41):
        made.source.put(number, NOW - DAY)
    made.load()
    return made


def test_a_sweep_marks_what_is_gone_and_brings_back_what_returns(shop: Shop) -> None:
    cursor = shop.cursor()
    gone = shop.source.records.pop(7)
    assert shop.loaded().deleted == 0, "an incremental read knows nothing about absence"
    result = shop.loaded(RunKind.SWEEP)
    assert (result.read, result.unchanged, result.deleted) == (39, 39, 1)
    assert 7 not in shop.rows()
    shop.source.records[7] = gone
    result = shop.loaded(RunKind.SWEEP)
    assert (result.updated, result.deleted, len(shop.rows())) == (1, 0, 40)
    assert shop.cursor() != cursor
    assert shop.books("kind, cursor_after")[-1] == ("sweep", None)


def test_a_sweep_leaves_the_cursor_to_the_runs_that_own_it(shop: Shop) -> None:
    """A sweep began, an edit came, the sweep moved the cursor over it: the edit was never read."""
    before = shop.cursor()
    shop.load(RunKind.SWEEP)
    assert shop.cursor() == before


def test_a_sweep_that_would_take_too_much_stops_and_asks(shop: Shop) -> None:
    for number in range(1, 22):
        del shop.source.records[number]
    with pytest.raises(TruncatedFetch, match="`19` of `40` known rows"):
        shop.load(RunKind.SWEEP)
    assert len(shop.rows()) == 40
    assert shop.loaded(RunKind.SWEEP, may_shrink=True).deleted == 21


def test_a_tenant_says_how_much_a_sweep_may_take(shop: Shop) -> None:
    del shop.source.records[1]
    shop.feed.stream_settings["things"] = StreamSettings(sweep_limit_share=0.01)
    with pytest.raises(TruncatedFetch, match="at most 1%"):
        shop.load(RunKind.SWEEP)
    shop.feed.stream_settings["things"] = StreamSettings(sweep_limit_share=1)
    shop.source.records.clear()
    assert shop.loaded(RunKind.SWEEP).deleted == 40


def test_a_record_edited_while_the_sweep_reads_is_not_taken_for_gone(shop: Shop) -> None:
    """Its new time lay behind the window's end, so the read left it out, and it was marked."""

    def edit(page: int) -> None:
        if page == 5:
            shop.source.put(20, shop.now + timedelta(minutes=1), "edited")

    shop.source.before_page = edit
    assert shop.loaded(RunKind.SWEEP).deleted == 0
    assert shop.rows()[20] == "edited"


def test_a_sweep_finds_a_record_dated_in_the_future_and_what_lies_before_the_start(
    shop: Shop,
) -> None:
    """Rows loaded by hand from before the feed's start are not what a sweep reads."""
    shop.case.query("update {t} set updated_at = '2020-01-01' where id = 1")
    shop.case.query("update {t} set updated_at = null where id = 2")
    shop.source.put(3, NOW + 365 * DAY, "far")
    del shop.source.records[1], shop.source.records[2], shop.source.records[4]
    assert shop.loaded(RunKind.SWEEP).deleted == 1
    assert sorted(set(range(1, 41)) - set(shop.rows())) == [4]
    assert shop.rows()[3] == "far"


@pytest.mark.parametrize(
    "declared", [{"cursor": None, "sweep": "all"}, {"sweep": None}, {"stateful": True}]
)
def test_other_streams_have_nothing_to_sweep(warehouse: str, declared: dict[str, Any]) -> None:
    assert isinstance(build_shop(warehouse, **declared).load(RunKind.SWEEP), Skipped)


def _keyed(*keys: str | None) -> tuple[Reject, ...]:
    return tuple(
        Reject(f"id={key}", "type_mismatch", "x.", "{}", None if key is None else (key,))
        for key in keys
    )


SWEPT = {"primary_key": ["id"], "columns": {"id": "int", "n": "int"}, "sweep": "all"}


def _live(case: LoadCase) -> list[int]:
    return [row[0] for row in case.query("select id from {t} where _deleted_at is null order by 1")]


def test_a_quarantined_records_row_is_not_gone_and_the_others_are_swept(warehouse: str) -> None:
    """One bad record a day kept every deletion of a stream from being found, for ever."""
    case = build_case(warehouse, SWEPT)
    case.load([{"id": n, "n": 1} for n in range(1, 6)])
    result = case.load([{"id": 1, "n": 1}, {"id": 2, "n": "twelve"}, {"id": "3", "n": "x"}])
    assert (result.quarantined, result.deleted, _live(case)) == (2, 2, [1, 2, 3])
    result = case.load(Page([{"id": 1, "n": 1}], _keyed("2")))
    assert (result.deleted, _live(case)) == (1, [1, 2])


@pytest.mark.parametrize("key", [None, "no number", "99999999999"])
def test_a_reject_that_does_not_say_which_row_it_is_keeps_all(
    warehouse: str, key: str | None
) -> None:
    case = build_case(warehouse, SWEPT)
    case.load([{"id": n, "n": 1} for n in range(1, 4)])
    assert case.load(Page([{"id": 1, "n": 1}], _keyed("2", key))).deleted == 0
    assert _live(case) == [1, 2, 3]


@pytest.fixture
def full(warehouse: str) -> Shop:
    """A stream without cursor and sweep, read in full by every run; 30 records loaded."""
    made = build_shop(warehouse, cursor=None)
    for number in range(1, 31):
        made.source.put(number, NOW - DAY)
    made.load()
    return made


def test_a_full_read_much_smaller_than_the_last_is_refused_and_the_old_rows_stay(
    full: Shop,
) -> None:
    """An API answered 3 of 400 records with status 200; the run was green, the marts stale."""
    kept = dict(full.source.records)
    for number in range(1, 17):
        del full.source.records[number]
    with pytest.raises(TruncatedFetch, match="`14` of `30`"):
        full.load()
    full.source.records.clear()
    with pytest.raises(TruncatedFetch, match="`0` of `30`"):
        full.load()
    assert len(full.rows()) == 30
    full.source.records.update(kept)
    assert full.loaded().unchanged == 30


def test_a_person_accepts_a_smaller_full_read_and_it_becomes_the_measure(full: Shop) -> None:
    for number in range(1, 26):
        del full.source.records[number]
    with pytest.raises(TruncatedFetch):
        full.load()
    assert full.loaded(RunKind.MANUAL).read == 5
    assert full.loaded().read == 5


def test_a_stream_may_say_that_any_size_is_right(full: Shop) -> None:
    full.source.records.clear()
    full.feed.stream_settings["things"] = StreamSettings(sweep_limit_share=1)
    assert full.loaded().read == 0


def test_parts_of_a_full_read_are_counted_together_across_a_break(
    full: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part alone is much smaller than the last read."""
    monkeypatch.setattr(parts, "LIMITS", PartLimits(rows=4))

    def cut(page: int) -> None:
        if page == 9:
            raise UpstreamUnavailable("cut. Expected a page. Retry.")

    full.source.before_page = cut
    with pytest.raises(UpstreamUnavailable):
        full.load()
    full.source.before_page = None
    assert full.loaded().read == 14
    assert full.books("delivered")[-1] == (30,)
    assert full.loaded().unchanged == 30
