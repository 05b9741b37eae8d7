"""Windows are half-open and aware; results count what people compare."""

from datetime import UTC, datetime, timedelta

import pytest

from include.core.streams import LoadResult, Page, Window

START = datetime(2026, 10, 1, tzinfo=UTC)
END = START + timedelta(days=7)


def test_a_window_holds_its_start_and_not_its_end() -> None:
    window = Window(START, END)
    assert window.contains(START)
    assert window.contains(END - timedelta(microseconds=1))
    assert not window.contains(END)
    assert not window.contains(START - timedelta(microseconds=1))


def test_neighbouring_windows_share_no_instant() -> None:
    middle = START + timedelta(days=3)
    for instant in (START, middle, END - timedelta(seconds=1)):
        hits = [Window(START, middle).contains(instant), Window(middle, END).contains(instant)]
        assert sum(hits) == 1


def test_an_open_side_is_unbounded() -> None:
    assert Window().contains(START)
    assert Window(None, END).contains(datetime(1970, 1, 1, tzinfo=UTC))
    assert Window(START, None).contains(datetime(2999, 1, 1, tzinfo=UTC))


def test_naive_and_reversed_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Window(datetime(2026, 10, 1))  # noqa: DTZ001  # the naive value is the point
    with pytest.raises(ValueError, match="after its end"):
        Window(END, START)
    assert not Window(START, START).contains(START)


def test_loaded_is_inserted_plus_updated() -> None:
    result = LoadResult(
        load_id=1, read=10, inserted=3, updated=2, unchanged=3, quarantined=1, filtered=1
    )
    assert result.loaded == 5
    counts = result.counts()
    assert list(counts) == ["read", "loaded", "unchanged", "quarantined", "filtered"]
    assert counts["read"] == sum(v for k, v in counts.items() if k != "read")


def test_a_page_defaults_to_no_rejects() -> None:
    assert Page([{"id": 1}]) == Page([{"id": 1}], (), 0)
