"""PostgreSQL as destination: rows and books in the database, and the transaction, of the ledger."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from psycopg import sql

from include.config.models import Tenant
from include.core import naming
from include.core.streams import SchemaChange, Tombstone
from include.destinations.batch import Shaped
from include.destinations.layout import StreamLayout, TableLayout
from include.destinations.postgres.fill_back import FillBack
from include.destinations.postgres.merge import Merge
from include.destinations.postgres.staging import Staging
from include.destinations.postgres.sweep import run_sweep
from include.destinations.postgres.tables import (
    fetch_columns,
    run_add_primary_key,
    run_ensure_tables,
)
from include.destinations.postgres.tenant_schemas import run_ensure_schemas, run_ensure_tenant
from include.destinations.postgres.texts import PostgresTexts
from include.destinations.postgres.tombstones import run_tombstones
from include.destinations.protocol import (
    ColumnFiller,
    LoadStamp,
    MergeCounts,
    Sweep,
    Swept,
    Written,
)
from include.ledger.connection import Connection


class PostgresDestination:
    """The database of the books."""

    shares_ledger = True
    name_bytes = naming.MAX_IDENTIFIER_BYTES
    number_limit = None

    def __init__(self, *, tenant_roles: bool) -> None:
        self._tenant_roles = tenant_roles

    def run_ensure_tenant(self, books: Connection, tenant: Tenant) -> None:
        run_ensure_tenant(books, tenant, tenant_roles=self._tenant_roles)

    @contextmanager
    def open(
        self, books: Connection, layout: StreamLayout, tenant: str
    ) -> Iterator["PostgresSession"]:
        """A session on the connection of the books, so in every transaction of theirs."""
        yield PostgresSession(books, layout, tenant, tenant_roles=self._tenant_roles)

    @contextmanager
    def open_texts(self, books: Connection, tenant: str) -> Iterator[PostgresTexts]:
        """The tenant's schemas and its part of elt_ops, in the transaction of the books."""
        yield PostgresTexts(books, tenant)


class PostgresSession:
    """One load; temporary tables are its staging, the caller's transaction its commit."""

    fills_back = True

    def __init__(
        self, connection: Connection, layout: StreamLayout, tenant: str, *, tenant_roles: bool
    ) -> None:
        self.connection = connection
        self.layout = layout
        self.tenant = tenant
        self.role = naming.tenant_role(tenant) if tenant_roles else None
        self.staging = Staging(connection, layout, self.role)
        self._created: list[TableLayout] = []
        self._may_start_first = True

    def run_prepare(self) -> None:
        """Make the schema, and the tenant's role."""
        schemas = [self.layout.parent.schema]
        has_role = self.role is not None
        run_ensure_schemas(self.connection, self.tenant, schemas, tenant_roles=has_role)

    def fetch_columns(self, table: TableLayout) -> dict[str, str]:
        return fetch_columns(self.connection, table)

    def run_open(self) -> None:
        self.staging.run_create()

    def run_stage(self, batch: Shaped) -> None:
        if self._may_start_first and batch.parent.num_rows:
            self._may_start_first = False
            if not self.layout.children and not self.fetch_columns(self.layout.parent):
                self.staging.run_start_first()
        self.staging.run_copy(batch)

    def run_release(self) -> None:
        """End the transaction a first load is copied in; its rows are staged like any other's."""
        if self.staging.first is not None:
            self.staging.run_leave_first()
            self.connection.execute("commit")
        self._may_start_first = False

    def fetch_staged(self, keys: Sequence[str]) -> list[int]:
        return self.staging.fetch_staged(keys)

    def run_begin(self, load_id: int) -> None:
        """Set the transaction up for large joins."""
        self.connection.execute("set local jit = off")
        self.connection.execute("set local work_mem = '64MB'")

    def run_follow(self, filler: ColumnFiller | None) -> list[SchemaChange]:
        if self.staging.first is not None:
            self.staging.run_follow_types(self.layout.all_types())
            if self.staging.first.run_name():
                return []
            self.staging.run_leave_first()
        fill_back = FillBack(self.connection, self.layout, filler) if filler else None
        made, self._created = run_ensure_tables(self.connection, self.layout, self.role, fill_back)
        self.staging.run_follow_types(self.layout.all_types())
        self.staging.run_analyze()
        return made

    def run_merge(
        self, stamp: LoadStamp, *, is_latest: bool, keys_are_distinct: bool
    ) -> MergeCounts:
        if (first := self.staging.first) is not None:
            self.staging.first = None
            rows = self.staging.parents
            return first.run_finish(stamp, rows, keys_are_distinct=keys_are_distinct)
        if keys_are_distinct and not self._created:
            self.staging.run_index()
        merge = Merge(self.connection, self.layout, stamp, is_latest=is_latest)
        with self._as_tenant():
            return merge.run(self.staging.parents, keys_are_distinct=keys_are_distinct)

    def run_sweep(self, sweep: Sweep, stamp: LoadStamp) -> Swept:
        with self._as_tenant():
            return run_sweep(self.connection, self.layout, sweep, stamp)

    def run_delete(self, tombstones: Sequence[Tombstone], stamp: LoadStamp) -> int:
        with self._as_tenant():
            return run_tombstones(self.connection, self.layout, tombstones, stamp)

    def run_commit(self, stamp: LoadStamp, written: Written) -> None:
        """Index what was created; the commit is the caller's."""
        for table in self._created:
            run_add_primary_key(self.connection, self.layout, table)
        self._created = []

    def run_clear(self) -> None:
        self.staging.run_clear()

    @contextmanager
    def _as_tenant(self) -> Iterator[None]:
        """Act as the tenant's role, which sees no other tenant's tables.

        An error leaves the role as it is: it ends with the transaction.
        """
        if self.role is None:
            yield
            return
        role = sql.Identifier(self.role)
        self.connection.execute(sql.SQL("set local role {}").format(role))
        yield
        self.connection.execute("set local role none")
