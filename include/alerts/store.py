"""A signal into the books, or onto the disk while they cannot be reached. Never raises."""

import logging
from collections.abc import Callable

from include.alerts import spool
from include.alerts.books import run_raise, run_resolve
from include.alerts.signal import Signal
from include.core.clock import utcnow
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.trust.alerts.rows import fetch_last

log = logging.getLogger(__name__)


def run_store_signal(signal: Signal, connect: Callable[[], Warehouse]) -> bool:
    """Keep it; True when it is in the books.

    Args:
        connect: The warehouse of the signal's tenant; may raise.
    """
    try:
        with connect().connect() as connection:
            ddl.run_migrations(connection)
            run_raise(connection, [signal])
        return True
    except Exception as error:  # an alert that cannot be stored must not hide what it tells
        log.warning("alert is kept on disk reason=%s", type(error).__name__)
    try:
        spool.run_keep(signal)
    except Exception as error:
        log.error("alert is only in the log reason=%s", type(error).__name__)
    return False


def run_end_signal(fingerprint: str, connect: Callable[[], Warehouse]) -> bool:
    """End the alert of that fingerprint, if it lives; what cannot be reached is not waited for."""
    try:
        with connect().connect() as connection:
            last = fetch_last(connection, fingerprint)
            if last is None or last.state == "resolved":
                return False
            return bool(run_resolve(connection, [last], utcnow()))
    except Exception as error:
        log.warning("alert is not ended reason=%s", type(error).__name__)
        return False
