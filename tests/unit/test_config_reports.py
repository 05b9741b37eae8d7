"""Reports of a tenant file: streams with key and columns, wrong words with their line."""

from pathlib import Path

import pytest
import yaml

from include.config.load import load_tenant
from include.config.models import Feed
from include.connectors.google_ads.gaql import build_query
from include.connectors.google_analytics.report import build_definition
from tests.shipped import load_known_connectors


def _load(
    folder: Path, connector: str, reports: object, streams: list[str] | None = None
) -> tuple[Feed | None, list[str]]:
    feed = {"start_date": "2026-01-01", "options": {"reports": reports}}
    feed |= {"streams": streams} if streams else {}
    said = {"tenant": "newco", "name": "Newco", "owner": "me", "feeds": {connector: feed}}
    path = folder / "newco.yaml"
    path.write_text(yaml.safe_dump(said, sort_keys=False))
    tenant, problems = load_tenant(path, load_known_connectors())
    found = tenant.feeds[0] if tenant and tenant.feeds else None
    return found, [str(problem) for problem in problems]


def test_a_report_has_its_dimensions_in_the_key(tmp_path: Path) -> None:
    """Without one of them rows of one day would replace each other."""
    block = {"dimensions": ["landingPage", "customEvent:plan_type"], "metrics": ["keyEvents:buy"]}
    feed, problems = _load(tmp_path, "google_analytics", {"pages": block})
    assert problems == []
    assert feed is not None
    stream = feed.streams["pages"]
    assert stream.primary_key == (
        "property_id", "date", "landing_page", "custom_event_plan_type",
    )  # fmt: skip
    assert (stream.sweep, stream.lookback_h) == ("slice_key", 336)
    definition = build_definition(stream)
    assert definition.dimensions == ("date", "landingPage", "customEvent:plan_type")
    assert definition.metrics == ("keyEvents:buy",)
    assert "sessions" in feed.streams


def test_an_ads_report_is_keyed_by_its_resource_and_segments(tmp_path: Path) -> None:
    """A name that changes is no other row; an hour is."""
    block = {"from": "ad_group", "dimensions": ["ad_group.name", "segments.hour"],
             "metrics": ["metrics.video_quartile_p25_rate"]}  # fmt: skip
    feed, problems = _load(tmp_path, "google_ads", {"hours": block}, ["campaigns"])
    assert problems == []
    assert feed is not None
    assert sorted(feed.streams) == ["campaigns", "hours"]
    stream = feed.streams["hours"]
    assert stream.primary_key == ("customer_id", "date", "resource_name", "hour")
    assert build_query(stream, None) == (
        "SELECT customer.id, segments.date, customer.currency_code, ad_group.resource_name, "
        "ad_group.name, segments.hour, metrics.video_quartile_p25_rate FROM ad_group"
    )


def test_two_feeds_may_not_mean_different_things_by_one_report(tmp_path: Path) -> None:
    """Both load into one table: the second property's rows would have met the first one's key."""
    feeds = {
        name: {
            "connector": "google_analytics",
            "start_date": "2026-01-01",
            "options": {"reports": {"x": {"dimensions": [split], "metrics": ["sessions"]}}},
        }
        for name, split in (("shop", "country"), ("blog", "city"))
    }
    said = {"tenant": "newco", "name": "Newco", "owner": "me", "feeds": feeds}
    path = tmp_path / "newco.yaml"
    path.write_text(yaml.safe_dump(said, sort_keys=False))
    _, problems = load_tenant(path, load_known_connectors())
    assert ["into one table" in str(one) for one in problems] == [True]


@pytest.mark.parametrize(
    ("connector", "reports", "told"),
    [
        ("google_analytics", {"x": {"dimensions": ["a"], "metrics": []}}, "metrics"),
        ("google_analytics", {"x": {"dimension": ["a"], "metrics": ["b"]}}, "`dimensions`?"),
        ("google_analytics", {"x": {"metrics": ["b; drop"]}}, "no field"),
        ("google_analytics", {"x": {"metrics": ["b", "b"]}}, "twice"),
        ("google_analytics", {"x": {"dimensions": ["date"], "metrics": ["b"]}}, "twice"),
        ("google_analytics", {"sessions": {"metrics": ["b"]}}, "already"),
        ("google_analytics", {"My pages": {"metrics": ["b"]}}, "no name"),
        ("google_analytics", {"x": {"from": "y", "metrics": ["b"]}}, "means nothing"),
        ("google_analytics", ["x"], "mapping"),
        ("google_ads", {"x": {"metrics": ["metrics.clicks"]}}, "is missing"),
        ("google_ads", {"x": {"from": "a b", "metrics": ["metrics.clicks"]}}, "from"),
        ("google_ads", {"x": {"from": "campaign", "metrics": ["clicks FROM x"]}}, "no field"),
        ("stripe", {"x": {"metrics": ["b"]}}, "no option"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, connector: str, reports: object, told: str
) -> None:
    feed, problems = _load(tmp_path, connector, reports)
    assert feed is None
    assert any(told in problem for problem in problems), problems
    assert all("newco.yaml:" in problem for problem in problems)
