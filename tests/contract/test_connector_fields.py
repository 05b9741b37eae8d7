"""Fields a tenant adds in its file are asked for and arrive, at every vendor asked by name."""

from dataclasses import replace

import pytest

from include.config.stream_settings import StreamSettings
from include.core import clock
from include.extract.record_path import MISSING, pick
from tests.contract.connector_cases import Case, read_records
from tests.contract.connector_reads import ALL_TIME, CONNECTORS, NOW

# case, stream, field as the tenant writes it, where the record has it
ADDED = [
    ("acme-shopify", "orders", "confirmed", "confirmed"),
    ("acme-shopify", "orders", "totalTipReceivedSet.shopMoney.amount",
     "totalTipReceivedSet.shopMoney.amount"),
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
