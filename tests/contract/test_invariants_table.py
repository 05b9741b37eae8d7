"""dbt/README.md says which check holds which promise: each is there, and none is left out."""

import re

import pytest

from include.config.settings import ROOT

VENDORS = {"Shopify", "Stripe", "Square", "QuickBooks", "ERPNext", "Salesforce"}
# Not about amounts.
OTHERS = {"orders_have_lines", "converted_leads_have_contacts", "history_ends_in_the_stage"}


def load_table() -> dict[str, set[str]]:
    """First cell -> names of checks and models in the last."""
    text = (ROOT / "dbt" / "README.md").read_text(encoding="utf-8")
    part = text.partition("## Held against the vendors")[2].partition("## One revenue")[0]
    rows = re.findall(r"^\| ([\w ]+) \| .+? \| (`.+`) \|$", part, flags=re.M)
    return {of: set(re.findall(r"`(\w+)`", names)) for of, names in rows}


def find_checks(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).rglob("*.sql")}


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_every_check_of_a_vendor_is_told(vendor: str) -> None:
    """A promise without a check, and a check nobody hears of, look the same to a reader."""
    told = {name for name in load_table()[vendor] if not name.startswith("int_")}
    assert told == find_checks(f"include/connectors/{vendor.lower()}/checks") - OTHERS


def test_models_and_marts_checks_that_are_told_exist() -> None:
    table = load_table()
    assert table.keys() == VENDORS | {"the marts"}
    assert table["the marts"] <= find_checks("include/quality/marts")
    models = {path.stem for path in (ROOT / "dbt" / "models").rglob("*.sql")}
    told = {name for names in table.values() for name in names if name.startswith("int_")}
    assert told and told <= models
