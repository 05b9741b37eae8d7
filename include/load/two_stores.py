"""Exactly once over two stores: rows in a destination with its own transactions, books in elt_ops.

Order: the entry the books will make is prepared in one transaction of theirs; the destination
commits the rows together with a record of the load; a second transaction makes the entry with the
destination's own count. A process may die, or an answer be lost, between any two of these. Then the
outcome is read from the destination, which first makes sure that nobody can commit that load any
more: the record is there, and the entry is made; or it never will be, and the load never happened.
Nothing of a raw table begins before its open loads are settled.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from pydantic import TypeAdapter

from include.core import naming
from include.core.errors import EltError, WarehouseUnavailable
from include.core.streams import LoadResult, SchemaChange
from include.destinations.changes import build_changes, is_made
from include.destinations.layout import StreamLayout
from include.destinations.protocol import CommittingSession, Written
from include.ledger import open_loads, rejects
from include.ledger.connection import Connection, Warehouse
from include.ledger.loads import LoadPlace
from include.ledger.locks import hold, run_lock_stream
from include.ledger.open_loads import OpenLoad
from include.ledger.schema_changes import run_record_schema_changes
from include.load.books.entry import Entry, run_enter

log = logging.getLogger(__name__)

ENTRY = TypeAdapter(Entry)
Write = Callable[[Entry], tuple[Written, list[SchemaChange]]]


class TwoStores:
    """The commits of one load."""

    def __init__(
        self,
        warehouse: Warehouse,
        books: Connection,
        session: CommittingSession,
        layout: StreamLayout,
        place: LoadPlace,
    ) -> None:
        self.warehouse = warehouse
        self.books = books
        self.session = session
        self.layout = layout
        self.table = (layout.parent.schema, layout.parent.name)
        # The table's first, as whoever settles takes them.
        stream_key = naming.lock_key(*place.names)
        self.keys = (open_loads.table_key(*self.table), stream_key)

    def run_commit(self, judge: Callable[[], Entry], write: Write) -> tuple[LoadResult, int]:
        """Commit one part.

        Args:
            judge: Decides in a transaction of the books whether what is staged may be loaded.
            write: Brings it into the tables, commit record included.

        Returns:
            The result, and how many records the part delivered.

        Raises:
            EltError: Nothing of the part is written; or its outcome could not be read, and whoever
                loads the table next reads it.
        """
        with self._alone():
            made = self._fetch_changes()
            with self.books.transaction():
                entry = replace(judge(), made=tuple(made))
                self.session.run_check_new(entry.load_id)
                text = ENTRY.dump_json(entry).decode()
                open_loads.run_open(self.books, entry.load_id, entry.place, self.table, text)
            written = replace(self._run_write(entry, write), cost=self.session.read_cost())
            with self.books.transaction():
                if not open_loads.run_close(self.books, entry.load_id):
                    raise WarehouseUnavailable(
                        f"load `{entry.load_id}` was settled by another process meanwhile. The "
                        "next try finds what it has entered."
                    )
                result = run_enter(self.books, entry, written)
            self.session.run_discard()
        return result, entry.delivered(written)

    def _fetch_changes(self) -> list[SchemaChange]:
        """Types as stored now, since another feed of the table may have widened it meanwhile."""
        made = []
        for table in self.layout.tables:
            stored = self.session.fetch_columns(table)
            table.join_types(stored)
            made += build_changes(self.layout, table, stored)
        return made

    def _run_write(self, entry: Entry, write: Write) -> Written:
        try:
            self.session.run_begin(entry.load_id)
            return write(entry)[0]
        except EltError:
            # It may be the answer that was lost.
            written = self.session.run_settle(entry.load_id)
            if written is not None:
                log.warning("commit confirmed by reading load_id=%s", entry.load_id)
                return written
            with self.books.transaction():
                self._run_void(self.books, entry)
            raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else commits to the table or rewinds the stream, and no load of it is open."""
        while True:
            self.run_settle_open()
            with hold(self.books, self.keys):
                if not open_loads.fetch_open(self.books, self.table):
                    self.session.run_discard()  # of processes that died after their load
                    yield
                    return

    def run_settle_open(self) -> None:
        """Settle what earlier processes have left open, on a connection of its own."""
        if not open_loads.fetch_open(self.books, self.table):
            return
        with (
            self.warehouse.connect(autocommit=True) as books,
            hold(books, self.keys[:1]),
        ):
            rejects.run_create(books)
            for one in open_loads.fetch_open(books, self.table):
                self._run_settle(books, one)

    def _run_settle(self, books: Connection, one: OpenLoad) -> None:
        written = self.session.run_settle(one.load_id)
        entry = ENTRY.validate_json(one.entry)
        with books.transaction():
            run_lock_stream(books, one.tenant, one.feed, one.stream)
            if written is None:
                self._run_void(books, entry)
            elif open_loads.run_close(books, one.load_id):
                open_loads.run_stage_rejects(books, one.load_id)
                run_enter(books, entry, written)
            rejects.run_clear(books)
        outcome = "void" if written is None else "entered"
        log.warning("open load settled load_id=%s outcome=%s", one.load_id, outcome)

    def _run_void(self, books: Connection, entry: Entry) -> None:
        """Forget the load, save for what it has changed in the tables: that stays."""
        stored = {table.name: self.session.fetch_columns(table) for table in self.layout.tables}
        made = [change for change in entry.made if is_made(change, stored)]
        if open_loads.run_close(books, entry.load_id):
            run_record_schema_changes(books, entry.place, entry.load_id, made)
