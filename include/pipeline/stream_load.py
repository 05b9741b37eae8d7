"""One stream load from configuration to committed rows, without Airflow.

Data flow: ledger -> read plan (window, position) -> source.read -> run_load -> LoadResult.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from include.config.connector_spec import Stream
from include.config.explain import did_you_mean
from include.config.models import Feed
from include.core.clock import utcnow
from include.core.errors import ConfigError, EltError, PositionRefused, SpellingLost, TooManyRejects
from include.core.streams import LoadResult, Page, Window
from include.extract.source import ReadOptions, Source
from include.ledger import loads as ledger
from include.ledger.connection import Warehouse
from include.ledger.loads import LoadPlace
from include.load.arrow_alone import run_prepare_arrow
from include.load.loader import run_load
from include.load.parts import build_sum
from include.load.plan import LoadPlan
from include.pipeline.health.vendor_count import run_compare_with_vendor
from include.pipeline.load_environment import LoadEnvironment
from include.pipeline.load_request import LoadRequest
from include.pipeline.read_plan import fetch_read_plan, run_forget_position
from include.pipeline.window import Skipped

log = logging.getLogger(__name__)

# A list whose positions do not outlive a read cannot be read; two new starts tell it apart.
MAX_RESTARTS = 2


def run_stream_load(
    request: LoadRequest, environment: LoadEnvironment, source: Source | None = None
) -> LoadResult | Skipped:
    """Load one stream; a failure is recorded in the ledger before it is raised.

    A read that broke off between two committed parts goes on behind them.

    Args:
        request: Of one stream.
        source: An open source to reuse when several streams of a feed are loaded in turn.

    Raises:
        EltError: With tenant, feed and stream filled in; parts committed before it stay.
    """
    # The source makes the first arrays.
    run_prepare_arrow()
    place, clock = build_place(request), time.monotonic()
    try:
        return _run(request, place, environment, source)
    except Exception as error:
        if isinstance(error, EltError):
            error.at(tenant=place.tenant, feed=place.feed, stream=place.stream)
        _record_failure(environment.warehouse, place, error, time.monotonic() - clock)
        raise


def build_place(request: LoadRequest) -> LoadPlace:
    """The books' view of a request of one stream, started now."""
    feed = request.feed
    return LoadPlace(
        tenant=feed.tenant.id,
        feed=feed.name,
        connector=feed.connector.connector,
        stream=request.stream,
        kind=request.kind,
        window=request.window or Window(),
        started_at=utcnow(),
        origin=request.origin,
    )


def _run(
    request: LoadRequest, place: LoadPlace, environment: LoadEnvironment, source: Source | None
) -> LoadResult | Skipped:
    warehouse = environment.warehouse
    environment.run_prepare(request.feed)
    with warehouse.connect() as connection:
        # Workers' clocks differ, and loads are ordered by when they began.
        place = replace(place, started_at=ledger.fetch_now(connection))
    source = source or environment.open_source(request.feed)
    stream = describe_stream(request, source)
    rows = environment.rows_of(request.feed.tenant)
    restarts, done = 0, []
    while True:
        planned = fetch_read_plan(request, place, stream, warehouse)
        if isinstance(planned, Skipped):
            names = (*place.names, planned.reason)
            log.info("stream skipped tenant=%s feed=%s stream=%s reason=%s", *names)
            return planned
        options = ReadOptions(planned.position, request.reading)
        pages = _read(source, planned.load.place, options, environment)
        try:
            result = run_load(warehouse, planned.load, pages, rows)
        except PositionRefused as error:
            if planned.load.stateful or restarts == MAX_RESTARTS:
                raise
            restarts += 1
            names = (*place.names, error.message)
            log.warning("read starts over tenant=%s feed=%s stream=%s reason=%s", *names)
            run_forget_position(warehouse, planned.load)
            continue
        except SpellingLost as lost:
            names = (*place.names, ",".join(sorted(lost.columns)))
            log.warning("read again as text tenant=%s feed=%s stream=%s columns=%s", *names)
            source.read_as_text(place.stream, lost.columns)
            stream = describe_stream(request, source)
            continue
        source.after_commit(place.stream)
        if planned.position is None:
            run_compare_with_vendor(source, planned.load.place, result, warehouse)
        done.append(result)
        if _is_up_to(planned.load, place.started_at):
            return build_sum(done)
        # What had broken off was of an older window: this run goes on from its end up to now.


def _read(
    source: Source, place: LoadPlace, options: ReadOptions, environment: LoadEnvironment
) -> Iterator[Page]:
    for page in source.read(place.stream, place.window, options):
        environment.on_page(place, page)
        yield page


def _is_up_to(plan: LoadPlan, now: datetime) -> bool:
    """A read without a cursor to move is not repeated: the next run reads all of it anyway."""
    if plan.resumes is None or plan.cursor_after is None:
        return True
    return plan.place.window.end is None or plan.place.window.end >= now


def fetch_streams(feed: Feed, environment: LoadEnvironment) -> Mapping[str, Stream]:
    """Today's declarations of a feed's streams; those of detected ones are asked of the source."""
    if not feed.connector.streams_from_feed:
        return feed.streams
    environment.run_prepare(feed)
    return environment.open_source(feed).discover()


def describe_stream(request: LoadRequest, source: Source) -> Stream:
    """The stream's declaration, or what discovery finds for feeds that leave it to detection.

    Raises:
        ConfigError: If the feed has no such stream.
    """
    feed, stream_name = request.feed, request.stream
    known = source.discover() if feed.connector.streams_from_feed else feed.streams
    if stream_name not in known:
        raise ConfigError(
            f"no stream `{stream_name}`.{did_you_mean(stream_name, known)} Streams found: "
            f"{', '.join(sorted(known)) or 'none'}. "
            "Check the feed's `streams` and, for files, that the file is in the folder."
        )
    settings = feed.settings_of(stream_name)
    said = {name: getattr(settings, name) for name in ("quarantine", "sweep_limit_share")}
    given = {name: value for name, value in said.items() if value is not None}
    return known[stream_name].model_copy(update=given)


def _record_failure(
    warehouse: Warehouse, place: LoadPlace, error: Exception, seconds: float
) -> None:
    """Write the failed load's row; the error itself matters more than a ledger that is down too."""
    if isinstance(error, TooManyRejects) and error.load_id is not None:
        return  # written by the loader, together with the rejects
    try:
        with warehouse.connect() as connection:
            ledger.run_record_failure(connection, place, error, seconds=seconds)
    except EltError as second:
        log.warning("failure not recorded reason=%s", type(second).__name__)
