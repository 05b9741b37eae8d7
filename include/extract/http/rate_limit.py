"""Keeps a vendor's limit instead of discovering it: waits before a request, learns from answers.

Data flow: before each request `wait` takes a slot of the credential's budget; after each answer
`learn` reads the vendor's usage headers, and a refusal blocks the credential for everybody.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TypeVar

from include.config.connector_spec import Api
from include.config.credentials import Credentials
from include.core.clock import format_instant, utcnow
from include.core.errors import RateLimited, WarehouseError
from include.core.rates import Bucket, BudgetKey, Grant
from include.extract.http.status import LONGEST_WAIT_S
from include.extract.http.usage_headers import find_rest_s
from include.extract.stores.rate_budget import MemoryRateBudget, RateBudget, build_budget_key

log = logging.getLogger(__name__)
T = TypeVar("T")

# Slots are taken in batches no longer than this, and one is used so late at most: the excess that
# batches can cause within any second is a twentieth of the limit.
BATCH_S = 0.05
# After a batch that was not used up, so many slots are taken singly before it is tried again.
SINGLES = 32
# Without a limit to keep, the shared budget is asked this often whether somebody was refused.
LOOK_S = 1.0
JITTER_S = 0.25
# Waits longer than this are worth a line in the log.
LOUD_S = 5.0
# A store that is away is tried again after this; until then the process keeps the limit alone.
AWAY_S = 30.0


class RateLimiter:
    """The limit of one credential at one host. Not for several threads."""

    def __init__(
        self,
        per_second: float | None,
        budget: RateBudget | None = None,
        key: BudgetKey | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = per_second
        self._own: RateBudget = MemoryRateBudget(clock)
        self._shared = budget
        self._key = key or BudgetKey("", "")
        self._clock, self._sleep = clock, sleep
        self._slots: deque[float] = deque()
        self._batch, self._singles, self._look_at, self._away_until = 1, 0, 0.0, 0.0

    @property
    def is_shared(self) -> bool:
        """Others use this budget, too."""
        return self._shared is not None

    def wait(self, patience_s: float = 60.0) -> None:
        """Block until this request may start.

        Raises:
            RateLimited: If the source wants to be left alone for longer than `patience_s`.
        """
        now = self._clock()
        at = self._next_slot(now)
        if at is None:
            at = now + self._take_batch(now, patience_s)
        if at - now > LOUD_S:
            log.info("action=wait_for_rate host=%s wait_s=%.1f", self._key.host, at - now)
        if at > now:
            self._sleep(at - now)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Rest, with everybody, when the answer says that nothing is left."""
        rest = find_rest_s(headers)
        if rest:
            log.info("action=rate_used_up host=%s rest_s=%.1f", self._key.host, rest)
            self._block(rest)

    def block(self, seconds: float) -> bool:
        """The source refused: nobody asks for so long. False: the caller has to wait by itself."""
        if self._shared is None:
            return False
        self._block(seconds)
        return True

    def _block(self, seconds: float) -> None:
        seconds = min(seconds, LONGEST_WAIT_S)
        self._slots.clear()
        self._look_at = 0.0
        self._ask(lambda budget: budget.block(self._key, seconds))

    def wait_points(self, points: float, patience_s: float = 60.0) -> None:
        """Block until the bucket holds so many points.

        Raises:
            RateLimited: As `wait`.
        """
        key = self._key.of("points")
        grant = self._ask(lambda budget: budget.reserve_points(key, points, patience_s))
        self._check(grant)
        if grant.wait_s > 0:
            log.info("action=wait_for_points host=%s wait_s=%.1f", key.host, grant.wait_s)
            self._sleep(grant.wait_s)

    def settle_points(self, refund: float, bucket: Bucket) -> None:
        """What the answer said about the bucket."""
        key = self._key.of("points")
        self._ask(lambda budget: budget.settle_points(key, refund, bucket))

    def _next_slot(self, now: float) -> float | None:
        """A slot taken before; those whose time is over are lost."""
        while self._slots and self._slots[0] < now - BATCH_S:
            self._slots.popleft()
            self._batch, self._singles = 1, SINGLES
        return self._slots.popleft() if self._slots else None

    def _take_batch(self, now: float, patience_s: float) -> float:
        """Ask the budget; seconds until the first slot."""
        rate = self._rate
        if rate is None:
            return self._look(now, patience_s)
        units = self._batch
        grant = self._ask(lambda budget: budget.reserve(self._key, units, rate, patience_s))
        self._check(grant)
        first = now + grant.wait_s
        self._slots.extend(first + n / rate for n in range(1, units))
        if self._singles:
            self._singles -= 1
        else:
            self._batch = max(1, min(units * 2, int(rate * BATCH_S)))
        return grant.wait_s

    def _look(self, now: float, patience_s: float) -> float:
        """No limit to keep: seconds until a block ends, jittered, for all wait for the same end."""
        if self._shared is not None and now < self._look_at:
            return 0.0
        self._look_at = now + LOOK_S
        grant = self._ask(lambda budget: budget.reserve(self._key, 0, 1.0, patience_s))
        self._check(grant)
        jitter = random.uniform(0, JITTER_S) if grant.wait_s else 0.0  # noqa: S311  no secret
        return grant.wait_s + jitter

    def _check(self, grant: Grant) -> None:
        if grant.given:
            return
        again = format_instant(utcnow() + timedelta(seconds=grant.wait_s))
        raise RateLimited(
            f"`{self._key.host}` is not asked for {grant.wait_s:.0f} s: it refused this credential "
            f"or its queue is full. Expected a free slot sooner. Try again after `{again}`.",
            retry_after_s=grant.wait_s,
        )

    def _ask(self, question: Callable[[RateBudget], T]) -> T:
        """The shared budget's answer, or the process' own while the store is away."""
        if self._shared is None or self._clock() < self._away_until:
            return question(self._own)
        try:
            return question(self._shared)
        except WarehouseError as error:
            self._away_until = self._clock() + AWAY_S
            log.warning("action=rate_budget_away reason=%s", type(error).__name__)
            return question(self._own)


def build_limiter(
    api: Api,
    credentials: Credentials,
    budget: RateBudget | None,
    *,
    secrets: Iterable[str] = (),
    scope: str = "",
    sleep: Callable[[float], None] = time.sleep,
) -> RateLimiter:
    """The limiter of a feed's API.

    Args:
        budget: The shared one; None: the limit is this object's alone.
        secrets: Names of the connection's secret fields besides login and password.
        scope: What the vendor counts apart for one credential (a property, an account).
    """
    named = {*secrets, *([api.auth.secret] if api.auth.secret else [])}
    key = build_budget_key(credentials.host or api.base_url, credentials, named)
    key = key.of(scope) if scope else key
    rate = api.rate_limit.per_second if api.rate_limit else None
    return RateLimiter(rate, budget, key, sleep=sleep)
