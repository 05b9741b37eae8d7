"""Rate budgets in elt_ops: one short statement reserves a slot for whichever process asks.

Each statement commits by itself and without waiting for the disk: after a crash of the server a
budget may be some milliseconds old, which nobody will notice. Times are the server's alone, so the
clocks of workers may differ.
"""

import hashlib
import hmac
import weakref
from contextlib import ExitStack
from typing import Any

import psycopg

from include.config.settings import load_settings
from include.core.rates import LONGEST_QUEUE_S, Bucket, BudgetKey, Grant
from include.ledger.connection import Connection, Warehouse, build_error

# set_config must be referenced, else PostgreSQL would not run it. `on conflict` has locked the row
# before it looks at the clock, so whoever waits for the lock gets a later slot.
_RESERVE = b"""
with quick as materialized (select set_config('synchronous_commit', 'off', true) as done)
insert into elt_ops.rate_budgets as b (budget, host, busy_until)
select %(budget)s, %(host)s, clock_timestamp() + make_interval(secs => %(span)s)
from quick where done is not null
on conflict (budget) do update set
busy_until = greatest(b.busy_until, b.blocked_until, clock_timestamp())
+ make_interval(secs => %(span)s)
where greatest(b.busy_until, b.blocked_until)
<= clock_timestamp() + make_interval(secs => %(queue)s)
and (
    b.blocked_until is null
    or b.blocked_until <= clock_timestamp() + make_interval(secs => %(patience)s)
)
returning extract(epoch from b.busy_until - make_interval(secs => %(span)s) - clock_timestamp())
"""
_HOW_LONG = b"""
select extract(epoch from greatest(busy_until, blocked_until) - clock_timestamp())
from elt_ops.rate_budgets where budget = %(budget)s
"""

# Free while nobody has seen the bucket; later it may be emptied at once, and then refills.
_RESERVE_POINTS = b"""
with quick as materialized (select set_config('synchronous_commit', 'off', true) as done)
insert into elt_ops.rate_budgets as b (budget, host, busy_until)
select %(budget)s, %(host)s, clock_timestamp() from quick where done is not null
on conflict (budget) do update set
busy_until = greatest(b.busy_until, b.blocked_until, clock_timestamp())
+ make_interval(secs => coalesce(%(points)s / b.points_per_second, 0))
where greatest(b.busy_until, b.blocked_until)
+ make_interval(secs => coalesce((%(points)s - b.bucket_size) / b.points_per_second, 0))
<= clock_timestamp() + make_interval(secs => %(queue)s)
and (
    b.blocked_until is null
    or b.blocked_until <= clock_timestamp() + make_interval(secs => %(patience)s)
)
returning extract(
    epoch from greatest(
        b.busy_until - make_interval(secs => coalesce(b.bucket_size / b.points_per_second, 0)),
        b.blocked_until
    ) - clock_timestamp()
)
"""
_HOW_LONG_POINTS = b"""
select extract(
    epoch from greatest(
        greatest(busy_until, blocked_until)
        + make_interval(secs => coalesce((%(points)s - bucket_size) / points_per_second, 0)),
        blocked_until
    ) - clock_timestamp()
)
from elt_ops.rate_budgets where budget = %(budget)s
"""
_SETTLE = b"""
with quick as materialized (select set_config('synchronous_commit', 'off', true) as done)
insert into elt_ops.rate_budgets as b (budget, host, busy_until, bucket_size, points_per_second)
select %(budget)s, %(host)s, clock_timestamp() + make_interval(secs => %(used)s), %(size)s, %(rate)s
from quick where done is not null
on conflict (budget) do update set
busy_until = greatest(
    b.busy_until - make_interval(secs => %(refund)s),
    clock_timestamp() + make_interval(secs => %(used)s)
),
bucket_size = excluded.bucket_size, points_per_second = excluded.points_per_second,
updated_at = clock_timestamp()
"""
_BLOCK = b"""
with quick as materialized (select set_config('synchronous_commit', 'off', true) as done)
insert into elt_ops.rate_budgets as b (budget, host, busy_until, blocked_until)
select
    %(budget)s, %(host)s, clock_timestamp(), clock_timestamp() + make_interval(secs => %(seconds)s)
from quick where done is not null
on conflict (budget) do update set
blocked_until = greatest(b.blocked_until, excluded.blocked_until), updated_at = clock_timestamp()
"""


class WarehouseRateBudget:
    """The budgets of all credentials; see `include.extract.stores.rate_budget.RateBudget`.

    Holds one connection from the first question to the end of the object: opening one costs more
    than ten questions.

    Raises:
        WarehouseError: From every method, when the warehouse is away or the table is missing.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._connection: Connection | None = None
        self._pepper = (load_settings().fernet_key or "").encode()

    def reserve(self, key: BudgetKey, units: int, per_second: float, patience_s: float) -> Grant:
        values = self._values(key, patience_s) | {"span": float(units / per_second)}
        return self._reserve(_RESERVE, _HOW_LONG, values)

    def reserve_points(self, key: BudgetKey, points: float, patience_s: float) -> Grant:
        values = self._values(key, patience_s) | {"points": float(points)}
        return self._reserve(_RESERVE_POINTS, _HOW_LONG_POINTS, values)

    def settle_points(self, key: BudgetKey, refund: float, bucket: Bucket) -> None:
        """The bucket as its owner sees it, but no fuller than what others have set aside."""
        used = (bucket.size - bucket.available) / bucket.per_second
        values = {
            "refund": refund / bucket.per_second,
            "used": used,
            "size": bucket.size,
            "rate": bucket.per_second,
        }
        self._execute(_SETTLE, self._values(key, 0) | values)

    def block(self, key: BudgetKey, seconds: float) -> None:
        self._execute(_BLOCK, self._values(key, 0) | {"seconds": float(seconds)})

    def _values(self, key: BudgetKey, patience_s: float) -> dict[str, Any]:
        # Hashed once more with a key of ours: a short password could be guessed from a plain hash.
        budget = hmac.new(self._pepper, key.digest.encode(), hashlib.sha256).hexdigest()
        return {
            "budget": budget,
            "host": key.host,
            "patience": patience_s,
            "queue": LONGEST_QUEUE_S,
        }

    def _reserve(self, statement: bytes, how_long: bytes, values: dict[str, Any]) -> Grant:
        row = self._execute(statement, values)
        if row is not None:
            return Grant(max(0.0, float(row[0])))
        row = self._execute(how_long, values)
        return Grant(max(0.0, float(row[0] if row else 0)), given=False)

    def _execute(self, statement: bytes, values: dict[str, Any]) -> tuple[Any, ...] | None:
        """One statement; a connection that broke meanwhile is made anew once."""
        for attempt in (1, 2):
            fresh = self._connection is None
            connection = self._connection or self._open()
            try:
                cursor = connection.execute(statement, values)
                return cursor.fetchone() if cursor.description else None
            except psycopg.Error as error:
                self._connection = None
                connection.close()
                if fresh or attempt == 2 or not isinstance(error, psycopg.OperationalError):
                    raise build_error(error) from None
        raise AssertionError("the loop returns or raises")

    def _open(self) -> Connection:
        stack = ExitStack()
        self._connection = stack.enter_context(self._warehouse.connect(autocommit=True))
        weakref.finalize(self, stack.close)
        return self._connection
