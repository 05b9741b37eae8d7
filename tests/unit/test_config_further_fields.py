"""Fields a tenant adds: names of the right shape, nothing that could be part of a query."""

from pathlib import Path

import pytest

from include.config.further_fields import build_wider_stream
from include.config.load import load_tenant
from include.config.spec import FurtherFields
from include.connectors.google_ads.gaql import build_query
from include.connectors.meta_ads.source import build_params
from include.connectors.shopify.queries import (
    build_bulk_query,
    build_nested_query,
    build_page_query,
)
from include.core.streams import Window
from tests.shipped import load_known_connectors

HEAD = "tenant: newco\nname: Newco\nowner: me\nfeeds:\n  {0}:\n    start_date: 2026-01-01\n"


def _problems(folder: Path, connector: str, stream: str, fields: str) -> list[str]:
    path = folder / "newco.yaml"
    block = f"    stream_settings: {{{stream}: {{fields: {fields}}}}}\n"
    path.write_text(HEAD.format(connector) + block)
    return [str(problem) for problem in load_tenant(path, load_known_connectors())[1]]


@pytest.mark.parametrize(
    ("connector", "stream", "field"),
    [
        ("shopify", "orders", "customAttributes.key"),
        ("google_ads", "campaigns", "campaign.serving_status"),
        ("google_analytics", "events", "keyEvents:signup"),
        ("meta_ads", "ads", "creative.name"),
    ],
)
def test_names_of_the_sources_are_taken(
    tmp_path: Path, connector: str, stream: str, field: str
) -> None:
    assert _problems(tmp_path, connector, stream, f'["{field}"]') == []


@pytest.mark.parametrize(
    "field",
    ["id } } shop { name", "a:b", "note # x", "a b", "x(first: 1)", "", ".a", "a..b", "a\\nb", "ä"],
)
def test_what_is_no_name_is_refused(tmp_path: Path, field: str) -> None:
    """These words become part of a query's text, written by whoever may edit a tenant file."""
    for connector, stream in (("shopify", "orders"), ("google_ads", "ads"), ("meta_ads", "ads")):
        found = _problems(tmp_path, connector, stream, f'["{field}"]')
        assert len(found) == 1, connector
        assert "newco.yaml:7" in found[0]


def test_a_field_that_splits_rows_is_refused(tmp_path: Path) -> None:
    """A segment is part of what a row is: two rows of one key, of which the last one wins."""
    found = _problems(tmp_path, "google_ads", "campaign_stats", "[segments.hour]")
    assert "report" in found[0]


def test_a_source_that_gives_records_whole_has_nothing_to_ask_for(tmp_path: Path) -> None:
    for connector, stream in (("stripe", "charges"), ("salesforce", "accounts")):
        assert "_extra already" in _problems(tmp_path, connector, stream, "[x]")[0]


def test_an_unknown_stream_has_its_guess(tmp_path: Path) -> None:
    found = _problems(tmp_path, "shopify", "ordres", "[note]")
    assert "Did you mean `orders`?" in found[0]


def test_the_questions_have_the_fields() -> None:
    shop, ads, meta = (load_known_connectors()[n] for n in ("shopify", "google_ads", "meta_ads"))
    rules = FurtherFields()
    added = ["confirmed", "sourceName", "customer.locale", "lineItems.taxable"]
    orders = build_wider_stream(shop.streams["orders"], rules, added)
    for text in (build_page_query(orders), build_bulk_query(orders, Window())):
        assert " confirmed " in text
        assert "customer { id locale }" in text
        assert " taxable " in text
        assert text.count(" sourceName ") == 1
    assert "taxable" in build_nested_query(orders, "lineItems")
    assert "taxable" not in build_page_query(shop.streams["orders"])
    campaigns = build_wider_stream(ads.streams["campaigns"], rules, ["campaign.serving_status"])
    assert "campaign.serving_status FROM campaign" in build_query(campaigns, None)
    made = build_wider_stream(meta.streams["ads"], rules, ["creative.name", "preview_link"])
    assert "creative{id,name}" in build_params(made)["fields"]
    assert "preview_link" in build_params(made)["fields"]
