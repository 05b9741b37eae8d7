"""The served world: vendor states built when first asked for, rebuilt after an advance."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, TypeVar

from include.sandbox.advance import Changes, run_changes
from include.sandbox.vendors import load_vendors
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
        first = at or self.now[tenant] + timedelta(hours=1)
        if first < self.now[tenant]:
            raise ValueError(
                f"`at` {first.isoformat()} is before the world's now {self.now[tenant].isoformat()}"
            )
        with self._lock:
            done = run_changes(self.world.businesses[tenant], self.spec.seed, changes, first)
            self.now[tenant] = first + timedelta(seconds=changes + 1)
            for key in [key for key in self._built if key[1] == tenant]:
                del self._built[key]
            return {
                "tenant": tenant,
                "at": first.isoformat().replace("+00:00", "Z"),
                "changed": self._describe(tenant, done),
            }

    def _describe(self, tenant: str, done: Changes) -> dict[str, Any]:
        return {
            name: vendor.changed(self, tenant, done)
            for name, vendor in load_vendors().items()
            if vendor.changed is not None and tenant in vendor.credentials
        }
