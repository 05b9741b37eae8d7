"""One stream load from configuration to committed rows, without Airflow.

Data flow: ledger -> read plan (window, position) -> source.read -> run_load -> LoadResult.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.clock import utcnow
from include.core.errors import ConfigError, EltError, PositionRefused, TooManyRejects
from include.core.streams import LoadResult, Page, RunKind, Window
from include.destinations.postgres.tenant_schemas import run_ensure_tenant
from include.extract.source import Source, build_source
from include.ledger import ddl
from include.ledger import loads as ledger
from include.ledger.connection import Warehouse
from include.ledger.loads import LoadPlace
from include.load.loader import run_load
from include.load.parts import build_sum
from include.load.plan import LoadPlan
from include.pipeline.file_reading import build_read_options, build_reading, run_after_commit
from include.pipeline.load_request import RunOrigin
from include.pipeline.read_plan import ReadPlan, fetch_read_plan, run_forget_position
from include.pipeline.source_stores import build_stores
from include.pipeline.window import Skipped

log = logging.getLogger(__name__)

NOWHERE = RunOrigin()
# A list whose positions do not outlive a read cannot be read; two new starts tell it apart.
MAX_RESTARTS = 2


def run_stream_load(
    feed: Feed,
    stream_name: str,
    kind: RunKind,
    window: Window | None,
    credentials: Credentials,
    warehouse: Warehouse,
    *,
    origin: RunOrigin = NOWHERE,
    source: Source | None = None,
    reload: bool = False,
    may_shrink: bool = False,
) -> LoadResult | Skipped:
    """Load one stream; a failure is recorded in the ledger before it is raised.

    A read that broke off between two committed parts goes on behind them.

    Args:
        window: Exactly what to read (backfill interval, manual from/to); None continues at the
            committed cursor.
        source: An open source to reuse when several streams of a feed are loaded in turn.
        reload: Read files again that were loaded before.
        may_shrink: A person accepts that much of the stream is gone.

    Raises:
        EltError: With tenant, feed and stream filled in; parts committed before it stay.
    """
    place = LoadPlace(
        tenant=feed.tenant.id,
        feed=feed.name,
        connector=feed.connector.connector,
        stream=stream_name,
        kind=kind,
        window=window or Window(),
        started_at=utcnow(),
        dag_id=origin.dag_id,
        run_id=origin.run_id,
        try_number=origin.try_number,
    )
    try:
        return _run(feed, place, window, credentials, warehouse, source, reload, may_shrink)
    except Exception as error:
        if isinstance(error, EltError):
            error.at(tenant=feed.tenant.id, feed=feed.name, stream=stream_name)
        _record_failure(warehouse, place, error)
        raise


def _run(
    feed: Feed,
    place: LoadPlace,
    window: Window | None,
    credentials: Credentials,
    warehouse: Warehouse,
    source: Source | None,
    reload: bool,
    may_shrink: bool,
) -> LoadResult | Skipped:
    run_prepare(feed, warehouse)
    source = source or open_source(feed, credentials, warehouse)
    stream = _describe(feed, place.stream, source)
    options = build_read_options(source, build_reading(place.kind, window, reload=reload))
    restarts, done = 0, []
    while True:
        planned = fetch_read_plan(feed, place, stream, window, warehouse, may_shrink=may_shrink)
        if isinstance(planned, Skipped):
            log.info("stream skipped %s reason=%s", _place_words(place), planned.reason)
            return planned
        try:
            result = run_load(warehouse, planned.load, _read(source, planned, options))
        except PositionRefused as error:
            if planned.load.stateful or restarts == MAX_RESTARTS:
                raise
            restarts += 1
            log.warning("read starts over %s reason=%s", _place_words(place), error.message)
            run_forget_position(warehouse, planned.load)
            continue
        run_after_commit(source, place.stream)
        done.append(result)
        if _is_up_to(planned.load, place.started_at):
            return build_sum(done)
        # What had broken off was of an older window: this run goes on from its end up to now.


def _read(source: Source, planned: ReadPlan, options: dict[str, Any]) -> Iterator[Page]:
    if planned.position is not None:
        # Sources whose pages carry no position need not know the parameter.
        options = {**options, "position": planned.position}
    return source.read(planned.load.stream_name, planned.load.window, **options)


def _is_up_to(plan: LoadPlan, now: datetime) -> bool:
    """A read without a cursor to move is not repeated: the next run reads all of it anyway."""
    if plan.resumes is None or plan.cursor_after is None:
        return True
    return plan.window.end is None or plan.window.end >= now


def _place_words(place: LoadPlace) -> str:
    return f"tenant={place.tenant} feed={place.feed} stream={place.stream}"


def open_source(feed: Feed, credentials: Credentials, warehouse: Warehouse) -> Source:
    """The feed's reader, its token and jobs kept in the warehouse; asks nobody anything yet."""
    return build_source(feed, credentials, build_stores(feed, warehouse))


def run_prepare(feed: Feed, warehouse: Warehouse) -> None:
    """Bring elt_ops up to date and make the tenant's schemas and role; idempotent."""
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        run_ensure_tenant(connection, feed.tenant)


def _describe(feed: Feed, stream_name: str, source: Source) -> Stream:
    """The stream's declaration, or what discovery finds for feeds that leave it to detection."""
    known = source.discover() if feed.connector.streams_from_feed else feed.streams
    if stream_name not in known:
        raise ConfigError(
            f"no stream `{stream_name}`. Streams found: {', '.join(sorted(known)) or 'none'}. "
            "Check the feed's `streams` and, for files, that the file is in the folder."
        )
    settings = feed.settings_of(stream_name)
    said = {name: getattr(settings, name) for name in ("quarantine", "sweep_limit_share")}
    given = {name: value for name, value in said.items() if value is not None}
    return known[stream_name].model_copy(update=given)


def _record_failure(warehouse: Warehouse, place: LoadPlace, error: Exception) -> None:
    """Write the failed load's row; the error itself matters more than a ledger that is down too."""
    if isinstance(error, TooManyRejects) and error.load_id is not None:
        return  # written by the loader, together with the rejects
    seconds = (utcnow() - place.started_at).total_seconds()
    try:
        with warehouse.connect() as connection:
            ledger.run_record_failure(connection, place, error, seconds=seconds)
    except EltError as second:
        log.warning("failure not recorded reason=%s", type(second).__name__)
