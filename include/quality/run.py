"""Runs a feed's or a tenant's checks and keeps every result.

Data flow: built-in checks + declared ones + check files -> few statements -> outcomes ->
elt_ops.check_results and elt_ops.scores. Checks run in read-only transactions; what is not the
platform's own SQL runs as the tenant's own login. Results are written in a transaction of their
own.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from include.config.models import Feed, Problem, Tenant
from include.config.settings import load_settings
from include.core import naming
from include.core.errors import WarehouseRejected, WarehouseUnavailable
from include.ledger import ddl
from include.ledger.connection import Warehouse, was_stopped
from include.ledger.login.tenant_login import run_ensure_login
from include.quality.builtin import StreamTable, build_stream_checks
from include.quality.check import (
    Check,
    CheckContext,
    CheckOutcome,
    Origin,
    Severity,
    Status,
)
from include.quality.declared import Catalogue, Ready, build_feed_checks, build_mart_checks
from include.quality.discover import (
    LAYERS,
    load_feed_checks,
    load_mart_checks,
    load_tenant_checks,
    raw_placeholder,
)
from include.quality.execute import BoundCheck, CheckRunner, build_skipped
from include.quality.freshness import build_span_h
from include.quality.learned import build_day, build_learned, run_note_day
from include.quality.save import MART, RAW, run_save
from include.quality.tables import (
    fetch_columns,
    fetch_existing,
    fetch_newest_loads,
    fetch_stream_tables,
    find_unread,
)


def run_raw_checks(
    warehouse: Warehouse,
    feed: Feed,
    context: CheckContext,
    stream_names: Iterable[str] | None = None,
) -> list[CheckOutcome]:
    """Check one feed's raw tables and books; stores outcomes and score, raises for no bad row.

    Args:
        stream_names: Only these streams; all of the feed when None.

    Raises:
        WarehouseUnavailable: The database is away; nothing of this run is stored.
    """
    own, problems = load_feed_checks(load_settings().connectors_dir, feed.connector.connector)
    schemas = {one.raw_schema for one in feed.tenant.feeds} | {feed.raw_schema}
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)  # checks may come before the first load
        streams = fetch_stream_tables(connection, feed, stream_names)
        columns = fetch_columns(connection, schemas)
        newest = fetch_newest_loads(connection, feed.tenant.id)
    catalogue = Catalogue(feed.tenant, columns, newest, context.started_at)
    ready = build_feed_checks(feed, catalogue, [stream.name for stream in streams])
    bound: list[BoundCheck] = []
    for stream in streams:
        target = catalogue.find(feed.name, stream.name)
        if target is not None and stream.primary_key:
            ready.rows.setdefault(target, [])
        for check in [*build_stream_checks(stream), *(c for c in own if c.stream == stream.name)]:
            unread = find_unread(check, feed, columns) if check.is_foreign else None
            if unread:
                ready.settled.append(build_skipped(check, unread))
            else:
                bound.append(_bind_raw(check, feed, stream, context))
    found = [*_run(warehouse, feed.tenant, bound, ready), *_unusable(problems)]
    learned = _run_learned(warehouse, feed, context, ready)
    found += [one for one in learned if one.stream in {None, *(s.name for s in streams)}]
    return run_save(warehouse, found, context, layer=RAW, tenant=feed.tenant.id, feed=feed.name)


def _run_learned(
    warehouse: Warehouse, feed: Feed, context: CheckContext, ready: Ready
) -> list[CheckOutcome]:
    """What the days before say of this one; trouble with it costs no other check."""
    day = build_day(feed, context.started_at)
    if day is None:
        return []
    own = run_ensure_login(warehouse, feed.tenant.id) if ready.rows else warehouse
    runner = CheckRunner(own, feed.tenant.spec.limits.check_seconds)
    targets = [target for target in ready.rows if target.feed == feed.name]
    try:
        with warehouse.connect() as connection:
            histories = run_note_day(connection, runner, feed, day, targets)
    except (WarehouseRejected, WarehouseUnavailable) as error:
        if isinstance(error, WarehouseUnavailable) and not was_stopped(error):
            raise
        broken = CheckOutcome("bands", Severity.WARN, Status.BROKEN, detail=error.message)
        return [replace(broken, origin=Origin.LEARNED)]
    return build_learned(feed, day, histories)


def run_mart_checks(
    warehouse: Warehouse, tenant: Tenant, context: CheckContext, *, beside: bool = False
) -> list[CheckOutcome]:
    """Check one tenant's marts; a check whose table the tenant does not have is skipped, visibly.

    Args:
        beside: Those that were built last and wait to be published.

    Raises:
        WarehouseUnavailable: The database is away; nothing of this run is stored.
    """
    shared, problems = load_mart_checks()
    own, more = load_tenant_checks(tenant)
    checks = [*shared, *own]
    places = naming.CANDIDATE_LAYERS if beside else {}
    names = {one: naming.dbt_schema(tenant.id, places.get(one, one)) for one in LAYERS}
    pairs = [(schema, table) for schema in names.values() for c in checks for table in c.tables]
    raw = {raw_placeholder(f.connector.connector): f.raw_schema for f in tenant.feeds}
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        existing = {name.split(".", 1)[1] for name in fetch_existing(connection, pairs)}
        columns = fetch_columns(connection, [*names.values(), *raw.values()])
        newest = fetch_newest_loads(connection, tenant.id)
    ready = build_mart_checks(Catalogue(tenant, columns, newest, context.started_at, names))
    bound: list[BoundCheck] = []
    for check in checks:
        missing = [table for table in check.tables if table not in existing]
        if missing:
            ready.settled.append(build_skipped(check, f"the tenant has no {', '.join(missing)}"))
        else:
            table = (names["mart"], check.tables[0]) if len(check.tables) == 1 else None
            values = {"tomorrow": context.started_at + timedelta(days=1)}
            bound.append(BoundCheck(check, {**names, **raw}, values, table))
    found = [*_run(warehouse, tenant, bound, ready), *_unusable([*problems, *more])]
    found += _unreadable(tenant)
    return run_save(warehouse, found, context, layer=MART, tenant=tenant.id, feed=None)


def _bind_raw(check: Check, feed: Feed, stream: StreamTable, context: CheckContext) -> BoundCheck:
    warn_h, error_h = stream.limits or (None, None)
    values = {
        "tenant": feed.tenant.id,
        "feed": feed.name,
        "stream": stream.name,
        "run": context.run_id,
        "now": context.started_at,
        "warn_h": warn_h,
        "error_h": error_h,
        "span_h": build_span_h(warn_h or 0),
    }
    names = {"schema": feed.raw_schema, "table": stream.name}
    return BoundCheck(check, names, values, (feed.raw_schema, stream.name))


def _run(
    warehouse: Warehouse, tenant: Tenant, bound: list[BoundCheck], ready: Ready
) -> list[CheckOutcome]:
    """All outcomes; SQL of files and declarations runs as the tenant's own login."""
    foreign = [*(item for item in bound if item.check.is_foreign), *ready.selects]
    seconds = tenant.spec.limits.check_seconds
    found: list[CheckOutcome] = []
    platform = CheckRunner(warehouse, seconds)
    if foreign or ready.rows:
        own = CheckRunner(run_ensure_login(warehouse, tenant.id), seconds)
        for target, checks in ready.rows.items():
            found += own.run_rows(target, checks)
        found += own.run_selects(foreign)
        platform.rows = own.rows
    built_in = platform.run_selects([item for item in bound if not item.check.is_foreign])
    return [*built_in, *found, *ready.settled]


def _unusable(problems: Iterable[Problem]) -> list[CheckOutcome]:
    """A file that is no check is a broken check: it must not vanish."""
    told: dict[str, list[str]] = {}
    for problem in problems:
        told.setdefault(problem.path.stem, []).append(problem.message)
    return [
        CheckOutcome(
            *(stem, Severity.ERROR, Status.BROKEN), detail=" ".join(messages), origin=Origin.FILE
        )
        for stem, messages in told.items()
    ]


def _unreadable(tenant: Tenant) -> list[CheckOutcome]:
    """The same for what a tenant file has under `checks` and nobody can read."""
    if not tenant.faulty_checks:
        return []
    name, said = "checks_in_tenant_file", " ".join(tenant.faulty_checks)
    one = CheckOutcome(name, Severity.WARN, Status.BROKEN, detail=said)
    return [replace(one, origin=Origin.DECLARED)]
