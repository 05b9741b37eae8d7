"""Loads that another database commits: prepared here, and settled exactly once.

A row exists from before the destination is told to commit until the books have the outcome.
Nothing here commits.
"""

from dataclasses import dataclass

from include.core import naming
from include.ledger.connection import Connection
from include.ledger.loads import LoadPlace
from include.ledger.rejects import COLUMNS, REJECTS

_NAMES = ", ".join(COLUMNS)


@dataclass(frozen=True, slots=True)
class OpenLoad:
    """A load whose outcome the books do not have; `entry` as it was given."""

    load_id: int
    tenant: str
    feed: str
    stream: str
    entry: str


def table_key(schema: str, table: str) -> int:
    """Key of the lock that orders commits to one raw table: feeds of a connector share it."""
    return naming.lock_key(schema, "table", table)


def run_open(
    connection: Connection, load_id: int, place: LoadPlace, table: tuple[str, str], entry: str
) -> None:
    """Write the prepared entry and keep the staged rejects with it.

    Args:
        table: Schema and name of the raw table.
        entry: What the books will say, as text; only the caller reads it.
    """
    connection.execute(
        "insert into elt_ops.open_loads (load_id, tenant, feed, stream, schema_name, table_name, "
        "entry) values (%s, %s, %s, %s, %s, %s, %s)",
        [load_id, place.tenant, place.feed, place.stream, *table, entry],
    )
    connection.execute(
        f"insert into elt_ops.open_rejects (load_id, tenant, {_NAMES}) "  # noqa: S608 our own words
        f"select %s, %s, {_NAMES} from {REJECTS}".encode(),
        [load_id, place.tenant],
    )


def fetch_open(connection: Connection, table: tuple[str, str]) -> list[OpenLoad]:
    """Open loads of a raw table, oldest first."""
    rows = connection.execute(
        "select load_id, tenant, feed, stream, entry from elt_ops.open_loads "
        "where (schema_name, table_name) = (%s, %s) order by load_id",
        list(table),
    )
    return [OpenLoad(*row) for row in rows]


def fetch_open_tables(connection: Connection, tenant: str) -> list[str]:
    """Raw tables of a tenant of which a load is open, sorted."""
    rows = connection.execute(
        "select distinct schema_name || '.' || table_name from elt_ops.open_loads "
        "where tenant = %s order by 1",
        [tenant],
    )
    return [str(table) for (table,) in rows]


def run_stage_rejects(connection: Connection, load_id: int) -> None:
    """Stage the rejects of a load that was prepared by another process."""
    connection.execute(
        f"insert into {REJECTS} ({_NAMES}) "  # noqa: S608 our own words
        f"select {_NAMES} from elt_ops.open_rejects where load_id = %s".encode(),
        [load_id],
    )


def run_close(connection: Connection, load_id: int) -> bool:
    """Settle it; False when another process has: then its books are made, too."""
    done = connection.execute("delete from elt_ops.open_loads where load_id = %s", [load_id])
    return done.rowcount == 1
