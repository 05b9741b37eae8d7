"""A feed's webhook inbox as a source sees it; `include.ledger.stores.inbox` is the real one."""

from typing import Protocol

from include.core.webhook_event import WebhookEvent


class Inbox(Protocol):
    """Events that arrived and are not settled yet."""

    def fetch(self, stream: str | None, after: int, limit: int) -> list[WebhookEvent]:
        """Up to `limit` events behind `after`, in the order of arrival, not taken by `stream`."""
        ...
