"""Stripe's lists know only when an object was created; its events name those that changed since.

Data flow of a window: list by `created` -> ids named by the window's events and not in the list ->
each asked for by id -> records, and tombstones of those that are gone. Stripe keeps events for 30
days: a window that begins before that reads the list from the feed's start instead.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from include.config.connector_spec import Stream
from include.config.load import start_instant
from include.connectors.stripe import hints
from include.connectors.stripe.balance import build_balances
from include.core.clock import utcnow
from include.core.errors import ContractBroken, UpstreamError
from include.core.streams import EventMark, Page, Reject, Tombstone, Window
from include.core.webhook_event import WebhookEvent
from include.extract.own_python import load_hook
from include.extract.record_page import build_page
from include.extract.rest.page import pick_records
from include.extract.rest.paginators import Step, first_step, next_step
from include.extract.rest.source import RestSource
from include.extract.rest.target import Target, build_window_params
from include.extract.source import FROM_THE_START, ReadOptions

log = logging.getLogger(__name__)

# Stripe says 30 days. One less: events must not expire between the decision and the last page, and
# clamping at exactly 30 days has lost rows elsewhere (airbytehq/airbyte#65911).
EVENT_DAYS = 29
PER_PAGE = 100
BALANCES = "balances"
METHODS, CUSTOMERS = "payment_methods", "customers"
PAYOUTS = "payouts"
GONE = 404


class StripeSource(RestSource):
    """The REST engine's lists, completed by events."""

    def check(self) -> None:
        """Ask each list, and the events, for one page."""
        super().check()
        next(self._walk_events("charge.*", Window(), size=1), None)

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Records created in the window, then those its events name as they are now.

        A position is one in the list; the events are read whole in any case.

        Raises:
            PositionRefused: If the object the list is paged after was deleted.
        """
        begin = start_instant(self._feed)
        if stream == BALANCES:
            yield self._read_balances(begin)
            return
        start, end = window.start or begin, window.end or utcnow()
        oldest = None if stream in hints.WHOLE else begin
        horizon = utcnow() - timedelta(days=EVENT_DAYS)
        groups = hints.build_groups(stream)
        if not groups or start <= begin or end <= horizon:
            # The list holds what was created in the window, as it is now.
            first = oldest if start <= begin else start
            if first is not None and end <= first:
                return  # a window before the feed's start
            yield from super().read(stream, Window(first, window.end), options)
        elif start < horizon:
            yield from self._read_all_again(stream, oldest, start)
        else:
            listed: set[str] = set()
            # No list of saved ways to pay takes a time; events name the new ones, too.
            pages = () if stream == METHODS else super().read(stream, window, options)
            for page in pages:
                listed.update(record["id"] for record in page.records)
                yield page
            named = self._fetch_named(stream, groups, Window(start, end), oldest)
            yield from self._read_named(stream, [i for i in named if i not in listed], oldest)

    def events(self) -> "StripeSource":
        """Itself: webhooks name what the lists are silent about."""
        return self

    def route(self, event_type: str) -> tuple[str, ...]:
        """The feed's streams that an event of this type may name objects of."""
        return tuple(name for name in hints.build_streams(event_type) if name in self._feed.streams)

    def drain(self, stream: str, events: list[WebhookEvent]) -> Iterator[Page]:
        """The objects the events name, asked for anew: what a webhook carries is a snapshot.

        Events may arrive late, twice and in any order; the object's state now is the newest of all.
        """
        oldest = None if stream in hints.WHOLE else start_instant(self._feed)
        for first in range(0, len(events), PER_PAGE):
            batch = events[first : first + PER_PAGE]
            named: dict[str, None] = {}
            rejects: list[Reject] = []
            marks: list[EventMark] = []
            for event in batch:
                found = _parse(stream, event)
                if isinstance(found, Reject):
                    rejects.append(found)
                elif found is not None:
                    named[found] = None
                poison = found.reason if isinstance(found, Reject) else None
                marks.append(EventMark(event.event_id, self.route(event.event_type), poison))
            for page in self._read_named(stream, named, oldest):
                yield replace(page, partial=True)
            yield Page([], tuple(rejects), partial=True, events=tuple(marks))

    def _read_balances(self, begin: datetime) -> Page:
        """What the account holds, whole whatever the window."""
        newest = self._list_movements({})
        earlier = self._list_movements({"created[lt]": str(int(begin.timestamp()))})
        found = build_balances(self._client.get("balance").body, newest, earlier)
        return Page(found, complete=("all",))

    def _list_movements(self, bounds: dict[str, str]) -> list[dict[str, Any]]:
        """The newest movement within the bounds, if any."""
        body = self._client.get("balance_transactions", {"limit": "1", **bounds}).body
        return pick_records(body, "data", "balance_transactions")

    def _targets(self, name: str, window: Window) -> Iterator[Target]:
        """Saved ways to pay customer by customer: a request each, as no list has them all."""
        if name != METHODS:
            yield from super()._targets(name, window)
            return
        customers = self._feed.connector.streams[CUSTOMERS]
        for page in self._lists.walk(customers, self._paginator(customers), Target(CUSTOMERS)):
            for customer in page.records:
                yield Target(f"{CUSTOMERS}/{customer['id']}/{METHODS}")

    def _complete(self, stream: Stream, record: dict[str, Any]) -> None:
        """An automatic payout with what is in it, too: Stripe tells that payout by payout."""
        super()._complete(stream, record)
        if stream.path == PAYOUTS and record.get("automatic"):
            moves = self._feed.connector.streams["balance_transactions"]
            target = Target("balance_transactions", {"payout": record["id"]})
            pages = self._lists.walk(moves, self._paginator(moves), target)
            record["movements"] = [one for page in pages for one in page.records]

    def _read_all_again(
        self, stream: str, oldest: datetime | None, start: datetime
    ) -> Iterator[Page]:
        """Everything from the start: the events that would name the changes are gone."""
        log.warning(
            "action=read_all_again tenant=%s feed=%s stream=%s window_start=%s reason=%s",
            *(self._feed.tenant.id, self._feed.name, stream, start.isoformat()),
            f"Stripe keeps events for 30 days and the window begins more than {EVENT_DAYS} ago",
        )
        # Up to now, beyond the window's end: only then does absence mean that an object is gone.
        for page in super().read(stream, Window(oldest, None)):
            # In one part: what is swept is what the whole list does not hold.
            yield replace(page, position=None)
        if self._feed.streams[stream].sweep == "all":
            yield Page([], complete=("all",))

    def _fetch_named(
        self, stream: str, groups: Iterable[str], window: Window, oldest: datetime | None
    ) -> dict[str, None]:
        """Ids the window's events name, without objects known to be older than `oldest`."""
        named: dict[str, None] = {}
        for group in groups:
            for events in self._walk_events(group, window):
                for event in events:
                    found = hints.pick_named(stream, event)
                    if found and not _is_older(found[1], oldest):
                        named[found[0]] = None
        return named

    def _walk_events(
        self, group: str, window: Window, size: int = PER_PAGE
    ) -> Iterator[list[dict[str, Any]]]:
        """Pages of events of one group, newest first.

        Raises:
            ContractBroken: If a page ends where the one before it ended.
        """
        spec = self._feed.connector.streams["charges"]
        paginator = self._paginator(spec).model_copy(update={"size": size})
        params = {"type": group, **build_window_params(spec, window)}
        step: Step | None = first_step(paginator)
        while step is not None:
            answer = self._client.get("events", {**params, **step.params})
            events = pick_records(answer.body, "data", "events")
            yield events
            here, step = step, next_step(paginator, step, answer.body, events, answer.headers)
            if step == here:
                raise ContractBroken(
                    "`events` answers the same page again. Expected the next one. Run again; if "
                    "it stays, report it to the vendor."
                )

    def _read_named(
        self, stream: str, ids: Iterable[str], oldest: datetime | None
    ) -> Iterator[Page]:
        """The objects of these ids as they are now, and tombstones of those that are gone."""
        spec = self._feed.streams[stream]
        hook = load_hook(self._feed.connector.connector, stream)
        records: list[dict[str, Any]] = []
        gone: list[Tombstone] = []
        older = 0
        for object_id in ids:
            found = self._fetch_one(spec, object_id)
            if found is None:
                gone.append(Tombstone((object_id,)))
            elif _is_older(found.get("created"), oldest):
                older += 1
            else:
                records.append(found)
            if len(records) + len(gone) >= PER_PAGE:
                yield replace(build_page(records, spec, Window(), hook), deleted=tuple(gone))
                records, gone = [], []
        page = build_page(records, spec, Window(), hook)
        yield replace(page, filtered=page.filtered + older, deleted=tuple(gone))

    def _fetch_one(self, spec: Stream, object_id: str) -> dict[str, Any] | None:
        """One object with its lists completed; None when it is gone.

        A deleted customer or product is answered with 200 and `deleted: true`, a deleted draft
        invoice with 404.
        """
        path = f"{spec.path}/{object_id}"
        try:
            found = self._client.get(path).body
        except UpstreamError as error:
            if error.status != GONE:
                raise
            return None
        if not isinstance(found, dict) or found.get("id") != object_id:
            raise ContractBroken(
                f"`{spec.path}` by id answered another object. Expected the one asked for. "
                "Report it to the vendor."
            )
        # A way to pay taken off its customer cannot be used again.
        is_detached = found.get("object") == "payment_method" and not found.get("customer")
        if found.get("deleted") is True or is_detached:
            return None
        self._complete(spec, found)
        return found


def _is_older(created: Any, oldest: datetime | None) -> bool:
    return oldest is not None and isinstance(created, int) and created < oldest.timestamp()


def _parse(stream: str, event: WebhookEvent) -> str | Reject | None:
    """The id a webhook names in this stream; None when it is of another kind of object."""
    try:
        body = json.loads(event.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or body.get("object") != "event":
        detail = "the body is no Stripe event with an object in it."
        return Reject(f"event_id={event.event_id}", "no_stripe_event", detail, event.body)
    found = hints.pick_named(stream, body)
    return found[0] if found else None


SOURCE = StripeSource
