"""One load: pages in, committed rows and books out.

Data flow: pages -> shape -> staging (of a first load the table itself, which nobody sees yet) ->
one commit {tables, merge, children, sweep, quarantine, schema changes, cursor or checkpoint,
ledger}. Before it nothing of the load is visible; after it everything is. Killed anywhere, a load
is either whole or never happened. A read that can go on in the middle is committed in several such
parts. Where rows and books lie in one database, the commit is one transaction; where they do not,
see two_stores.py.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import cast

from include.core.clock import utcnow
from include.core.errors import ConfigError, EltError, SpellingLost, TooManyRejects
from include.core.streams import LoadResult, Page, SchemaChange
from include.destinations.batch import Shaped
from include.destinations.layout import StreamLayout, build_layout
from include.destinations.postgres.destination import PostgresDestination
from include.destinations.protocol import (
    CommittingSession,
    Destination,
    LoadSession,
    LoadStamp,
    Written,
)
from include.ledger import ddl
from include.ledger import loads as ledger
from include.ledger import rejects as staged_rejects
from include.ledger.connection import Connection, Warehouse
from include.ledger.locks import run_lock_stream
from include.load.absence import check_swept, fetch_sweep, run_check_delivered
from include.load.arrow_alone import run_prepare_arrow
from include.load.books.entry import Entry, run_enter
from include.load.books.inbox_marks import fetch_judged
from include.load.books.reject_limit import run_check_rejects, run_keep_rejects
from include.load.books.rejects import Rejects, fetch_loaded, key_kinds
from include.load.evolution.drift import build_drift, run_check_frozen
from include.load.evolution.fill_back import Filler
from include.load.evolution.filled_columns import run_mark_filled
from include.load.evolution.spelling import find_lost
from include.load.page_reader import PageReader
from include.load.parts import PartCutter, build_sum
from include.load.plan import LoadPlan as LoadPlan  # one door for callers
from include.load.privacy.guard import fetch_guard, run_check_erasures
from include.load.progress import Progress
from include.load.rare_collection import collect_rarely
from include.load.shape.shaper import Shaper
from include.load.two_stores import TwoStores

log = logging.getLogger(__name__)

# How long a destination may keep a transaction open for a source that is still being read.
HOLD_S = 120.0


def run_load(
    warehouse: Warehouse,
    plan: LoadPlan,
    pages: Iterable[Page],
    destination: Destination | None = None,
) -> LoadResult:
    """Load the pages: in one commit, or in parts where pages carry positions.

    Args:
        warehouse: Where the books are kept.
        pages: Read once, lazily; an exception it raises ends the load and comes out unchanged.
        destination: Where the rows go; None: beside the books.

    Returns:
        What all parts did together.

    Raises:
        EltError: With tenant, feed and stream filled in. The parts committed before it stay and
            a retry goes on behind them; of the rest nothing is written. The failed ledger row is
            the caller's to write (`ledger.run_record_failure`).
        SpellingLost: If `plan.can_reread`; see there.
    """
    place = destination or PostgresDestination(tenant_roles=warehouse.uses_tenant_roles)
    run_prepare_arrow()
    try:
        plan = replace(plan, policy=plan.policy.salted(plan.place.tenant, warehouse.salt))
        layout = _build_layout(plan, place)
        with (
            warehouse.connect(autocommit=True) as books,
            place.open(books, layout, plan.place.tenant) as session,
        ):
            load = _Load(books, session, plan, layout)
            if not place.shares_ledger:
                committing = cast(CommittingSession, session)
                load.stores = TwoStores(warehouse, books, committing, layout, plan.place)
            return load.run(pages)
    except EltError as error:
        error.at(tenant=plan.place.tenant, feed=plan.place.feed, stream=plan.place.stream)
        raise


class _Load:
    """The state of one load: the connection of its books, and its session where its rows go."""

    def __init__(
        self, books: Connection, session: LoadSession, plan: LoadPlan, layout: StreamLayout
    ) -> None:
        self.books = books
        self.session = session
        self.plan = plan
        self.place = plan.place
        self.layout = layout
        self.shaper = Shaper(layout, plan.policy)
        self.rejects = Rejects(books, layout)
        self.reader = PageReader()
        self.progress = Progress(plan)
        self.stores: TwoStores | None = None

    def run(self, pages: Iterable[Page]) -> LoadResult:
        """Stage and commit part after part."""
        clock = time.monotonic()
        cutter = PartCutter(pages, self.plan.limits if self.plan.comes_in_parts else None)
        self.run_prepare()
        done: list[LoadResult] = []
        while True:
            self.run_stage(cutter.part())
            self._require_spelling()
            try:
                done.append(self.run_commit(clock, cutter))
            except TooManyRejects as error:
                self.session.run_clear()
                run_keep_rejects(self.books, self.place, self.layout, self.reader.read, error)
                self.books.commit()
                raise
            _log_result(self.plan, done[-1])
            if cutter.error is not None:
                raise cutter.error
            if cutter.is_last:
                return build_sum(done)
            clock = time.monotonic()
            self.session.run_clear()
            self.rejects.run_clear()
            self.reader.start_part()

    def run_prepare(self) -> None:
        """Make what a load needs before it reads: schemas and staging."""
        ddl.run_migrations(self.books)
        self.session.run_prepare()
        if self.stores is not None:
            self.stores.run_settle_open()
        stored = {table.name: self.session.fetch_columns(table) for table in self.layout.tables}
        for table in self.layout.tables:
            table.join_types(stored[table.name])
        if self.session.fills_back:
            run_mark_filled(self.books, self.place, self.layout, stored)
        self.has_table = bool(stored[self.layout.parent.name])
        self.types_before = self.layout.all_types()
        self.shaper.guard = fetch_guard(self.books, self.place, self.layout)
        staged_rejects.run_create(self.books)
        self.session.run_open()

    def run_stage(self, pages: Iterable[Page]) -> None:
        """Read and stage one part; nobody else sees it."""
        # One batch is staged while the next is read and shaped: the wait is on the socket.
        with (
            collect_rarely(),
            ThreadPoolExecutor(1, thread_name_prefix="stage") as stager,
            _run_after(HOLD_S, partial(stager.submit, self.session.run_release)),
        ):
            staging: Future[None] | None = None
            for chunk in self.reader.chunks(pages):
                shaped = self.shaper.shape(chunk)
                shaped.rejects.extend(self.shaper.mask_rejects(self.reader.take_rejects()))
                if staging is not None:
                    staging.result()
                staging = stager.submit(self._run_stage_batch, shaped)
            if staging is not None:
                staging.result()
        self.rejects.run_stage(self.shaper.mask_rejects(self.reader.take_rejects()))

    def _run_stage_batch(self, shaped: Shaped) -> None:
        self.session.run_stage(shaped)
        self.rejects.run_stage(shaped.rejects)

    def _require_spelling(self) -> None:
        """Rows shaped or stored before a guess was given up are read again, where that is possible.

        Raises:
            SpellingLost: Naming the columns; nothing has been written.
        """
        has_earlier = self.has_table or self.shaper.chunks > 1
        if self.plan.can_reread and has_earlier:
            lost = find_lost(self.layout, self.types_before)
            if lost:
                raise SpellingLost(
                    f"columns `{', '.join(sorted(lost))}` turned out to be text. Expected what "
                    "their first rows looked like. They are read again as text.",
                    columns=lost,
                )

    def run_commit(self, clock: float, cutter: PartCutter) -> LoadResult:
        """What counts: the rows and the books of one part.

        Args:
            clock: `time.monotonic()` at the part's start.
        """
        judge = partial(self.run_judge, clock, cutter)
        if self.stores is not None:
            result, delivered = self.stores.run_commit(judge, self.run_write)
        else:
            result, delivered = self._run_commit_together(judge)
        self.progress.note(delivered)
        return result

    def _run_commit_together(self, judge: Callable[[], Entry]) -> tuple[LoadResult, int]:
        """One transaction for all."""
        with self.books.transaction():
            run_lock_stream(self.books, *self.place.names)
            entry = judge()
            self.session.run_begin(entry.load_id)
            written, made = self.run_write(entry)
            entry = replace(entry, made=tuple(made), key_kinds=tuple(key_kinds(self.layout)))
            done = run_enter(self.books, entry, written), entry.delivered(written)
        # A first load has copied its rows in a transaction around this one.
        self.books.commit()
        return done

    def run_judge(self, clock: float, cutter: PartCutter) -> Entry:
        """Decide whether what is staged may be loaded, and what the books will say of it.

        Raises:
            EltError: It may not: too much of it is bad, the source's shape has changed, or somebody
                was erased meanwhile.
        """
        books, place, reader = self.books, self.place, self.reader
        if not self.plan.replayed:
            run_check_rejects(books, place, self.plan.stream.quarantine, read=reader.read)
        run_check_erasures(books, place, self.shaper.guard)
        run_check_frozen(books, place, self.shaper, self.types_before)
        return Entry(
            load_id=ledger.fetch_next_load_id(books),
            place=place,
            read=reader.read,
            filtered=reader.filtered,
            quarantined=self.rejects.count,
            key_kinds=tuple(key_kinds(self.layout)),
            replayed=self.plan.replayed,
            loaded=tuple(fetch_loaded(books, place, self.session)),
            events=fetch_judged(books, reader.take_events()),
            files=tuple(reader.take_files()),
            drift=build_drift(place, self.shaper),
            step=self.progress.build_step(cutter, partial=reader.partial),
            notices=self.plan.notices + self._take_notices(),
            began_at=utcnow() - timedelta(seconds=time.monotonic() - clock),
        )

    def run_write(self, entry: Entry) -> tuple[Written, list[SchemaChange]]:
        """Bring the tables to the layout and the staged rows into them.

        Raises:
            TruncatedFetch: Far fewer records came than are known.
        """
        plan, session = self.plan, self.session
        stamp = LoadStamp(self.place.feed, entry.load_id, self.place.started_at)
        filler = Filler(self.books, self.place, entry.load_id, self.layout, plan.policy)
        made = session.run_follow(filler if session.fills_back else None)
        counts = session.run_merge(
            stamp,
            is_latest=ledger.fetch_is_latest(self.books, self.place),
            keys_are_distinct=self.shaper.key_order.proven,
        )
        deleted = 0 if counts.is_first else self._run_sweep(stamp, counts.inserted)
        tombstones = self.shaper.mask_tombstones(self.reader.take_deleted())
        if tombstones:
            deleted += session.run_delete(tombstones, stamp)
        written = Written(counts, deleted)
        step = entry.step
        if step.is_measured and step.is_last and not step.is_stateful:
            run_check_delivered(self.books, plan, step.delivered + entry.delivered(written))
        session.run_commit(stamp, written)
        return written, made

    def _run_sweep(self, stamp: LoadStamp, inserted: int) -> int:
        sweep = fetch_sweep(
            self.books,
            self.plan,
            sorted(self.reader.complete),
            partial=self.reader.partial,
            parts=self.progress.parts,
        )
        if sweep is None:
            return 0
        swept = self.session.run_sweep(sweep, stamp)
        check_swept(self.plan, sweep, swept, inserted)
        return swept.marked

    def _take_notices(self) -> tuple[str, ...]:
        """What the source said while it was read; for the log, too."""
        notices = self.reader.take_notices()
        if self.shaper.withheld:
            names = ", ".join(f"`{name}`" for name in sorted(self.shaper.withheld))
            notices += (f"{names} holds credentials, which are never stored: the column is empty",)
        for notice in notices:
            log.warning(
                "load notice tenant=%s feed=%s stream=%s notice=%s", *self.place.names, notice
            )
        return notices


@contextmanager
def _run_after(seconds: float, what: Callable[[], object]) -> Iterator[None]:
    """Do it unless the block ends before."""
    timer = threading.Timer(seconds, what)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _build_layout(plan: LoadPlan, destination: Destination) -> StreamLayout:
    place = plan.place
    try:
        layout = build_layout(
            place.tenant,
            place.connector,
            place.stream,
            plan.stream,
            name_bytes=destination.name_bytes,
        )
    except ValueError as error:
        raise ConfigError(
            f"a name is too long for the warehouse: {error}. Shorten the stream or column name."
        ) from error
    layout.number_limit = destination.number_limit
    return layout


def _log_result(plan: LoadPlan, result: LoadResult) -> None:
    log.info(
        "load committed tenant=%s feed=%s stream=%s load_id=%s read=%s inserted=%s updated=%s "
        "unchanged=%s quarantined=%s filtered=%s deleted=%s seconds=%s",
        *plan.place.names,
        *(result.load_id, result.read, result.inserted, result.updated, result.unchanged),
        *(result.quarantined, result.filtered, result.deleted, result.seconds),
    )
