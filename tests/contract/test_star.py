"""The star: keys of facts are never null and lead to a member (macros/marts/members)."""

import re

import pytest

from tests.contract.dbt_models import MODELS, RENDERER

FACTS = sorted(name for name in MODELS if name.startswith("fct_"))
# Key of a fact -> its dimension and the key there.
KEYS = {
    "customer_sk": ("dim_customers", "customer_sk"), "product_sk": ("dim_products", "product_sk"),
    "date_key": ("dim_date", "date_key"),
    "payment_method": ("dim_payment_method", "payment_method"),
    **dict.fromkeys(("channel", "first_channel", "last_channel"), ("dim_channels", "channel")),
}  # fmt: skip
# As of now, a row per person.
WITHOUT_DAY = {"fct_customer_lifetime_value"}


def read_members(fact: str) -> dict[str, tuple[str, str]]:
    """What test members_are_known of the fact holds: key -> (dimension, key there)."""
    [settings] = [s for _, name, s in MODELS[fact].data_tests() if name == "members_are_known"]
    found = {}
    for member in settings["arguments"]["members"]:
        [dimension] = re.findall(r"ref\('(\w+)'\)", member["to"])
        found[member["key"]] = (dimension, member["field"])
    return found


def test_something_was_found() -> None:
    assert len(FACTS) >= 16


@pytest.mark.parametrize("fact", FACTS)
def test_every_key_of_a_fact_leads_to_a_member(fact: str) -> None:
    """A sale to a guest had a null key: an inner join with the dimension dropped its revenue."""
    there = MODELS[fact].columns.keys() & KEYS.keys()
    assert read_members(fact) == {key: KEYS[key] for key in there}
    assert fact in WITHOUT_DAY or "date_key" in there


@pytest.mark.parametrize("fact", FACTS)
def test_who_or_what_a_fact_names_is_a_key_of_it(fact: str) -> None:
    columns = MODELS[fact].columns
    assert ("customer_id" in columns) == ("customer_sk" in columns)
    assert ("product_id" in columns) == ("product_sk" in columns)


def test_the_channels_that_rules_may_name_are_all_there() -> None:
    macros = RENDERER.macros
    said = set(re.findall(r"(?:then|else) '([^']+)'", str(macros["channel_of"]())))
    assert len(said) >= 18
    assert set(macros["channel_kinds"]()) == said | {"(none)"}
