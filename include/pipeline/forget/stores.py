"""Where an erasure looks: the books, and the destination where that is another database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from include.core import naming
from include.core.errors import WarehouseUnavailable
from include.destinations.postgres.texts import PostgresTexts
from include.destinations.protocol import Destination
from include.destinations.texts import FoundRow, StoredTable, TextStore, Wanted
from include.ledger.connection import Connection
from include.ledger.open_loads import fetch_open_tables


class TwoTextStores:
    """A tenant's texts in two databases: each table is asked where it lies."""

    def __init__(self, books: TextStore, rows: TextStore) -> None:
        self._books = books
        self._rows = rows

    def _of(self, table: StoredTable) -> TextStore:
        return self._books if table.schema == naming.OPS_SCHEMA else self._rows

    def fetch_tables(self) -> list[StoredTable]:
        """Both kinds, the books' last."""
        ops = [one for one in self._books.fetch_tables() if one.schema == naming.OPS_SCHEMA]
        return [*self._rows.fetch_tables(), *ops]

    def fetch_rows(self, table: StoredTable, wanted: Wanted) -> Iterator[list[FoundRow]]:
        return self._of(table).fetch_rows(table, wanted)

    def run_change_row(
        self, table: StoredTable, row: FoundRow, changes: Mapping[str, str | None]
    ) -> None:
        self._of(table).run_change_row(table, row, changes)

    def run_delete_row(self, table: StoredTable, row: FoundRow) -> None:
        self._of(table).run_delete_row(table, row)

    def run_refresh(self, table: StoredTable) -> None:
        self._of(table).run_refresh(table)

    def run_commit(self) -> None:
        """The rows' side; the books have been committed before.

        In this order, because whoever runs a broken erasure again finds the person by what their
        rows say.
        """
        self._rows.run_commit()


@contextmanager
def open_texts(
    books: Connection, tenant: str, destination: Destination | None
) -> Iterator[TextStore]:
    """All texts of a tenant; the caller holds the locks of its streams.

    Args:
        destination: Where its rows are; None: beside the books.

    Raises:
        WarehouseUnavailable: A load is open whose outcome the books do not have yet.
    """
    if destination is None or destination.shares_ledger:
        yield PostgresTexts(books, tenant)
        return
    tables = fetch_open_tables(books, tenant)
    if tables:
        named = ", ".join(f"`{table}`" for table in tables)
        raise WarehouseUnavailable(
            f"a load of {named} was broken off, and nobody has read yet what became of it. Nothing "
            "was changed; run the feed once, then erase.",
            tenant=tenant,
        )
    with destination.open_texts(books, tenant) as rows:
        yield TwoTextStores(PostgresTexts(books, tenant), rows)
