"""Health of the whole fleet, kept for some seconds: an agency's first page is asked for all day.

One tenant is always read as it is now. The board is everybody's; who may see which of its rows is
the visitor's business.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from include.config.models import Tenant
from include.console.api.models import FeedOut
from include.console.fleet import Fleet
from include.console.reads.feed_health import ORDER, fetch_feed_health
from include.console.reads.mart_health import MARTS, MartHealth, fetch_mart_health
from include.core.clock import utcnow
from include.core.errors import EltError
from include.ledger.login.pool import PooledWarehouse

log = logging.getLogger(__name__)

FRESH_S = 10.0
# A fleet whose reading takes long is read more seldom: so many times what the last one took.
FRESH_TIMES = 8.0
# What is older by this is waited for.
OLDER_S = 20.0
# Fewer tenants than this are read anew for each request.
FEW = 5


Place = tuple[int, str, str]
# How many visitors' own parts of the board are remembered until it is read again.
PARTS = 50


@dataclass(frozen=True)
class Standing:
    """How feeds stood when they were read, the worst first; what all pages ask is counted once.

    Attributes:
        parts: Tenants -> their part of it, for who may see no more.
        orders: Name of an order -> all of it in that order.
        texts: What each row is found by, in lower case; as long as `rows`.
    """

    rows: list[FeedOut]
    parts: dict[frozenset[str], "Standing"] = field(default_factory=dict)
    orders: dict[str, "Standing"] = field(default_factory=dict)

    @cached_property
    def counts(self) -> Counter[str]:
        """Feeds by state."""
        return Counter(row.state for row in self.rows)

    @cached_property
    def feeds(self) -> list[FeedOut]:
        """Without the marts."""
        return [row for row in self.rows if row.layer == "raw"]

    @cached_property
    def texts(self) -> list[str]:
        return [
            f"{row.tenant} {row.feed} {row.connector} {row.why or ''}".lower() for row in self.rows
        ]

    @cached_property
    def tenants(self) -> frozenset[str]:
        """Those that have a feed."""
        return frozenset(row.tenant for row in self.rows)

    def of(self, names: frozenset[str]) -> "Standing":
        """The part of these tenants."""
        if self.tenants <= names:
            return self
        part = self.parts.get(names)
        if part is None:
            part = Standing([row for row in self.rows if row.tenant in names])
            if len(self.parts) < PARTS:
                self.parts[names] = part
        return part

    def find(self, text: str) -> "Standing":
        """Those whose tenant, feed, connector or reason holds every word."""
        words = text.lower().split()
        if not words:
            return self
        pairs = list(zip(self.texts, self.rows, strict=True))
        for word in words:
            pairs = [pair for pair in pairs if word in pair[0]]
        return Standing([row for _, row in pairs])

    def sort(self, name: str, key: Callable[[FeedOut], Any]) -> "Standing":
        """The same in another order, which is remembered by its name."""
        found = self.orders.get(name)
        if found is None:
            found = self.orders[name] = Standing(sorted(self.rows, key=key))
        return found


class Board:
    """Rows of every tenant, the worst first."""

    def __init__(self, fleet: Fleet, clock: Callable[[], float] = time.monotonic) -> None:
        self._fleet, self._clock = fleet, clock
        self._lock = threading.Lock()
        self._standing: Standing | None = None
        self._read_at, self._fresh_s = 0.0, FRESH_S

    def fetch(self, wanted: Sequence[Tenant]) -> Standing:
        """How these tenants' feeds stand.

        Raises:
            EltError: A warehouse does not answer.
        """
        if len(wanted) <= FEW:
            return Standing(fetch_rows(self._fleet, wanted, is_walled=True))
        return self._fetch_all().of(frozenset(tenant.id for tenant in wanted))

    def _fetch_all(self) -> Standing:
        age = self._clock() - self._read_at
        if self._standing is not None and age < self._fresh_s:
            return self._standing
        if self._standing is None or age > self._fresh_s + OLDER_S:
            with self._lock:
                self._reread()
        elif self._lock.acquire(blocking=False):
            # Nobody waits for it: what was read before is shown meanwhile.
            threading.Thread(target=self._reread_behind, name="elt board", daemon=True).start()
        assert self._standing is not None
        return self._standing

    def _reread_behind(self) -> None:
        try:
            self._reread()
        except EltError as error:
            # Whoever comes when it is too old is told.
            log.warning("the board could not be read again: %s", error)
        finally:
            self._lock.release()

    def _reread(self) -> None:
        began = self._clock()
        if self._standing is not None and began - self._read_at < self._fresh_s:
            return
        tenants = self._fleet.fetch_platform().tenants
        self._standing = Standing(fetch_rows(self._fleet, tenants))
        self._read_at = self._clock()
        self._fresh_s = max(FRESH_S, FRESH_TIMES * (self._read_at - began))


def fetch_rows(fleet: Fleet, wanted: Sequence[Tenant], *, is_walled: bool = False) -> list[FeedOut]:
    """These tenants' feeds and marts, one set of queries per warehouse; the worst first.

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
            theirs = [known[name] for name in names]
            rows = fetch_feed_health(connection, theirs, now)
            marts = fetch_mart_health(connection, theirs)
        # Not `asdict`: it copies ten thousand rows field by field, half of what a board costs.
        found += [FeedOut.model_construct(**vars(row)) for row in rows]
        found += [build_mart_row(one) for one in marts]
    return sorted(found, key=build_place)


def build_mart_row(marts: MartHealth) -> FeedOut:
    """Where a feed's row stands; nothing is read into marts, so those numbers are 0."""
    return FeedOut.model_construct(
        layer="mart",
        tenant=marts.tenant,
        feed=MARTS,
        connector=MARTS,
        schedule=None,
        state=marts.state,
        why=marts.why,
        loaded_at=marts.as_of,
        score=marts.score,
        alerts=marts.alerts,
        read=0,
        changed=0,
        quarantined=0,
        quarantine_open=0,
        streams=0,
        seconds=0.0,
    )


def build_place(row: FeedOut) -> Place:
    """Where it stands among all: the worst first."""
    return ORDER.index(row.state), row.tenant, row.feed
