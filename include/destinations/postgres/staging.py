"""Temporary tables that take the batches by COPY; a killed process leaves none of them behind.

Everything of a load is staged before the transaction that counts begins: reading a slow source for
an hour holds no lock and no snapshot, and duplicates are found across the whole load.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from include.core import naming
from include.destinations.batch import SEQ, Shaped
from include.destinations.column_types import SQL_TYPES
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.postgres.copy_csv import run_copy_csv
from include.destinations.postgres.first_table import FirstTable
from include.destinations.postgres.names import STAGE_KEY, VERDICTS, full_name
from include.ledger.connection import Connection
from include.ledger.rejects import REJECTS, build_text

# Temporary tables live in the session's own buffers; the default 8 MB spills at once.
TEMP_BUFFERS = "32MB"
# Fewer rows are hashed in memory, which is as fast.
MANY_ROWS = 500_000
# Types whose order is one comparison; a text's is that of the database's language.
PLAINLY_ORDERED = ("int", "bigint", "date", "timestamp")


class Staging:
    """The temporary tables of one load on one connection.

    Attributes:
        parents: Parent rows copied so far.
        first: Where they are, when they went straight into the raw table to be.
    """

    def __init__(self, connection: Connection, layout: StreamLayout, role: str | None) -> None:
        self.connection = connection
        self.layout = layout
        self.role = role
        self.parents = 0
        self.first: FirstTable | None = None
        self._types: dict[str, dict[str, str]] = {}

    def run_create(self) -> None:
        """Make the tables with the layout's types of now."""
        self.connection.execute(sql.SQL("set temp_buffers = {}").format(sql.Literal(TEMP_BUFFERS)))
        for table in self.layout.tables:
            own = [naming.EXTRA + " jsonb"]
            if table.path is not None:
                own += [naming.POSITION + " integer", SEQ + " bigint"]
            elif self.layout.children:
                own += [naming.CHILDREN_HASH + " text", SEQ + " bigint"]
            declared = [_define(name, kind) for name, kind in table.types.items()]
            self._run_create(table.stage, [*declared, *map(sql.SQL, own)])
            self._types[table.name] = dict(table.types)
        self._run_create(VERDICTS, [sql.SQL("sid tid, verdict text")])
        self._run_grant(REJECTS, "select")

    def _run_create(self, name: str, columns: Sequence[sql.Composable]) -> None:
        made = sql.Identifier(name)
        body = sql.SQL(", ").join(columns)
        self.connection.execute(sql.SQL("create temp table {} ({})").format(made, body))
        # The merge runs as the tenant's role and may look at nothing but these and its own.
        self._run_grant(name, "select, insert, update, delete")

    def _run_grant(self, name: str, rights: str) -> None:
        if self.role is not None:
            grant = sql.SQL(f"grant {rights} on {{}} to {{}}")
            made, role = sql.Identifier(name), sql.Identifier(self.role)
            self.connection.execute(grant.format(made, role))

    def run_start_first(self) -> None:
        """From now on parents go straight into the raw table to be."""
        self.first = FirstTable(self.connection, self.layout, self.role)
        self.first.run_create()

    def run_leave_first(self) -> None:
        """Bring the rows of the raw table to be into the temporary one; the transaction goes on."""
        if self.first is not None:
            first, self.first = self.first, None
            self.run_follow_types({**self._types, self.layout.parent.name: first.types})
            first.run_move(sql.Identifier(self.layout.parent.stage))

    def run_index(self) -> None:
        """Rows that came in the order of their keys are joined by walking both indexes: half the
        work of a hash of everything. Rows in another order are left as they are.
        """
        kinds = [self.layout.parent.types[key] for key in self.layout.primary_key]
        if self.parents < MANY_ROWS or not all(kind in PLAINLY_ORDERED for kind in kinds):
            return
        keys = sql.SQL(", ").join(map(sql.Identifier, self.layout.primary_key))
        statement = sql.SQL("create index {} on {} ({})")
        stage = sql.Identifier(self.layout.parent.stage)
        self.connection.execute(statement.format(sql.Identifier(STAGE_KEY), stage, keys))
        self._run_learn_order(keys)

    def _run_learn_order(self, keys: sql.Composable) -> None:
        """Let the planner know the order of a table that autovacuum has not come to yet."""
        parent = self.layout.parent
        known = "select 1 from pg_stats where (schemaname, tablename, attname) = (%s, %s, %s)"
        names = [parent.schema, parent.name, naming.FEED]
        if self.connection.execute(known, names).fetchone() is None:
            statement = sql.SQL("analyze {} ({}, {})")
            feed = sql.Identifier(naming.FEED)
            self.connection.execute(statement.format(full_name(parent), keys, feed))

    def run_clear(self) -> None:
        """Empty the tables for the next part."""
        names = [*(table.stage for table in self.layout.tables), VERDICTS]
        tables = sql.SQL(", ").join(map(sql.Identifier, names))
        if self.first is not None:
            self.first.run_drop()
            self.first = None
        self.connection.execute(sql.SQL("truncate {}").format(tables))
        self.connection.execute(
            sql.SQL("drop index if exists pg_temp.{}").format(sql.Identifier(STAGE_KEY))
        )
        self.parents = 0

    def run_follow_types(self, types: dict[str, dict[str, str]]) -> None:
        """Widen staged columns to these types; what is already staged is converted."""
        for table in self.layout.tables:
            staged = self._types[table.name]
            if self.first is not None and table is self.layout.parent:
                staged = self.first.types
            for name, kind in types[table.name].items():
                if staged[name] != kind:
                    statement = sql.SQL("alter table {} alter column {} type {} using {}::{}")
                    kind_sql = sql.SQL(SQL_TYPES[kind])
                    column = sql.Identifier(name)
                    place = self._place(table)
                    self.connection.execute(
                        statement.format(place, column, kind_sql, column, kind_sql)
                    )
                    staged[name] = kind

    def run_copy(self, shaped: Shaped) -> None:
        """Copy one batch with its children."""
        self.run_follow_types(shaped.types)
        self._run_copy(self.layout.parent, shaped.parent)
        for name, batch in shaped.children.items():
            self._run_copy(self.layout.children[name], batch)
        self.parents += shaped.parent.num_rows

    def _place(self, table: TableLayout) -> sql.Identifier:
        """Where the table's rows of this load are now."""
        if self.first is not None and table is self.layout.parent:
            return self.first.place
        return sql.Identifier(table.stage)

    def _run_copy(self, table: TableLayout, batch: Any) -> None:
        if batch.num_rows:
            run_copy_csv(self.connection, self._place(table), batch)

    def fetch_staged(self, keys: Sequence[str]) -> list[int]:
        """Positions of those keys (JSON lists of texts) that are among the staged records."""
        texts = [
            build_text(sql.Identifier("s", key), SQL_TYPES[self.layout.parent.types[key]])
            for key in self.layout.primary_key
        ]
        query = sql.SQL(
            "select n from unnest(%s::text[]::jsonb[]) with ordinality as u (k, n) "
            "where k in (select jsonb_build_array({}) from {} as s)"
        ).format(sql.SQL(", ").join(texts), self._place(self.layout.parent))
        rows = self.connection.execute(query, [list(keys)])
        return [int(number) - 1 for (number,) in rows]

    def run_analyze(self) -> None:
        """Tell the planner how much is staged; without it a large merge picks nested loops."""
        keys = sql.SQL(", ").join(map(sql.Identifier, self.layout.primary_key))
        stage = sql.Identifier(self.layout.parent.stage)
        self.connection.execute(sql.SQL("analyze {} ({})").format(stage, keys))
        for table in self.layout.children.values():
            statement = sql.SQL("analyze {} (_seq)")
            self.connection.execute(statement.format(sql.Identifier(table.stage)))


def _define(name: str, logical_type: str) -> sql.Composable:
    kind = sql.SQL(SQL_TYPES[logical_type])
    return sql.SQL("{} {}").format(sql.Identifier(name), kind)
