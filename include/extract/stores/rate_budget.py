"""Whom a source asks before it asks the vendor; `core.rates` explains budgets."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from include.config.credentials import Credentials
from include.core.rates import LONGEST_QUEUE_S, Bucket, BudgetKey, Grant


class RateBudget(Protocol):
    """Budgets by key. `include.ledger.stores.rate_budget` shares them between processes."""

    def reserve(self, key: BudgetKey, units: int, per_second: float, patience_s: float) -> Grant:
        """Set `units` aside, evenly spaced from the end of the wait on."""
        ...

    def reserve_points(self, key: BudgetKey, points: float, patience_s: float) -> Grant:
        """Set points aside of a bucket that refills; free as long as nobody has seen the bucket."""
        ...

    def settle_points(self, key: BudgetKey, refund: float, bucket: Bucket) -> None:
        """Give back what was set aside and not used, and believe what the source says is used."""
        ...

    def block(self, key: BudgetKey, seconds: float) -> None:
        """Nobody uses the credential for so long; a longer block stays."""
        ...


def build_budget_key(host: str, credentials: Credentials, secrets: Iterable[str]) -> BudgetKey:
    """The budget of a host and the secret fields of a connection.

    Two tenants that use one credential share a budget whatever their connections are called.
    """
    parts = urlsplit(host)
    names = sorted({"login", "password", *secrets})
    found = [(name, credentials.fields[name]) for name in names if credentials.fields.get(name)]
    digest = hashlib.sha256(repr((parts.scheme, parts.netloc, found)).encode()).hexdigest()
    return BudgetKey(parts.netloc, digest)


@dataclass
class _State:
    busy_until: float = 0.0
    blocked_until: float = 0.0
    bucket: Bucket | None = None


class MemoryRateBudget:
    """Budgets of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._states: dict[str, _State] = {}

    def reserve(self, key: BudgetKey, units: int, per_second: float, patience_s: float) -> Grant:
        with self._lock:
            return self._take(self._state(key), units / per_second, None, patience_s)

    def reserve_points(self, key: BudgetKey, points: float, patience_s: float) -> Grant:
        with self._lock:
            state = self._state(key)
            if state.bucket is None:
                return self._take(state, 0.0, 0.0, patience_s)
            rate = state.bucket.per_second
            return self._take(state, points / rate, state.bucket.size / rate, patience_s)

    def settle_points(self, key: BudgetKey, refund: float, bucket: Bucket) -> None:
        with self._lock:
            state = self._state(key)
            state.bucket = bucket
            used = (bucket.size - bucket.available) / bucket.per_second
            given_back = state.busy_until - refund / bucket.per_second
            state.busy_until = max(given_back, self._clock() + used)

    def block(self, key: BudgetKey, seconds: float) -> None:
        with self._lock:
            state = self._state(key)
            state.blocked_until = max(state.blocked_until, self._clock() + seconds)

    def _state(self, key: BudgetKey) -> _State:
        return self._states.setdefault(key.digest, _State())

    def _take(
        self, state: _State, span: float, allowance: float | None, patience_s: float
    ) -> Grant:
        """`allowance`: seconds that may be used at once; the whole span when None."""
        now = self._clock()
        end = max(state.busy_until, state.blocked_until, now) + span
        start = max(end - (span if allowance is None else allowance), state.blocked_until, now)
        too_long = state.blocked_until - now > patience_s or start - now > LONGEST_QUEUE_S
        if not too_long:
            state.busy_until = end
        return Grant(start - now, not too_long)
