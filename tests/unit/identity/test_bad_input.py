"""What arrives in real life: nothing, half of it, one pile of everything, other scripts."""

import pytest

from include.core.errors import ConfigError
from include.identity import train
from tests.bench.identity_people import add_people
from tests.unit.identity.identity_case import (
    add_rows,
    clusters,
    open_database,
    person,
    resolve,
    together,
)


@pytest.mark.parametrize("kind", ["people", "companies"])
def test_nulls_everywhere(kind: str) -> None:
    db = open_database(records=[person("a:1"), person("b:1"), {"record_id": "c:1"}])
    assert resolve(db, kind).entities == 3  # type: ignore[arg-type]
    assert db.execute("select count(*) from resolved where confidence = 1").fetchall() == [(3,)]


@pytest.mark.parametrize("kind", ["people", "companies"])
def test_no_records(kind: str) -> None:
    db = open_database()
    assert resolve(db, kind).entities == 0  # type: ignore[arg-type]
    for table in ("resolved", "pairs", "changes", "aliases", "golden", "shared_keys"):
        assert db.execute(f"select count(*) from {table}").fetchall() == [(0,)]


def test_records_of_one_name_and_nothing_else_stay_apart() -> None:
    db = open_database(records=[person(f"a:{at}", "John Smith") for at in range(5)])
    assert resolve(db).entities == 5


def test_words_for_nothing_are_nothing() -> None:
    rows = [
        person(f"a:{at}", name, city="N/A", phone="-", email="unknown", company_name="none")
        for at, name in enumerate(["N/A", "unknown", "Guest", "test", "-"])
    ]
    assert resolve(open_database(records=rows)).entities == 5


def test_emoji_right_to_left_and_other_scripts() -> None:
    rows = [
        person("a:1", "👩‍🦰 💅", email="a@x.example"),
        person("b:1", "محمد علي", phone="+971 50 123 4567"),
        person("c:1", "Mohamed Ali", phone="+971501234567"),
        person("d:1", "Юлия Иванова", email="julia@x.example"),
        person("e:1", "Yuliya Ivanova", email="Julia@x.example"),
        person("f:1", "王小明", email="wang@x.example"),
    ]
    db = open_database(records=rows)
    resolve(db)
    assert together(db, "d:1", "e:1")
    assert len(clusters(db)) <= 5


def test_a_giant_cluster_is_cut_and_put_up_for_review() -> None:
    """A chain of spellings, each fitting its neighbours: beyond the limit nothing is accepted."""
    rows = [
        person(f"a:{at:03}", "Ann Lee", email=f"k{at}@x.example", city=f"Town {at}")
        for at in range(60)
    ]
    keys = [
        {"record_id": f"a:{at:03}", "key_kind": "email", "value": f"k{at + 1}@x.example"}
        for at in range(60)
    ]
    db = open_database(records=rows, record_keys=keys)
    resolve(db, max_cluster=20)
    sizes = db.execute("select max(n) from (select count(*) as n from resolved group by entity_id)")
    assert sizes.fetchall()[0][0] <= 20
    cut = db.execute(
        "select count(*) from pairs where band = 'review' and evidence like '%more than 20%'"
    )
    assert cut.fetchall()[0][0] >= 2


def test_an_explosion_of_pairs_is_refused_before_scoring() -> None:
    names = [
        f"{first}{second}" for first in "abcde" for second in ("na", "be", "co", "du", "el", "fi")
    ]
    rows = [person(f"a:{name}", f"{name} Lee", postal_code="10001") for name in names]
    db = open_database(records=rows)
    with pytest.raises(ConfigError, match=r"would score `\d+` pairs"):
        resolve(db, max_pairs=100)


HOME: dict[str, object] = {"postal_code": "10001", "address_line": "1 Elm St"}
STRANGERS = [
    person("a:1", "Ann Lee", email="ann@lee.example", birth_date="1990-04-01", **HOME),
    person("b:1", "Zoe Wu", email="zw@wu.example", birth_date="1951-11-30", **HOME),
    person("c:1", "Ann Lee", email="ann@lee.example", birth_date="1990-04-01"),
]
WHY = "other first name {}, other last name {}, other email, same address {}, same postal code {}"


def test_every_pair_that_was_compared_is_kept_with_its_score_and_its_evidence() -> None:
    """Rejected pairs below 0.01 left no trace: nobody could tell why two were not one."""
    db = open_database(records=STRANGERS)
    summary = resolve(db, is_trained=False)
    assert (summary.scored, summary.unlike) == (2, 0)
    assert db.execute("select count(*) from unlike").fetchall() == [(0,)]
    found = db.execute("select score, band, evidence from pairs where right_id = 'b:1'").fetchall()
    ((score, band, why),) = found
    assert (0 < score < 0.01, band) == (True, "reject")
    assert why.startswith(WHY.format("`ann`/`zoe`", "`lee`/`wu`", "`1 elm st`", "`10001`"))


def test_of_very_many_the_unlike_are_counted_by_their_evidence_without_values() -> None:
    db = open_database(records=STRANGERS)
    summary = resolve(db, is_trained=False, keep_all=2, full=True)
    assert (summary.scored, summary.unlike) == (2, 1)
    assert db.execute("select left_id, right_id from pairs").fetchall() == [("a:1", "c:1")]
    ((is_full, why, below, pairs),) = db.execute(
        "select is_full, evidence, score_below, pairs from unlike"
    ).fetchall()
    assert (is_full, pairs) == (True, 1)
    assert 0 < below <= 0.01
    assert why.startswith(WHY.format("…/…", "…/…", "…", "…"))
    for value in ("ann", "zoe", "lee", "elm", "10001", "1990"):
        assert value not in why


def test_what_was_kept_of_few_is_counted_when_they_become_many() -> None:
    db = open_database(records=STRANGERS)
    resolve(db, is_trained=False, keep_all=3)
    assert db.execute("select count(*) from pairs").fetchall() == [(2,)]
    db.execute(
        "create or replace table known as select record_id, entity_id, content_hash,"
        " first_seen_at from resolved"
    )
    db.execute("create or replace table known_pairs as from pairs")
    resolve(db, is_trained=False, keep_all=2)
    assert db.execute("select count(*) from pairs").fetchall() == [(1,)]


def test_too_few_records_teach_nothing_and_that_is_said() -> None:
    mail = "ann@lee.example"
    rows = [person("a:1", "Ann Lee", email=mail), person("b:1", None, email=mail)]
    db = open_database(records=rows)
    summary = resolve(db)
    assert together(db, "a:1", "b:1")
    assert not summary.is_trained
    assert "Numbers from labelled sets are used" in summary.warnings[0]


def test_parameters_of_another_model_are_not_used() -> None:
    db = open_database(records=[person("a:1", "Ann Lee")])
    db.execute("insert into parameters values (now(), ?)", ['{"prior": 0.5, "grades": {"x": []}}'])
    db.execute("insert into parameters values (now(), 'no json')")
    assert resolve(db).entities == 1


def test_a_trainer_that_does_not_settle_costs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of likely matches, and each round says otherwise: keys, links and people decide."""
    monkeypatch.setattr(train, "_distance", lambda *_: 1.0)
    db = open_database()
    resolve(db)
    add_people(db, 0, 400, 200)
    add_rows(db, "records", [person("z:1", "Q Q", email="q@q.example")])
    add_rows(db, "records", [person("z:2", None, email="q@q.example")])
    summary = resolve(db)
    assert not summary.is_trained
    assert "did not settle it" in summary.warnings[0]
    assert together(db, "z:1", "z:2")
