"""The demo in later years: the world ends when it is made, so vendors still have its days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from include.core import clock
from include.core.streams import Window
from include.sandbox.__main__ import build_parser
from include.sandbox.testing import running_sandbox
from include.sandbox.world import START, WorldSpec
from tests.connectors.connector_cases import Case, build_cases, read_records

LATER = datetime(2028, 6, 15, 9, 30, tzinfo=UTC)
# Stream of daily rows, and where its day stands in a record.
DAILY = {
    "acme-google_ads": ("campaign_stats", ("segments", "date")),
    "acme-meta_ads": ("ad_insights", ("date_start",)),
}


def test_a_world_ends_on_the_day_it_is_made() -> None:
    words = ["generate", "--out", "x"]
    with clock.frozen(LATER):
        assert build_parser().parse_args(words).end == datetime(2028, 6, 15, tzinfo=UTC)
    with clock.frozen(LATER + timedelta(days=1)):
        assert build_parser().parse_args(words).end == datetime(2028, 6, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory):
    end = LATER.replace(hour=0, minute=0)
    with running_sandbox(WorldSpec(size=40, end=end, as_of=end)) as url:
        yield build_cases(url, tmp_path_factory.mktemp("no_files"))


@pytest.mark.parametrize("name", sorted(DAILY))
def test_ads_are_there_up_to_the_day_in_2028(name: str, cases: dict) -> None:
    """The world ended in 2026 and vendors keep three years: from 2028 on ads had no days left."""
    stream, path = DAILY[name]
    recent = read_days(cases[name], stream, path, Window(LATER - timedelta(days=14), LATER))
    assert max(recent) >= date(2028, 6, 10)
    first = Window(START, datetime(2025, 7, 15, tzinfo=UTC))
    kept = read_days(cases[name], stream, path, first)
    assert date(2025, 4, 1) <= min(kept) <= date(2025, 7, 1), "three years and a month are kept"


def read_days(case: Case, stream: str, path: tuple[str, ...], window: Window) -> set[date]:
    days = set()
    with clock.frozen(LATER):
        for record in read_records(case.quick(), stream, window):
            found = record
            for part in path:
                found = found[part]
            days.add(date.fromisoformat(str(found)))
    return days
