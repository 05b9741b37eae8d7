"""Events into the inbox as the receiver keeps them, one at a time."""

from include.core.webhook_event import WebhookEvent
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.stores.inbox import run_receive


def receive_event(url: str, tenant: str, feed: str, event: WebhookEvent) -> bool:
    """False when it is there already."""
    with Warehouse(url).connect() as connection:
        ddl.run_migrations(connection)
        return bool(run_receive(connection, [(tenant, feed, event)]))
