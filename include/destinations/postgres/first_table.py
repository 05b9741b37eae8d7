"""The raw table of a first load, filled by COPY in the transaction that will show it.

Staging and inserting writes every row twice. Where a stream has no table yet nothing can be older
or changed, so its rows go into a table of another name that nobody else can see; the commit gives
it its name, key and lineage. The lineage is one value a column, which PostgreSQL keeps once
instead of in every row. Until then a transaction is open, which is why a slow source is not loaded
like this (`run_release` of the session). A killed process leaves nothing.
Source: postgresql.org/docs/18/sql-altertable.html, on defaults of added columns (read 2026-11).
"""

from uuid import uuid4

from psycopg import errors, sql

from include.core import naming
from include.destinations.layout import LINEAGE, StreamLayout
from include.destinations.postgres.merge import Merge
from include.destinations.postgres.names import full_name
from include.destinations.postgres.tables import (
    fetch_columns,
    run_add_primary_key,
    run_create_table,
    run_lock_ddl,
)
from include.destinations.protocol import LoadStamp, MergeCounts
from include.ledger.connection import Connection


class FirstTable:
    """The table of one load while nobody else sees it.

    Attributes:
        place: Its name for now.
        types: Of its columns as of now.
    """

    def __init__(self, connection: Connection, layout: StreamLayout, role: str | None) -> None:
        self.connection = connection
        self.layout = layout
        self.role = role
        self.place = sql.Identifier(layout.parent.schema, f"elt_first_{uuid4().hex}")
        self.types = dict(layout.parent.types)

    def run_create(self) -> None:
        """Open the transaction and make the table in it, without key and lineage."""
        self.connection.execute("begin")
        # A server's limit for forgotten sessions must not end a read that waits for its source.
        self.connection.execute("set local idle_in_transaction_session_timeout = 0")
        parent = self.layout.parent
        run_create_table(self.connection, self.layout, parent, self.role, place=self.place)

    def run_name(self) -> bool:
        """Give it the raw table's name; False when another load has made that table meanwhile."""
        parent = self.layout.parent
        run_lock_ddl(self.connection, self.layout)
        if fetch_columns(self.connection, parent):
            return False
        name = sql.Identifier(parent.name)
        self._run("alter table {} rename to {}", self.place, name)
        self.place = full_name(parent)
        return True

    def run_finish(self, stamp: LoadStamp, rows: int, *, keys_are_distinct: bool) -> MergeCounts:
        """Add lineage and key, once every key is left with one row.

        Args:
            rows: How many it holds.
        """
        values = {
            naming.FEED: stamp.feed,
            naming.LOAD_ID: stamp.load_id,
            naming.LOADED_AT: stamp.started_at,
        }
        added = [
            sql.SQL("add column {} {} default {}").format(
                sql.Identifier(name), sql.SQL(kind), sql.Literal(values[name])
            )
            for name, kind in LINEAGE.items()
        ]
        added.append(sql.SQL("add column {} timestamptz").format(sql.Identifier(naming.DELETED_AT)))
        self._run("alter table {} {}", self.place, sql.SQL(", ").join(added))
        dropped = [
            sql.SQL("alter column {} drop default").format(sql.Identifier(name)) for name in LINEAGE
        ]
        self._run("alter table {} {}", self.place, sql.SQL(", ").join(dropped))
        superseded = self._run_add_key(stamp, keys_are_distinct=keys_are_distinct)
        return MergeCounts(inserted=rows - superseded, superseded=superseded, is_first=True)

    def run_move(self, stage: sql.Identifier) -> None:
        """Put its rows, in the order they came, into another table instead, and drop it."""
        self._run("insert into {} select * from {} order by ctid", stage, self.place)
        self.run_drop()

    def run_drop(self) -> None:
        self._run("drop table {}", self.place)

    def _run_add_key(self, stamp: LoadStamp, *, keys_are_distinct: bool) -> int:
        """Rows that went because a newer one has their key."""
        parent = self.layout.parent
        if keys_are_distinct:
            run_add_primary_key(self.connection, self.layout, parent)
            return 0
        try:
            with self.connection.transaction():
                run_add_primary_key(self.connection, self.layout, parent)
        except errors.UniqueViolation:
            merge = Merge(self.connection, self.layout, stamp, is_latest=True, stage=self.place)
            superseded = merge.run_dedupe()
            run_add_primary_key(self.connection, self.layout, parent)
            return superseded
        return 0

    def _run(self, statement: str, *parts: sql.Composable) -> None:
        self.connection.execute(sql.SQL(statement).format(*parts))
