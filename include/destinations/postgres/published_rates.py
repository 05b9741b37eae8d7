"""Schema `elt_rates`: reference rates of the European Central Bank, once for all tenants.

Public figures, so every tenant's role may read them; only the platform writes. They are written
anew when the file they come from is another one, in one transaction.
"""

from collections.abc import Callable, Iterable

from psycopg import sql

from include.destinations.postgres.own_tables import (
    OwnTable,
    run_ensure_own_tables,
    run_write_table,
)
from include.ledger.connection import Connection
from include.ledger.locks import run_lock_ddl

SCHEMA = "elt_rates"
PUBLISHED = OwnTable(
    "published",
    {
        "currency_code": "text not null", "rated_on": "date not null",
        "units_per_euro": "numeric not null",
    },
    ("currency_code", "rated_on"),
)  # fmt: skip
FILES = OwnTable("files", {"publisher": "text not null", "content_hash": "text"}, ("publisher",))
PUBLISHER = "ecb"


def run_ensure_rates(connection: Connection, role: str | None) -> None:
    """Make the schema and its tables, empty at first.

    Args:
        role: The tenant's role, which exists; it may read. None: tenants have no roles.
    """
    run_ensure_own_tables(connection, SCHEMA, (PUBLISHED, FILES), role)


def run_write_rates(
    connection: Connection, content_hash: str, build_csv: Callable[[], Iterable[bytes]]
) -> int | None:
    """Make the table what a file says, unless it is that already; the connection is in autocommit.

    Args:
        build_csv: Rows as CSV without header, in the table's order; asked for when they are due.

    Returns:
        Rows added, changed and removed; None when the file is the one of last time.
    """
    if _fetch_hash(connection) == content_hash:
        return None
    with connection.transaction():
        run_lock_ddl(connection, "published_rates")
        if _fetch_hash(connection) == content_hash:
            return None
        changed = run_write_table(connection, SCHEMA, PUBLISHED, build_csv())
        connection.execute(
            sql.SQL(
                "insert into {} (publisher, content_hash) values (%s, %s)"
                " on conflict (publisher) do update set content_hash = excluded.content_hash"
            ).format(sql.Identifier(SCHEMA, FILES.name)),
            [PUBLISHER, content_hash],
        )
    return changed


def _fetch_hash(connection: Connection) -> str | None:
    row = connection.execute(
        sql.SQL("select content_hash from {} where publisher = %s").format(
            sql.Identifier(SCHEMA, FILES.name)
        ),
        [PUBLISHER],
    ).fetchone()
    return str(row[0]) if row else None
