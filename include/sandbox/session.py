"""The served world: vendor states built when first asked for, rebuilt after an advance."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from include.sandbox.advance import Changes, run_changes
from include.sandbox.shopify.shop import Shop
from include.sandbox.stripe.ledger import StripeAccount
from include.sandbox.world import CREDENTIALS, START, WorldSpec, build_world


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

    def _get(self, vendor: str, tenant: str, build: Callable[[], Any]) -> Any:
        with self._lock:
            if (vendor, tenant) not in self._built:
                self._built[vendor, tenant] = build()
            return self._built[vendor, tenant]

    def shop(self, tenant: str) -> Shop:
        name = CREDENTIALS["shopify"][tenant]["shop"]
        business = self.world.businesses[tenant]
        found: Shop = self._get(
            "shopify", tenant, lambda: Shop(name, business, self.spec.seed, START, self.now[tenant])
        )
        return found

    def stripe(self, tenant: str) -> StripeAccount:
        account = CREDENTIALS["stripe"][tenant]["account"]
        business = self.world.businesses[tenant]
        found: StripeAccount = self._get(
            "stripe",
            tenant,
            lambda: StripeAccount(business, self.spec.seed, self.now[tenant], account),
        )
        return found

    def advance(self, tenant: str, changes: int, at: datetime | None) -> dict[str, Any]:
        """Let `changes` things happen at or after `at`, one per second.

        Raises:
            ValueError: Unknown tenant, a tenant of files only, or `at` in the past of the world.
        """
        if tenant not in CREDENTIALS["stripe"]:
            raise ValueError(
                f"tenant `{tenant}` is not served over HTTP; valid: acme, corner. "
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
            for vendor in ("shopify", "stripe"):
                self._built.pop((vendor, tenant), None)
            return self._describe(tenant, done, first)

    def _describe(self, tenant: str, done: Changes, first: datetime) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        if tenant in CREDENTIALS["shopify"]:
            changed["shopify"] = {
                "customers": sorted(
                    {f"gid://shopify/Customer/{7_012_000_000 + a.number}" for a in done.accounts}
                ),
                "orders": sorted(
                    {
                        f"gid://shopify/Order/{5_678_000_000 + s.number}"
                        for s in done.edited + done.refunded + done.placed
                    }
                ),
                "new_orders": sorted(
                    {f"gid://shopify/Order/{5_678_000_000 + s.number}" for s in done.placed}
                ),
            }
        account = self.stripe(tenant)
        changed["stripe"] = {
            "customers": sorted({account.customer_id(a) for a in done.accounts}),
            "charges": sorted({account.charge_of_sale[s.key] for s in done.refunded + done.placed}),
            "new_charges": sorted({account.charge_of_sale[s.key] for s in done.placed}),
        }
        return {
            "tenant": tenant,
            "at": first.isoformat().replace("+00:00", "Z"),
            "changed": changed,
        }
