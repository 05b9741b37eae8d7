"""A feed's webhook inbox as a source sees it; `include.warehouse.inbox` is the real one."""

from typing import Protocol

from include.core.webhook_event import WebhookEvent


class Inbox(Protocol):
    """Events that arrived and are not settled yet."""

    def fetch(self, stream: str | None, after: int, limit: int) -> list[WebhookEvent]:
        """Up to `limit` events behind `after`, in the order of arrival, not taken by `stream`."""
        ...


class MemoryInbox:
    """For tests, and for a source without a warehouse: nothing is ever settled."""

    def __init__(self, events: list[WebhookEvent] | None = None) -> None:
        self.events = events or []

    def fetch(self, stream: str | None, after: int, limit: int) -> list[WebhookEvent]:
        return [event for event in self.events if event.place > after][:limit]
