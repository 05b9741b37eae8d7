"""A webhook as it arrived: what the inbox keeps of it, whoever sent it. Pure, standard library."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from include.core.clock import parse_instant

# Kept beside the body because they say what the body may not; signatures and tokens never are.
KEPT_HEADER = re.compile(
    r"^(content-type|user-agent|(x-)?[a-z0-9-]*(topic|event|event-id|webhook-id|delivery|"
    r"delivery-id|triggered-at|api-version|shop-domain|request-id|timestamp))$"
)
LONGEST_HEADER = 500
UNKNOWN = "unknown"


@dataclass(frozen=True)
class WebhookEvent:
    """One event.

    Attributes:
        event_id: The sender's id of the event; the same event sent twice has the same.
        occurred_at: When it happened at the sender; None when it does not say.
        body: The text as it was sent.
        headers: Those of KEPT_HEADER, by lower-case name.
        place: Its place in the inbox; 0 before it is there.
        taken: Streams that have loaded it already.
        tries: How often making rows of it failed.
    """

    event_id: str
    event_type: str
    occurred_at: datetime | None
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    place: int = 0
    taken: tuple[str, ...] = ()
    tries: int = 0


@dataclass(frozen=True)
class EventPaths:
    """Where a sender says what an event is: `header:<name>` or a dotted path in the JSON body.

    Attributes:
        parts: Lists inside lists whose innermost objects are the events; the other paths are those
            of such an object. Empty: the body is the event, or a list of events.
    """

    event_id: str
    event_type: str
    occurred_at: str | None = None
    parts: tuple[str, ...] = ()


PATHS = {
    # docs.stripe.com/api/events and shopify.dev/docs/apps/build/webhooks, read 2026-11.
    "stripe": EventPaths("id", "type", "created"),
    "shopify": EventPaths(
        "header:x-shopify-webhook-id", "header:x-shopify-topic", "header:x-shopify-triggered-at"
    ),
    "square": EventPaths("event_id", "type", "created_at"),
    "gohighlevel": EventPaths("webhookId", "type", "timestamp"),
    # Neither an id nor a type; the same body is the same event.
    "callrail": EventPaths("", "", "timestamp"),
    # {"object": "page", "entry": [{"id", "time", "changes": [{"field": "leadgen", "value": {}}]}]}
    "meta": EventPaths("", "field", "time", ("entry", "changes")),
}


def build_events(
    headers: Mapping[str, str], body: bytes, paths: EventPaths
) -> tuple[WebhookEvent, ...]:
    """What to keep of one request: one event, or one per object where the body is a list of them.

    Some senders (SendGrid, HubSpot) put what happened within a second into one list. A body that
    cannot be understood is kept too, under its hash and the type `unknown`: draining sets it aside
    as poison, where a person sees it.
    """
    text = body.decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")
    parts = _unfold(_parse(body), paths.parts) if paths.parts else _split(text)
    if not parts:
        return (_build(headers, (body, text, _parse(body)), paths),)
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    found = []
    for number, (part, parsed) in enumerate(parts):
        event = _build(headers, (part.encode(), part, parsed), paths)
        is_shared = paths.event_id.startswith("header:") or not _pick(paths.event_id, {}, parsed)
        shared = event.event_id if paths.event_id.startswith("header:") else digest
        found.append(replace(event, event_id=f"{shared}#{number}") if is_shared else event)
    return tuple(found)


def fetch_instant(place: str, headers: Mapping[str, str], body: bytes) -> datetime | None:
    """The time a request gives at `place`; None where there is none that can be read."""
    known = {name.lower(): value for name, value in headers.items()}
    return _instant(_pick(place, known, None if place.startswith("header:") else _parse(body)))


def build_event(headers: Mapping[str, str], body: bytes, paths: EventPaths) -> WebhookEvent:
    """What to keep of a request that is one event; see `build_events`."""
    text = body.decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")
    return _build(headers, (body, text, _parse(body)), paths)


def _build(
    headers: Mapping[str, str], content: tuple[bytes, str, Any], paths: EventPaths
) -> WebhookEvent:
    body, text, parsed = content
    known = {name.lower(): value for name, value in headers.items()}
    kept = {
        name: value[:LONGEST_HEADER] for name, value in known.items() if KEPT_HEADER.match(name)
    }
    return WebhookEvent(
        event_id=_one_line(_pick(paths.event_id, known, parsed))
        or "sha256:" + hashlib.sha256(body).hexdigest(),
        event_type=_one_line(_pick(paths.event_type, known, parsed)) or UNKNOWN,
        occurred_at=_instant(_pick(paths.occurred_at, known, parsed)),
        body=text,
        headers=kept,
    )


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _unfold(body: Any, lists: tuple[str, ...]) -> list[tuple[str, Any]]:
    """The innermost objects, each with what stands beside its list, as text and parsed."""
    found: list[dict[str, Any]] = [body] if isinstance(body, dict) else []
    for name in lists:
        inner = [(one, part) for one in found for part in _objects(one.get(name))]
        found = [{**{k: v for k, v in one.items() if k != name}, **part} for one, part in inner]
    return [(json.dumps(one, sort_keys=True), one) for one in found]


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _split(text: str) -> list[tuple[str, Any]]:
    """The objects of a list, each as it was written and parsed; empty: it is no list of objects."""
    decoder, found = json.JSONDecoder(), []
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        return []
    at = _skip(text, at + 1)
    try:
        while text[at] != "]":
            parsed, end = decoder.raw_decode(text, at)
            if not isinstance(parsed, dict):
                return []
            found.append((text[at:end], parsed))
            at = _skip(text, end)
            if text[at] == ",":
                at = _skip(text, at + 1)
    except (ValueError, RecursionError, IndexError):
        return []
    return found


def _skip(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def _pick(place: str | None, headers: Mapping[str, str], body: Any) -> Any:
    if not place:
        return None
    if place.startswith("header:"):
        return headers.get(place.removeprefix("header:").lower())
    for step in place.split("."):
        body = body.get(step) if isinstance(body, dict) else None
    return body


def _one_line(value: Any) -> str:
    if value is None or isinstance(value, dict | list | bool):
        return ""
    # A lone surrogate is valid in JSON and in no database.
    text = str(value).encode("utf-8", "backslashreplace").decode()
    return text.replace("\x00", "").strip()[:LONGEST_HEADER]


def _instant(value: Any) -> datetime | None:
    """ISO text, or a number of seconds or milliseconds since 1970."""
    if value is None or isinstance(value, bool | dict | list):
        return None
    try:
        number = float(value)
    except ValueError:
        number = None
    try:
        if number is None:
            return parse_instant(str(value))
        return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None
