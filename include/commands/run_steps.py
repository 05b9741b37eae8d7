"""The steps of `run`: loads, dbt, checks; whatever fails, the rest is done and the end tells."""

from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from include.commands.connect import build_environment, load_warehouse
from include.commands.exit_codes import exit_code
from include.commands.output import complain, say, say_state
from include.commands.tables import say_table
from include.config.models import Feed, Tenant
from include.core.clock import utcnow
from include.core.errors import EltError
from include.core.streams import NOWHERE, RunKind, RunOrigin, Window
from include.ledger.connection import Warehouse
from include.pipeline.dbt.transform import run_transform
from include.pipeline.feed_load import StreamOutcome, run_feed_load
from include.pipeline.health.checks import CheckSummary, run_feed_checks, run_tenant_checks
from include.pipeline.load_request import LoadRequest
from include.pipeline.window import Skipped

COUNTS = ("read", "loaded", "unchanged", "quarantined", "filtered")


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


@dataclass
class Tally:
    """What happened so far; one `run` has one."""

    origin: RunOrigin
    rows: list[tuple[object, ...]] = field(default_factory=list)
    failures: list[EltError] = field(default_factory=list)


def run_request(request: Request) -> int:
    """Do the steps in order; the exit code is that of the failure a person must act on first."""
    started = monotonic()
    # One id for this run, so that its checks look at its own loads in the ledger.
    run_id = f"cli__{utcnow():%Y-%m-%dT%H:%M:%S.%fZ}"
    tally = Tally(RunOrigin(dag_id="cli", run_id=run_id))
    warehouse = load_warehouse(request.tenant)
    if "ingest" in request.steps or "sweep" in request.steps:
        _ingest(request, warehouse, tally)
    if "transform" in request.steps:
        _transform(request.tenant, warehouse, tally)
    if "quality" in request.steps:
        _check(request, warehouse, tally)
    _summarise(tally, monotonic() - started)
    return max((exit_code(error) for error in tally.failures), default=0)


def _ingest(request: Request, warehouse: Warehouse, tally: Tally) -> None:
    """Load each feed; a sweep runs the feed's checks at once, as the sweep's DAG does."""
    environment = build_environment(warehouse)
    for feed in request.feeds:
        place = f"{feed.tenant.id}/{feed.name}"
        try:
            asked = _build_load(request, feed, tally.origin)
            done = run_feed_load(asked, environment, on_stream=partial(_say_load, tally, place))
        except EltError as error:
            _fail(place, error.at(tenant=feed.tenant.id, feed=feed.name), tally)
            continue
        if "sweep" in request.steps and done.loaded:
            _check_feed(feed, warehouse, tally, tally.origin)


def _build_load(request: Request, feed: Feed, origin: RunOrigin) -> LoadRequest:
    return LoadRequest(
        feed,
        RunKind.SWEEP if "sweep" in request.steps else RunKind.MANUAL,
        (request.stream,) if request.stream else (),
        window=request.window,
        origin=origin,
        reload=request.reload,
        may_shrink=request.accept_deletes,
    )


def _say_load(tally: Tally, feed: str, stream: str, done: StreamOutcome) -> None:
    place = f"{feed}/{stream}"
    if isinstance(done, EltError):
        _fail(place, done, tally)
    elif isinstance(done, Skipped):
        say_state("skipped", f"{place}: {done.reason}")
    else:
        counts = done.counts()
        shown = "  ".join(f"{name} {counts[name]:,}" for name in COUNTS)
        gone = f"  deleted {done.deleted:,}" if done.deleted else ""
        say_state("loaded", f"{place}: {shown}{gone}  ({done.seconds:.1f} s)")
        tally.rows.append((place, *(counts[name] for name in COUNTS), round(done.seconds, 1)))


def _transform(tenant: Tenant, warehouse: Warehouse, tally: Tally) -> None:
    say_state("dbt", f"{tenant.id}: building")
    started = monotonic()
    try:
        done = run_transform(tenant, warehouse)
    except EltError as error:
        _fail(f"{tenant.id} dbt", error, tally)
        return
    seconds = monotonic() - started
    say_state("built", f"{tenant.id}: {done.models} models, {done.tests} tests  ({seconds:.1f} s)")


def _check(request: Request, warehouse: Warehouse, tally: Tally) -> None:
    # Checks of a run that loaded look at its own loads; alone, at the last load of every stream.
    origin = tally.origin if "ingest" in request.steps else NOWHERE
    for feed in request.feeds:
        _check_feed(feed, warehouse, tally, origin)
    if not request.has_whole_tenant:
        return
    tenant = request.tenant
    try:
        _say_checks(f"{tenant.id} marts", run_tenant_checks(tenant, warehouse, origin))
    except EltError as error:
        _fail(f"{tenant.id} mart checks", error, tally)


def _check_feed(feed: Feed, warehouse: Warehouse, tally: Tally, origin: RunOrigin) -> None:
    place = f"{feed.tenant.id}/{feed.name}"
    try:
        _say_checks(place, run_feed_checks(feed, warehouse, origin))
    except EltError as error:
        _fail(f"{place} checks", error, tally)


def _say_checks(place: str, done: CheckSummary) -> None:
    counts = f"{done.passed} passed, {done.warned} warnings, {done.skipped} skipped"
    say_state("checked", f"{place}: {counts}")


def _fail(place: str, error: EltError, tally: Tally) -> None:
    tally.failures.append(error)
    say_state("failed", f"{place}: {type(error).__name__}")


def _summarise(tally: Tally, seconds: float) -> None:
    if tally.rows:
        say()
        say_table(("stream", *COUNTS, "seconds"), tally.rows, spare=("filtered", "seconds"))
    say()
    for error in tally.failures:
        complain(f"error: {type(error).__name__}: {error}")
    verdict = f"{len(tally.failures)} failures" if tally.failures else "ok"
    say(f"{verdict}, {seconds:.1f} s")
