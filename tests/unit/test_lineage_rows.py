"""From a row of a mart to the records it needs: which are found, and by what statement."""

from collections.abc import Sequence

import pytest

from include.transform.lineage.graph import Made
from include.transform.lineage.needed import build_probe, find_needed
from include.transform.lineage.statement import UnreadableSelect

RAW = ("raw", "lines")
MADE = {
    ("stg", "lines"): Made("lines", 'select lines.* from "db"."raw"."lines" -- of "raw"."lines"'),
    ("stg", "other"): Made("other", 'select * from "db"."raw"."other" as o'),
    ("stg", "joined"): Made(
        "joined",
        'with l as (select * from "db"."stg"."lines" as l where l.code like \'a%\') '
        'select l.* from l join "db"."stg"."other" as other on other.id = l.id',
    ),
    ("stg", "unbuilt"): Made("unbuilt", None),
}


@pytest.mark.parametrize(
    ("needed", "total"),
    [({0}, 1), ({0}, 1000), ({999}, 1000), ({500}, 1000), ({3, 4}, 9), ({0, 7, 999}, 1000)],
)
def test_the_needed_rows_are_found_among_all_with_few_questions(
    needed: set[int], total: int
) -> None:
    asked = []

    def is_there(rows: Sequence[int]) -> bool:
        asked.append(rows)
        return needed <= set(rows)

    assert set(find_needed(range(total), is_there)) == needed
    assert len(asked) <= 4 + 12 * len(needed)


def test_one_of_two_that_replace_each_other_is_told() -> None:
    """A record loaded by two streams, either of which makes the row."""
    assert find_needed(range(10), lambda rows: bool({2, 8} & set(rows))) == [2]


@pytest.mark.parametrize("answer", [True, False])
def test_a_row_that_comes_with_none_or_not_at_all_needs_none(answer: bool) -> None:
    """A table that is only looked up in, and one that has forgotten the record."""
    assert find_needed(range(10), lambda _: answer) == []


def test_an_answer_that_contradicts_itself_ends() -> None:
    """A numbering of rows changes with how many there are."""
    assert len(find_needed(range(10), lambda rows: len(rows) == 10)) <= 10


def test_only_the_way_to_the_raw_table_is_asked_anew() -> None:
    probe = build_probe(MADE, ("stg", "joined"), RAW, "select 1 as narrowed")
    assert probe.startswith("with narrowed_0 as (select 1 as narrowed), narrowed_1 as (")
    assert 'select lines.* from narrowed_0 as "lines"' in probe
    assert "select * from narrowed_1 as l where" in probe
    assert '"db"."stg"."other" as other' in probe, "what does not read it stays as it is"
    assert probe.endswith("select 1 from narrowed_2 as wanted")
    # A comment at a select's end would have eaten the bracket behind it.
    assert '-- of narrowed_0 as "lines"\n)' in probe


@pytest.mark.parametrize("model", ["other", "unbuilt", "nobody"])
def test_a_model_that_does_not_read_the_table_says_so(model: str) -> None:
    with pytest.raises(UnreadableSelect, match="does not read `lines`"):
        build_probe(MADE, ("stg", model), RAW, "select 1")
