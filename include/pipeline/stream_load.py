"""One stream load from configuration to committed rows, without Airflow.

Data flow: ledger cursor -> window -> source.read -> run_load (one transaction) -> LoadResult.
"""

import logging

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.load import start_instant
from include.config.models import Feed
from include.core.clock import utcnow
from include.core.errors import ConfigError, EltError
from include.core.streams import LoadResult, RunKind, Window
from include.extract.source import Source, build_source
from include.load.loader import LoadPlan, run_load
from include.pipeline.run_origin import RunOrigin
from include.pipeline.window import Skipped, WindowPlan, build_window
from include.warehouse import ddl, ledger
from include.warehouse.connection import Warehouse

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
    started_at = utcnow()
    try:
        run_prepare(feed, warehouse)
        source = source or build_source(feed, credentials)
        stream = _describe(feed, stream_name, source)
        planned = _fetch_window(feed, stream_name, stream, kind, window, warehouse)
        if isinstance(planned, Skipped):
            _log_skip(feed, stream_name, planned)
            return planned
        plan = LoadPlan(
            tenant=feed.tenant.id,
            feed=feed.name,
            connector=feed.connector.connector,
            stream_name=stream_name,
            stream=stream,
            window=planned.window,
            kind=kind,
            started_at=started_at,
            cursor_after=planned.cursor_after,
            dag_id=origin.dag_id,
            run_id=origin.run_id,
            try_number=origin.try_number,
        )
        return run_load(warehouse, plan, source.read(stream_name, planned.window))
    except EltError as error:
        error.at(tenant=feed.tenant.id, feed=feed.name, stream=stream_name)
        raise


def run_prepare(feed: Feed, warehouse: Warehouse) -> None:
    """Bring elt_ops up to date and make the tenant's schemas and role; idempotent."""
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        ddl.run_ensure_tenant(connection, feed.tenant)


def _describe(feed: Feed, stream_name: str, source: Source) -> Stream:
    """The stream's declaration, or what discovery finds for feeds that leave it to detection."""
    if not feed.connector.streams_from_feed:
        known = feed.streams
    else:
        known = source.discover()
    if stream_name not in known:
        raise ConfigError(
            f"no stream `{stream_name}`. Streams found: {', '.join(sorted(known)) or 'none'}. "
            "Check the feed's `streams` and, for files, that the file is in the folder."
        )
    return known[stream_name]


def _fetch_window(
    feed: Feed,
    stream_name: str,
    stream: Stream,
    kind: RunKind,
    interval: Window | None,
    warehouse: Warehouse,
) -> WindowPlan | Skipped:
    with warehouse.connect() as connection:
        cursor = ledger.fetch_cursor(connection, feed.tenant.id, feed.name, stream_name)
    start = start_instant(feed)
    return build_window(
        stream, kind, interval=interval, start=start, cursor=cursor, now=utcnow()
    )


def _log_skip(feed: Feed, stream_name: str, skipped: Skipped) -> None:
    log.info(
        "stream skipped tenant=%s feed=%s stream=%s reason=%s",
        feed.tenant.id,
        feed.name,
        stream_name,
        skipped.reason,
    )
