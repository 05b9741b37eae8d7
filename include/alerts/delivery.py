"""Messages out of the outbox, each to its receiver: once, in order, and again while it is down."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from include.alerts.audience import Target
from include.core.clock import utcnow
from include.core.errors import AlertError, Refused
from include.ledger.connection import Connection
from include.ledger.trust.alerts.outbox import (
    Delivery,
    run_lease,
    run_mark_failed,
    run_mark_sent,
)

log = logging.getLogger(__name__)

FIRST_BACKOFF = timedelta(seconds=30)
MAX_BACKOFF = timedelta(minutes=15)
# What the receiver itself refuses is a setting that a person must correct; what is down comes back.
REFUSED_FOR = timedelta(hours=24)
DOWN_FOR = timedelta(days=7)
MAX_ERROR = 300

Send = Callable[[Target, Mapping[str, Any]], None]


def run_deliver(connection: Connection, send: Send, most: int = 200) -> int:
    """Send what is due, committing before and after each; how many arrived.

    Args:
        send: Raises `Refused` or `Unreachable`; of any other error only the class is kept.
        most: So many at once, so that one pass ends.
    """
    sent = 0
    for _ in range(most):
        delivery = run_lease(connection, utcnow())
        connection.commit()
        if delivery is None:
            break
        error = _try(delivery, send)
        if error is None:
            run_mark_sent(connection, delivery.delivery_id, utcnow())
            sent += 1
        else:
            _run_put_off(connection, delivery, error)
        connection.commit()
    return sent


def _run_put_off(connection: Connection, delivery: Delivery, error: Exception) -> None:
    is_refused, text = isinstance(error, Refused), _words(error)
    again = build_again(delivery, is_refused, utcnow())
    run_mark_failed(connection, delivery.delivery_id, text, again, is_refused=is_refused)
    log.warning(
        "alert not delivered kind=%s connection=%s tries=%s reason=%s again_at=%s",
        *delivery.receiver.split(" ")[:2],
        *(delivery.tries, text, again),
    )


def build_again(delivery: Delivery, is_refused: bool, now: datetime) -> datetime | None:
    """When to try again: after 30 s, 1 min, 2 min ... 15 min; None: given up."""
    if now - delivery.created_at >= (REFUSED_FOR if is_refused else DOWN_FOR):
        return None
    doublings = min(delivery.tries - 1, 10)
    return now + min(FIRST_BACKOFF * 2**doublings, MAX_BACKOFF)


def _try(delivery: Delivery, send: Send) -> Exception | None:
    target = dict(delivery.message["target"])
    try:
        message = {**delivery.message, "delivery_id": delivery.delivery_id}
        send(Target(**{**target, "to": tuple(target["to"])}), message)
    except Exception as error:
        return error
    return None


def _words(error: Exception) -> str:
    """What of an error may be stored: of foreign ones the class, for a text may hold an address."""
    if isinstance(error, AlertError):
        return error.message[:MAX_ERROR]
    return f"unexpected {type(error).__name__}"
