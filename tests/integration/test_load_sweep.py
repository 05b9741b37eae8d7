"""Deletes at the source: complete reads mark what they no longer hold."""

from datetime import timedelta
from typing import Any

import pytest

from include.core.errors import TruncatedFetch
from include.core.streams import Page, RunKind, Window
from tests.integration.load_case import START, LoadCase, build_case, reject

DECLARED = {
    "primary_key": ["id"],
    "columns": {"id": "int", "file": "text", "name": "text"},
    "sweep": "all",
}


def records(*ids: int, file: str = "a.csv", name: str = "n") -> list[dict[str, Any]]:
    return [{"id": number, "file": file, "name": name} for number in ids]


def live(case: LoadCase) -> list[int]:
    rows = case.rows("id, _deleted_at is null")
    return [number for number, is_live in rows if is_live]


@pytest.fixture
def case(warehouse: str) -> LoadCase:
    return build_case(warehouse, DECLARED)


def test_a_row_not_read_is_marked_and_comes_back_when_read_again(case: LoadCase) -> None:
    case.load(records(1, 2, 3))
    gone = case.load(records(1, 3))
    assert (gone.deleted, gone.unchanged) == (1, 2)
    assert case.rows("id, _deleted_at, _load_id")[1] == (
        2, START + timedelta(hours=2), gone.load_id,
    )  # fmt: skip
    assert case.load(records(1, 3)).deleted == 0
    back = case.load(records(1, 2, 3))
    assert (back.updated, back.unchanged, live(case)) == (1, 2, [1, 2, 3])


def test_a_column_limits_the_sweep_to_what_was_read(warehouse: str) -> None:
    case = build_case(warehouse, DECLARED | {"sweep": "file"})
    case.load(records(1, 2, file="a.csv") + records(3, 4, file="b.csv"))
    assert case.load(records(1, file="a.csv")).deleted == 1
    assert live(case) == [1, 3, 4]


@pytest.mark.parametrize(
    ("window", "kind"),
    [
        (Window(START, START + timedelta(days=1)), RunKind.SCHEDULED),
        (Window(None, START), RunKind.BACKFILL),
    ],
)
def test_a_partial_read_marks_nothing(warehouse: str, window: Window, kind: RunKind) -> None:
    columns = DECLARED["columns"] | {"at": "timestamp"}
    cursor = {"field": "at", "why": "test"}
    case = build_case(warehouse, DECLARED | {"columns": columns, "cursor": cursor})
    case.load(records(1, 2))
    assert case.load(records(1), window=window, kind=kind).deleted == 0


def test_a_quarantined_record_is_not_taken_for_deleted(case: LoadCase) -> None:
    case.load(records(1, 2))
    result = case.load(Page(records(1), (reject(),)))
    assert (result.deleted, live(case)) == (0, [1, 2])


def test_of_a_quarantined_record_only_its_own_row_is_kept(warehouse: str) -> None:
    """A record whose amount is no number is at the source; the row it names was marked gone."""
    columns = DECLARED["columns"] | {"size": "int"}
    case = build_case(warehouse, DECLARED | {"columns": columns, "sweep_limit_share": 1})
    sized = [record | {"size": 1} for record in records(1, 2, 3)]
    case.load(sized)
    result = case.load([sized[0], sized[1] | {"size": "no number"}])
    assert (result.quarantined, result.deleted, live(case)) == (1, 1, [1, 2])


def test_a_read_without_what_was_read_before_marks_nothing(case: LoadCase) -> None:
    """Files that did not change are not read again: their rows are no deletes."""
    case.load(records(1, 2))
    assert case.load(Page(records(1), partial=True)).deleted == 0


def test_a_read_that_lost_more_than_half_is_refused(case: LoadCase) -> None:
    case.load(records(*range(30)))
    with pytest.raises(TruncatedFetch, match="`0` of `30`"):
        case.load([])
    with pytest.raises(TruncatedFetch, match="`14` of `30`"):
        case.load(records(*range(14)))
    assert len(live(case)) == 30
    assert case.load(records(*range(15))).deleted == 15
    assert case.load([], kind=RunKind.MANUAL).deleted == 15


def test_a_small_stream_may_become_empty(case: LoadCase) -> None:
    case.load(records(1, 2))
    assert case.load([]).deleted == 2


def test_another_feed_is_never_swept(case: LoadCase) -> None:
    other = build_case(case.url, DECLARED, feed="other")
    other.tenant = case.tenant
    case.load(records(1, 2))
    other.load(records(8))
    assert case.load(records(1)).deleted == 1
    assert case.rows("id, _feed, _deleted_at is null") == [
        (1, "shop", True), (2, "shop", False), (8, "other", True),
    ]  # fmt: skip


def test_a_sweep_reaches_back_to_its_bound(warehouse: str) -> None:
    """What is older than the window was not asked for; the bound's own instant was."""
    columns = DECLARED["columns"] | {"at": "timestamp"}
    cursor = {"field": "at", "why": "test"}
    case = build_case(warehouse, DECLARED | {"columns": columns, "cursor": cursor})
    bound = START - timedelta(days=30)
    moments = [bound - timedelta(microseconds=1), bound, bound + timedelta(days=1), None]
    case.load(
        [
            {"id": number, "at": moment and moment.isoformat()}
            for number, moment in enumerate(moments)
        ]
        + records(*range(10, 19))
    )
    swept = case.load([], window=Window(bound, None), kind=RunKind.SWEEP)
    assert (swept.deleted, live(case)) == (2, [0, 3, *range(10, 19)])


def test_exactly_the_share_is_enough(warehouse: str) -> None:
    """The limit says at most: a stream of which just half is left is no cut read."""
    case = build_case(warehouse, DECLARED)
    case.load(records(*range(21)))
    with pytest.raises(TruncatedFetch, match="`10` of `21`"):
        case.load(records(*range(10)))
    assert case.load(records(*range(11))).deleted == 10
    small = build_case(warehouse, DECLARED)
    small.load(records(*range(20)))
    assert small.load(records(1)).deleted == 19, "twenty rows are a small stream"


def test_a_late_commit_does_not_sweep_what_began_after_it(case: LoadCase) -> None:
    early = case.plan()
    case.load(records(1, 2))
    assert case.load(records(1), started_at=early.place.started_at).deleted == 0
    assert live(case) == [1, 2]
