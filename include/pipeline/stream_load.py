"""One stream load from configuration to committed rows, without Airflow.

Data flow: ledger cursor -> window -> source.read -> run_load (one transaction) -> LoadResult.
"""

import logging

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.load import start_instant
from include.config.models import Feed
from include.core.clock import utcnow
from include.core.errors import ConfigError, EltError, TooManyRejects
from include.core.streams import LoadResult, RunKind, Window
from include.extract.source import Source, build_source
from include.load.loader import LoadPlan, run_load
from include.pipeline.run_origin import RunOrigin
from include.pipeline.source_stores import build_stores
from include.pipeline.window import Skipped, WindowPlan, build_window
from include.warehouse import ddl, ledger
from include.warehouse.connection import Warehouse
from include.warehouse.ledger import LoadPlace

log = logging.getLogger(__name__)

NOWHERE = RunOrigin()


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
) -> LoadResult | Skipped:
    """Load one stream; a failure is recorded in the ledger before it is raised.

    Args:
        window: Exactly what to read (backfill interval, manual from/to); None continues at the
            committed cursor.
        source: An open source to reuse when several streams of a feed are loaded in turn.

    Raises:
        EltError: With tenant, feed and stream filled in; no row of this load is committed.
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
        return _run(feed, place, window, credentials, warehouse, source)
    except Exception as error:
        if isinstance(error, EltError):
            error.at(tenant=feed.tenant.id, feed=feed.name, stream=stream_name)
        _record_failure(warehouse, place, error)
        raise


def _run(
    feed: Feed,
    place: LoadPlace,
    interval: Window | None,
    credentials: Credentials,
    warehouse: Warehouse,
    source: Source | None,
) -> LoadResult | Skipped:
    run_prepare(feed, warehouse)
    source = source or open_source(feed, credentials, warehouse)
    stream = _describe(feed, place.stream, source)
    planned = _fetch_window(feed, place, stream, interval, warehouse)
    if isinstance(planned, Skipped):
        log.info(
            "stream skipped tenant=%s feed=%s stream=%s reason=%s",
            place.tenant,
            place.feed,
            place.stream,
            planned.reason,
        )
        return planned
    plan = LoadPlan(
        tenant=place.tenant,
        feed=place.feed,
        connector=place.connector,
        stream_name=place.stream,
        stream=stream,
        window=planned.window,
        kind=place.kind,
        started_at=place.started_at,
        cursor_after=planned.cursor_after,
        dag_id=place.dag_id,
        run_id=place.run_id,
        try_number=place.try_number,
    )
    return run_load(warehouse, plan, source.read(place.stream, planned.window))


def open_source(feed: Feed, credentials: Credentials, warehouse: Warehouse) -> Source:
    """The feed's reader, its token and jobs kept in the warehouse; asks nobody anything yet."""
    return build_source(feed, credentials, build_stores(feed, warehouse))


def run_prepare(feed: Feed, warehouse: Warehouse) -> None:
    """Bring elt_ops up to date and make the tenant's schemas and role; idempotent."""
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        ddl.run_ensure_tenant(connection, feed.tenant)


def _describe(feed: Feed, stream_name: str, source: Source) -> Stream:
    """The stream's declaration, or what discovery finds for feeds that leave it to detection."""
    known = source.discover() if feed.connector.streams_from_feed else feed.streams
    if stream_name not in known:
        raise ConfigError(
            f"no stream `{stream_name}`. Streams found: {', '.join(sorted(known)) or 'none'}. "
            "Check the feed's `streams` and, for files, that the file is in the folder."
        )
    limit = feed.settings_of(stream_name).quarantine
    stream = known[stream_name]
    return stream.model_copy(update={"quarantine": limit}) if limit else stream


def _fetch_window(
    feed: Feed,
    place: LoadPlace,
    stream: Stream,
    interval: Window | None,
    warehouse: Warehouse,
) -> WindowPlan | Skipped:
    with warehouse.connect() as connection:
        cursor = ledger.fetch_cursor(connection, place.tenant, place.feed, place.stream)
    return build_window(
        stream,
        place.kind,
        interval=interval,
        start=start_instant(feed),
        cursor=cursor,
        now=place.started_at,
    )


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
