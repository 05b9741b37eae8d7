"""The vendor's own count beside what a load has read, in the books and as a check."""

from datetime import UTC, datetime
from typing import Any

from include.core.errors import EltError, UpstreamUnavailable
from include.core.streams import LoadResult, RunKind, Window
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.loads import LoadPlace, fetch_next_load_id, run_record_load
from include.pipeline.health.vendor_count import run_compare_with_vendor
from include.quality.check import CheckContext, Status
from include.quality.run import run_raw_checks
from tests.unit.feed_maker import build_feed

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHOP = {
    "connector": "shop",
    "title": "Shop",
    "kind": "files",
    "streams": {"orders": {"primary_key": ["id"], "columns": {"id": "text"}}},
}


class Counting:
    """A source whose vendor says how many records a window has, or will not."""

    def __init__(self, counted: int | EltError | None) -> None:
        self.counted = counted
        self.asked: list[tuple[str, Window]] = []

    def count(self, stream: str, window: Window) -> int | None:
        self.asked.append((stream, window))
        if isinstance(self.counted, EltError):
            raise self.counted
        return self.counted


def test_a_vendor_that_counts_more_than_was_read_is_told(warehouse: str) -> None:
    """A page that the vendor left out costs no error and no gap that the books could see."""
    house, feed = Warehouse(warehouse, tenant_roles=False), build_feed(SHOP)
    place = LoadPlace(
        tenant=feed.tenant.id,
        feed=feed.name,
        connector="shop",
        stream="orders",
        kind=RunKind.SCHEDULED,
        window=Window(None, NOW),
        started_at=NOW,
    )
    with house.connect() as connection:
        ddl.run_migrations(connection)
        result = LoadResult(fetch_next_load_id(connection), 50, 50, 0, 0, 0, 0)
        run_record_load(connection, place, result)

    def compare(counted: int | EltError | None) -> dict[str, Any]:
        source = Counting(counted)
        run_compare_with_vendor(source, place, result, house)  # type: ignore[arg-type]
        assert source.asked == [("orders", Window(None, NOW))]
        found = run_raw_checks(house, feed, CheckContext(NOW), ["orders"])
        return {one.name: one for one in found if one.name == "vendor_count"}

    # One that counts nothing, or will not now, is judged by nothing and stops nothing.
    assert compare(None) == {}
    assert compare(UpstreamUnavailable("the vendor is down.")) == {}
    assert compare(50)["vendor_count"].status is Status.PASSED
    # What has changed since the read has left the window: fewer are fine.
    assert compare(48)["vendor_count"].status is Status.PASSED
    missing = compare(53)["vendor_count"]
    assert (missing.status, missing.severity.value) == (Status.FAILED, "warn")
    assert missing.sample == ("vendor 53, read 50",)
