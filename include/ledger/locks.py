"""Advisory locks: who goes first, and who looks again after waiting.

Those of a stream order commits, rewinds and erasures. They end with the caller's transaction, save
where a load has two of them and a destination's between: `hold`.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from include.core import naming
from include.ledger.connection import Connection

log = logging.getLogger(__name__)


def run_lock_stream(connection: Connection, tenant: str, feed: str, stream: str) -> None:
    """Let nobody else commit to this stream before the transaction ends; says so when it waits."""
    key = naming.lock_key(tenant, feed, stream)
    row = connection.execute("select pg_try_advisory_xact_lock(%s)", [key]).fetchone()
    if row is not None and row[0]:
        return
    place = (tenant, feed, stream)
    log.info("load waits for another of its stream tenant=%s feed=%s stream=%s", *place)
    since = time.monotonic()
    connection.execute("select pg_advisory_xact_lock(%s)", [key])
    waited = time.monotonic() - since
    log.info("load goes on tenant=%s feed=%s stream=%s waited_s=%.1f", *place, waited)


def run_lock_tenant(connection: Connection, tenant: str) -> None:
    """Let no load of the tenant commit before the transaction ends."""
    rows = connection.execute(
        "select distinct feed, stream from elt_ops.loads where tenant = %s", [tenant]
    ).fetchall()
    for key in sorted(naming.lock_key(tenant, str(feed), str(stream)) for feed, stream in rows):
        connection.execute("select pg_advisory_xact_lock(%s)", [key])


def run_try_hold(connection: Connection, key: int) -> bool:
    """Hold a lock until the connection is closed; False when somebody else does."""
    row = connection.execute("select pg_try_advisory_lock(%s)", [key]).fetchone()
    return bool(row and row[0])


@contextmanager
def hold(connection: Connection, keys: Iterable[int]) -> Iterator[None]:
    """Hold these locks, taken in this order, over several transactions of one session.

    A lost connection lets go of them.
    """
    held = list(keys)
    for key in held:
        connection.execute("select pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        with suppress(psycopg.Error):  # what ended the block matters more
            for key in held:
                connection.execute("select pg_advisory_unlock(%s)", [key])


def run_lock_ddl(connection: Connection, what: str) -> None:
    """One at a time makes `what`, until the transaction ends."""
    key = naming.lock_key(naming.OPS_SCHEMA, "ddl", what)
    connection.execute("select pg_advisory_xact_lock(%s)", [key])
