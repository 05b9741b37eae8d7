"""What a source may declare complete, and what the loader then takes as gone."""

import pytest

from include.core.errors import TruncatedFetch
from include.core.streams import Page
from include.destinations.postgres.sweep import _check_share
from include.load.page_reader import PageReader


def test_pages_name_what_they_complete() -> None:
    reader = PageReader()
    pages = [Page([{"a": 1}]), Page([], complete=("1/2026-10-01", "1/2026-10-02"))]
    assert sum(len(chunk) for chunk in reader.chunks(pages)) == 1
    assert reader.complete == {"1/2026-10-01", "1/2026-10-02"}
    assert reader.read == 1


def test_renaming_everything_in_a_part_is_no_shrinking() -> None:
    """A renamed campaign replaces all rows of a day: 100 gone, 99 new; that is no cut answer."""
    _check_share(100, 99, before=100 + 99 - 99, limit_share=0.5)


def test_a_part_that_lost_more_than_half_is_refused() -> None:
    with pytest.raises(TruncatedFetch):
        _check_share(60, 40, before=100, limit_share=0.5)
    _check_share(60, 40, before=100, limit_share=0.6)
