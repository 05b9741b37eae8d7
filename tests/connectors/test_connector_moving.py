"""Records are edited between any two pages of every list of every connector: none is lost.

Connectors and their streams are taken from the disk, so a new one is held to the same rule. Source:
lists paged by number or offset lost the record at a page's border whenever one before it was
edited out of the window: the books balanced, and nothing said so.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from include.config.blocks.paginator import Paginator
from include.config.connector_spec import Stream
from include.core import clock
from include.core.streams import Window
from include.extract.rest.passes import may_skip
from include.sandbox.testing import running_sandbox
from include.sandbox.world import WorldSpec
from tests.connectors.connector_cases import Case, build_cases, rows_of
from tests.connectors.connector_reads import (
    API_CASES,
    CONNECTORS,
    FEEDS,
    START,
    keys_of,
    small_pages,
    unbulked,
)

BEFORE = datetime(2026, 11, 1, 12, tzinfo=UTC)
EDITED = datetime(2026, 11, 3, 12, tzinfo=UTC)
AFTER = datetime(2026, 11, 7, 12, tzinfo=UTC)
SIZE = 100
PAGE = 10
# So often records are edited; then a list may come to rest, and is walked again until it does.
EDITED_PAGES = 4
CHANGES = 8
STREAMS = [(name, stream) for name in API_CASES for stream in sorted(FEEDS[name].streams)]
# Whose records the sandbox's events do not edit: a test edits them, by file and name below
# `tests/unit`.
EDITED_BY = {
    "attio": "test_connector_attio.py::test_a_record_deleted_while_reading_is_no_silent_hole",
    "coresignal": "test_connector_coresignal.py::"
    "test_a_delivery_edited_between_its_pages_loses_no_company",
    "erpnext": "test_connector_erpnext.py::test_pages_go_by_key_not_by_offset",
    "google_ads": "test_connector_google_ads.py::"
    "test_a_report_edited_between_its_pages_loses_no_row",
    "google_analytics": "test_connector_google_analytics.py::"
    "test_a_report_that_changes_between_its_pages_is_read_again",
    "meta_ads": "test_connector_meta_ads.py::test_a_list_edited_between_its_pages_loses_no_record",
    "quickbooks": "test_connector_quickbooks.py::"
    "test_a_row_edited_while_pages_are_walked_hides_no_other",
    "rest": "test_extract_rest_moving.py::test_an_edit_at_each_page_border_loses_no_record",
}
MOVED = [name for name in API_CASES if FEEDS[name].connector.connector not in EDITED_BY]
# What a page behind another one is found by, and why no record slips by between them.
RULES = {
    "single": "there is no second page",
    "cursor": "the vendor's mark stands behind a record, not behind a count",
    "last_id": "the next page begins behind an id",
    "next_url": "the vendor's link stands behind a record",
    "link_header": "the vendor's link stands behind a record",
    "page_number": "walked until two walks saw the same",
    "offset": "walked until two walks saw the same, or pages overlap",
}


@dataclass
class Edits:
    """Edits of the tenant's world between the pages of a list; its time only moves on.

    Attributes:
        answers: Since the list was begun.
        every: Answers between two sets of edits, so that these are spread over the list; 0: none.
        made: Sets of edits since the list was begun.
        touched: Vendors that have edited records.
    """

    url: str
    tenant: str
    at: datetime = EDITED
    answers: int = 0
    every: int = 0
    made: int = 0
    touched: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """The same list again, with edits."""
        self.every, self.answers, self.made = max(self.answers // EDITED_PAGES, 1), 0, 0

    def note(self) -> None:
        """An answer has come."""
        self.answers += 1
        if not self.every or self.made >= EDITED_PAGES or self.answers % self.every:
            return
        self.made += 1
        self.at += timedelta(minutes=1)
        body = {"tenant": self.tenant, "changes": CHANGES, "at": self.at.isoformat()}
        answer = requests.post(f"{self.url}/_sandbox/advance", json=body, timeout=60)
        assert answer.ok, answer.text
        for vendor, lists in answer.json()["changed"].items():
            if any(lists.values()):
                self.touched.add(vendor)


@contextmanager
def editing(edits: Edits) -> Iterator[None]:
    send = HTTPAdapter.send

    def then_edit(self: HTTPAdapter, request: PreparedRequest, *rest: Any, **more: Any) -> Response:
        answer = send(self, request, *rest, **more)
        if "/_sandbox/" not in str(request.url):
            edits.note()
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", then_edit)
        yield


@pytest.fixture(scope="module", params=MOVED)
def moving(request: pytest.FixtureRequest) -> Iterator[tuple[str, Case, str]]:
    """A world of its own for each connector: what one's edits do must not help another's."""
    with running_sandbox(WorldSpec(size=SIZE)) as url:
        yield request.param, build_cases(url, Path())[request.param], url


def test_no_record_is_lost_when_others_are_edited_between_pages(
    moving: tuple[str, Case, str],
) -> None:
    """What was there before is in this read, or edited meanwhile and in the next one's window."""
    name, case, url = moving
    moved, edits = 0, Edits(url, case.feed.tenant.id)
    with small_pages(case, PAGE):
        for stream, spec in sorted(case.feed.streams.items()):
            edits.every = edits.answers = 0
            with clock.frozen(BEFORE), editing(edits):
                held = _read(case, stream, spec, START, BEFORE)
                if edits.answers < 2:
                    continue
                edits.begin()
                found = _read(case, stream, spec, START, BEFORE)
            moved += edits.made > 1
            since = BEFORE - timedelta(hours=spec.lookback_h)
            with clock.frozen(AFTER):
                later = _read(case, stream, spec, since if spec.cursor else START, AFTER)
            lost = held - found - later
            assert not lost, f"{name}/{stream}: {len(lost)} of {len(held)} records were never read"
    assert moved, "no list had a second page, so nothing was tested"
    assert case.vendor in edits.touched, "none of its records was edited, so nothing was tested"


def _read(case: Case, stream: str, spec: Stream, start: datetime, end: datetime) -> set[Any]:
    source = case.quick(PAGE, **unbulked(case))
    pages = source.read(stream, Window(start, end))
    return {key for page in pages for key in keys_of(list(rows_of(page)), spec)}


@pytest.mark.parametrize(("name", "stream"), STREAMS)
def test_every_way_of_paging_is_held_by_a_rule(name: str, stream: str) -> None:
    """A way without a rule cannot be added: pages counted by place are walked again, or overlap."""
    spec = FEEDS[name].streams[stream]
    api = FEEDS[name].connector.api
    paginator = spec.paginator or (api.paginator if api else None)
    if paginator is None:
        # Code asks for its pages: the test above edits between them.
        assert FEEDS[name].connector.kind == "python", "no word says how its pages are found"
        return
    assert paginator.kind in RULES
    if paginator.kind in ("page_number", "offset"):
        assert paginator.overlap or may_skip(paginator)


@pytest.mark.parametrize("connector", sorted(EDITED_BY))
def test_what_is_edited_elsewhere_is(connector: str) -> None:
    """A name in the list is a test that is there, and not a wish."""
    file, _, name = EDITED_BY[connector].partition("::")
    assert connector in CONNECTORS
    path = Path(__file__).parents[1] / "unit" / file
    assert f"def {name}(" in path.read_text()


def test_every_kind_of_paginator_has_a_rule() -> None:
    """A new kind of the engine needs one, too; none is without a demo feed."""
    kinds = Paginator.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]
    assert set(kinds) == set(RULES)
    shown = {feed.connector.connector for feed in FEEDS.values()}
    unseen = {name for name, one in CONNECTORS.items() if one.api and one.streams} - shown
    assert not unseen, "a connector of an API without a demo feed is edited by no test"
