"""Keeps what the columns and tables of one feed's database are called."""

from collections.abc import Sequence

from include.ledger.connection import Warehouse
from include.ledger.ddl import run_migrations


class WarehouseNameStore:
    """The store of one feed; see `include.extract.stores.names.NameStore`."""

    def __init__(self, warehouse: Warehouse, tenant: str, feed: str) -> None:
        self._warehouse, self._place = warehouse, (tenant, feed)

    def fetch(self) -> dict[str, dict[str, str]]:
        """All names kept so far."""
        with self._warehouse.connect() as connection:
            # Asked before the first load of all has made the tables.
            run_migrations(connection)
            rows = connection.execute(
                "select place, source, name from elt_ops.source_names"
                " where tenant = %s and feed = %s",
                self._place,
            ).fetchall()
        found: dict[str, dict[str, str]] = {}
        for place, source, name in rows:
            found.setdefault(place, {})[source] = name
        return found

    def keep(self, names: Sequence[tuple[str, str, str]]) -> None:
        """Commit them at once, apart from the load's own transaction."""
        with self._warehouse.connect() as connection:
            for one in names:
                connection.execute(
                    "insert into elt_ops.source_names (tenant, feed, place, source, name)"
                    " values (%s, %s, %s, %s, %s) on conflict do nothing",
                    [*self._place, *one],
                )
