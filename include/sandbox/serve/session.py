"""The served world: vendor states built when first asked for, rebuilt after an advance."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, TypeVar

from include.core.clock import format_instant
from include.sandbox.advance import Changes, run_changes
from include.sandbox.serve.vendors import Delivery, load_vendors
from include.sandbox.world import WorldSpec, build_world

T = TypeVar("T")


class Session:
    """One world in memory with the vendors' views of it.

    Attributes:
        world: The economy; `advance` changes it.
        now: Per tenant, the latest instant anything happened at.
    """

    def __init__(self, spec: WorldSpec) -> None:
        self.spec = spec
        self.world = build_world(spec)
        self.now: dict[str, datetime] = dict.fromkeys(self.world.businesses, spec.as_of)
        self._built: dict[tuple[str, str], Any] = {}
        self._lock = RLock()

    def state(self, name: str, tenant: str, build: Callable[[], T]) -> T:
        """What `build` gave for this name and tenant the first time since the last advance.

        Building is done once even when several requests ask at the same time.
        """
        with self._lock:
            if (name, tenant) not in self._built:
                self._built[name, tenant] = build()
            found: T = self._built[name, tenant]
            return found

    def advance(self, tenant: str, changes: int, at: datetime | None) -> dict[str, Any]:
        """Let `changes` things happen at or after `at`, one per second.

        Raises:
            ValueError: Unknown tenant, a tenant of files only, or `at` in the past of the world.
        """
        served = sorted({t for vendor in load_vendors().values() for t in vendor.credentials})
        if tenant not in served:
            raise ValueError(
                f"tenant `{tenant}` is not served over HTTP; valid: {', '.join(served)}. "
                "Files advance by `generate --advance`."
            )
        first = self._next_instant(tenant, at)
        with self._lock:
            done = run_changes(self.world.businesses[tenant], self.spec.seed, changes, first)
            self._move_on(tenant, first + timedelta(seconds=changes + 1))
            return {
                "tenant": tenant,
                "at": first.isoformat().replace("+00:00", "Z"),
                "changed": self._describe(tenant, done),
            }

    def act(self, vendor: str, tenant: str, what: str, at: datetime | None) -> dict[str, Any]:
        """Let one thing of a vendor's own happen: a late refund, a dispute, a deletion.

        Raises:
            ValueError: Nobody there can do that, or `at` is in the past of the world.
        """
        found = load_vendors().get(vendor)
        if found is None or found.act is None or tenant not in found.credentials:
            raise ValueError(f"vendor `{vendor}` lets nothing happen to tenant `{tenant}`")
        with self._lock:
            first = self._next_instant(tenant, at)
            touched = found.act(self, tenant, what, first)
            self._move_on(tenant, first + timedelta(seconds=1))
        return {"tenant": tenant, "at": format_instant(first), "what": what, "id": touched}

    def deliver(self, vendor: str, tenant: str, since: datetime | None) -> list[Delivery]:
        """The webhooks a vendor would send for what happened, signed now.

        Raises:
            ValueError: The vendor sends none to this tenant.
        """
        found = load_vendors().get(vendor)
        if found is None or found.deliver is None or tenant not in found.credentials:
            raise ValueError(f"vendor `{vendor}` sends no webhooks to tenant `{tenant}`")
        return found.deliver(self, tenant, since)

    def _next_instant(self, tenant: str, at: datetime | None) -> datetime:
        first = at or self.now[tenant] + timedelta(hours=1)
        if first < self.now[tenant]:
            raise ValueError(
                f"`at` {first.isoformat()} is before the world's now {self.now[tenant].isoformat()}"
            )
        return first

    def _move_on(self, tenant: str, now: datetime) -> None:
        self.now[tenant] = now
        for key in [key for key in self._built if key[1] == tenant]:
            del self._built[key]

    def _describe(self, tenant: str, done: Changes) -> dict[str, Any]:
        return {
            name: vendor.changed(self, tenant, done)
            for name, vendor in load_vendors().items()
            if vendor.changed is not None and tenant in vendor.credentials
        }
