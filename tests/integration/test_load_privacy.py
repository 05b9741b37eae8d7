"""Hashed and dropped personal data: no table of the warehouse ever holds the value."""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from include.config.connector_spec import Connector, Stream
from include.config.privacy import Privacy, build_rules
from include.core.errors import MissingSecret
from include.core.streams import Page, Reject, Tombstone
from include.load.policy import StreamPolicy
from include.load.privacy.mask import WITHHELD, build_digest, normalise
from tests.integration.load_case import LoadCase, build_case

SALT = b"a salt of one tenant"
ANN = "ann.smith@mail.example"
PEOPLE: dict[str, Any] = {
    "primary_key": ["id"],
    "columns": {
        "id": "int",
        "email": {"type": "text", "path": "contact.email", "pii": True},
        "born_on": {"type": "date", "pii": True},
        "visits": "int",
        "document": "json",
    },
    "children": {
        "phones": {
            "path": "phones",
            "columns": {"number": {"type": "text", "pii": True}, "kind": "text"},
        }
    },
}


def policy(case: LoadCase, salt: bytes = SALT, **privacy: Any) -> StreamPolicy:
    connector = Connector(connector=case.connector, title="S", kind="python")
    wanted = Privacy.model_validate(privacy)
    rules = build_rules(wanted, connector, case.name, case.stream)
    return StreamPolicy(rules=rules).salted(case.tenant, salt.decode())


def person(number: int = 1, email: str = ANN, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "contact": {"email": email, "phone": "+1 (303) 555-0100", "vip": True},
        "born_on": "1990-02-03",
        "visits": 3,
        "document": {"note": f"ask {ANN}", "first_name": "Ann", "n": 1.10},
        "phones": [{"number": "303-555-0100", "kind": "home", "owner_name": "Ann"}],
        "billing_address": {"street": "1 Main"},
        "reply_to": ANN.upper(),
        **fields,
    }


def everything(case: LoadCase) -> str:
    """All that is stored of this tenant, as one text."""
    tables = case.query(
        "select format('%%I.%%I', table_schema, table_name) from information_schema.tables "
        "where table_schema like %s or table_schema = 'elt_ops'",
        f"{case.tenant}%",
    )
    found = [case.query(f"select t::text from {name} as t") for (name,) in tables]
    return "\n".join(str(rows) for rows in found).lower()


SECRETS = ("ann.smith", "mail.example", "555-0100", "5550100", "1990-02-03", "main", '"ann"')


def test_hash_keeps_equal_people_equal_and_nothing_else(warehouse: str) -> None:
    case = build_case(warehouse, PEOPLE, name="people")
    loaded = case.load([person()], policy=policy(case, pii="hash"))
    assert loaded.inserted == 1
    (row,) = case.rows("id, email, born_on, visits, document, _extra")
    digest = build_digest(SALT, ANN)
    assert row[:4] == (1, digest, None, 3)
    assert row[4] == {"note": None, "first_name": f"hmac:{build_digest(SALT, 'ann')}", "n": 1.1}
    assert row[5] == {
        "contact": {"phone": f"hmac:{build_digest(SALT, '3035550100')}", "vip": True},
        "billing_address": None,
        "reply_to": f"hmac:{digest}",
    }
    (phone,) = case.rows("number, kind, _extra", "__phones")
    assert phone[:2] == (build_digest(SALT, "(303) 555 0100"), "home")
    assert not [word for word in SECRETS if word in everything(case)]
    assert case.load([person()], policy=policy(case, pii="hash")).unchanged == 1


def test_drop_leaves_nothing_to_join_on(warehouse: str) -> None:
    case = build_case(warehouse, PEOPLE, name="people")
    case.load([person()], policy=policy(case, pii="drop"))
    (row,) = case.rows("id, email, born_on, document, _extra")
    assert row[:3] == (1, None, None)
    assert row[3] == {"note": None, "first_name": None, "n": 1.1}
    assert row[4] == {
        "contact": {"phone": None, "vip": True},
        "billing_address": None,
        "reply_to": None,
    }
    assert not [word for word in SECRETS if word in everything(case)]


def test_quarantine_holds_no_personal_data_and_can_be_replayed(warehouse: str) -> None:
    case = build_case(warehouse, PEOPLE, name="people")
    masked = policy(case, pii="hash")
    bad = person(visits="many")
    text = Reject("people.csv:3", "ragged_row", "too many fields.", f"{ANN};x;y;z")
    result = case.load(Page([bad], (text,)), policy=masked)
    assert result.quarantined == 2
    assert not [word for word in SECRETS if word in everything(case)]
    payloads = dict(case.ops("quarantine", "reason, payload"))
    assert payloads["ragged_row"] == WITHHELD
    # Replayed after a fix, the digest in the payload is the digest of the person.
    again = json.loads(payloads["type_mismatch"]) | {"visits": 4}
    case.load([again], policy=masked)
    assert case.rows("id, email, visits") == [(1, build_digest(SALT, ANN), 4)]
    assert case.rows("number, kind", "__phones") == [(build_digest(SALT, "3035550100"), "home")]


def test_a_hashed_primary_key_is_the_key_everywhere(warehouse: str) -> None:
    spec = {
        "primary_key": ["email"],
        "columns": {"email": {"type": "text", "pii": True}, "n": "int"},
    }
    case = build_case(warehouse, spec, name="people")
    masked = policy(case, columns={"shopapi.people.email": "hash"})
    case.load([{"email": ANN, "n": 1}, {"email": f" {ANN.upper()} ", "n": 2}], policy=masked)
    case.load([{"email": ANN, "n": "x"}], policy=masked)
    assert case.rows("email, n") == [(build_digest(SALT, ANN), 2)]
    assert not [word for word in SECRETS if word in everything(case)]
    (key,) = case.ops("quarantine", "record_key, key_values")
    assert key == (f"email={build_digest(SALT, ANN)}", [build_digest(SALT, ANN)])


def test_other_salts_give_other_digests_and_rewrite_the_children(warehouse: str) -> None:
    case = build_case(warehouse, PEOPLE, name="people")
    case.load([person()], policy=policy(case, pii="hash"))
    changed = case.load([person()], policy=policy(case, b"another", pii="hash"))
    assert changed.updated == 1
    assert case.rows("id, email") == [(1, build_digest(b"another", ANN))]
    assert case.rows("number, kind", "__phones")[0][0] == build_digest(b"another", "3035550100")


def test_typed_sources_are_masked_too(warehouse: str) -> None:
    case = build_case(warehouse, PEOPLE, name="people")
    table = pa.table(
        {"id": [1, 2], "email": [ANN, None], "home_phone": ["303 555 0100", ""], "n": [1, 2]}
    )
    case.load(table, policy=policy(case, pii="hash"))
    assert case.rows("id, email, _extra") == [
        (
            1,
            build_digest(SALT, ANN),
            {"home_phone": f"hmac:{build_digest(SALT, '3035550100')}", "n": 1},
        ),
        (2, None, {"home_phone": "", "n": 2}),
    ]


def test_discarded_or_declared_later_the_digest_is_made_once(warehouse: str) -> None:
    case = build_case(warehouse, PEOPLE, name="people")
    case.load([person()], policy=policy(case, pii="hash"))
    spec = case.stream.model_dump(by_alias=True)
    spec["columns"]["reply_to"] = {"type": "text", "pii": True}
    case.stream = Stream.model_validate(spec)
    case.load([person()], policy=policy(case, pii="hash"))
    assert case.rows("email = reply_to, _extra ? 'reply_to'") == [(True, False)]


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        (" Ann.Smith@Mail.Example ", "ann.smith@mail.example"),
        ("+1 (303) 555-0100", "3035550100"),
        ("0049 30 123456", "4930123456"),
        ("+49 30 123456", "4930123456"),
        ("303.555.0100", "3035550100"),
        ("192.168.0.1", "192.168.0.1"),
        ("80202", "80202"),
        ("  Ann Smith", "ann smith"),
    ],
)
def test_one_spelling_for_one_person(value: str, normal: str) -> None:
    assert normalise(value) == normal


def test_without_a_salt_nothing_is_read(warehouse: str) -> None:
    case = build_case(warehouse, PEOPLE, name="people")
    unsalted = StreamPolicy(rules=policy(case, pii="hash").rules)

    def pages() -> Iterator[Page]:
        raise AssertionError("the source was read")
        yield

    with pytest.raises(MissingSecret, match=f"`{case.tenant}__privacy`"):
        case.load_pages(pages(), policy=unsalted)


def test_a_deletion_finds_the_hashed_key_and_never_writes_the_plain_one(warehouse: str) -> None:
    """A record deleted before it was ever seen is kept as a bare key, which was the address."""
    spec = {
        "primary_key": ["email"],
        "version": "v",
        "columns": {"email": {"type": "text", "pii": True}, "v": "int"},
    }
    case = build_case(warehouse, spec, name="people")
    masked = policy(case, columns={"shopapi.people.email": "hash"})
    case.load([{"email": ANN, "v": 1}], policy=masked)
    gone = tuple(Tombstone((one,), 2) for one in (ANN, "bob@mail.example"))
    assert case.load(Page([], deleted=gone), policy=masked).deleted == 2
    found = sorted(build_digest(SALT, one) for one in (ANN, "bob@mail.example"))
    assert case.rows("email, _deleted_at is not null") == [(one, True) for one in found]
    assert not [word for word in SECRETS if word in everything(case)]


REPEATED = {
    "display": "Ann Smith",
    "sorted_as": "SMITH,  ann",
    "remark": "left a note for Ann Smith, at the door",
    "link": "https://s.example/?e=ann.smith%40mail.example",
    "PrintOnCheckName": "A. Smith & Co",
    "CustomerRef": {"value": "58", "name": "Ann S."},
    "shipping": {"name": "A Smith", "carrier": "UPS"},
    "callback": {"numbers": [3035550100, "1-303-555-0100", 12]},
    "kind": "vip",
    "city_of_shop": "Denver",
}
NAMED: dict[str, Any] = {
    **PEOPLE,
    "columns": {**PEOPLE["columns"], "name": {"type": "text", "pii": True}},
}
NAMES = ("ann smith", "smith", "ann s.", "3035550100", "303-555")


@pytest.mark.parametrize("pii", ["hash", "drop"])
def test_a_personal_value_is_found_again_wherever_the_record_repeats_it(
    warehouse: str, pii: str
) -> None:
    """`display: Ann Smith` beside `name: Ann Smith` stayed readable in `_extra` for ever.

    In documents, children's undeclared fields and quarantined payloads as well.
    """
    case = build_case(warehouse, NAMED, name="people")
    one = person(name="Ann Smith", **REPEATED)
    one["document"]["said_by"] = ["Ann Smith"]
    one["phones"][0]["belongs"] = "Ann Smith"
    source_reject = json.dumps({"name": "Ann Smith", "id": 9, "display": "Smith, Ann"})
    bad = one | {"id": 2, "visits": "many"}
    masked = policy(case, pii=pii)
    loaded = case.load(Page([one, bad], (Reject("r", "odd", "x.", source_reject),)), policy=masked)
    assert (loaded.inserted, loaded.quarantined) == (1, 2)
    text = everything(case)
    assert not [word for word in (*SECRETS, *NAMES) if word in text]
    _, extra = case.rows("id, _extra")[0]
    assert (extra["kind"], extra["city_of_shop"]) == ("vip", "Denver")
    assert extra["shipping"]["carrier"] == "UPS"
    assert extra["callback"]["numbers"][2] == 12 and extra["remark"] is None
    expected = f"hmac:{build_digest(SALT, 'Ann Smith')}" if pii == "hash" else None
    assert extra["display"] == expected
    assert case.load([one], policy=masked).unchanged == 1


def test_typed_sources_repeat_values_too(warehouse: str) -> None:
    case = build_case(warehouse, NAMED, name="people")
    table = pa.table({"id": [1, 2], "name": ["Ann Smith", None],
                      "display": ["for Ann Smith", "Ann Smith"], "n": [1, 2]})  # fmt: skip
    case.load(table, policy=policy(case, pii="hash"))
    assert case.rows("id, _extra") == [
        (1, {"display": None, "n": 1}), (2, {"display": "Ann Smith", "n": 2}),
    ]  # fmt: skip


def test_a_record_that_is_no_object_is_masked_as_well(warehouse: str) -> None:
    case = build_case(warehouse, PEOPLE, name="people")
    loaded = case.load([ANN, [ANN], person()], policy=policy(case, pii="hash"))
    assert loaded.quarantined == 2
    assert not [word for word in SECRETS if word in everything(case)]
