"""What a source may declare complete, and what the loader then takes as gone."""

from dataclasses import replace

import pytest

from include.core.errors import TruncatedFetch
from include.core.streams import Page
from include.destinations.protocol import Sweep, Swept
from include.load import absence
from include.load.absence import SMALL_STREAM, check_swept, run_check_delivered
from include.load.page_reader import PageReader
from include.load.plan import LoadPlan
from tests.unit.plan_maker import build_plan


def test_pages_name_what_they_complete() -> None:
    reader = PageReader()
    pages = [Page([{"a": 1}]), Page([], complete=("1/2026-10-01", "1/2026-10-02"))]
    assert sum(len(chunk) for chunk in reader.chunks(pages)) == 1
    assert reader.complete == {"1/2026-10-01", "1/2026-10-02"}
    assert reader.read == 1


def _plan(share: float) -> LoadPlan:
    return build_plan({"sweep": "day", "sweep_limit_share": share})


def test_renaming_everything_in_a_part_is_no_shrinking() -> None:
    """A renamed campaign replaces all rows of a day: 100 gone, 99 new; that is no cut answer."""
    check_swept(_plan(0.5), Sweep("day", ("2026-10-01",)), Swept(100, 99), inserted=99)


def test_a_part_that_lost_more_than_half_is_refused() -> None:
    with pytest.raises(TruncatedFetch):
        check_swept(_plan(0.5), Sweep("day"), Swept(60, 40), inserted=0)
    check_swept(_plan(0.6), Sweep("day"), Swept(60, 40), inserted=0)


def test_what_a_person_accepts_is_not_refused() -> None:
    accepted = replace(_plan(0.5), may_shrink=True)
    check_swept(accepted, Sweep("day"), Swept(100, 0), inserted=0)


@pytest.mark.parametrize(
    ("last", "delivered", "is_refused"),
    [
        (None, 0, False),
        (SMALL_STREAM, 0, False),
        (SMALL_STREAM + 1, 0, True),
        (100, 40, False),
        (100, 39, True),
    ],
)
def test_a_full_read_nobody_sweeps_is_measured_at_its_bounds(
    monkeypatch: pytest.MonkeyPatch, last: int | None, delivered: int, is_refused: bool
) -> None:
    """A fault that moved a bound by one was found by no test: exactly the share may be missing."""
    monkeypatch.setattr(absence, "fetch_last_delivered", lambda *_: last)
    plan = _plan(0.6)
    if not is_refused:
        run_check_delivered(None, plan, delivered)  # type: ignore[arg-type]
        return
    with pytest.raises(TruncatedFetch):
        run_check_delivered(None, plan, delivered)  # type: ignore[arg-type]
    run_check_delivered(None, replace(plan, may_shrink=True), delivered)  # type: ignore[arg-type]
