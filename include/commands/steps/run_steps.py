"""The steps of `run`: loads, dbt, checks; whatever fails, the rest is done and the end tells."""

from dataclasses import dataclass
from functools import partial
from time import monotonic

from include.commands.frame.connect import build_environment, load_migrated_warehouse
from include.commands.frame.exit_codes import exit_code
from include.commands.screen.output import say_state
from include.commands.screen.progress import LoadWatch, showing_loads, showing_wait
from include.commands.steps.run_report import Tally
from include.config.models import Feed, Tenant
from include.core.clock import utcnow
from include.core.errors import EltError, QualityError
from include.core.streams import NOWHERE, RunKind, RunOrigin, Window
from include.ledger.connection import Warehouse
from include.ledger.load_history import fetch_last_sizes
from include.pipeline.dbt.publish import run_publish
from include.pipeline.dbt.transform import run_transform
from include.pipeline.feed_load import StreamOutcome, run_feed_load
from include.pipeline.health.checks import run_feed_checks
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_names import build_stream_names, build_swept_names
from include.pipeline.window import Skipped


@dataclass(frozen=True)
class Request:
    """What one `run` is to do.

    Attributes:
        window: Exactly what to read; None continues at each stream's cursor.
        reload: Read files again that were loaded before.
        accept_deletes: A person accepts that much of a stream is gone.
        has_whole_tenant: No feed was named: mart checks are part of the quality step.
        steps: Any of ingest, transform, quality, in that order; or sweep instead of ingest.
    """

    tenant: Tenant
    feeds: tuple[Feed, ...]
    stream: str | None
    window: Window | None
    has_whole_tenant: bool
    steps: tuple[str, ...]
    reload: bool = False
    accept_deletes: bool = False

    @property
    def is_sweep(self) -> bool:
        return "sweep" in self.steps

    def load_of(self, feed: Feed, origin: RunOrigin) -> LoadRequest:
        """The same for one feed, in the pipeline's words."""
        return LoadRequest(
            feed,
            RunKind.SWEEP if self.is_sweep else RunKind.MANUAL,
            (self.stream,) if self.stream else (),
            window=self.window,
            origin=origin,
            reload=self.reload,
            may_shrink=self.accept_deletes,
        )


def run_request(request: Request) -> int:
    """Do the steps in order; the exit code is that of the failure a person must act on first."""
    started = monotonic()
    # One id for this run, so that its checks look at its own loads in the ledger.
    run_id = f"cli__{utcnow():%Y-%m-%dT%H:%M:%S.%fZ}"
    tally = Tally(request.tenant.id, RunOrigin(dag_id="cli", run_id=run_id))
    warehouse = load_migrated_warehouse(request.tenant)
    if "ingest" in request.steps or request.is_sweep:
        _ingest(request, warehouse, tally)
    if "transform" in request.steps:
        _transform(request.tenant, warehouse, tally)
    if "quality" in request.steps:
        _check(request, warehouse, tally)
    tally.say_end(monotonic() - started)
    return max((exit_code(error) for error in tally.failures), default=0)


def _ingest(request: Request, warehouse: Warehouse, tally: Tally) -> None:
    """Load each feed; a sweep runs the feed's checks at once, as the sweep's DAG does."""
    names = {feed.name: _guess_streams(request, feed) for feed in request.feeds}
    total = sum(len(streams) or 1 for streams in names.values())
    sizes = _fetch_sizes(request, warehouse)
    with showing_loads(request.tenant.id, total, sizes) as watch:
        environment = build_environment(warehouse, watch)
        for feed in request.feeds:
            try:
                done = run_feed_load(
                    request.load_of(feed, tally.origin),
                    environment,
                    on_stream=partial(_tell, feed, watch, tally),
                )
            except EltError as error:
                tally.fail(_place(feed), error.at(tenant=feed.tenant.id, feed=feed.name))
                continue
            if request.is_sweep and done.loaded:
                _check_feed(feed, warehouse, tally, tally.origin)


def _guess_streams(request: Request, feed: Feed) -> tuple[str, ...]:
    """What will be loaded, as far as the files say: for the length of the bar."""
    if request.stream:
        return (request.stream,)
    return build_swept_names(feed) if request.is_sweep else build_stream_names(feed)


def _fetch_sizes(request: Request, warehouse: Warehouse) -> dict[tuple[str, str], int]:
    """How much the last full reads brought, of streams that are read in full again."""
    full = {
        (feed.name, name)
        for feed in request.feeds
        for name, stream in feed.streams.items()
        if request.is_sweep or stream.cursor is None
    }
    with warehouse.connect() as connection:
        sizes = fetch_last_sizes(connection, request.tenant.id)
    return {key: count for key, count in sizes.items() if key in full}


def _tell(feed: Feed, watch: LoadWatch, tally: Tally, stream: str, done: StreamOutcome) -> None:
    watch.end(feed.name, stream)
    if isinstance(done, EltError):
        tally.fail(f"{_place(feed)}/{stream}", done)
    elif isinstance(done, Skipped):
        tally.skip(feed.name, stream, done.reason)
    else:
        tally.load(feed.name, stream, done)


def _place(feed: Feed) -> str:
    return f"{feed.tenant.id}/{feed.name}"


def _transform(tenant: Tenant, warehouse: Warehouse, tally: Tally) -> None:
    if not tenant.spec.destination.builds_marts:
        kind = tenant.spec.destination.kind
        say_state(
            "dbt", f"{tenant.id}: skipped, models are built in PostgreSQL, rows are in {kind}"
        )
        return
    say_state("dbt", f"{tenant.id}: building")
    started = monotonic()
    try:
        with showing_wait(f"{tenant.id}: dbt"):
            # Asked for by a person: whatever the ledger says, everything is built.
            done = run_transform(tenant, warehouse, full=True, origin=tally.origin)
    except QualityError as error:
        tally.fail(f"{tenant.id} mart checks", error)
    except EltError as error:
        tally.fail(f"{tenant.id} dbt", error)
    else:
        tally.build(done.models, done.tests, monotonic() - started)
        if done.checks:
            tally.check(None, done.checks)


def _check(request: Request, warehouse: Warehouse, tally: Tally) -> None:
    # Checks of a run that loaded look at its own loads; alone, at the last load of every stream.
    origin = tally.origin if "ingest" in request.steps else NOWHERE
    for feed in request.feeds:
        _check_feed(feed, warehouse, tally, origin)
    if not request.has_whole_tenant or "transform" in request.steps:
        return  # what was built is checked before it is published
    tenant = request.tenant
    try:
        done = run_publish(tenant, warehouse, origin)
    except EltError as error:
        tally.fail(f"{tenant.id} mart checks", error)
    else:
        tally.check(None, done)


def _check_feed(feed: Feed, warehouse: Warehouse, tally: Tally, origin: RunOrigin) -> None:
    try:
        done = run_feed_checks(feed, warehouse, origin)
    except EltError as error:
        tally.fail(f"{_place(feed)} checks", error)
    else:
        tally.check(feed.name, done)
