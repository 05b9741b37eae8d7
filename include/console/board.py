"""Health of the whole fleet, kept for some seconds: an agency's first page is asked for all day.

One tenant is always read as it is now. The board is everybody's; who may see which of its rows is
the visitor's business.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

from include.config.models import Tenant
from include.console.api.models import FeedOut
from include.console.fleet import Fleet
from include.console.reads.feed_health import ORDER, fetch_feed_health
from include.core.clock import utcnow
from include.core.errors import EltError
from include.ledger.login.pool import PooledWarehouse

log = logging.getLogger(__name__)

FRESH_S = 5.0
# What is older is waited for.
OLDEST_S = 30.0
# Fewer tenants than this are read anew for each request.
FEW = 5


class Board:
    """Rows of every tenant, the worst first."""

    def __init__(self, fleet: Fleet, clock: Callable[[], float] = time.monotonic) -> None:
        self._fleet, self._clock = fleet, clock
        self._lock = threading.Lock()
        self._rows: list[FeedOut] | None = None
        self._tenants = 0
        self._read_at = 0.0

    def fetch(self, wanted: Sequence[Tenant]) -> list[FeedOut]:
        """Rows of these tenants.

        Raises:
            EltError: A warehouse does not answer.
        """
        if len(wanted) <= FEW:
            return fetch_rows(self._fleet, wanted, is_walled=True)
        rows = self._fetch_all()
        if len(wanted) == self._tenants:
            return rows
        names = {tenant.id for tenant in wanted}
        return [row for row in rows if row.tenant in names]

    def _fetch_all(self) -> list[FeedOut]:
        age = self._clock() - self._read_at
        if self._rows is not None and age < FRESH_S:
            return self._rows
        if self._rows is None or age > OLDEST_S:
            with self._lock:
                self._reread()
        elif self._lock.acquire(blocking=False):
            # Nobody waits for it: what was read before is shown meanwhile.
            threading.Thread(target=self._reread_behind, name="elt board", daemon=True).start()
        assert self._rows is not None
        return self._rows

    def _reread_behind(self) -> None:
        try:
            self._reread()
        except EltError as error:
            # Whoever comes when it is too old is told.
            log.warning("the board could not be read again: %s", error)
        finally:
            self._lock.release()

    def _reread(self) -> None:
        if self._rows is not None and self._clock() - self._read_at < FRESH_S:
            return
        tenants = self._fleet.fetch_platform().tenants
        self._rows = fetch_rows(self._fleet, tenants)
        self._tenants, self._read_at = len(tenants), self._clock()


def fetch_rows(fleet: Fleet, wanted: Sequence[Tenant], *, is_walled: bool = False) -> list[FeedOut]:
    """These tenants' feeds as they are, one set of queries per warehouse; the worst first.

    Args:
        is_walled: The sessions see these tenants alone; else everybody's, for the board.
    """
    by_url, _ = fleet.group(wanted)
    known = {tenant.id: tenant for tenant in wanted}
    found: list[FeedOut] = []
    now = utcnow()
    for url, names in by_url.items():
        plain = PooledWarehouse(url, pools=fleet.pools)
        warehouse = fleet.wall(plain, names, read_only=True) if is_walled else plain
        with warehouse.connect() as connection:
            rows = fetch_feed_health(connection, [known[name] for name in names], now)
        found += [FeedOut.model_construct(**asdict(row)) for row in rows]
    return sorted(found, key=lambda one: (ORDER.index(one.state), one.tenant, one.feed))
