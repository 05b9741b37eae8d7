"""A made-up shop that changes while it is read: the truth that random histories compare with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from include.config.connector_spec import Stream
from include.core.streams import Page, Tombstone, Window
from include.extract.source import FROM_THE_START, ReadOptions, SourceBase

PAGE = 2
IDS = range(1, 9)
# A stream told of changes by time and swept for what is gone, one whose deletions are named by the
# source, and one without any time that is read whole.
ORDERS, TICKETS, STOCK = "orders", "tickets", "stock"
STREAMS = (ORDERS, TICKETS, STOCK)

_COLUMNS = {"id": "int", "amount": "numeric", "updated_at": "timestamp"}
_CURSOR = {"field": "updated_at", "why": "The shop moves it with every change."}
_ITEMS = {"items": {"path": "items", "columns": {"sku": "text"}}}
SHOP = {
    "connector": "shopapi",
    "title": "A shop",
    "kind": "python",
    "streams": {
        ORDERS: {
            "primary_key": ["id"], "columns": _COLUMNS, "cursor": _CURSOR, "version": "updated_at",
            "sweep": "all", "sweep_limit_share": 1.0, "children": _ITEMS,
        },
        TICKETS: {
            "primary_key": ["id"], "columns": _COLUMNS, "cursor": _CURSOR, "version": "updated_at",
            "children": _ITEMS,
        },
        STOCK: {
            "primary_key": ["id"], "columns": _COLUMNS, "version": "updated_at", "sweep": "all",
            "sweep_limit_share": 1.0, "children": _ITEMS,
        },
    },
}  # fmt: skip

Record = tuple[datetime, int]


@dataclass
class Shop:
    """The truth.

    Attributes:
        live: Stream -> id -> (changed at, amount).
        gone: Stream -> id -> deleted at.
        bad: Records whose amount is no number at the moment.
        said: Everything the shop ever said: (stream, id, changed at, amount).
    """

    now: datetime
    live: dict[str, dict[int, Record]] = field(default_factory=lambda: {n: {} for n in STREAMS})
    gone: dict[str, dict[int, datetime]] = field(default_factory=lambda: {n: {} for n in STREAMS})
    bad: set[tuple[str, int]] = field(default_factory=set)
    said: set[tuple[str, int, datetime, int]] = field(default_factory=set)
    amounts: int = 0

    def put(self, stream: str, number: int) -> None:
        """Insert, update or restore."""
        self.amounts += 1
        self.live[stream][number] = (self.now, self.amounts)
        self.gone[stream].pop(number, None)
        self.bad.discard((stream, number))
        self.said.add((stream, number, self.now, self.amounts))

    def delete(self, stream: str, number: int) -> None:
        if self.live[stream].pop(number, None) is not None:
            # A vendor's clock is fine enough to tell a change from the deletion after it.
            self.now += timedelta(milliseconds=1)
            self.gone[stream][number] = self.now
            self.bad.discard((stream, number))

    def spoil(self, stream: str, number: int) -> None:
        """The record changes to something no loader can read."""
        if number in self.live[stream]:
            self.put(stream, number)
            self.bad.add((stream, number))

    def describe(self, stream: str, number: int) -> dict[str, Any]:
        """One record as the API sends it."""
        changed, amount = self.live[stream][number]
        is_bad = (stream, number) in self.bad
        return {
            "id": number,
            "amount": "a lot" if is_bad else amount,
            "updated_at": changed.isoformat(),
            "items": [{"sku": f"sku-{amount}-{n}"} for n in range(amount % 3)],
        }


class ShopSource(SourceBase):
    """Pages of two, in the order of change, each asked for live: the shop may change in between.

    Attributes:
        between: What happens before the page of that number is asked for.
        repeats: The first record of a page is the last one of the page before, once more.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.between: dict[int, Callable[[], None]] = {}
        self.repeats = False

    def check(self) -> None:
        """Always there."""

    def discover(self) -> dict[str, Stream]:
        raise AssertionError("the streams are declared")

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        after = _parse(options.position) if options.position else None
        page = 0
        while True:
            self.between.get(page, lambda: None)()
            page += 1
            keys = self._following(stream, window, after)[:PAGE]
            records = [self.shop.describe(stream, number) for _, number in keys]
            if self.repeats and after and after[1] in self.shop.live[stream]:
                records.insert(0, self.shop.describe(stream, after[1]))
            if not keys:
                yield Page([], deleted=self._deleted(stream, window))
                return
            after = keys[-1]
            yield Page(records, position=_format(after) if stream != STOCK else None)

    def _following(
        self, stream: str, window: Window, after: tuple[datetime, int] | None
    ) -> list[tuple[datetime, int]]:
        """(changed at, id) inside the window and behind the position, in that order."""
        found = sorted((at, number) for number, (at, _) in self.shop.live[stream].items())
        if stream == STOCK:
            # Read whole, in an order that changes do not touch.
            found = sorted(found, key=lambda key: key[1])
            return [key for key in found if after is None or key[1] > after[1]]
        return [key for key in found if window.contains(key[0]) and (not after or key > after)]

    def _deleted(self, stream: str, window: Window) -> tuple[Tombstone, ...]:
        if stream != TICKETS:
            return ()
        graves = self.shop.gone[stream].items()
        return tuple(Tombstone((n,), at) for n, at in sorted(graves) if window.contains(at))


def _format(key: tuple[datetime, int]) -> str:
    return f"{key[0].isoformat()} {key[1]}"


def _parse(text: str) -> tuple[datetime, int]:
    instant, number = text.split()
    return datetime.fromisoformat(instant), int(number)
