"""One load: pages in, committed rows and books out.

Data flow: pages -> shape -> COPY into temporary tables -> one transaction {tables, merge, children,
sweep, quarantine, schema changes, cursor or checkpoint, ledger}. Before that transaction commits
nothing of the load is visible; after it everything is. Killed anywhere, a load is either whole or
never happened. A read that can go on in the middle is committed in several such parts.
"""

import logging
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from psycopg import sql

from include.core import naming
from include.core.errors import ConfigError, EltError, TooManyRejects
from include.core.streams import LoadResult, Page
from include.destinations.batch import Shaped
from include.destinations.layout import StreamLayout, build_layout
from include.destinations.postgres.merge import Merge
from include.destinations.postgres.staging import Staging
from include.destinations.postgres.sweep import run_sweep
from include.destinations.postgres.tables import (
    fetch_columns,
    run_add_primary_key,
    run_ensure_tables,
)
from include.destinations.postgres.tenant_schemas import run_ensure_schemas
from include.destinations.postgres.tombstones import run_tombstones
from include.destinations.protocol import LoadStamp, MergeCounts
from include.ledger import ddl
from include.ledger import loads as ledger
from include.ledger import rejects as staged_rejects
from include.ledger.connection import Connection, Warehouse
from include.ledger.locks import run_lock_stream
from include.ledger.stores.files import run_record_files
from include.load.absence import check_swept, fetch_sweep
from include.load.books.inbox_marks import run_settle_events
from include.load.books.quarantine import fetch_loaded, run_record_quarantine
from include.load.books.reject_limit import run_check_rejects, run_keep_rejects
from include.load.books.rejects import Rejects
from include.load.evolution.drift import run_check_frozen, run_record_drift
from include.load.evolution.fill_back import FillBack
from include.load.evolution.filled_columns import run_mark_filled
from include.load.page_reader import PageReader
from include.load.parts import PartCutter, build_sum
from include.load.plan import LoadPlan as LoadPlan  # one door for callers
from include.load.privacy.guard import fetch_guard, run_check_erasures
from include.load.progress import Progress
from include.load.shape.shaper import Shaper

log = logging.getLogger(__name__)


def run_load(warehouse: Warehouse, plan: LoadPlan, pages: Iterable[Page]) -> LoadResult:
    """Load the pages: in one transaction, or in parts where pages carry positions.

    Args:
        pages: Read once, lazily; an exception it raises ends the load and comes out unchanged.

    Returns:
        What all parts did together.

    Raises:
        EltError: With tenant, feed and stream filled in. The parts committed before it stay and
            a retry goes on behind them; of the rest nothing is written. The failed ledger row is
            the caller's to write (`ledger.run_record_failure`).
    """
    try:
        plan = replace(plan, policy=plan.policy.salted(plan.place.tenant, warehouse.salt))
        with warehouse.connect(autocommit=True) as connection:
            return _Load(connection, plan, warehouse.uses_tenant_roles).run(pages)
    except EltError as error:
        error.at(tenant=plan.place.tenant, feed=plan.place.feed, stream=plan.place.stream)
        raise


class _Load:
    """The state of one load on its connection."""

    def __init__(self, connection: Connection, plan: LoadPlan, tenant_roles: bool) -> None:
        self.connection = connection
        self.plan = plan
        self.tenant_roles = tenant_roles
        self.role = naming.tenant_role(plan.place.tenant) if tenant_roles else None
        self.layout = _build_layout(plan)
        self.shaper = Shaper(self.layout, plan.policy)
        self.staging = Staging(connection, self.layout, self.role)
        self.rejects = Rejects(connection, self.layout)
        self.reader = PageReader()
        self.progress = Progress(connection, plan)

    def run(self, pages: Iterable[Page]) -> LoadResult:
        """Stage and commit part after part."""
        clock = time.monotonic()
        cutter = PartCutter(pages, self.plan.limits if self.plan.comes_in_parts else None)
        self.run_prepare()
        done: list[LoadResult] = []
        while True:
            self.run_stage(cutter.part())
            try:
                done.append(self.run_commit(clock, cutter))
            except TooManyRejects as error:
                place, read = self.plan.place, self.reader.read
                run_keep_rejects(self.connection, place, self.layout, read, error)
                raise
            _log_result(self.plan, done[-1])
            if cutter.error is not None:
                raise cutter.error
            if cutter.is_last:
                return build_sum(done)
            clock = time.monotonic()
            self.staging.run_clear()
            self.rejects.run_clear()
            self.reader.start_part()

    def run_prepare(self) -> None:
        """Make what a load needs before it reads: schemas and temporary tables."""
        ddl.run_migrations(self.connection)
        schema = self.layout.parent.schema
        run_ensure_schemas(
            self.connection, self.plan.place.tenant, [schema], tenant_roles=self.tenant_roles
        )
        stored = {table.name: fetch_columns(self.connection, table) for table in self.layout.tables}
        for table in self.layout.tables:
            table.join_types(stored[table.name])
        run_mark_filled(self.connection, self.plan.place, self.layout, stored)
        self.types_before = self.layout.all_types()
        self.shaper.guard = fetch_guard(self.connection, self.plan.place, self.layout)
        staged_rejects.run_create(self.connection)
        self.staging.run_create()

    def run_stage(self, pages: Iterable[Page]) -> None:
        """Read and copy one part; only temporary tables are written."""
        # One batch is copied while the next is read and shaped: the wait is on the socket.
        with ThreadPoolExecutor(1, thread_name_prefix="copy") as copier:
            copying: Future[None] | None = None
            for chunk in self.reader.chunks(pages):
                shaped = self.shaper.shape(chunk)
                shaped.rejects.extend(self.shaper.mask_rejects(self.reader.take_rejects()))
                if copying is not None:
                    copying.result()
                copying = copier.submit(self._run_copy, shaped)
            if copying is not None:
                copying.result()
        self.rejects.run_stage(self.shaper.mask_rejects(self.reader.take_rejects()))

    def _run_copy(self, shaped: Shaped) -> None:
        self.staging.run_copy(shaped)
        self.rejects.run_stage(shaped.rejects)

    def run_commit(self, clock: float, cutter: PartCutter) -> LoadResult:
        """The transaction that counts.

        Args:
            clock: `time.monotonic()` at the part's start.
        """
        plan, connection = self.plan, self.connection
        place = plan.place
        with connection.transaction():
            connection.execute("set local jit = off")
            connection.execute("set local work_mem = '64MB'")
            run_lock_stream(connection, *plan.place.names)
            if not plan.replayed:
                run_check_rejects(
                    connection, plan.place, plan.stream.quarantine, read=self.reader.read
                )
            run_check_erasures(connection, place, self.shaper.guard)
            run_check_frozen(connection, place, self.shaper, self.types_before)
            load_id = ledger.fetch_next_load_id(connection)
            fill_back = FillBack(connection, place, load_id, self.layout, self.shaper.policy)
            made, created = run_ensure_tables(connection, self.layout, self.role, fill_back)
            counts, deleted = self._run_merge(load_id)
            for table in created:
                run_add_primary_key(connection, self.layout, table)
            run_record_quarantine(
                connection,
                place,
                load_id,
                self.layout,
                replayed=plan.replayed,
                loaded=fetch_loaded(connection, place, self.staging),
            )
            run_settle_events(connection, place, load_id, self.reader.take_events())
            changes = run_record_drift(connection, place, load_id, self.shaper, made)
            run_record_files(connection, place, load_id, self.reader.take_files())
            before, after = self.progress.run_save(
                load_id,
                cutter,
                delivered=counts.distinct + self.rejects.count,
                partial=self.reader.partial,
            )
            result = LoadResult(
                load_id=load_id,
                read=self.reader.read,
                inserted=counts.inserted,
                updated=counts.updated,
                unchanged=counts.unchanged,
                quarantined=self.rejects.count,
                filtered=self.reader.filtered + counts.superseded + counts.older,
                deleted=deleted,
                child_rows=counts.child_rows,
                cursor_before=before,
                cursor_after=after,
                schema_changes=changes,
                seconds=round(time.monotonic() - clock, 3),
                notices=plan.notices + self._take_notices(),
            )
            ledger.run_record_load(
                connection,
                place,
                result,
                part=self.progress.parts,
                # A replay is no read of the source, so it makes nothing fresh.
                is_last=cutter.is_last and not plan.replayed,
                delivered=self.progress.delivered if self._is_measured() else None,
            )
        return result

    def _take_notices(self) -> tuple[str, ...]:
        """What the source said while it was read; for the log, too."""
        notices = self.reader.take_notices()
        names = self.plan.place.names
        for notice in notices:
            log.warning("load notice tenant=%s feed=%s stream=%s notice=%s", *names, notice)
        return notices

    def _is_measured(self) -> bool:
        """The next full read is compared with this one."""
        return self.plan.is_full and not self.reader.partial

    def _run_merge(self, load_id: int) -> tuple[MergeCounts, int]:
        """Merge and sweep as the tenant's role, which sees no other tenant's tables."""
        plan, connection = self.plan, self.connection
        self.staging.run_follow_types(self.layout.all_types())
        self.staging.run_analyze()
        stamp = LoadStamp(plan.place.feed, load_id, plan.place.started_at)
        is_latest = ledger.fetch_is_latest(connection, plan.place)
        if self.role is not None:
            role = sql.Identifier(self.role)
            connection.execute(sql.SQL("set local role {}").format(role))
        merge = Merge(
            connection,
            self.layout,
            stamp,
            is_latest=is_latest,
        )
        counts = merge.run(self.staging.parents, keys_are_distinct=self.shaper.key_order.proven)
        deleted = 0
        if not counts.is_first:
            sweep = fetch_sweep(
                connection,
                plan,
                sorted(self.reader.complete),
                partial=self.reader.partial,
                parts=self.progress.parts,
            )
            if sweep is not None:
                swept = run_sweep(connection, self.layout, sweep, stamp)
                check_swept(plan, sweep, swept, counts.inserted)
                deleted = swept.marked
        deleted += run_tombstones(
            connection,
            self.layout,
            self.shaper.mask_tombstones(self.reader.take_deleted()),
            stamp,
        )
        if self.role is not None:
            connection.execute("set local role none")
        return counts, deleted


def _build_layout(plan: LoadPlan) -> StreamLayout:
    try:
        return build_layout(plan.place.tenant, plan.place.connector, plan.place.stream, plan.stream)
    except ValueError as error:
        raise ConfigError(
            f"a name is too long for the warehouse: {error}. Shorten the stream or column name."
        ) from error


def _log_result(plan: LoadPlan, result: LoadResult) -> None:
    log.info(
        "load committed tenant=%s feed=%s stream=%s load_id=%s read=%s inserted=%s updated=%s "
        "unchanged=%s quarantined=%s filtered=%s deleted=%s seconds=%s",
        *(*plan.place.names, result.load_id, result.read, result.inserted, result.updated),
        *(result.unchanged, result.quarantined, result.filtered, result.deleted),
        result.seconds,
    )
