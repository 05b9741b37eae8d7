"""Values of rate budgets: what one credential may still ask of one host.

A budget is a promise in time (GCRA): `busy until` says when the units handed out so far are used
up. Whoever asks is told how long to wait and has its units from then on. Nobody waits in a queue
that could get stuck: a process that dies has merely wasted its units.
"""

import hashlib
from dataclasses import dataclass

# A queue longer than this is not joined: the task gives its slot back and comes again.
LONGEST_QUEUE_S = 300.0


@dataclass(frozen=True)
class BudgetKey:
    """Names a budget without telling the secret.

    Attributes:
        host: For people who look at the table.
        digest: SHA-256 of host and secrets, hex.
    """

    host: str
    digest: str

    def of(self, what: str) -> "BudgetKey":
        """Another budget of the same credential: points instead of requests."""
        return BudgetKey(self.host, hashlib.sha256(f"{self.digest}/{what}".encode()).hexdigest())


@dataclass(frozen=True)
class Grant:
    """An answer of a budget; seconds.

    Attributes:
        wait_s: Until the first unit may be used, or until asking again makes sense.
        given: False: nothing was set aside, because the wait is longer than the asker's patience.
    """

    wait_s: float
    given: bool = True


@dataclass(frozen=True)
class Bucket:
    """A bucket of points as its owner describes it.

    Attributes:
        size: Points when full.
        per_second: Points coming back each second.
        available: Points in it now.
    """

    size: float
    per_second: float
    available: float
