"""The books balance and the table equals a plain dictionary, whatever order records come in."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.core.streams import Page
from tests.integration.load_case import build_case, reject

DECLARED = {
    "primary_key": ["id"],
    "version": "v",
    "columns": {"id": "int", "v": "int", "a": "numeric"},
    "children": {"items": {"path": "items", "columns": {"x": "int"}}},
}

RECORD = st.fixed_dictionaries(
    {
        "id": st.one_of(st.integers(1, 5), st.none()),
        "v": st.integers(0, 3),
        "a": st.sampled_from(["1.0", "1", 2, "bad", None]),
        "items": st.lists(st.fixed_dictionaries({"x": st.integers(0, 2)}), max_size=2),
    }
)
PAGE = st.builds(
    Page,
    st.lists(RECORD, max_size=4),
    st.lists(st.builds(reject), max_size=1).map(tuple),
    st.integers(0, 2),
)
LOADS = st.lists(st.lists(PAGE, max_size=2), min_size=1, max_size=4)


def expected(loads: list[list[Page]]) -> dict[int, dict[str, Any]]:
    """The rule in five lines: the newest version wins, of equal ones the last to arrive."""
    kept: dict[int, dict[str, Any]] = {}
    for record in [r for pages in loads for page in pages for r in page.records]:
        fits = record["id"] is not None and record["a"] != "bad"
        if fits and (record["id"] not in kept or record["v"] >= kept[record["id"]]["v"]):
            kept[record["id"]] = record
    return kept


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(loads=LOADS)
def test_books_balance_and_the_newest_version_stays(
    warehouse: str, loads: list[list[Page]]
) -> None:
    case = build_case(warehouse, DECLARED)
    for pages in loads:
        result = case.load_pages(pages)
        read = sum(len(p.records) + len(p.rejects) + p.filtered for p in pages)
        counts = result.counts()
        assert counts.pop("read") == read == sum(counts.values())
    kept = expected(loads)
    rows = {row[0]: row[1:] for row in case.rows("id, v, a")}
    assert rows == {
        key: (record["v"], None if record["a"] is None else float(record["a"]))
        for key, record in kept.items()
    }
    children = [
        (key, at, item["x"])
        for key, record in sorted(kept.items())
        for at, item in enumerate(record["items"])
    ]
    assert case.rows("_parent_id, _position, x", "__items") == children
    before = case.rows()
    again = case.load_pages(page for pages in loads for page in pages)
    assert again.loaded == 0
    assert case.rows() == before
