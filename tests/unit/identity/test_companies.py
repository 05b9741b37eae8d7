"""Companies: domain first, then name and place; what a building or a host shares is not."""

import pytest

from tests.unit.identity.identity_case import Row, clusters, open_database, resolve, together


def company(record_id: str, name: str | None, **told: object) -> Row:
    return {
        "record_id": record_id,
        "source": record_id.split(":")[0],
        "company_name": name,
        **told,
    }


DOMAINS = [
    ({"domain": "https://www.acme.co.uk/about?x=1"}, {"domain": "shop.acme.co.uk"}),
    ({"domain": "ACME.com"}, {"email": "jane@acme.com"}),
    ({"domain": "http://acme.com:8080"}, {"domain": "www2.acme.com"}),
]


@pytest.mark.parametrize(("left", "right"), DOMAINS)
def test_one_domain_spelled_differently_is_one_company(left: dict, right: dict) -> None:  # type: ignore[type-arg]
    rows = [company("a:1", "Acme Tools", **left), company("b:1", "Acme", **right)]
    db = open_database(records=rows)
    resolve(db, "companies")
    assert together(db, "a:1", "b:1")


@pytest.mark.parametrize("host", ["jane@gmail.com", "x@mailinator.com", "info@gmx.de"])
def test_a_mail_provider_is_no_company(host: str) -> None:
    rows = [company("a:1", "Acme", email=host), company("b:1", "Bolt", email=host)]
    db = open_database(records=rows)
    resolve(db, "companies")
    assert len(clusters(db)) == 2


def test_a_page_on_somebody_elses_host_is_no_domain() -> None:
    rows = [
        company("a:1", "Acme", domain="facebook.com/acme"),
        company("b:1", "Bolt", domain="https://facebook.com/bolt"),
    ]
    db = open_database(records=rows)
    resolve(db, "companies")
    assert len(clusters(db)) == 2


LEGAL = [
    ("Foo Bar GmbH & Co. KG", "Foo Bar"),
    ("The Foo Bar Company, LLC", "FOO BAR"),
    ("Foo Bar S.A.", "Foo-Bar Ltd."),
    ("Bar Foo Inc", "Foo Bar"),
]


@pytest.mark.parametrize(("left", "right"), LEGAL)
def test_legal_forms_and_order_of_words_do_not_part(left: str, right: str) -> None:
    at = {"address_line": "12 Mill Road", "city": "Leeds", "postal_code": "LS1 4AP"}
    db = open_database(records=[company("a:1", left, **at), company("b:1", right, **at)])
    resolve(db, "companies")
    assert together(db, "a:1", "b:1")


def test_two_businesses_of_one_building_and_switchboard() -> None:
    at = {"address_line": "3570 Las Vegas Blvd", "city": "Las Vegas", "phone": "702-731-7547"}
    rows = [company("a:1", "Cafe Roma", **at), company("b:1", "Palace Court", **at)]
    db = open_database(records=rows)
    resolve(db, "companies")
    assert len(clusters(db)) == 2


def test_one_name_in_two_towns_waits_at_most() -> None:
    rows = [company("a:1", "City Taxi", city="Leeds"), company("b:1", "City Taxi", city="Bonn")]
    db = open_database(records=rows)
    resolve(db, "companies")
    assert len(clusters(db)) == 2


def test_a_vat_number_is_a_key() -> None:
    rows = [company("a:1", "Foo Bar GmbH"), company("b:1", "Foo Bar Handels GmbH")]
    keys = [
        {"record_id": "a:1", "key_kind": "tax_id", "value": "DE 123 456 789"},
        {"record_id": "b:1", "key_kind": "tax_id", "value": "de123456789"},
    ]
    db = open_database(records=rows, record_keys=keys)
    resolve(db, "companies")
    assert together(db, "a:1", "b:1")
