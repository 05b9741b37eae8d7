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


def test_a_must_link_brings_along_everybody_of_both() -> None:
    """A person joined Ann and Bob: Bob's second record, same mailbox, was torn off as no Ann."""
    rows = [
        person("a:1", "Ann Lee", email="ann@lee.example"),
        person("b:1", "Bob Roe", email="bob@roe.example"),
        person("b:2", "Bob Roe", email="bob@roe.example", city="Boston"),
    ]
    db = open_database(records=rows, overrides=[told("must_link", "a:1", "b:1")])
    resolve(db)
    assert len(clusters(db)) == 1
    assert evidence(db, "b:1", "b:2")[0] == "accept"


def test_a_vendors_link_brings_along_everybody_of_both() -> None:
    rows = [
        person("a:1", "Ann Lee", email="ann@lee.example"),
        person("b:1", "Bob Roe", email="bob@roe.example"),
        person("b:2", "Bob Roe", email="bob@roe.example", city="Boston"),
    ]
    link = {"left_record_id": "b:1", "right_record_id": "a:1", "rule": "customer id of the order"}
    db = open_database(records=rows, links=[link])
    resolve(db)
    assert len(clusters(db)) == 1


def test_what_an_override_hid_is_scored_when_it_goes() -> None:
    """A cannot_link taken back left its pair apart: the pair's own score had never been kept."""
    mail = "ann@lee.example"
    rows = [person("a:1", "Ann Lee", email=mail), person("b:1", "Ann Lee", email=mail, city="Rom")]
    db = open_database(records=rows, overrides=[told("cannot_link", "a:1", "b:1")])
    resolve(db)
    assert not together(db, "a:1", "b:1")
    db.execute("create or replace table known as from resolved")
    db.execute("create or replace table known_pairs as from pairs")
    db.execute("create or replace table parameters as from new_parameters")
    db.execute("delete from overrides")
    resolve(db)
    assert together(db, "a:1", "b:1")
    assert evidence(db, "a:1", "b:1")[1] == "key"


def test_why_a_pair_was_not_joined_is_said_once_and_as_long_as_it_holds() -> None:
    """Remembered words kept yesterday's `not joined`: it was added again each day, and stayed."""
    rows = [
        person("a:1", "Ann Lee", email="ann@lee.example"),
        person("b:1", "Ann Lee", email="ann@lee.example", phone="212 867 5309"),
        person("c:1", "Ann Lee", phone="212 867 5309"),
    ]
    db = open_database(records=rows, overrides=[told("cannot_link", "a:1", "c:1")])
    for _ in range(3):
        resolve(db)
        words = db.execute("select string_agg(evidence, '|') from pairs").fetchall()[0][0]
        assert words.count("not joined: ") == 1
        db.execute("create or replace table known as from resolved")
        db.execute("create or replace table known_pairs as from pairs")
        db.execute("create or replace table parameters as from new_parameters")
    db.execute("delete from overrides")
    resolve(db)
    assert len(clusters(db)) == 1
    assert db.execute(
        "select count(*) from pairs where evidence like '%not joined%'"
    ).fetchall() == [(0,)]
