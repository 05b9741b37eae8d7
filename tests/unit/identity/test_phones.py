"""Phone numbers: one number however it is typed, by the tenant's region or the record's country."""

import pytest

from tests.unit.identity.identity_case import open_database, person, resolve, together

SAME = [
    ("US", "(212) 867-5309", "+1 212.867.5309"),
    ("US", "1-212-867-5309", "2128675309 ext. 12"),
    ("US", "001 212 867 5309", "212/867-5309"),
    ("DE", "030 901820", "+49 (0)30 901820"),
    ("DE", "0049 30 901820", "030/90 18 20"),
    ("GB", "020 7946 0018", "+442079460018"),
    ("IT", "06 6988 1234", "+39 06 6988 1234"),
]


@pytest.mark.parametrize(("region", "left", "right"), SAME)
def test_one_number_typed_differently(region: str, left: str, right: str) -> None:
    db = open_database(records=[person("a:1", None, phone=left), person("b:1", None, phone=right)])
    resolve(db, region=region)
    assert together(db, "a:1", "b:1")


def test_the_records_own_country_reads_its_number() -> None:
    rows = [
        person("a:1", None, phone="030 901820", country="DE"),
        person("b:1", None, phone="+49 30 901820"),
        person("c:1", None, phone="030 901820", country="AT"),
    ]
    db = open_database(records=rows)
    resolve(db, region="US")
    assert together(db, "a:1", "b:1")
    assert not together(db, "a:1", "c:1")


@pytest.mark.parametrize("phone", ["911", "ask Bob", "+", "12345678901234567890123", "☎"])
def test_what_is_no_number_is_no_key(phone: str) -> None:
    db = open_database(records=[person("a:1", None, phone=phone), person("b:1", None, phone=phone)])
    resolve(db)
    assert not together(db, "a:1", "b:1")
