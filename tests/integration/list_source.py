"""A source played in memory: a list ordered by change, read page by page, told to misbehave."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from include.config.connector_spec import Connector, Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.clock import format_instant, frozen, parse_instant
from include.core.errors import PositionRefused
from include.core.streams import LoadResult, Page, RunKind, Window
from include.extract.source import FROM_THE_START, ReadOptions, SourceBase
from include.ledger.connection import Warehouse
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from include.pipeline.window import Skipped
from tests.integration.load_case import LoadCase
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed, build_tenant

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THINGS: dict[str, Any] = {
    "primary_key": ["id"],
    "version": "updated_at",
    "cursor": {"field": "updated_at", "why": "test"},
    "columns": {"id": "int", "name": "text", "updated_at": "timestamp"},
}


@dataclass
class ListSource(SourceBase):
    """Records by id. Pages hold the window's records by (updated_at, id); positions are stable.

    Attributes:
        before_page: Called with the page's number in its read, before the page is made: whatever
            happens at the source, or an error, happens there.
        asked: (window, position) of every read.
    """

    records: dict[int, dict[str, Any]] = field(default_factory=dict)
    page_size: int = 2
    gives_positions: bool = True
    refuses: bool = False
    before_page: Callable[[int], None] | None = None
    asked: list[tuple[Window, str | None]] = field(default_factory=list)
    delivered: list[int] = field(default_factory=list)

    def put(self, number: int, at: datetime, name: str = "n") -> None:
        """Insert or edit a record at an instant."""
        self.records[number] = {"id": number, "name": name, "updated_at": format_instant(at)}

    def check(self) -> None: ...

    def discover(self) -> dict[str, Stream]:
        return {}

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        position = options.position
        self.asked.append((window, position))
        if position is not None and self.refuses:
            raise PositionRefused("the token is too old. Expected a fresh one. Start over.")
        after = _load(position)
        number = 0
        while True:
            number += 1
            if self.before_page is not None:
                self.before_page(number)
            found = self._page(window, after)
            if not found:
                return
            after = _place(found[-1])
            self.delivered += [record["id"] for record in found]
            text = f"{after[0]}|{after[1]}" if self.gives_positions else None
            yield Page([dict(record) for record in found], position=text)

    def _page(self, window: Window, after: tuple[str, int] | None) -> list[dict[str, Any]]:
        inside = [
            record
            for record in self.records.values()
            if window.contains(parse_instant(record["updated_at"]))
            and (after is None or _place(record) > after)
        ]
        return sorted(inside, key=_place)[: self.page_size]


def _place(record: dict[str, Any]) -> tuple[str, int]:
    return record["updated_at"], record["id"]


def _load(position: str | None) -> tuple[str, int] | None:
    if position is None:
        return None
    at, number = position.split("|")
    return at, int(number)


@dataclass
class Shop:
    """A feed of that source and its loads through the pipeline; time is told by the test."""

    url: str
    source: ListSource
    feed: Feed
    now: datetime = NOW

    def load(
        self,
        kind: RunKind = RunKind.SCHEDULED,
        window: Window | None = None,
        *,
        hours: float = 1,
        **options: Any,
    ) -> LoadResult | Skipped:
        """Load after so many hours."""
        self.now += timedelta(hours=hours)
        warehouse = Warehouse(self.url)
        with frozen(self.now):
            request = LoadRequest(self.feed, kind, ("things",), window=window, **options)
            environment = build_environment(warehouse, Credentials("c"))
            return run_stream_load(request, environment, self.source)

    def loaded(self, *args: Any, **options: Any) -> LoadResult:
        result = self.load(*args, **options)
        assert isinstance(result, LoadResult), result
        return result

    @property
    def case(self) -> LoadCase:
        """The questions tests ask about tables."""
        connector, stream = self.feed.connector, self.feed.connector.streams["things"]
        return LoadCase(
            self.url, stream, self.feed.tenant.id, self.feed.name, connector.connector, "things"
        )

    def rows(self) -> dict[int, str]:
        """Name by id of the live rows."""
        return dict(self.case.query("select id, name from {t} where _deleted_at is null"))

    def cursor(self) -> str | None:
        found = self.case.ops("cursors", "value, load_id")
        return found[0][0] if found else None

    def books(self, columns: str = "read, inserted, part, is_last") -> list[tuple[Any, ...]]:
        """Rows of elt_ops.loads in the order written."""
        query = f"select {columns} from elt_ops.loads where tenant = %s order by load_id"
        return self.case.query(query, self.feed.tenant.id)

    def checkpoints(self) -> list[tuple[Any, ...]]:
        return self.case.ops("checkpoints", "reads, position, part, delivered")


def fill(source: ListSource) -> None:
    """Seven records, one a minute, a day ago."""
    for number in range(1, 8):
        source.put(number, NOW - timedelta(days=1) + timedelta(minutes=number))


def build_shop(url: str, *, stateful: bool = False, **stream: Any) -> Shop:
    """A shop with a tenant of its own."""
    declared = {name: value for name, value in {**THINGS, **stream}.items() if value is not None}
    connector = Connector.model_validate(
        {
            "connector": "played", "title": "Played", "kind": "python", "stateful": stateful,
            "streams": {"things": declared},
        }
    )  # fmt: skip
    tenant = build_tenant(f"t{uuid4().hex[:10]}")
    return Shop(url, ListSource(), replace(build_feed(connector), tenant=tenant))
