"""A person's word stands above keys, links and the model, and contradictions are refused."""

import pytest

from include.core.errors import ConfigError
from tests.unit.identity.identity_case import (
    NOW,
    Row,
    clusters,
    evidence,
    open_database,
    person,
    resolve,
    together,
)


def told(verdict: str, left: str, right: str, who: str = "ann") -> Row:
    return {
        "left_id": left,
        "right_id": right,
        "verdict": verdict,
        "who": who,
        "at": NOW,
        "why": "asked them",
    }


def test_must_link_joins_strangers() -> None:
    db = open_database(
        records=[person("a:1", "Ann Lee"), person("b:1", "Zoe Wu")],
        overrides=[told("must_link", "b:1", "a:1")],
    )
    resolve(db)
    assert together(db, "a:1", "b:1")
    band, by, words = evidence(db, "a:1", "b:1")
    assert (band, by) == ("accept", "override")
    assert "ann 2026-03-01 asked them" in words


def test_cannot_link_parts_one_mailbox_and_a_chain_through_a_third() -> None:
    rows = [
        person("a:1", "Ann Lee", email="ann@lee.example"),
        person("b:1", "Ann Lee", email="ann@lee.example", phone="212 867 5309"),
        person("c:1", "Ann Lee", phone="212 867 5309"),
    ]
    db = open_database(records=rows, overrides=[told("cannot_link", "a:1", "c:1")])
    resolve(db)
    assert not together(db, "a:1", "c:1")
    assert len(clusters(db)) == 2
    refused = db.execute("select evidence from pairs where evidence like '%not joined: a person%'")
    assert refused.fetchall()


def test_cannot_link_of_a_pair_never_compared_is_kept_with_its_words() -> None:
    db = open_database(
        records=[person("a:1", "Ann Lee"), person("b:1", "Zoe Wu")],
        overrides=[told("cannot_link", "a:1", "b:1")],
    )
    resolve(db)
    assert evidence(db, "a:1", "b:1")[:2] == ("reject", "override")


def test_cannot_link_beats_a_vendors_link() -> None:
    db = open_database(
        records=[person("a:1", "Ann Lee"), person("b:1", "Ann Lee")],
        links=[{"left_record_id": "a:1", "right_record_id": "b:1", "rule": "customer id"}],
        overrides=[told("cannot_link", "a:1", "b:1")],
    )
    resolve(db)
    assert not together(db, "a:1", "b:1")


def test_a_chain_of_must_links_against_a_cannot_link_names_both() -> None:
    names = ["a:1", "b:1", "c:1", "d:1"]
    db = open_database(
        records=[person(name, name) for name in names],
        overrides=[
            told("must_link", "a:1", "b:1"),
            told("must_link", "b:1", "c:1", who="bob"),
            told("must_link", "c:1", "d:1"),
            told("cannot_link", "d:1", "a:1", who="cem"),
        ],
    )
    with pytest.raises(ConfigError) as error:
        resolve(db)
    for word in ("`a:1`", "`d:1`", "cem", "bob", "`b:1` = `c:1`"):
        assert word in str(error.value), word


def test_the_last_word_on_one_pair_counts() -> None:
    """A must_link taken back later by a cannot_link of the same pair is no contradiction."""
    later = {**told("cannot_link", "b:1", "a:1"), "at": NOW.replace(year=2027)}
    db = open_database(
        records=[person("a:1", "Ann Lee"), person("b:1", "Ann Lee")],
        overrides=[told("must_link", "a:1", "b:1"), later],
    )
    resolve(db)
    assert not together(db, "a:1", "b:1")


def test_overrides_of_records_that_do_not_exist_are_told() -> None:
    db = open_database(
        records=[person("a:1", "Ann Lee")], overrides=[told("must_link", "a:1", "gone:1")]
    )
    assert any("`gone:1`" in warning for warning in resolve(db).warnings)
