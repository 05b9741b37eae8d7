"""Connections kept open between requests, one pool per address; opened by the first that asks.

A connection comes back as it was made: no role, no setting of whoever had it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg_pool import ConnectionPool

from include.ledger.connection import (
    IN_UTC,
    OPTIONS,
    Connection,
    Warehouse,
    build_error,
    cause_of,
)
from include.ledger.login.conninfo import parse_conninfo

MOST = 10
# Of the server's slots none are held by a console nobody looks at.
LEAST, IDLE_S = 0, 120.0
# Longer than a new connection takes; who waits in vain is told to come again.
WAIT_S = 5.0
# Settings of a transaction end with it; these are what a handler might have set for longer.
_AS_MADE = f"reset role; reset session authorization; reset all; {IN_UTC}"


class Pools:
    """The pools of one process."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._pools: dict[str, ConnectionPool[Connection]] = {}

    @contextmanager
    def borrow(self, url: str) -> Iterator[Connection]:
        """A connection in UTC that has answered just now; commits, or rolls back on an error.

        Raises:
            WarehouseUnavailable: The server does not answer, or all are in use.
            WarehouseRejected: As `Warehouse.connect`.
        """
        try:
            with self._find(url).connection(timeout=self._wait_s) as connection:
                yield connection
        except psycopg.Error as error:
            raise build_error(error) from cause_of(error)

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()

    def _find(self, url: str) -> "ConnectionPool[Connection]":
        with self._lock:
            found = self._pools.get(url)
            if found is None:
                found = self._pools[url] = _build_pool(url)
                found.open(wait=False)
        return found


def _build_pool(url: str) -> "ConnectionPool[Connection]":
    parse_conninfo(url)
    return ConnectionPool(
        url,
        kwargs=dict(OPTIONS),
        min_size=LEAST,
        max_size=MOST,
        max_idle=IDLE_S,
        open=False,
        name="elt console",
        configure=_run_as_made,
        reset=_run_as_made,
        check=ConnectionPool.check_connection,
    )


def _run_as_made(connection: Connection) -> None:
    connection.execute(_AS_MADE.encode())
    connection.commit()


@dataclass(frozen=True)
class PooledWarehouse(Warehouse):
    """The same database by connections that are kept; for short work, not for loads."""

    pools: Pools = field(kw_only=True, compare=False)

    @contextmanager
    def connect(self, *, autocommit: bool = False) -> Iterator[Connection]:
        """A connection of the pool, as the platform.

        Raises:
            WarehouseUnavailable, WarehouseRejected: As `Warehouse.connect`.
        """
        if autocommit:
            raise ValueError("a pooled connection is a transaction")
        with self.pools.borrow(self.url) as connection:
            yield connection
