"""The steps of `run`: loads, dbt, checks; whatever fails, the rest is done and the end tells."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

from include.commands.connect import load_credentials, load_warehouse
from include.commands.exit_codes import exit_code
from include.commands.output import build_table, complain, say
from include.config.models import Feed, Tenant
from include.core.clock import utcnow
from include.core.errors import EltError
from include.core.streams import LoadResult, RunKind, Window
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import run_dbt_build
from include.pipeline.health.checks import CheckSummary, run_feed_checks, run_tenant_checks
from include.pipeline.load_request import RunOrigin
from include.pipeline.stream_load import open_source, run_stream_load
from include.pipeline.stream_names import build_stream_names, build_swept_names
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
    for feed in request.feeds:
        try:
            for stream, done in _loads(request, feed, warehouse, tally):
                _say_load(feed, stream, done, tally)
        except EltError as error:
            place = error.at(tenant=feed.tenant.id, feed=feed.name)
            _fail(f"{feed.tenant.id}/{feed.name}", place, tally)


def _loads(
    request: Request, feed: Feed, warehouse: Warehouse, tally: Tally
) -> Iterator[tuple[str, LoadResult | Skipped | EltError]]:
    """Each stream with what came of it; raises only when the source cannot be opened at all."""
    is_sweep = "sweep" in request.steps
    names = build_stream_names(feed)
    if is_sweep and names and not request.stream:
        names = build_swept_names(feed)
        if not names and not feed.connector.streams_from_feed:
            return
    credentials = load_credentials(feed)
    source = open_source(feed, credentials, warehouse)
    names = (request.stream,) if request.stream else names
    for name in names or tuple(sorted(source.discover())):
        try:
            yield (
                name,
                run_stream_load(
                    feed,
                    name,
                    RunKind.SWEEP if is_sweep else RunKind.MANUAL,
                    request.window,
                    credentials,
                    warehouse,
                    origin=tally.origin,
                    source=source,
                    reload=request.reload,
                    may_shrink=request.accept_deletes,
                ),
            )
        except EltError as error:
            yield name, error


def _say_load(feed: Feed, stream: str, done: LoadResult | Skipped | EltError, tally: Tally) -> None:
    place = f"{feed.tenant.id}/{feed.name}/{stream}"
    if isinstance(done, EltError):
        _fail(place, done, tally)
    elif isinstance(done, Skipped):
        say(f"skipped  {place}: {done.reason}")
    else:
        counts = done.counts()
        shown = "  ".join(f"{name} {counts[name]:,}" for name in COUNTS)
        gone = f"  deleted {done.deleted:,}" if done.deleted else ""
        say(f"loaded   {place}: {shown}{gone}  ({done.seconds:.1f} s)")
        tally.rows.append((place, *(counts[name] for name in COUNTS), round(done.seconds, 1)))


def _transform(tenant: Tenant, warehouse: Warehouse, tally: Tally) -> None:
    say(f"dbt      {tenant.id}: building")
    started = monotonic()
    try:
        done = run_dbt_build(tenant, warehouse)
    except EltError as error:
        _fail(f"{tenant.id} dbt", error, tally)
        return
    seconds = monotonic() - started
    say(f"built    {tenant.id}: {done.models} models, {done.tests} tests  ({seconds:.1f} s)")


def _check(request: Request, warehouse: Warehouse, tally: Tally) -> None:
    # Checks of a run that loaded look at its own loads; alone, at the last load of every stream.
    origin = tally.origin if "ingest" in request.steps else RunOrigin()
    for feed in request.feeds:
        place = f"{feed.tenant.id}/{feed.name}"
        try:
            _say_checks(place, run_feed_checks(feed, warehouse, origin))
        except EltError as error:
            _fail(f"{place} checks", error, tally)
    if not request.has_whole_tenant:
        return
    tenant = request.tenant
    try:
        _say_checks(f"{tenant.id} marts", run_tenant_checks(tenant, warehouse, origin))
    except EltError as error:
        _fail(f"{tenant.id} mart checks", error, tally)


def _say_checks(place: str, done: CheckSummary) -> None:
    say(f"checked  {place}: {done.passed} passed, {done.warned} warnings, {done.skipped} skipped")


def _fail(place: str, error: EltError, tally: Tally) -> None:
    tally.failures.append(error)
    say(f"failed   {place}: {type(error).__name__}")


def _summarise(tally: Tally, seconds: float) -> None:
    if tally.rows:
        say()
        for line in build_table(("stream", *COUNTS, "seconds"), tally.rows):
            say(line)
    say()
    for error in tally.failures:
        complain(f"error: {type(error).__name__}: {error}")
    verdict = f"{len(tally.failures)} failures" if tally.failures else "ok"
    say(f"{verdict}, {seconds:.1f} s")
