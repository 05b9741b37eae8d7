"""The report: what a shop owner reads, from the books alone, in one file."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from include.core.clock import frozen
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.trust.metrics import DayMetric, run_record_metrics
from include.ledger.trust.mutes import Mute, run_mute
from include.pipeline.health.weekly.data import build_verdict, fetch_report
from include.pipeline.health.weekly.page import build_age, build_page
from include.pipeline.health.weekly.write import run_write_report
from include.quality.check import CheckContext, CheckOutcome, Dimension, Severity, Status
from include.quality.save import run_save
from tests.unit.feed_maker import build_feed, build_tenant

NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
SHOP = {
    "connector": "shop",
    "title": "The <b>Shop</b>",
    "kind": "files",
    "streams": {"orders": {"primary_key": ["id"], "columns": {"id": "text"}}},
}


@pytest.fixture
def told(warehouse: str):
    """A tenant whose newest check lacks 4.1 % of emails, after a clean week."""
    house, tenant = Warehouse(warehouse, tenant_roles=False), build_tenant("reportco")
    feed = replace(build_feed(SHOP), tenant=tenant)
    object.__setattr__(tenant, "feeds", (feed,))
    fine = CheckOutcome(
        "email_not_null", Severity.WARN, Status.PASSED, "orders", 0, rows_checked=1000, share=0.0,
        dimension=Dimension.COMPLETENESS, about="orders",
    )  # fmt: skip
    bad = replace(
        fine, status=Status.FAILED, bad_rows=41, share=0.041, sample=("o1", "o2"),
        detail="Orders lack an <i>email</i>.",
    )  # fmt: skip
    with house.connect() as connection:
        ddl.run_migrations(connection)
        connection.execute("truncate elt_ops.check_results, elt_ops.scores, elt_ops.check_mutes")
    for back in range(7, -1, -1):
        at = NOW - timedelta(days=back)
        with frozen(at):
            found = [bad if back == 0 else fine]
            run_save(house, found, CheckContext(at), layer="raw", tenant="reportco", feed="feed")
        with house.connect() as connection:
            day = DayMetric("reportco", "raw", "feed", "orders", "rows", at.date(), 40.0 + back)
            run_record_metrics(connection, [day])
    with house.connect() as connection:
        until = NOW + timedelta(days=3)
        mute = Mute("reportco", "feed", "orders", "x", until, "we <know>", "ann")
        run_mute(connection, mute)
    return house, tenant


def test_the_report_says_what_each_point_was_lost_to(told) -> None:
    house, tenant = told
    with frozen(NOW):
        report = fetch_report(tenant, house)
    assert report["score"] == Decimal("96.7")
    (reason,) = report["reasons"]
    assert (reason["points"], reason["dimension"], reason["of"]) == ("3.3", "completeness", "feed")
    assert reason["words"] == "4.1% of orders: Orders lack an <i>email</i>."
    assert [day["score"] for day in report["trend"]] == [100.0] * 7 + [96.7]
    assert [day["rows"] for day in report["rows"]] == [47, 46, 45, 44, 43, 42, 41, 40]
    assert [one["check"] for one in report["failing"]] == ["feed.orders.email_not_null"]
    assert [one["because"] for one in report["mutes"]] == ["we <know>"]


def test_the_page_is_one_file_and_what_others_wrote_is_text(told, tmp_path: Path) -> None:
    house, tenant = told
    with frozen(NOW):
        report, written = run_write_report(tenant, house, tmp_path, has_page=True)
    assert sorted(path.name for path in written) == ["quality_report.html", "quality_report.json"]
    stored = json.loads((tmp_path / "quality_report.json").read_text())
    assert (stored["score"], stored["reasons"][0]["points"]) == ("96.7", "3.3")
    page = (tmp_path / "quality_report.html").read_text()
    assert "96.7" in page
    assert "4.1% of orders" in page
    assert page.count("<svg") == 2
    for written_by_others in ("<i>email", "<b>Shop", "<know>"):
        assert written_by_others not in page
    assert "<script" not in page
    # Names of XML's own languages are no addresses anybody fetches.
    links = set(re.findall(r"https?://[^\"' <]+", page))
    assert {link for link in links if "w3.org" not in link} == set()
    assert re.findall(r"(?:src|href)=[\"'](?!#)", page) == []
    assert build_page({**report, "trend": [], "rows": []}).count("<svg") == 0


def test_words_for_scores_and_ages() -> None:
    scores = (None, Decimal(100), Decimal("97.1"), Decimal(80), Decimal("12.3"))
    assert len({build_verdict(score) for score in scores}) == 5
    ages = {0.5: "less than an hour ago", 1: "1 hour ago", 47: "47 hours ago", 49: "2 days ago"}
    for hours, said in ages.items():
        assert build_age(NOW - timedelta(hours=hours), NOW) == said
    assert build_age(None, NOW) == "never"
