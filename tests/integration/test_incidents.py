"""Incidents known from other systems, one test each: the REST engine and the loader together.

| incident | test |
|---|---|
| a tie at a checkpoint loses rows | test_load_semantics.test_ties_at_every_page_border_and_at_a_break_lose_nothing |
| a retry after a failure skips rows | test_load_parts.test_a_retry_goes_on_behind_what_is_committed |
| three retries triple rows | test_incidents.test_three_retries_do_not_triple_rows |
| rows of the same millisecond are missing | test_incidents.test_rows_of_one_millisecond_that_appear_late_are_loaded |
| the cursor's field is modified while it is read | test_incidents.test_a_record_edited_while_it_is_read_is_neither_lost_nor_old |
| somebody else's cursor is overwritten by a load | test_cursors.test_a_load_that_was_reading_does_not_undo_a_rewind |
| an unchanged row is emitted again for ever | test_load_semantics.test_what_a_lookback_reads_again_is_neither_doubled_nor_rewritten |
| the cursor never advances | test_load_semantics.test_a_quiet_streams_cursor_moves_on |
| a truncated page looks like the end | test_incidents.test_a_truncated_page_that_looks_like_the_end_deletes_nothing |
| an empty page is not the end | test_incidents.test_an_empty_page_that_is_not_the_end_deletes_nothing |
| HTML with status 200 | test_incidents.test_html_with_status_200_leaves_rows_and_cursor |
| a token expires between two pages | test_incidents.test_a_token_that_expires_between_two_pages_costs_no_row |
| killed after the remote commit, before the report | test_load_faults.test_killed_at_any_step_a_load_is_whole_or_never_happened |
| the same, in a read of several parts | test_load_parts.test_killed_between_or_inside_parts_nothing_is_lost_or_doubled |
"""  # noqa: E501  a table

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.core.clock import format_instant, frozen, parse_instant
from include.core.errors import ContractBroken, UpstreamUnavailable
from include.core.streams import LoadResult, Page, RunKind, Window
from include.extract.http.client import HttpLimits
from include.extract.rest.source import RestSource
from include.extract.source import FROM_THE_START, ReadOptions, SourceBase
from include.extract.stores.source_stores import Stores
from include.extract.stores.tokens import MemoryTokenStore
from include.ledger.connection import Warehouse
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.integration.load_case import LoadCase
from tests.load_environment import build_environment
from tests.unit.fake_api import FakeApi, Reply, Seen
from tests.unit.feed_maker import build_feed, build_tenant
from tests.unit.token_vendor import TokenVendor

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROWS = re.compile(r"^\| ([^|]+) \| (test_\w+)\.(test_\w+) \|$", re.MULTILINE)
PAGE = 3


@dataclass
class ListApi:
    """A vendor's list by page number; `trouble` may answer instead of it."""

    records: dict[int, dict[str, Any]] = field(default_factory=dict)
    trouble: Callable[[Seen, int], Reply | None] | None = None
    pages_asked: int = 0

    def put(self, number: int, at: datetime, name: str = "n") -> None:
        self.records[number] = {"id": number, "name": name, "updated_at": format_instant(at)}

    def __call__(self, seen: Seen) -> Reply:
        self.pages_asked += 1
        page = int(seen.query.get("page", "1"))
        told = self.trouble(seen, page) if self.trouble else None
        return told or self.page(seen, page)

    def page(self, seen: Seen, page: int) -> Reply:
        since, until = seen.query.get("since"), seen.query.get("until")
        found = [
            record
            for record in sorted(self.records.values(), key=lambda r: (r["updated_at"], r["id"]))
            if (since is None or parse_instant(record["updated_at"]) >= parse_instant(since))
            and (until is None or parse_instant(record["updated_at"]) < parse_instant(until))
        ]
        here = found[(page - 1) * PAGE : page * PAGE]
        more = page * PAGE < len(found)
        return Reply({"data": here, "total": len(found), "more": more})


@dataclass
class SlowSource(SourceBase):
    """The REST engine, so slow that each page takes some minutes."""

    inner: RestSource
    now: datetime
    minutes: int

    def check(self) -> None:
        self.inner.check()

    def discover(self) -> dict[str, Stream]:
        return self.inner.discover()

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        pages = self.inner.read(stream, window, options)
        for number in count():
            with frozen(self.now + timedelta(minutes=self.minutes * number)):
                page = next(pages, None)
            if page is None:
                return
            yield page


@dataclass
class Place:
    """A feed of that API, and its loads into a warehouse of its own tenant."""

    warehouse: str
    api: FakeApi
    connector: dict[str, Any]
    tenant: str = field(default_factory=lambda: f"t{uuid4().hex[:10]}")
    now: datetime = NOW

    def load(self, minutes_a_page: int = 0) -> LoadResult:
        """Load an hour later, from a source whose pages take so long."""
        self.now += timedelta(hours=1)
        feed = replace(build_feed(self.connector), tenant=build_tenant(self.tenant))
        credentials = Credentials("c", self.api.url, {"login": "id", "password": "secret"})
        with frozen(self.now):
            source = RestSource(
                feed,
                credentials,
                Stores(token_store=MemoryTokenStore()),
                HttpLimits(connect_s=2, read_s=2, tries=1, sleep=lambda seconds: None),
            )
            found = run_stream_load(
                LoadRequest(feed, RunKind.SCHEDULED, ("things",)),
                build_environment(Warehouse(self.warehouse), credentials),
                SlowSource(source, self.now, minutes_a_page),
            )
        assert isinstance(found, LoadResult)
        return found

    @property
    def case(self) -> LoadCase:
        stream = build_feed(self.connector).streams["things"]
        return LoadCase(self.warehouse, stream, self.tenant, "feed", "incident", "things")

    def rows(self) -> dict[int, str]:
        found = self.case.query("select id, name from {t} where _deleted_at is null order by id")
        assert len(found) == len(dict(found))
        return dict(found)

    def cursor(self) -> str | None:
        found = self.case.ops("cursors", "value, load_id")
        return found[0][0] if found else None


def build_connector(paginator: dict[str, Any], *, is_swept: bool, **api: Any) -> dict[str, Any]:
    cursor = {"field": "updated_at", "param": "since", "end_param": "until", "why": "test"}
    kind = {"sweep": "all"} if is_swept else {"cursor": cursor}
    things = {
        "primary_key": ["id"],
        "columns": {"id": "int", "name": "text", "updated_at": "timestamp"},
        **kind,
    }
    return {
        "connector": "incident", "title": "t", "kind": "rest", "streams": {"things": things},
        "api": {"base_url": "http://x", "records_path": "data", "paginator": paginator, **api},
    }  # fmt: skip


BY_NUMBER = {"kind": "page_number", "more_path": "more"}
BY_TOTAL = {"kind": "page_number", "total_path": "total", "size": PAGE, "size_param": "per_page"}


@pytest.fixture
def shop() -> ListApi:
    made = ListApi()
    for number in range(1, 9):
        made.put(number, NOW - timedelta(days=1) + timedelta(minutes=number))
    return made


@pytest.fixture
def served(shop: ListApi) -> Iterator[FakeApi]:
    with FakeApi(shop) as api:
        yield api


def test_the_table_names_tests_that_exist() -> None:
    found = ROWS.findall(__doc__ or "")
    assert len(found) >= 14
    for incident, module, test in found:
        there = importlib.import_module(f"tests.integration.{module}")
        assert callable(getattr(there, test, None)), incident
        assert getattr(there, test).__doc__, f"{module}.{test} does not tell its incident"


def test_three_retries_do_not_triple_rows(shop: ListApi, served: FakeApi, warehouse: str) -> None:
    """Each retry appended what it had read before page three failed again.
    Nothing is committed but a whole read (or whole parts), and rows are merged by key."""
    place = Place(warehouse, served, build_connector(BY_NUMBER, is_swept=False))
    shop.trouble = lambda seen, page: Reply({}, 503) if page == 3 else None
    for _ in range(3):
        with pytest.raises(UpstreamUnavailable):
            place.load()
        assert place.cursor() is None
    shop.trouble = None
    assert place.load().inserted == 8
    assert sorted(place.rows()) == list(range(1, 9))
    states = place.case.query(
        "select state, count(*), sum(inserted) from elt_ops.loads where tenant = %s"
        " group by 1 order by 1", place.tenant,
    )  # fmt: skip
    assert states == [("failed", 3, 0), ("loaded", 1, 8)]


def test_rows_of_one_millisecond_that_appear_late_are_loaded(
    shop: ListApi, served: FakeApi, warehouse: str
) -> None:
    """Two rows had one millisecond; the second became visible after the first was read, and
    `> largest value seen` skipped it for ever. The window begins where the last one ended."""
    place = Place(warehouse, served, build_connector(BY_NUMBER, is_swept=False))
    tie = NOW + timedelta(hours=1, microseconds=1000)
    place.load()
    shop.put(21, tie)
    place.load()
    assert place.rows()[21] == "n"
    assert place.cursor() == format_instant(place.now)
    late = place.now
    shop.put(22, late)
    shop.put(23, late)
    place.load()
    shop.put(24, late + timedelta(hours=1))
    shop.put(25, late + timedelta(hours=1))
    place.load()
    assert sorted(place.rows())[-5:] == [21, 22, 23, 24, 25]


def test_a_record_edited_while_it_is_read_is_neither_lost_nor_old(
    shop: ListApi, served: FakeApi, warehouse: str
) -> None:
    """An edit in the middle of a read moved a record behind the window; the cursor of the read's
    END skipped it. The cursor is where the read began, so the next window holds the edit."""
    place = Place(warehouse, served, build_connector(BY_NUMBER, is_swept=False))

    def edit(seen: Seen, page: int) -> None:
        if page == 2:
            shop.put(7, place.now + timedelta(seconds=5), "edited")

    shop.trouble = edit
    place.load()
    shop.trouble = None
    place.load()
    assert place.rows() == dict.fromkeys(range(1, 9), "n") | {7: "edited"}


def test_a_truncated_page_that_looks_like_the_end_deletes_nothing(
    shop: ListApi, served: FakeApi, warehouse: str
) -> None:
    """A proxy cut page two short; the list ended there and the rest was taken for deleted.
    The list says how many it has: the page is asked for again, and a short list is refused."""
    place = Place(warehouse, served, build_connector(BY_TOTAL, is_swept=True))
    place.load()

    def cut(seen: Seen, page: int) -> Reply | None:
        whole = shop.page(seen, page).body
        return Reply({**whole, "data": whole["data"][:1]}) if page == 2 else None

    shop.trouble = cut
    with pytest.raises(UpstreamUnavailable):
        place.load()
    assert len(place.rows()) == 8
    shop.trouble = None
    assert place.load().unchanged == 8


def test_an_empty_page_that_is_not_the_end_deletes_nothing(
    shop: ListApi, served: FakeApi, warehouse: str
) -> None:
    """Rows the key may not see left page two empty; the pages behind it were lost.
    What the list says about more pages decides, not how many rows came."""
    place = Place(warehouse, served, build_connector(BY_NUMBER, is_swept=True))
    place.load()
    empty = {4, 5, 6}

    def hide(seen: Seen, page: int) -> Reply | None:
        return Reply({"data": [], "more": True}) if page == 2 else None

    shop.trouble = hide
    place.load()
    assert set(place.rows()) == set(range(1, 9)) - empty
    shop.trouble = None
    assert place.load().updated == 3, "they are back"


def test_html_with_status_200_leaves_rows_and_cursor(
    shop: ListApi, served: FakeApi, warehouse: str
) -> None:
    """A login page answered 200 for a night: every list was empty and every row deleted.
    An answer that is no JSON is an error; rows and cursor stay where they were."""
    page = Reply(raw=b"<!doctype html><title>In</title>", headers={"Content-Type": "text/html"})
    for is_swept in (True, False):
        place = Place(warehouse, served, build_connector(BY_NUMBER, is_swept=is_swept))
        place.load()
        before = place.cursor()
        shop.trouble = lambda seen, number: page
        with pytest.raises(ContractBroken):
            place.load()
        shop.trouble = None
        assert len(place.rows()) == 8
        assert place.cursor() == before


def test_a_token_that_expires_between_two_pages_costs_no_row(shop: ListApi, warehouse: str) -> None:
    """Tokens of an hour ended in the middle of longer reads: the read failed, or began anew and
    failed again. The token is renewed once and the same page asked for again."""
    vendor, asked = TokenVendor(), list[int]()

    def answer(seen: Seen) -> Reply:
        if seen.path == "/token":
            return vendor(seen)
        if vendor(seen).status == 401:
            return Reply({}, 401)
        asked.append(int(seen.query.get("page", "1")))
        if asked == [1, 2] and vendor.exchanges == 1:
            asked.pop()
            return Reply({}, 401)
        return shop(seen)

    auth = {"kind": "oauth2", "token_url": "token"}
    with FakeApi(answer) as api:
        place = Place(warehouse, api, build_connector(BY_NUMBER, is_swept=False, auth=auth))
        assert place.load(minutes_a_page=10).inserted == 8
        # The second pass proves that the list stood still.
        assert asked == [1, 2, 3] * 2
    assert vendor.exchanges == 2
