"""Keys that many bear are nobody's: found by the spread of names, listed with their counts."""

import duckdb
import pytest

from tests.unit.identity.identity_case import clusters, open_database, person, resolve, together

NAMES = ["Ann Lee", "Bob Roe", "Cem Kaya", "Dora Wu", "Eva Novak", "Finn Olsen", "Gus Hill"]


def listed(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int, str]]:
    return db.execute(
        "select key_kind, value, records, treatment from shared_keys order by all"
    ).fetchall()


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        ("email", "desk@hotel.example", "desk@hotel.example"),
        ("phone", "(212) 867-5309", "+12128675309"),
    ],
)
def test_a_key_of_many_names_glues_nobody(column: str, value: str, read: str) -> None:
    rows = [person(f"a:{at}", name, **{column: value}) for at, name in enumerate(NAMES)]
    db = open_database(records=[*rows, person("b:1", None, **{column: value})])
    resolve(db)
    assert len(clusters(db)) == len(NAMES) + 1
    assert listed(db) == [(column, read, len(NAMES) + 1, "ignored")]


def test_a_role_mailbox_of_two_names_is_shared_already() -> None:
    rows = [person("a:1", "Ann Lee", email="info@x.example")]
    rows += [person("b:1", "Bob Roe", email="info@x.example")]
    db = open_database(records=[*rows, person("c:1", None, email="INFO@x.example")])
    resolve(db)
    assert len(clusters(db)) == 3


def test_a_household_is_weakened_not_ignored() -> None:
    """Two names on one mailbox: each of them is still found by it, a nameless record by neither."""
    rows = [
        person("a:1", "Ann Lee", email="lees@x.example"),
        person("b:1", "Bob Lee", email="lees@x.example"),
        person("c:1", "Ann Lee", email="lees@x.example", city="Boston"),
        person("d:1", None, email="lees@x.example"),
    ]
    db = open_database(records=rows)
    resolve(db)
    assert clusters(db) == {
        frozenset({"a:1", "c:1"}), frozenset({"b:1"}), frozenset({"d:1"}),
    }  # fmt: skip
    assert listed(db) == [("email", "lees@x.example", 4, "weakened")]


@pytest.mark.parametrize("phone", ["000-0000000", "1234567890", "+1 555 555 5555", "999 999 9999"])
def test_placeholder_phones_are_no_keys(phone: str) -> None:
    db = open_database(records=[person("a:1", None, phone=phone), person("b:1", None, phone=phone)])
    resolve(db)
    assert not together(db, "a:1", "b:1")


@pytest.mark.parametrize("email", ["noemail@x.example", "none@none.com", "test@test.com", "n/a"])
def test_placeholder_emails_are_no_keys(email: str) -> None:
    db = open_database(records=[person("a:1", None, email=email), person("b:1", None, email=email)])
    resolve(db)
    assert not together(db, "a:1", "b:1")


def test_a_hundred_thousand_records_with_one_unknown_placeholder() -> None:
    db = open_database()
    db.execute(
        "insert into records (record_id, source, email)"
        " select 'a:' || range, 'a', 'kunde@kasse.example' from range(100000)"
    )
    summary = resolve(db)
    assert summary.entities == 100_000
    assert listed(db) == [("email", "kunde@kasse.example", 100_000, "ignored")]


def test_one_buyer_with_many_guest_orders_is_one() -> None:
    db = open_database()
    db.execute(
        "insert into records (record_id, source, name, email)"
        " select 'a:' || range, 'a', 'Ann Lee', 'ann@lee.example' from range(3000)"
    )
    assert resolve(db).entities == 1


def test_a_record_that_links_lead_to_from_everybody_links_nobody() -> None:
    rows = [person(f"a:{at}", name) for at, name in enumerate(NAMES)]
    links = [
        {"left_record_id": "till:1", "right_record_id": row["record_id"], "rule": "walk-in"}
        for row in rows
    ]
    db = open_database(records=[*rows, person("till:1", "Walk In")], links=links)
    resolve(db)
    assert len(clusters(db)) == len(NAMES) + 1
    assert listed(db) == [("link", "till:1", len(NAMES), "ignored")]
