"""Many events, few transactions: what arrives while one commit runs goes into the next.

One thread and one connection per warehouse. A request is answered after the commit that holds its
events, so an answer of 200 means that they survive a crash.
"""

import logging
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from include.core.errors import WarehouseError, WarehouseUnavailable
from include.core.webhook_event import WebhookEvent
from include.ledger import ddl
from include.ledger.connection import Connection, Warehouse
from include.ledger.stores.inbox import run_receive

log = logging.getLogger(__name__)

Item = tuple[str, str, WebhookEvent]
BATCH = 500
MOST_WAITING = 5_000
IDLE_S = 60.0
STATEMENT_MS = 5_000


@dataclass
class _Request:
    """One request's events, and whoever waits for them."""

    items: Sequence[Item]
    done: "Future[int]" = field(default_factory=Future)


class Overloaded(Exception):
    """More waits than may: the sender shall come again."""


class InboxWriter:
    """The only writer of one warehouse's inbox in this process."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._queue: queue.Queue[_Request] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, items: Sequence[Item]) -> "Future[int]":
        """How many of these are new, once they are committed; the future raises WarehouseError.

        Raises:
            Overloaded: Nothing is kept.
        """
        request = _Request(items)
        try:
            self._queue.put_nowait(request)
        except queue.Full:
            raise Overloaded from None
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="elt inbox", daemon=True)
                self._thread.start()
        return request.done

    def _run(self) -> None:
        while True:
            batch = self._take(IDLE_S)
            while batch:
                batch = self._connect(batch)

    def _take(self, seconds: float) -> list[_Request]:
        """What waits, at least one; empty after so many seconds of nothing."""
        try:
            found = [self._queue.get(timeout=seconds)]
        except queue.Empty:
            return []
        count = len(found[0].items)
        while count < BATCH:
            try:
                found.append(self._queue.get_nowait())
            except queue.Empty:
                break
            count += len(found[-1].items)
        return found

    def _connect(self, batch: list[_Request]) -> list[_Request]:
        """Write on one connection until nothing comes; answers what to try on another one."""
        is_fresh = True
        try:
            with self._warehouse.connect(autocommit=True) as connection:
                ddl.run_migrations(connection)
                connection.execute(f"set statement_timeout = {STATEMENT_MS}".encode())
                while batch:
                    _write(connection, batch)
                    is_fresh = False
                    batch = self._take(IDLE_S)
        except WarehouseUnavailable as error:
            # A server that was restarted meanwhile has only dropped the old connection.
            if not is_fresh:
                return batch
            _fail(batch, error)
        except WarehouseError as error:
            if len(batch) > 1:
                for one in batch:
                    self._connect_alone(one)
            else:
                _fail(batch, error)
        except Exception as error:  # an answer is owed whatever happens
            log.exception("inbox writer failed")
            _fail(batch, error)
        return []

    def _connect_alone(self, request: _Request) -> None:
        """What the server refuses is one request's fault, not its neighbours'."""
        try:
            with self._warehouse.connect(autocommit=True) as connection:
                _write(connection, [request])
        except Exception as error:
            _fail([request], error)


def _write(connection: Connection, batch: list[_Request]) -> None:
    new = run_receive(connection, [item for one in batch for item in one.items])
    counts: dict[tuple[str, str], int] = {}
    for place in new:
        counts[place] = counts.get(place, 0) + 1
    for one in batch:
        one.done.set_result(sum(counts.get(place, 0) for place in {i[:2] for i in one.items}))


def _fail(batch: list[_Request], error: Exception) -> None:
    for one in batch:
        if not one.done.done():
            one.done.set_exception(error)
