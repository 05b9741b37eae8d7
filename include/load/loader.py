"""One load: pages in, committed rows and books out.

Data flow: pages -> shape -> COPY into temporary tables -> one transaction {tables, merge, children,
sweep, quarantine, schema changes, cursor, ledger}. Before that transaction commits nothing of the
load is visible; after it everything is. Killed anywhere, a load is either whole or never happened.
"""

import logging
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from include.config.connector_spec import Stream
from include.core import naming
from include.core.errors import ConfigError, EltError
from include.core.streams import LoadResult, Page, RunKind, SchemaChange, Window
from include.load.inbox_marks import run_settle_events
from include.load.layout import StreamLayout, build_layout
from include.load.merge import Merge, MergeCounts
from include.load.page_reader import PageReader
from include.load.quarantine import run_record_quarantine
from include.load.shape import Shaper
from include.load.staging import Staging
from include.load.sweep import is_complete_read, run_sweep
from include.load.tables import fetch_columns, run_add_primary_key, run_ensure_tables
from include.load.tombstones import run_tombstones
from include.warehouse import ddl, ledger
from include.warehouse.connection import Connection, Warehouse
from include.warehouse.ledger import LoadPlace

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadPlan:
    """What to load, for whom and why.

    Attributes:
        stream: As declared or, for detected streams, as discovered.
        window: What the pages hold; rows outside it were left out by the source.
        started_at: Instant before anything was read; written to `_loaded_at`.
        cursor_after: Cursor to commit with the rows; None leaves the stored one alone.
    """

    tenant: str
    feed: str
    connector: str
    stream_name: str
    stream: Stream
    window: Window
    kind: RunKind
    started_at: datetime
    cursor_after: str | None
    dag_id: str | None = None
    run_id: str | None = None
    try_number: int = 1

    def place(self) -> LoadPlace:
        """The ledger's view of this plan."""
        return LoadPlace(
            tenant=self.tenant,
            feed=self.feed,
            connector=self.connector,
            stream=self.stream_name,
            kind=self.kind,
            window=self.window,
            started_at=self.started_at,
            dag_id=self.dag_id,
            run_id=self.run_id,
            try_number=self.try_number,
        )


def run_load(warehouse: Warehouse, plan: LoadPlan, pages: Iterable[Page]) -> LoadResult:
    """Load the pages in one transaction.

    Args:
        pages: Read once, lazily; an exception it raises ends the load and comes out unchanged.

    Raises:
        EltError: With tenant, feed and stream filled in. Nothing of this load is committed; the
            failed ledger row is the caller's to write (`ledger.run_record_failure`).
    """
    clock = time.monotonic()
    try:
        with warehouse.connect(autocommit=True) as connection:
            load = _Load(connection, plan, warehouse.uses_tenant_roles)
            load.run_stage(pages)
            result = load.run_commit(clock)
    except EltError as error:
        error.at(tenant=plan.tenant, feed=plan.feed, stream=plan.stream_name)
        raise
    _log_result(plan, result)
    return result


class _Load:
    """The state of one load on its connection."""

    def __init__(self, connection: Connection, plan: LoadPlan, tenant_roles: bool) -> None:
        self.connection = connection
        self.plan = plan
        self.tenant_roles = tenant_roles
        self.role = naming.tenant_role(plan.tenant) if tenant_roles else None
        self.layout = _build_layout(plan)
        self.shaper = Shaper(self.layout)
        self.staging = Staging(connection, self.layout, self.role)
        self.reader = PageReader()

    def run_stage(self, pages: Iterable[Page]) -> None:
        """Read and copy everything; only temporary tables are written."""
        ddl.run_migrations(self.connection)
        schema = self.layout.parent.schema
        ddl.run_ensure_schemas(
            self.connection, self.plan.tenant, [schema], tenant_roles=self.tenant_roles
        )
        for table in self.layout.tables:
            table.join_types(fetch_columns(self.connection, table))
        self.staging.run_create()
        # One batch is copied while the next is read and shaped: the wait is on the socket.
        with ThreadPoolExecutor(1, thread_name_prefix="copy") as copier:
            copying: Future[None] | None = None
            for chunk in self.reader.chunks(pages):
                shaped = self.shaper.shape(chunk)
                shaped.rejects.extend(self.reader.take_rejects())
                if copying is not None:
                    copying.result()
                copying = copier.submit(self.staging.run_copy, shaped)
            if copying is not None:
                copying.result()
        self.staging.run_copy_rejects(self.reader.take_rejects())

    def run_commit(self, clock: float) -> LoadResult:
        """The transaction that counts.

        Args:
            clock: `time.monotonic()` at the load's start.
        """
        plan, connection = self.plan, self.connection
        place = plan.place()
        with connection.transaction():
            connection.execute("set local jit = off")
            connection.execute("set local work_mem = '64MB'")
            _run_lock(connection, plan)
            load_id = ledger.fetch_next_load_id(connection)
            made, created = run_ensure_tables(connection, self.layout, self.role)
            counts, deleted = self._run_merge(load_id)
            for table in created:
                run_add_primary_key(connection, self.layout, table)
            run_record_quarantine(connection, place, load_id)
            run_settle_events(connection, place, load_id, self.reader.take_events())
            changes = ledger.run_record_schema_changes(
                connection, place, load_id, [*made, *self._noticed()]
            )
            before = ledger.fetch_cursor(connection, plan.tenant, plan.feed, plan.stream_name)
            if plan.cursor_after is not None:
                ledger.run_save_cursor(connection, place, plan.cursor_after, load_id)
            result = LoadResult(
                load_id=load_id,
                read=self.reader.read,
                inserted=counts.inserted,
                updated=counts.updated,
                unchanged=counts.unchanged,
                quarantined=self.staging.rejects,
                filtered=self.reader.filtered + counts.superseded + counts.older,
                deleted=deleted,
                child_rows=counts.child_rows,
                cursor_before=before,
                cursor_after=plan.cursor_after,
                schema_changes=changes,
                seconds=round(time.monotonic() - clock, 3),
            )
            ledger.run_record_load(connection, place, result)
        return result

    def _run_merge(self, load_id: int) -> tuple[MergeCounts, int]:
        """Merge and sweep as the tenant's role, which sees no other tenant's tables."""
        plan, connection = self.plan, self.connection
        self.staging.run_follow_types(self.layout.all_types())
        self.staging.run_analyze()
        is_latest = ledger.fetch_is_latest(connection, plan.place())
        if self.role is not None:
            role = sql.Identifier(self.role)
            connection.execute(sql.SQL("set local role {}").format(role))
        merge = Merge(
            connection,
            self.layout,
            feed=plan.feed,
            load_id=load_id,
            started_at=plan.started_at,
            is_latest=is_latest,
        )
        counts = merge.run(self.staging.parents, keys_are_distinct=self.shaper.key_order.proven)
        deleted = self._run_sweep(load_id, counts.inserted)
        deleted += run_tombstones(
            connection,
            self.layout,
            self.reader.take_deleted(),
            feed=plan.feed,
            load_id=load_id,
            started_at=plan.started_at,
        )
        if self.role is not None:
            connection.execute("set local role none")
        return counts, deleted

    def _run_sweep(self, load_id: int, inserted: int) -> int:
        plan = self.plan
        sweep, complete = plan.stream.sweep, sorted(self.reader.complete)
        whole = bool(complete) or is_complete_read(plan.stream, plan.window, plan.kind)
        if sweep is None or not whole:
            return 0
        if self.staging.rejects:
            # A quarantined record exists at the source; which row it is, is not always known.
            log.warning(
                "sweep skipped tenant=%s feed=%s stream=%s quarantined=%s",
                *(plan.tenant, plan.feed, plan.stream_name, self.staging.rejects),
            )
            return 0
        return run_sweep(
            self.connection,
            self.layout,
            sweep,
            feed=plan.feed,
            load_id=load_id,
            started_at=plan.started_at,
            may_shrink=plan.kind is RunKind.MANUAL,
            complete=complete,
            inserted=inserted,
        )

    def _noticed(self) -> list[SchemaChange]:
        unknown = self.shaper.unknown_fields()
        vanished = self.shaper.vanished_fields()
        return [
            *(SchemaChange(table, name, "unknown_field") for table, name in unknown),
            *(SchemaChange(table, name, "vanished_field") for table, name in vanished),
        ]


def _build_layout(plan: LoadPlan) -> StreamLayout:
    try:
        return build_layout(plan.tenant, plan.connector, plan.stream_name, plan.stream)
    except ValueError as error:
        raise ConfigError(
            f"a name is too long for the warehouse: {error}. Shorten the stream or column name."
        ) from error


def _run_lock(connection: Connection, plan: LoadPlan) -> None:
    """Loads of one stream commit one after the other."""
    key = naming.lock_key(plan.tenant, plan.feed, plan.stream_name)
    row = connection.execute("select pg_try_advisory_xact_lock(%s)", [key]).fetchone()
    if row is not None and row[0]:
        return
    place = (plan.tenant, plan.feed, plan.stream_name)
    log.info("load waits for another of its stream tenant=%s feed=%s stream=%s", *place)
    since = time.monotonic()
    connection.execute("select pg_advisory_xact_lock(%s)", [key])
    waited = time.monotonic() - since
    log.info("load goes on tenant=%s feed=%s stream=%s waited_s=%.1f", *place, waited)


def _log_result(plan: LoadPlan, result: LoadResult) -> None:
    log.info(
        "load committed tenant=%s feed=%s stream=%s load_id=%s read=%s inserted=%s updated=%s "
        "unchanged=%s quarantined=%s filtered=%s deleted=%s seconds=%s",
        *(plan.tenant, plan.feed, plan.stream_name, result.load_id, result.read, result.inserted),
        *(result.updated, result.unchanged, result.quarantined, result.filtered, result.deleted),
        result.seconds,
    )
