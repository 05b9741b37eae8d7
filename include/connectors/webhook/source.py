"""Events of the inbox to records: one row per record, the newest event of it wins.

Data flow: elt_ops.inbox -> events of the stream's types -> record at `records_path` -> Page with
the marks that settle the events in the load's own transaction.
"""

from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from include.config.connector_spec import Stream
from include.core.clock import format_instant
from include.core.errors import ConfigError
from include.core.streams import EventMark, Page, Reject, Tombstone, Window
from include.core.webhook_event import WebhookEvent
from include.core.webhook_signature import KINDS
from include.extract.exact_json import has_double_keys, parse_json
from include.extract.record_page import declared_paths
from include.extract.record_path import MISSING, nest_dotted, pick
from include.extract.source import FROM_THE_START, ReadOptions, SourceBase
from include.extract.windows import parse_cursor

# Events per page, and per load: what a load has marked stays in memory until it commits.
PAGE = 1_000
PER_LOAD = 50_000
EVENT = "_event"


class WebhookSource(SourceBase):
    """One feed's inbox as a source. It asks nobody: senders come to us."""

    def check(self) -> None:
        """Prove that requests could be verified.

        Raises:
            ConfigError: If `verify` names no way of signing.
            MissingSecret: If the connection lacks the signing secret.
        """
        rule = self._feed.options["verify"]
        if rule not in KINDS:
            raise ConfigError(
                f"option `verify` is `{rule}`. Expected one of: {', '.join(KINDS)}. "
                "An endpoint that takes anything from anybody is not offered."
            )
        self._credentials.secret("password")

    def events(self) -> "WebhookSource":
        """Itself: it reads nothing else."""
        return self

    def route(self, event_type: str) -> tuple[str, ...]:
        """The streams that take events of this type, sorted."""
        return tuple(
            name
            for name, stream in sorted(self._feed.streams.items())
            if any(fnmatchcase(event_type, pattern) for pattern in stream.events)
        )

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """What is in the inbox now, whenever it happened: an event is late, not outside."""
        after, read, inbox = 0, 0, self._stores.inbox
        while inbox is not None and read < PER_LOAD:
            events = inbox.fetch(stream, after, PAGE)
            if not events:
                return
            after, read = events[-1].place, read + len(events)
            yield from self.drain(stream, [e for e in events if stream in self.route(e.event_type)])

    def drain(self, stream: str, events: list[WebhookEvent]) -> Iterator[Page]:
        """Pages made of these events; poison ones become rejects and keep nobody back."""
        spec = self._feed.streams[stream]
        for start in range(0, len(events), PAGE):
            yield self._build_page(spec, events[start : start + PAGE])

    def _build_page(self, spec: Stream, events: list[WebhookEvent]) -> Page:
        records: list[dict[str, Any]] = []
        gone: list[Tombstone] = []
        rejects: list[Reject] = []
        marks: list[EventMark] = []
        for event in events:
            made = build_records(spec, event)
            if isinstance(made, Reject):
                rejects.append(made)
            elif _is_delete(spec, event):
                gone += [build_tombstone(spec, event, record) for record in made]
            else:
                records += [{**record, EVENT: _describe(event)} for record in made]
            poison = made.reason if isinstance(made, Reject) else None
            marks.append(EventMark(event.event_id, self.route(event.event_type), poison))
        return Page(records, tuple(rejects), partial=True, deleted=tuple(gone), events=tuple(marks))


def build_records(spec: Stream, event: WebhookEvent) -> list[dict[str, Any]] | Reject:
    """The records of one event, or why there are none."""
    content = event.body.encode("utf-8", "surrogatepass")
    try:
        body = parse_json(content, Decimal)
        is_doubled = has_double_keys(content, body)
    except ValueError:
        return _reject(event, "invalid_json", "the body is not JSON.")
    if is_doubled:
        return _reject(event, "double_key", "an object of the body has a key twice.")
    found = pick(body, spec.records_path, MISSING) if spec.records_path else body
    found = [found] if isinstance(found, dict) else found
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        where = spec.records_path or "top level"
        return _reject(event, "no_record", f"there is no record at `{where}`.")
    nest_dotted(found, declared_paths(spec))
    keys = [spec.columns[key].path or key for key in spec.primary_key]
    keys = [key for key in keys if not key.startswith(f"{EVENT}.")]
    if any(pick(one, key) in (None, "") for one in found for key in keys):
        return _reject(event, "null_primary_key", f"a record has no `{', '.join(keys)}`.")
    return found


def build_tombstone(spec: Stream, event: WebhookEvent, record: dict[str, Any]) -> Tombstone:
    """The deletion an event tells of, as new as the event or as its record says."""
    whole = {**record, EVENT: _describe(event)}
    key = tuple(pick(whole, spec.columns[name].path or name) for name in spec.primary_key)
    if spec.version is None:
        return Tombstone(key)
    column = spec.columns[spec.version]
    version = pick(whole, column.path or spec.version)
    if column.type in ("timestamp", "date"):
        version = parse_cursor(version, column)
    return Tombstone(key, version)


def _is_delete(spec: Stream, event: WebhookEvent) -> bool:
    # In a stream of the events themselves a deletion is one more event.
    if all((spec.columns[key].path or key).startswith(f"{EVENT}.") for key in spec.primary_key):
        return False
    return any(fnmatchcase(event.event_type, pattern) for pattern in spec.delete_events)


def _describe(event: WebhookEvent) -> dict[str, Any]:
    at = format_instant(event.occurred_at) if event.occurred_at else None
    return {"id": event.event_id, "type": event.event_type, "at": at}


def _reject(event: WebhookEvent, reason: str, detail: str) -> Reject:
    return Reject(f"event_id={event.event_id}", reason, detail, event.body)


SOURCE = WebhookSource
