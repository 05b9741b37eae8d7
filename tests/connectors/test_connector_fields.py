"""Fields and reports a tenant adds in its file, at every vendor that is asked by name."""

from dataclasses import replace
from typing import Any

import pytest

from include.config.reports import resolve_reports
from include.config.stream_settings import StreamSettings
from include.core import clock
from include.extract.record_path import MISSING, pick
from tests.connectors.connector_cases import Case, read_records
from tests.connectors.connector_reads import ALL_TIME, CONNECTORS, NOW

# case, stream, field as the tenant writes it, where the record has it
ADDED = [
    ("acme-shopify", "orders", "confirmed", "confirmed"),
    ("acme-shopify", "orders", "totalOutstandingSet.shopMoney.amount",
     "totalOutstandingSet.shopMoney.amount"),
    ("acme-shopify", "products", "metafields.custom.care", "metafields_custom_care.value"),
    ("acme-google_ads", "campaigns", "customer.descriptive_name", "customer.descriptiveName"),
    ("acme-google_ads", "campaign_stats", "campaign.name", "campaign.name"),
    ("acme-google_analytics", "audience_locations", "newUsers", "metrics.newUsers"),
    ("acme-meta_ads", "ads", "creative.name", "creative.name"),
    ("acme-meta_ads", "ad_sets", "configured_status", "configured_status"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "stream", "field", "place"), ADDED)
def test_an_added_field_arrives(
    cases: dict[str, Case], name: str, stream: str, field: str, place: str
) -> None:
    """Only declared columns were asked for, and a tenant had no word in it."""
    case = cases[name]
    settings = {stream: StreamSettings(fields=(field,))}
    feed = replace(case.feed, stream_settings=settings, streams={stream: case.feed.streams[stream]})
    wider = replace(case, feed=feed)
    with clock.frozen(NOW):
        wider.quick().check()
        found = read_records(wider.quick(), stream, ALL_TIME)
    assert any(pick(record, place, MISSING) is not MISSING for record in found)


def test_every_connector_that_takes_fields_is_tried() -> None:
    taking = {name for name, one in CONNECTORS.items() if one.further_fields}
    assert taking == {name.partition("-")[2] for name, *_ in ADDED}


REPORTS = [
    ("acme-google_analytics", {"dimensions": ["sessionSource"], "metrics": ["sessions"]},
     ["property_id", "date", "session_source"], "metrics.sessions"),
    ("acme-google_ads", {"from": "campaign", "dimensions": ["campaign.name", "segments.device"],
                         "metrics": ["metrics.clicks", "metrics.cost_micros"]},
     ["customer_id", "date", "resource_name", "device"], "metrics.costMicros"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "block", "key", "place"), REPORTS)
def test_a_report_of_the_tenants_is_a_stream(
    cases: dict[str, Case], name: str, block: dict[str, Any], key: list[str], place: str
) -> None:
    """Each row has a key of its own, every selected number, and its days are declared complete."""
    case, trouble = cases[name], list[Any]()
    options = {**case.feed.options, "reports": {"mine": block}}
    connector = resolve_reports(case.feed.connector, options, trouble)
    assert trouble == []
    spec = connector.streams["mine"]
    assert list(spec.primary_key) == key
    feed = replace(case.feed, connector=connector, options=options, streams={"mine": spec})
    own = replace(case, feed=feed)
    with clock.frozen(NOW):
        own.quick().check()
        pages = list(own.quick().read("mine", ALL_TIME))
    found = [record for page in pages for record in page.records]
    keys = [tuple(pick(r, spec.columns[k].path or k) for k in spec.primary_key) for r in found]
    assert len(keys) == len(set(keys)) > 20
    assert all(None not in one for one in keys)
    assert all(pick(record, place) is not None for record in found)
    assert any(page.complete for page in pages)
