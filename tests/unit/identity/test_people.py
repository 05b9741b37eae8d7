"""People across sources: keys, names and what keeps strangers apart."""

from dataclasses import replace

import pytest

from include.identity.people import PEOPLE
from include.identity.train import fingerprint
from tests.unit.identity.identity_case import (
    clusters,
    evidence,
    open_database,
    person,
    resolve,
    together,
)

EMAILS = [
    ("John.Smith+shop@gmail.com", "johnsmith@googlemail.com"),
    ("JANE@Acme.example", " jane@acme.example "),
    ("Jane Doe <jane@acme.example>", "jane@acme.example"),
    ("jane-shop@yahoo.com", "jane@yahoo.com"),
    ("jane@me.com", "jane@icloud.com"),
]


@pytest.mark.parametrize(("left", "right"), EMAILS)
def test_one_mailbox_spelled_differently_is_one_person(left: str, right: str) -> None:
    db = open_database(records=[person("a:1", email=left), person("b:1", email=right)])
    resolve(db)
    assert together(db, "a:1", "b:1")


@pytest.mark.parametrize(
    ("left", "right"),
    [("j.doe@acme.example", "jdoe@acme.example"), ("jane@gmail.com", "jane@yahoo.com")],
)
def test_two_mailboxes_are_two_people(left: str, right: str) -> None:
    db = open_database(records=[person("a:1", email=left), person("b:1", email=right)])
    resolve(db)
    assert not together(db, "a:1", "b:1")


def test_names_swapped_short_and_transliterated() -> None:
    phone = "+1 212 867 5309"
    names = ["Robert Smith", "Smith, Bob", "Mr. Robert J. Smith", "Smith Robert"]
    db = open_database(
        records=[person(f"s{at}:1", name, phone=phone) for at, name in enumerate(names)]
    )
    resolve(db)
    assert len(clusters(db)) == 1


def test_a_family_shares_its_phone_and_stays_a_family() -> None:
    rows = [
        person("a:1", "John Smith", phone="(212) 867-5309", email="john@smith.example"),
        person("b:1", "Mary Smith", phone="212 867 5309", email="mary@smith.example"),
        person("c:1", None, phone="2128675309"),
    ]
    db = open_database(records=rows)
    resolve(db)
    assert not together(db, "a:1", "b:1")
    assert "other first name" in evidence(db, "a:1", "b:1")[2]


def test_no_records() -> None:
    db = open_database()
    assert resolve(db).entities == 0


BAKERY = {"company_name": "Lakeside Bakery, LLC", "email": "accounts@lakesidebakery.example"}
AT_HOME = {"address_line": "126 Prospect Ln", "city": "New York", "postal_code": "10024"}


def test_a_company_at_its_address_is_one_customer_in_both_books() -> None:
    """One company's name, role mailbox and address in two books stayed two customers."""
    named = {"first_name": "Elizabeth", "last_name": "Taylor"}
    db = open_database(
        records=[
            person("qbo:34", "Lakeside Bakery, LLC", **named, **BAKERY, **AT_HOME),
            person("qbc:1", "Lakeside Bakery, LLC", **BAKERY, **AT_HOME),
            person("qbc:2", "Harbor Dental Inc.", company_name="Harbor Dental Inc.", **AT_HOME),
        ]
    )
    resolve(db)
    assert together(db, "qbo:34", "qbc:1")
    assert not together(db, "qbo:34", "qbc:2")


def test_a_job_of_quickbooks_is_no_persons_name() -> None:
    """`Granite Supply LLC:Warehouse` was a Mr. Granite, who contradicted everybody there."""
    told = {"company_name": "Granite Supply LLC", "phone": "+13035553697"}
    db = open_database(
        records=[
            person("qbo:37", "Warehouse", first_name="Elizabeth", last_name="Taylor", **told),
            person("qbc:3", "Granite Supply LLC:Warehouse", **told),
        ]
    )
    resolve(db)
    band, _, words = evidence(db, "qbo:37", "qbc:3")
    assert "other first name" not in words
    assert band == "accept"


@pytest.mark.parametrize(
    ("other", "is_one"),
    [
        ({}, True),
        ({"phone": "(303) 555-0142"}, True),
        ({"email": "p.zwicky@work.example", "phone": "(303) 555-0142"}, False),
    ],
)
def test_two_of_one_rare_name_in_one_house(other: dict[str, object], is_one: bool) -> None:
    """Father and son: what parts them is a mailbox and a number of one's own on either side."""
    home = {"address_line": "12 Elm St", "postal_code": "80202", "city": "Denver"}
    first = {"email": "pz@zwicky.example", "phone": "(303) 867-5309"}
    db = open_database(
        records=[
            person("a:1", "Peregrine Zwicky", **home, **first),
            person("b:1", "Peregrine Zwicky", **home, **other),
        ]
    )
    resolve(db)
    assert together(db, "a:1", "b:1") is is_one
    if not is_one:
        assert evidence(db, "a:1", "b:1")[0] == "review"


def test_another_limit_on_evidence_is_another_model() -> None:
    """A release that capped a household's evidence left the remembered scores as they were."""
    assert fingerprint(PEOPLE) != fingerprint(replace(PEOPLE, cap="0.5"))


def test_a_short_form_stays_one_when_first_and_last_name_are_swapped() -> None:
    """`Schröder Becky` and `Rebecca Schroder`, one mailbox and one phone, were two names: the key
    counted as shared, and the pair was called other in both names."""
    told: dict[str, object] = {"email": "rebecca@mail.example", "phone": "+1 212 555 3510"}
    rows = [person("a:1", "Schröder Becky", **told), person("b:1", "Rebecca Schroder", **told)]
    db = open_database(records=rows)
    resolve(db)
    assert together(db, "a:1", "b:1")


def test_numbered_mailboxes_of_one_name_are_two_people() -> None:
    """`kim222@` beside `kim522@` was a letter off: two of a common name became one."""
    rows = [
        person("a:1", "Minjun Kim", email="minjun.kim222@yahoo.com", phone="+1 312 555 7979"),
        person("b:1", "Minjun Kim", email="minjun.kim522@yahoo.com", phone="+1 213 555 8727"),
        person("c:1", "Minjun Kim", email="minjn.kim522@yahoo.com", city="Ulm"),
    ]
    db = open_database(records=rows)
    resolve(db, is_trained=False)
    assert not together(db, "a:1", "b:1")
    assert "a letter off" in evidence(db, "b:1", "c:1")[2]


def test_one_name_of_two_passport_offices() -> None:
    told: dict[str, object] = {"email": "os@mail.example", "phone": "+1 212 555 8034"}
    rows = [person("a:1", "Oleksandr Shevchenko", **told)]
    rows.append(person("b:1", "Alexander Shevchenko", **told))
    db = open_database(records=rows)
    resolve(db)
    assert together(db, "a:1", "b:1")


def test_a_company_whose_mailbox_was_mistyped_is_one_customer() -> None:
    firm = "Cedar Logistics GmbH"
    rows = [
        person("a:1", None, company_name=firm, email="accouts@cedar.example"),
        person("b:1", None, company_name="Cedar Logistics", email="accounts@cedar.example"),
        person("c:1", "Eva Roth", company_name=firm, email="eva.roth@cedar.example"),
    ]
    db = open_database(records=rows)
    resolve(db)
    assert together(db, "a:1", "b:1")
    assert not together(db, "a:1", "c:1")
