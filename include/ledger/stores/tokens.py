"""Keeps one feed's OAuth token in elt_ops, encrypted, for whichever process needs it next.

The key is Airflow's own (AIRFLOW__CORE__FERNET_KEY): who can read stored connections can read
this, nobody else. Several keys, newest first, are understood as Airflow understands them.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cryptography.fernet import InvalidToken

from include.core import naming
from include.core.errors import ConfigError, WarehouseUnavailable
from include.ledger.connection import Warehouse
from include.ledger.stores.sealing import build_sealer

log = logging.getLogger(__name__)

LOCK_TIMEOUT = "5min"
PUT_TRIES = 6


class WarehouseTokenStore:
    """The store of one feed; see `include.extract.stores.tokens.TokenStore`."""

    def __init__(
        self,
        warehouse: Warehouse,
        tenant: str,
        feed: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._warehouse = warehouse
        self._place = (tenant, feed)
        self._sleep = sleep

    @contextmanager
    def lock(self) -> Iterator[None]:
        """The only holder for this feed over all processes of this warehouse.

        Raises:
            ConfigError: If there is no key to encrypt with; nothing has been asked for yet.
            WarehouseRejected: If the table may not be written.
            WarehouseUnavailable: If another process holds it for minutes.
        """
        build_sealer()
        with self._warehouse.connect() as connection:
            connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'".encode())
            key = naming.lock_key(*self._place, "oauth token")
            # Bound to the transaction, not the session: poolers hand sessions around.
            connection.execute("select pg_advisory_xact_lock(%s)", [key])
            # Refused without the right to write, or on a read-only server; holds up no other feed.
            connection.execute("lock table elt_ops.oauth_tokens in row exclusive mode")
            yield

    def get(self, origin: str) -> str | None:
        """The token that descends from these secrets; None when there is none.

        Raises:
            ConfigError: If it was encrypted with another key.
        """
        with self._warehouse.connect() as connection:
            row = connection.execute(
                "select sealed from elt_ops.oauth_tokens"
                " where tenant = %s and feed = %s and origin = %s",
                [*self._place, origin],
            ).fetchone()
        if row is None:
            return None
        try:
            return build_sealer().decrypt(str(row[0]).encode()).decode()
        except InvalidToken:
            raise ConfigError(
                "the stored OAuth token was encrypted with another key. Expected the key of "
                "`AIRFLOW__CORE__FERNET_KEY`. Add the former key after the new one, separated by "
                "a comma, or authorize again and put the new refresh token into the connection."
            ) from None

    def put(self, origin: str, text: str) -> None:
        """Commit it; a warehouse that restarts is waited for: the token has no other copy.

        Raises:
            WarehouseUnavailable: If it stays away for half a minute.
        """
        sealed = build_sealer().encrypt(text.encode()).decode()
        for attempt in range(1, PUT_TRIES + 1):
            try:
                self._run_put(origin, sealed)
                return
            except WarehouseUnavailable:
                if attempt == PUT_TRIES:
                    raise
                log.warning("action=token_store_again attempt=%d", attempt)
                self._sleep(2**attempt / 2)

    def _run_put(self, origin: str, sealed: str) -> None:
        with self._warehouse.connect() as connection:
            connection.execute(
                "insert into elt_ops.oauth_tokens (tenant, feed, origin, sealed)"
                " values (%s, %s, %s, %s) on conflict (tenant, feed) do update"
                " set origin = excluded.origin, sealed = excluded.sealed,"
                " updated_at = clock_timestamp()",
                [*self._place, origin, sealed],
            )
