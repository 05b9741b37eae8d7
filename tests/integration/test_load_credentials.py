"""Credentials inside records are never stored; persons' names inside objects are masked."""

import json
from typing import Any
from uuid import uuid4

import pytest

from include.config.credential_words import WITHHELD, is_credential
from include.config.personal_words import looks_personal_in
from include.config.privacy import PrivacyRules
from include.core.streams import Page
from include.load.policy import StreamPolicy
from include.load.privacy.credentials import withhold_text
from include.load.privacy.mask import Mask
from tests.integration import dbt_project
from tests.integration.load_case import LoadCase, build_case, reject

CANARY = "pi_3Nv_secret_CANARY"
STREAM = {
    "primary_key": ["id"],
    "columns": {"id": "int", "client_secret": "text", "details": "json", "amount": "int"},
    "children": {"items": {"path": "items", "columns": {"sku": "text"}}},
}
RECORD: dict[str, Any] = {
    "id": 1,
    "client_secret": CANARY,
    "details": {"next_action": {"client_secret": CANARY}, "password": True},
    "setup": [{"accessToken": CANARY, "next_page_token": "p2"}],
    "items": [{"sku": "a", "apiKey": CANARY}],
}


def _everything(case: Any) -> str:
    rows = [case.rows(), case.rows(suffix="__items"), case.ops("quarantine")]
    return json.dumps(rows, default=str)


def test_a_client_secret_is_nowhere(warehouse: str) -> None:
    """A payment intent's `client_secret` stood in clear in its column, `_extra` and quarantine."""
    case = build_case(warehouse, STREAM)
    case.load(
        [RECORD, {**RECORD, "id": 2, "amount": "many"}],
    )
    case.load(Page([], rejects=(reject(), _payload(json.dumps({"a": {"secret_key": CANARY}})))))
    stored = _everything(case)
    assert CANARY not in stored
    assert stored.count("withheld") >= 4
    assert "p2" in stored and case.rows("client_secret, id")[0] == (None, 1)
    assert any("holds credentials" in str(row) for row in case.ops("loads"))


@pytest.mark.parametrize("stream", ["payment_intents", "charges", "customers"])
def test_stripes_client_secret_is_not_stored(warehouse: str, stream: str) -> None:
    """The vendor's own record, through the connector's own columns: it stood in `_extra`."""
    declared = dbt_project.connectors()["stripe"].streams[stream]
    case = LoadCase(warehouse, declared, f"t{uuid4().hex[:10]}", connector="stripe", name=stream)
    case.load(
        [
            {"id": "pi_1", "object": "payment_intent", "amount": 100, "currency": "usd",
             "client_secret": "pi_1_secret_x", "created": 1764547200,
             "last_setup": {"setup_intent": {"client_secret": "pi_1_secret_x"}}}
        ]
    )  # fmt: skip
    assert len(case.rows()) == 1
    assert "pi_1_secret_x" not in _everything_of(case)


def _everything_of(case: Any) -> str:
    return json.dumps([case.rows(), case.ops("quarantine")], default=str)


def _payload(text: str) -> Any:
    from dataclasses import replace

    return replace(reject("k2"), payload=text)


@pytest.mark.parametrize(
    "name", ["client_secret", "clientSecret", "API-Key", "password", "refresh_token",
             "stripe_api_key", "user.password_hash", "Authorization", "cvc"],
)  # fmt: skip
def test_a_name_of_a_credential(name: str) -> None:
    assert is_credential(name)


@pytest.mark.parametrize(
    "name", ["next_page_token", "cart_token", "password_changed_at", "secret_santa", "cvc_check",
             "is_password_set", "tokens_used", "authorization_code_id", "api_version"],
)  # fmt: skip
def test_a_name_that_only_sounds_like_one(name: str) -> None:
    assert not is_credential(name)


def test_what_cannot_be_taken_apart_and_names_one_is_withheld() -> None:
    assert withhold_text('{"client_secret": "x", ') == WITHHELD
    assert withhold_text('{"a": 1}') == '{"a": 1}'
    assert withhold_text("password of the day: open") == "password of the day: open"
    assert withhold_text('{"price": 10.10, "note": "token"}') == '{"price": 10.10, "note": "token"}'


@pytest.mark.parametrize("action", ["hash", "drop"])
def test_a_persons_name_inside_an_object_is_masked(action: Any) -> None:
    """`PrintOnCheckName`, `CustomerRef.name` and `shipping.name` stayed in `_extra` in clear."""
    mask = Mask(PrivacyRules(unknown=action), b"x" * 16)
    record = {
        "PrintOnCheckName": "Ann Canary",
        "CustomerRef": {"value": "17", "name": "Ann Canary"},
        "shipping": {"name": "Ann Canary", "carrier": "UPS"},
        "billing_details": [{"name": "Ann Canary"}],
        "product": {"name": "Tent"},
        "customer_type_name": "retail",
    }
    made = json.dumps(mask.mask_unknown(record))
    assert "Canary" not in made
    assert "Tent" in made and "UPS" in made and "retail" in made


def test_the_policy_masks_them_in_extra(warehouse: str) -> None:
    case = build_case(warehouse, {"primary_key": ["id"], "columns": {"id": "int"}})
    policy = StreamPolicy(rules=PrivacyRules(unknown="drop"))
    case.load([{"id": 1, "shipping": {"name": "Ann Canary"}}], policy=policy)
    assert "Canary" not in str(case.rows("_extra, id"))


@pytest.mark.parametrize(
    ("around", "name", "personal"),
    [("CustomerRef", "name", True), ("customers", "name", True), ("line", "name", False),
     ("", "name", False), ("product", "title", False)],
)  # fmt: skip
def test_a_name_is_a_persons_by_what_is_around_it(around: str, name: str, personal: bool) -> None:
    assert looks_personal_in(around, name) is personal
