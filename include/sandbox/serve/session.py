"""The served world: vendor states built when first asked for, rebuilt after an advance."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, TypeVar

from include.sandbox.world import WorldSpec, build_world

T = TypeVar("T")


class Session:
    """One world in memory with the vendors' views of it.

    Attributes:
        world: The economy; `advance` changes it.
        now: Per tenant, the latest instant anything happened at.
        lock: Held while something is built or happens.
    """

    def __init__(self, spec: WorldSpec) -> None:
        self.spec = spec
        self.world = build_world(spec)
        self.now: dict[str, datetime] = dict.fromkeys(self.world.businesses, spec.as_of)
        self._built: dict[tuple[str, str], Any] = {}
        self.lock = RLock()

    def state(self, name: str, tenant: str, build: Callable[[], T]) -> T:
        """What `build` gave for this name and tenant the first time since the last advance.

        Building is done once even when several requests ask at the same time.
        """
        with self.lock:
            if (name, tenant) not in self._built:
                self._built[name, tenant] = build()
            found: T = self._built[name, tenant]
            return found

    def next_instant(self, tenant: str, at: datetime | None) -> datetime:
        """When the next thing happens: at `at`, or an hour after the world's now.

        Raises:
            ValueError: `at` is in the past of the world.
        """
        first = at or self.now[tenant] + timedelta(hours=1)
        if first < self.now[tenant]:
            raise ValueError(
                f"`at` {first.isoformat()} is before the world's now {self.now[tenant].isoformat()}"
            )
        return first

    def move_on(self, tenant: str, now: datetime) -> None:
        """Something happened: `now` is later, and what was built of the tenant is built anew."""
        self.now[tenant] = now
        for key in [key for key in self._built if key[1] == tenant]:
            del self._built[key]
