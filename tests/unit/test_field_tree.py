"""The question asked for all records at once is the one asked for each of them."""

import gc

from hypothesis import example, given
from hypothesis import strategies as st

from include.load.rare_collection import OBJECTS, collect_rarely
from include.load.shape.field_tree import FieldTree

PATHS = ["id", "customer.id", "customer.address.city", "tags"]
NAMES = st.sampled_from(["id", "customer", "address", "city", "tags", "new"])
LEAVES: st.SearchStrategy[object] = st.one_of(st.none(), st.integers(), st.just([]), st.just({}))
RECORDS = st.dictionaries(
    NAMES, st.recursive(LEAVES, lambda below: st.dictionaries(NAMES, below, max_size=3)), max_size=4
)


@given(st.lists(RECORDS, max_size=5))
@example([{"customer": 5}])
@example([{"customer": []}, {"customer": {"id": 1}}])
@example([{"id": 1, "customer": {"id": 1, "address": "here"}}])
@example([{"customer": {"address": {"city": {"new": 1}}}}, {"customer": None}])
def test_all_fields_are_declared_exactly_when_no_record_has_one_left_over(
    records: list[dict[str, object]],
) -> None:
    """Asked wrongly, the fields nobody declared would be gone without a word."""
    tree = FieldTree(PATHS)
    left = [tree.leftover(record) for record in records]
    has_odd = any(one is not None for one in left)
    assert FieldTree(PATHS).is_all(records) == (not has_odd)


def test_the_collector_is_as_it_was_afterwards() -> None:
    before = gc.get_threshold()
    with collect_rarely():
        assert gc.get_threshold()[0] == OBJECTS
        with collect_rarely():
            assert gc.get_threshold()[0] == OBJECTS
        assert gc.get_threshold()[0] == OBJECTS
    assert gc.get_threshold() == before
