"""The measures of `make truth`, on partitions small enough to count by hand."""

from tests.truth.agreement import (
    Agreement,
    EvidenceTable,
    JudgedPair,
    build_kinds,
    measure_agreement,
)
from tests.truth.row import ALL, build_agreement_rows, build_difference_row

TRUTH = {"a1": "a", "a2": "a", "a3": "a", "b1": "b", "b2": "b", "t1": "tester"}


def test_pairs_purity_and_whole_entities() -> None:
    """a is split in two, its rest joined with b: 1 pair of 4 right in the answer, of 4 in truth."""
    answer = {"a1": "x", "a2": "x", "a3": "y", "b1": "y", "b2": "z", "nobody": "z", "t1": "x"}
    found = measure_agreement(answer, TRUTH, frozenset({"tester"}))
    assert (found.right, found.joined, found.true) == (1, 2, 4)
    assert (found.precision, found.recall) == (0.5, 0.25)
    assert round(found.f1, 4) == 0.3333
    assert found.purity == 4 / 5
    assert found.share_whole == 0.0


def test_a_perfect_answer_and_none_at_all() -> None:
    perfect = measure_agreement({key: TRUTH[key] for key in TRUTH}, TRUTH)
    assert (perfect.f1, perfect.purity, perfect.share_whole) == (1.0, 1.0, 1.0)
    assert Agreement().f1 == 1.0
    apart = measure_agreement({key: key for key in TRUTH}, TRUTH)
    assert (apart.precision, apart.recall, apart.f1, apart.purity) == (1.0, 0.0, 0.0, 1.0)


def test_tenants_add_up() -> None:
    assert Agreement(1, 2, 4) + Agreement(1, 0, 1, 3, 3) == Agreement(2, 2, 5, 3, 3)


def test_words_of_evidence_are_kinds_without_their_values() -> None:
    """Values may hold commas, slashes and semicolons; a remark behind a semicolon is none."""
    told = "same phone `+1 303`, similar name `Lee, Jo`/`Jo / Lee`; not joined: too many"
    assert build_kinds(JudgedPair("l", "r", "model", told)) == ["same phone", "similar name"]
    assert build_kinds(JudgedPair("l", "r", "override", "x")) == ["a person"]
    linked = [
        build_kinds(JudgedPair("l", "r", "link", f"paid order {order} of the other"))
        for order in ("#4785", "INV-1002/3")
    ]
    assert linked == [["a vendor's link: paid order N of the other"]] * 2


def test_precision_and_recall_by_kind_of_evidence() -> None:
    table = EvidenceTable()
    pairs = [
        JudgedPair("a1", "a2", "key", "same email `x`"),
        JudgedPair("a1", "b1", "key", "same email `y`"),
        JudgedPair("a1", "a3", "model", "same email `z`"),
        JudgedPair("a1", "stranger", "key", "same email `x`"),
    ]
    table.add(pairs, {"a1": "x", "a2": "x", "b1": "x", "a3": "y"}, TRUTH)
    line = table.lines["same email"]
    assert (line.pairs, line.joined, line.true) == (3, 2, 2)
    assert (line.precision, line.recall) == (0.5, 0.5)


def test_rows_are_judged_where_there_is_enough_to_judge() -> None:
    few = build_agreement_rows("bazaar", "people", Agreement(0, 0, 9, 1, 1, 1, 1))
    assert all(row.holds is None for row in few)
    many = build_agreement_rows(ALL, "people", Agreement(0, 0, 9, 1, 1, 1, 1))
    assert [row.holds for row in many if row.target] == [False, True, True]
    assert build_difference_row("acme", "revenue", 0).holds is True
    assert build_difference_row("acme", "revenue", -3).holds is False
