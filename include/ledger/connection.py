"""One door to the warehouse; every database error that leaves it is one of ours.

Database messages of classes 22 and 23 quote row contents, so their text never leaves this module.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import psycopg

from include.config.settings import load_settings
from include.core.errors import WarehouseError, WarehouseRejected, WarehouseUnavailable
from include.ledger.login.conninfo import parse_conninfo

log = logging.getLogger(__name__)

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

CONNECT_TIMEOUT_S = 15
OPTIONS: Mapping[str, Any] = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "client_encoding": "UTF8",
    "application_name": "elt",
    "keepalives_idle": 30,
}
# Not a startup option: poolers refuse those.
IN_UTC = "set time zone 'UTC'"
# 08 connection, 40 rollback (deadlock, serialisation), 53 resources (disk full, memory, slots),
# 57 operator intervention (shutdown, cancel), 58 system error.
# Source: postgresql.org/docs/18/errcodes-appendix.html (read 2026-11).
RETRYABLE_CLASSES = ("08", "40", "53", "57", "58")
RETRYABLE_STATES = ("55P03", "55006")  # lock not available, object in use
STOPPED = "57014"
ROW_CONTENT_CLASSES = ("22", "23")
CANNOT_HEAL = ("password authentication failed", "does not exist", "no pg_hba.conf entry")


@dataclass(frozen=True)
class Warehouse:
    """The database of the books, and of the rows unless a load is given another destination.

    Cheap to make, opens nothing until `connect`.

    Attributes:
        url: libpq URL or key/value string; holds a password, so it is left out of the repr.
        tenant_roles: Each tenant has its own database role; None asks the settings.
        salt: Key of the tenant's hashed personal data; None where nothing is to be hashed.
    """

    url: str
    tenant_roles: bool | None = None
    salt: str | None = None

    def __repr__(self) -> str:
        parts = parse_conninfo(self.url)
        return f"Warehouse({parts.get('host', '')}:{parts.get('port', '')}/{parts.get('dbname')})"

    @property
    def uses_tenant_roles(self) -> bool:
        return load_settings().tenant_roles if self.tenant_roles is None else self.tenant_roles

    @contextmanager
    def connect(self, *, autocommit: bool = False) -> Iterator[Connection]:
        """A connection in UTC: commits when the block ends, rolls back when it raises.

        Args:
            autocommit: Every statement commits by itself; use `connection.transaction()` inside.

        Raises:
            WarehouseUnavailable: Connection lost, disk full, deadlock; nothing is committed.
            WarehouseRejected: The statement can never succeed as it is; nothing is committed.
        """
        parse_conninfo(self.url)
        try:
            with psycopg.connect(self.url, autocommit=autocommit, **OPTIONS) as connection:
                connection.execute(IN_UTC)
                if not autocommit:
                    connection.commit()
                yield connection
        except psycopg.Error as error:
            raise build_error(error) from cause_of(error)


def cause_of(error: psycopg.Error) -> psycopg.Error | None:
    """What a log may show beside `build_error`: nothing that repeats a row."""
    return None if _quotes_rows(error) else error


def run_limit_statements(connection: Connection, seconds: int) -> None:
    """Stop each statement of this transaction that runs longer; `was_stopped` knows the error."""
    connection.execute(f"set local statement_timeout = {seconds * 1000:d}".encode())


def was_stopped(error: WarehouseError) -> bool:
    """Whether a statement ran into its time limit, or somebody cancelled it."""
    return f"SQLSTATE {STOPPED}" in error.message


def fetch_now(connection: Connection) -> datetime:
    """What the server's clock says."""
    row = connection.execute("select clock_timestamp()").fetchone()
    assert row is not None
    found: datetime = row[0]
    return found


def build_error(error: psycopg.Error) -> WarehouseError:
    """The platform's error for a database error, without row contents."""
    state = error.sqlstate
    text = (error.diag.message_primary or str(error)).strip().splitlines()
    first = text[0] if text else type(error).__name__
    if state is None:
        return _connection_error(error, first)
    if _quotes_rows(error):
        where = ".".join(part for part in (error.diag.table_name, error.diag.column_name) if part)
        constraint = error.diag.constraint_name
        first = f"{type(error).__name__} {where or constraint or ''}".strip()
    if state.startswith(RETRYABLE_CLASSES) or state in RETRYABLE_STATES:
        return WarehouseUnavailable(
            f"the warehouse stopped with `{first}` (SQLSTATE {state}). The load was rolled back. "
            "It is tried again; if it stays, look at the server's disk, memory and connections."
        )
    return WarehouseRejected(
        f"the warehouse refused with `{first}` (SQLSTATE {state}). The load was rolled back. "
        "A retry cannot help: check permissions, column types and views on the table."
    )


def _connection_error(error: psycopg.Error, first: str) -> WarehouseError:
    if not isinstance(error, psycopg.OperationalError):
        return WarehouseRejected(
            f"the database driver refused with `{type(error).__name__}`. Nothing was committed. "
            "See the task's log."
        )
    if any(words in str(error) for words in CANNOT_HEAL):
        return WarehouseRejected(
            f"cannot log in to the warehouse: `{first}`. Check host, database, user and password "
            "of the connection."
        )
    return WarehouseUnavailable(
        f"no connection to the warehouse: `{first}`. Nothing half done stays; a task tries again "
        "by itself. By hand: see that it runs (`make status`; `make up` or `make demo` starts it)."
    )


def _quotes_rows(error: psycopg.Error) -> bool:
    return (error.sqlstate or "").startswith(ROW_CONTENT_CLASSES)
