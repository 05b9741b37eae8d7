"""What a tenant may want of personal data, and which fields look like it."""

from typing import Any

import pytest

from include.config.connector_spec import Connector
from include.config.personal_words import looks_personal
from include.config.privacy import Privacy, build_rules, find_privacy_faults

PEOPLE = {
    "primary_key": ["email"],
    "columns": {
        "email": {"type": "text", "pii": True},
        "born_on": {"type": "date", "pii": True},
        "city": "text",
    },
    "children": {
        "phones": {"path": "phones", "columns": {"number": {"type": "text", "pii": True}}}
    },
}


def connector(**changes: Any) -> Connector:
    values = {"connector": "till", "title": "T", "kind": "python", "streams": {"people": PEOPLE}}
    return Connector.model_validate(values | changes)


def faults(**privacy: Any) -> dict[str, str]:
    till = connector()
    return find_privacy_faults(Privacy.model_validate(privacy), till, till.streams)


def test_hash_as_a_default_drops_what_is_no_text() -> None:
    till = connector()
    rules = build_rules(Privacy(pii="hash"), till, "people", till.streams["people"])
    assert rules.parent == {"email": "hash", "born_on": "drop"}
    assert rules.children == {"phones": {"number": "hash"}}
    assert rules.unknown == "hash"
    assert not build_rules(Privacy(), till, "people", till.streams["people"]).is_active


def test_single_columns_win_over_the_default() -> None:
    till = connector()
    wanted = {"till.people.email": "keep", "till.people.city": "drop"}
    rules = build_rules(Privacy(pii="hash", columns=wanted), till, "people", till.streams["people"])
    assert rules.parent == {"born_on": "drop", "city": "drop"}


def test_a_primary_key_is_hashed_not_dropped() -> None:
    assert "till.people.email: hash" in faults(pii="drop")["till.people.email"]
    assert faults(pii="drop", columns={"till.people.email": "hash"}) == {}


def test_only_text_is_hashed() -> None:
    assert "date" in faults(columns={"till.people.born_on": "hash"})["till.people.born_on"]


def test_columns_of_a_feeds_own_streams_go_by_their_names() -> None:
    folder = connector(kind="files", streams_from_feed=True, streams={})
    people = (
        connector()
        .streams["people"]
        .model_copy(update={"columns": {"email": {"type": "text"}, "home_phone": {"type": "text"}}})
    )
    people = type(people).model_validate(
        {"primary_key": ["email"], "columns": {"email": "text", "home_phone": "text", "n": "int"}}
    )
    rules = build_rules(Privacy(pii="hash"), folder, "people", people)
    assert rules.parent == {"email": "hash", "home_phone": "hash"}


@pytest.mark.parametrize(
    "name",
    ["email", "Email Address", "contact.e_mail", "customerPhone", "phone2", "mobile_no", "ip",
     "ip_address", "first_name", "billing_name", "shipping_address1", "zip", "date_of_birth"],
)  # fmt: skip
def test_names_that_speak_of_a_person(name: str) -> None:
    assert looks_personal(name)


@pytest.mark.parametrize(
    "name",
    ["name", "product_name", "campaign_name", "email_status", "is_email_unsubscribed", "ship",
     "emails_sent", "address_type", "tip_amount", "zipped", "description", "email_domain"],
)  # fmt: skip
def test_names_that_do_not(name: str) -> None:
    assert not looks_personal(name)
