"""One feed's inbox into its raw streams: each event once in effect, poison ones set aside.

Data flow: elt_ops.inbox -> by stream -> run_stream_load (rows, quarantine and marks in one
transaction). A batch that fails as a whole is halved until the event that breaks it stands alone.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from include.config.connector_spec import Stream
from include.config.models import Feed, Tenant
from include.core import naming
from include.core.errors import ContractBroken, EltError, WarehouseRejected
from include.core.streams import (
    NOWHERE,
    EventMark,
    LoadResult,
    Page,
    Reject,
    RunKind,
    RunOrigin,
    Window,
)
from include.core.webhook_event import UNKNOWN, WebhookEvent
from include.extract.source import FROM_THE_START, EventSource, ReadOptions, Source
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.locks import run_try_hold
from include.ledger.stores import inbox
from include.pipeline.load_environment import LoadEnvironment
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load

log = logging.getLogger(__name__)

BATCH = 5_000
# An event that broke its load alone so often is quarantined; until then the source may be at fault.
TRIES = 3
# More of them in one run look like a broken source, not like broken events.
MOST_ALONE = 20
NO_TYPE = "no_event_type"


@dataclass
class DrainResult:
    """What one drain did.

    Attributes:
        loaded: Rows inserted or updated by stream.
        unclaimed: Events no stream takes; settled without rows.
        poisoned: Events set aside because they broke their load or do not say what they are.
        failed: Streams that could not be loaded; their events stay new.
    """

    loaded: dict[str, int] = field(default_factory=dict)
    events: int = 0
    unclaimed: int = 0
    poisoned: int = 0
    failed: dict[str, EltError] = field(default_factory=dict)


def fetch_waiting_feeds(tenant: Tenant, warehouse: Warehouse) -> dict[str, int]:
    """Feed -> number of events that wait in its inbox."""
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        return {
            feed: count for feed, (count, _) in inbox.fetch_waiting(connection, tenant.id).items()
        }


def run_drain(feed: Feed, environment: LoadEnvironment, origin: RunOrigin = NOWHERE) -> DrainResult:
    """Make rows of everything in the feed's inbox.

    Raises:
        EltError: Only when the source cannot be opened; a stream's own error is in the answer.
    """
    result = DrainResult()
    environment.run_prepare(feed)
    source = environment.open_source(feed)
    # An explicit window leaves the cursor where the scheduled reads have put it.
    request = LoadRequest(feed, RunKind.SCHEDULED, window=Window(), origin=origin)
    drain = _Drain(request, environment, source, result)
    with _alone(feed, environment.warehouse) as is_alone:
        if is_alone:
            drain.run()
    log.info(
        "inbox drained tenant=%s feed=%s events=%s unclaimed=%s poisoned=%s failed=%s",
        *(feed.tenant.id, feed.name, result.events, result.unclaimed, result.poisoned),
        ",".join(sorted(result.failed)) or "none",
    )
    return result


@contextmanager
def _alone(feed: Feed, warehouse: Warehouse) -> Iterator[bool]:
    """False when another process drains this inbox: it will see to the rest."""
    key = naming.lock_key(feed.tenant.id, feed.name, "inbox")
    with warehouse.connect(autocommit=True) as connection:
        yield run_try_hold(connection, key)


class _Drain:
    """One drain of one feed."""

    def __init__(
        self,
        request: LoadRequest,
        environment: LoadEnvironment,
        source: Source,
        result: DrainResult,
    ) -> None:
        self.request, self.environment = request, environment
        self.feed, self.warehouse = request.feed, environment.warehouse
        self.source, self.result = source, result
        self.events = source.events()
        self.alone = 0

    def run(self) -> None:
        store = inbox.WarehouseInbox(self.warehouse, self.feed.tenant.id, self.feed.name)
        after = 0
        while batch := store.fetch(None, after, BATCH):
            after = batch[-1].place
            self.result.events += len(batch)
            by_stream: dict[str, list[WebhookEvent]] = {}
            nobodys: list[EventMark] = []
            for event in batch:
                streams = self.events.route(event.event_type)
                if not streams:
                    # An event nobody wants is done; one that says not even what it is, is not.
                    poison = NO_TYPE if event.event_type == UNKNOWN else None
                    nobodys.append(EventMark(event.event_id, poison=poison))
                for stream in streams:
                    if stream not in event.taken:
                        by_stream.setdefault(stream, []).append(event)
            self._settle_unclaimed(nobodys)
            for stream, events in sorted(by_stream.items()):
                if stream not in self.result.failed:
                    self._drain_stream(stream, events)

    def _settle_unclaimed(self, marks: list[EventMark]) -> None:
        if marks:
            place = (self.feed.tenant.id, self.feed.name, None)
            with self.warehouse.connect() as connection:
                inbox.run_settle(connection, place, marks, None)
            poisoned = sum(mark.poison is not None for mark in marks)
            self.result.poisoned += poisoned
            self.result.unclaimed += len(marks) - poisoned
            if poisoned:
                log.warning("events without a type set aside feed=%s events=%d", place[1], poisoned)

    def _drain_stream(self, stream: str, events: list[WebhookEvent]) -> None:
        """Load these events; what fails is halved, then counted, at last quarantined."""
        try:
            done = self._load(
                stream, _Reading(self.source, lambda name: self.events.drain(name, events))
            )
        except (ContractBroken, WarehouseRejected) as error:
            if len(events) > 1 and self.alone < MOST_ALONE:
                middle = len(events) // 2
                self._drain_stream(stream, events[:middle])
                self._drain_stream(stream, events[middle:])
            else:
                self._set_aside(stream, events, error)
        except EltError as error:
            self._note(stream, events, error)
        else:
            self.result.loaded[stream] = self.result.loaded.get(stream, 0) + done

    def _set_aside(self, stream: str, events: list[WebhookEvent], error: EltError) -> None:
        self.alone += 1
        event = events[0]
        if len(events) > 1 or event.tries + 1 < TRIES:
            self._note(stream, events, error)
            return
        streams = self.events.route(event.event_type)
        page = build_poison_page(event, streams, error)
        try:
            self._load(stream, _Reading(self.source, lambda name: iter((page,))))
        except EltError as second:
            self._note(stream, events, second)
            return
        self.result.poisoned += 1

    def _note(self, stream: str, events: list[WebhookEvent], error: EltError) -> None:
        self.result.failed[stream] = error
        ids = [event.event_id for event in events]
        inbox.run_note_try(self.warehouse, self.feed.tenant.id, self.feed.name, ids)

    def _load(self, stream: str, source: Source) -> int:
        done = run_stream_load(self.request.of(stream), self.environment, source)
        return done.loaded if isinstance(done, LoadResult) else 0


def build_poison_page(event: WebhookEvent, streams: tuple[str, ...], error: EltError) -> Page:
    """The page that puts one event into quarantine and marks it."""
    detail = f"making a row of it failed {event.tries + 1} times with {type(error).__name__}."
    reject = Reject(f"event_id={event.event_id}", "poison_event", detail, event.body)
    mark = EventMark(event.event_id, streams, reject.reason)
    return Page([], (reject,), partial=True, events=(mark,))


class _Reading:
    """The feed's source, with these pages instead of what it would read."""

    def __init__(self, source: Source, pages: Callable[[str], Iterator[Page]]) -> None:
        self._source, self._pages = source, pages

    def check(self) -> None:
        self._source.check()

    def discover(self) -> dict[str, Stream]:
        return self._source.discover()

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        return self._pages(stream)

    def after_commit(self, stream: str) -> None:
        """Nothing: the source itself has read nothing."""

    def events(self) -> EventSource:
        return self._source.events()
