"""QuickBooks exports: lists row by row, sales documents put together from a line report.

Data flow: first file pattern that matches -> report rows -> records -> Page. In full, or not at all
when no export has changed.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice
from typing import Any

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.connectors.quickbooks_csv.cells import (
    parse_amount,
    parse_day,
    parse_flag,
    parse_phones,
    split_deleted,
)
from include.connectors.quickbooks_csv.documents import (
    WantedDocuments,
    build_documents,
    merge_reports,
)
from include.connectors.quickbooks_csv.habits import Habits, load_habits, require_dates
from include.connectors.quickbooks_csv.report import Report, load_report
from include.core.errors import TruncatedFetch
from include.core.streams import Page, Reject, Window
from include.extract.files.export_set import ExportSet
from include.extract.files.fingerprint import build_fingerprint
from include.extract.files.folder import Folder, Found, opened, require_files
from include.extract.files.formats.reader import Layout
from include.extract.files.open_folder import open_folder
from include.extract.files.place import Place
from include.extract.files.unread import tell_unread
from include.extract.source import FROM_THE_START, ReadOptions, SourceBase
from include.extract.stores.source_stores import NO_STORES, Stores

log = logging.getLogger(__name__)

PAGE_RECORDS = 2_000
DOCUMENT_STREAMS = ("invoices", "sales_receipts", "credit_memos", "refund_receipts")


class QuickBooksFiles(SourceBase):
    """One company's folder of exports."""

    def __init__(self, feed: Feed, credentials: Credentials, stores: Stores = NO_STORES) -> None:
        super().__init__(feed, credentials, stores)
        self._encoding = str(feed.options.get("encoding") or "auto")
        self._dates = require_dates(feed)
        self._habits: Habits | None = None

    def check(self) -> None:
        """Each stream has a file, and a header in it."""
        folder = self._folder()
        for stream in self._feed.streams.values():
            for found in _files(folder, stream):
                with opened(folder, found) as place:
                    load_report(place, stream, self._encoding)

    def unread(self) -> tuple[str, ...]:
        """Exports whose names no stream knows."""
        patterns = [one for stream in self._feed.streams.values() for one in stream.files]
        return tell_unread(self._folder(), patterns)

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Everything the exports hold; they carry no time of change, so the window is not applied.

        Raises:
            TruncatedFetch: If a list is empty: its missing rows would be marked deleted.
        """
        spec, folder = self._feed.streams[stream], self._folder()
        layout = Layout(spec.columns, encoding=self._encoding)

        def read(files: Sequence[Found]) -> Iterator[Page]:
            with ExitStack() as stack:
                places = [stack.enter_context(opened(folder, found)) for found in files]
                pages = self._read_documents if stream in DOCUMENT_STREAMS else self._read_list
                yield from pages(stream, spec, places)

        try:
            if stream == min(self._feed.streams) and (told := self.unread()):
                yield Page([], notices=told)
            exports = ExportSet(
                stream,
                folder,
                _files(folder, spec),
                build_fingerprint(self._feed, layout, dates=self._dates),
            )
            yield from exports.pages(read, self._stores.file_ledger, options.reading)
        finally:
            folder.clear()

    def _folder(self) -> Folder:
        return open_folder(self._feed, self._credentials)

    def _read_list(self, name: str, spec: Stream, places: Sequence[Place]) -> Iterator[Page]:
        rows = 0
        for place in places:
            report = self._open(place, spec)
            for page in self._list_pages(name, report) if report else ():
                rows += len(page.records)
                yield page
        if not rows:
            raise TruncatedFetch(
                f"the exports of `{name}` hold no row. Expected some, since rows missing from "
                "the list are marked deleted. Check the export, then run again."
            )

    def _open(self, place: Place, stream: Stream) -> Report | None:
        report = load_report(place, stream, self._encoding)
        if report is None:
            log.warning("action=empty_file file=%s rows=0", place.name)
        return report

    def _read_documents(self, name: str, stream: Stream, places: Sequence[Place]) -> Iterator[Page]:
        # What belongs to no stream (estimates, broken lines) is counted once, not by all four.
        first = next(s for s in DOCUMENT_STREAMS if s in self._feed.streams)
        habits = self._load_habits()
        yield Page([], notices=habits.notices)
        reports = [self._open(place, stream) for place in places]
        yield Page([], notices=tuple(n for report in reports if report for n in report.notices))
        wanted = WantedDocuments(
            name, stream, habits.is_day_first, habits.numbers, with_leftovers=name == first
        )
        parts = [build_documents(report, wanted) for report in reports if report]
        for part, replaced in merge_reports(parts):
            records = list(part.records.values())
            yield Page([], tuple(part.rejects), replaced + len(part.left_out))
            for start in range(0, len(records), PAGE_RECORDS):
                yield Page(records[start : start + PAGE_RECORDS])

    def _list_pages(self, name: str, report: Report) -> Iterator[Page]:
        habits = self._load_habits()
        yield Page([], notices=(*habits.notices, *report.notices))
        numbers, is_day_first = habits.numbers.get(report.place.name), habits.is_day_first
        build = self._customer if name == "customers" else self._item
        prepare = partial(build, numbers=numbers, is_day_first=is_day_first)
        while some := list(islice(report.rows, PAGE_RECORDS)):
            rejects = tuple(row for row in some if isinstance(row, Reject))
            records = [prepare(row.cells) for row in some if not isinstance(row, Reject)]
            yield Page(records, rejects)

    def _load_habits(self) -> Habits:
        """How the company writes: all of its exports are asked, once."""
        if self._habits is None:
            folder = self._folder()
            patterns = [one for stream in self._feed.streams.values() for one in stream.files]
            with ExitStack() as stack:
                found = folder.find(patterns)
                places = [stack.enter_context(opened(folder, one)) for one in found]
                self._habits = load_habits(places, self._encoding, self._dates)
        return self._habits

    def _customer(
        self, cells: dict[str, str], *, numbers: str | None, is_day_first: bool
    ) -> dict[str, Any]:
        record: dict[str, Any] = {name: value or None for name, value in cells.items()}
        name, is_deleted = split_deleted(cells.get("customer_name"))
        phones = parse_phones(cells.get("phone_numbers"))
        record |= {"customer_name": name, "is_deleted": is_deleted, "phone": phones.get("phone")}
        record["mobile"] = record.get("mobile") or phones.get("mobile")
        record["created_on"] = parse_day(cells.get("created_on"), day_first=is_day_first)
        record["open_balance"] = parse_amount(cells.get("open_balance"), numbers)
        return record

    def _item(
        self, cells: dict[str, str], *, numbers: str | None, is_day_first: bool
    ) -> dict[str, Any]:
        record: dict[str, Any] = {name: value or None for name, value in cells.items()}
        name, is_deleted = split_deleted(cells.get("item_name"))
        record |= {"item_name": name, "is_deleted": is_deleted}
        if not record.get("category") and name and ":" in name:
            record["category"] = name.rpartition(":")[0]
        price = cells.get("sales_price") or ""
        if price.endswith("%"):
            # Discount and tax items are priced in percent; that is no amount.
            record |= {"sales_price": None, "sales_price_percent": price}
        amounts = ("sales_price", "purchase_cost", "quantity_on_hand", "reorder_point")
        record |= {amount: parse_amount(record.get(amount), numbers) for amount in amounts}
        record["is_taxable"] = parse_flag(cells.get("is_taxable"))
        record["quantity_as_of_on"] = parse_day(
            cells.get("quantity_as_of_on"), day_first=is_day_first
        )
        return record


def _files(folder: Folder, stream: Stream) -> list[Found]:
    """Files of the first matching pattern: by-customer and by-product hold the same sales."""
    for pattern in stream.files:
        if found := folder.find([pattern]):
            return found
    return require_files(folder, stream.files)


SOURCE = QuickBooksFiles
