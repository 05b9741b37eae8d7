"""All tenants and where their ledgers are, read from files in the background.

A page never waits for a thousand files: it is told what was read last. They are read again when one
of them has changed; a look at their times costs milliseconds, reading them seconds.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from include.config.load import load_platform
from include.config.models import Platform, Tenant
from include.config.settings import Settings, load_settings
from include.config.tenant.registered import TENANT_SUFFIX
from include.console.access import AccessList
from include.console.doors import Doors
from include.core.errors import EltError
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.login.pool import PooledWarehouse, Pools
from include.ledger.login.walled import Roles, WalledWarehouse

log = logging.getLogger(__name__)

REREAD_S = 15.0


class Fleet:
    """The platform's files, and one Warehouse per address."""

    def __init__(
        self,
        doors: Doors,
        load: Callable[[], Platform] = load_platform,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.doors, self._load, self._clock = doors, load, clock
        self.pools, self._roles = Pools(), Roles()
        self.access = AccessList(self.keep_platform_warehouse)
        self._lock = threading.Lock()
        self._platform: Platform | None = None
        self._by_id: tuple[Platform | None, dict[str, Tenant]] = (None, {})
        self._read_at = 0.0
        self._seen: frozenset[tuple[str, int, int]] = frozenset()
        self._urls: dict[str, tuple[float, str]] = {}
        self._migrated: set[str] = set()

    def fetch_platform(self) -> Platform:
        """What the files say; at most a few seconds behind them."""
        if self._platform is None:
            with self._lock:
                if self._platform is None:
                    self._reread()
        elif self._clock() - self._read_at > REREAD_S:
            self._read_at = self._clock()
            threading.Thread(target=self._reread, name="elt fleet", daemon=True).start()
        assert self._platform is not None
        return self._platform

    def find_tenant(self, tenant_id: str) -> Tenant | None:
        """The tenant of that id, without a look at each of a thousand."""
        platform = self.fetch_platform()
        known, by_id = self._by_id
        if known is not platform:
            by_id = {tenant.id: tenant for tenant in platform.tenants}
            self._by_id = (platform, by_id)
        return by_id.get(tenant_id)

    def _reread(self) -> None:
        seen = build_fingerprint(load_settings())
        if self._platform is None or seen != self._seen:
            self._platform, self._seen = self._load(), seen
        self._read_at = self._clock()

    def reread_tenant(self, tenant_id: str) -> None:
        """One tenant as its files are now: whoever changed it sees it at once."""
        file = f"{tenant_id}{TENANT_SUFFIX}"
        with self._lock:
            known = self._platform or self._load()
            now = load_platform(names=(file,))
            others = [one for one in known.tenants if one.id != tenant_id]
            tenants = tuple(sorted([*others, *now.tenants], key=lambda one: one.id))
            self._platform = replace(known, tenants=tenants)

    def build_platform_warehouse(self) -> Warehouse:
        """Where the registry is.

        Raises:
            EltError: If its connection is missing or the server does not answer.
        """
        return self._migrated_one(self.doors.fetch_platform_url())

    def wall(
        self, warehouse: Warehouse, tenants: Iterable[str], *, read_only: bool = False
    ) -> WalledWarehouse:
        """The warehouse by kept connections whose sessions see these tenants alone."""
        return WalledWarehouse(
            warehouse.url,
            pools=self.pools,
            roles=self._roles,
            tenants=tuple(tenants),
            read_only=read_only,
        )

    def keep_platform_warehouse(self) -> PooledWarehouse:
        """The same by kept connections: for what the console itself remembers, before it knows
        who asks or beside it."""
        return PooledWarehouse(self.build_platform_warehouse().url, pools=self.pools)

    def build_warehouse(self, tenant: Tenant) -> Warehouse:
        """The tenant's ledger, brought to its newest version once.

        Raises:
            EltError: If its connection is missing or the server does not answer.
        """
        name = tenant.spec.destination.books_connection
        until, url = self._urls.get(name, (0.0, ""))
        if self._clock() >= until:
            url = self.doors.fetch_warehouse_url(tenant)
            self._urls[name] = (self._clock() + 2 * REREAD_S, url)
        return self._migrated_one(url)

    def _migrated_one(self, url: str) -> Warehouse:
        warehouse = Warehouse(url)
        if url not in self._migrated:
            with warehouse.connect() as connection:
                ddl.run_migrations(connection)
            self._migrated.add(url)
        return warehouse

    def group(self, tenants: Iterable[Tenant]) -> tuple[dict[str, list[str]], list[str]]:
        """Warehouse's address -> its tenants; and the tenants whose warehouse cannot be named."""
        found: dict[str, list[str]] = defaultdict(list)
        lost = []
        for tenant in tenants:
            try:
                found[self.build_warehouse(tenant).url].append(tenant.id)
            except EltError as error:
                log.warning("no warehouse tenant=%s: %s", tenant.id, error)
                lost.append(tenant.id)
        return dict(found), lost


def build_fingerprint(settings: Settings) -> frozenset[tuple[str, int, int]]:
    """Path, time of change and size of every file the platform is read from."""
    found = set()
    for path in (
        *settings.tenants_dir.glob("*.y*ml"),
        *settings.registry_dir.glob("*/*.yaml"),
        *settings.connectors_dir.glob("*/connector.yaml"),
    ):
        try:
            about = path.stat()
        except OSError:  # gone this moment: the next look misses it
            continue
        found.add((str(path), about.st_mtime_ns, about.st_size))
    return frozenset(found)
