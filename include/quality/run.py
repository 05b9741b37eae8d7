"""Runs a feed's or a tenant's checks and keeps every result.

Data flow: built-in checks + check files -> few statements -> outcomes -> elt_ops.check_results and
elt_ops.scores. Checks run in a read-only transaction; results are written in one of their own.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from include.config.models import Feed, Problem, Tenant
from include.config.settings import load_settings
from include.core import naming
from include.core.errors import WarehouseRejected
from include.ledger import ddl
from include.ledger.connection import Warehouse
from include.ledger.login.tenant_login import run_ensure_login
from include.quality.builtin import StreamTable, build_stream_checks
from include.quality.check import Check, CheckContext, CheckOutcome, Severity, Status
from include.quality.discover import LAYERS, load_feed_checks, load_mart_checks
from include.quality.save import run_save
from include.quality.statement import BoundSql, build_bound, build_statement
from include.quality.tables import fetch_existing, fetch_stream_tables

log = logging.getLogger(__name__)

CHECKS_PER_STATEMENT = 40
RAW, MART = "raw", "mart"


@dataclass(frozen=True)
class _Bound:
    """A check with what fills its placeholders."""

    check: Check
    names: Mapping[str, str]
    values: Mapping[str, object]

    def sql(self, number: int) -> BoundSql:
        return build_bound(self.check.sql, number, names=self.names, values=self.values)


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
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)  # checks may come before the first load
        streams = fetch_stream_tables(connection, feed, stream_names)
    bound: list[_Bound] = []
    skipped: list[CheckOutcome] = []
    for stream in streams:
        for check in [*build_stream_checks(stream), *(c for c in own if c.stream == stream.name)]:
            if check.path and not stream.primary_key:
                skipped.append(_skip(check, "the stream has not been loaded yet"))
            else:
                bound.append(_bind_raw(check, feed, stream, context))
    found = [*_run(warehouse, feed.tenant.id, bound), *skipped, *_unusable(problems)]
    run_save(warehouse, found, context, layer=RAW, tenant=feed.tenant.id, feed=feed.name)
    return found


def run_mart_checks(
    warehouse: Warehouse, tenant: Tenant, context: CheckContext
) -> list[CheckOutcome]:
    """Check one tenant's marts; a check whose table the tenant does not have is skipped, visibly.

    Raises:
        WarehouseUnavailable: The database is away; nothing of this run is stored.
    """
    checks, problems = load_mart_checks()
    names = {layer: naming.dbt_schema(tenant.id, layer) for layer in LAYERS}
    pairs = [(schema, table) for schema in names.values() for c in checks for table in c.tables]
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
        existing = {name.split(".", 1)[1] for name in fetch_existing(connection, pairs)}
    bound: list[_Bound] = []
    skipped: list[CheckOutcome] = []
    for check in checks:
        missing = [table for table in check.tables if table not in existing]
        if missing:
            skipped.append(_skip(check, f"the tenant has no {', '.join(missing)}"))
        else:
            bound.append(_Bound(check, names, {"tomorrow": context.started_at + timedelta(days=1)}))
    found = [*_run(warehouse, tenant.id, bound), *skipped, *_unusable(problems)]
    run_save(warehouse, found, context, layer=MART, tenant=tenant.id, feed=None)
    return found


def _bind_raw(check: Check, feed: Feed, stream: StreamTable, context: CheckContext) -> _Bound:
    warn_h, error_h = stream.limits or (None, None)
    values = {
        "tenant": feed.tenant.id,
        "feed": feed.name,
        "stream": stream.name,
        "run": context.run_id,
        "now": context.started_at,
        "warn_h": warn_h,
        "error_h": error_h,
    }
    return _Bound(check, {"schema": feed.raw_schema, "table": stream.name}, values)


def _run(warehouse: Warehouse, tenant: str, bound: Sequence[_Bound]) -> list[CheckOutcome]:
    """All outcomes; SQL from files runs as the tenant's own login, which sees that tenant alone."""
    files = [item for item in bound if item.check.path is not None]
    built_in = [item for item in bound if item.check.path is None]
    found = _run_as(warehouse, built_in)
    if files:
        found += _run_as(run_ensure_login(warehouse, tenant), files)
    return found


def _run_as(warehouse: Warehouse, bound: Sequence[_Bound]) -> list[CheckOutcome]:
    """All outcomes, in the order of the checks."""
    found: list[CheckOutcome] = []
    for start in range(0, len(bound), CHECKS_PER_STATEMENT):
        found += _run_together(warehouse, bound[start : start + CHECKS_PER_STATEMENT])
    return found


def _run_together(warehouse: Warehouse, bound: Sequence[_Bound]) -> list[CheckOutcome]:
    """One statement for all; when it cannot run, halves, until the broken check stands alone."""
    statement = build_statement([item.sql(number) for number, item in enumerate(bound)])
    try:
        with warehouse.connect() as connection:
            connection.execute("set transaction read only")
            # Prepared: a statement and a half is no statement, so none can follow the check.
            answers = connection.execute(
                statement.text.encode(), statement.values, prepare=True
            ).fetchall()
    except WarehouseRejected as error:
        if len(bound) == 1:
            return [_broken(bound[0].check, error)]
        middle = len(bound) // 2
        return [
            *_run_together(warehouse, bound[:middle]),
            *_run_together(warehouse, bound[middle:]),
        ]
    return [
        _outcome(item.check, int(str(bad_rows)), sample)
        for item, (_, bad_rows, sample) in zip(bound, answers, strict=True)
    ]


def _outcome(check: Check, bad_rows: int, sample: object) -> CheckOutcome:
    status = Status.FAILED if bad_rows else Status.PASSED
    keys = tuple(str(key) for key in sample) if isinstance(sample, list) else ()
    detail = check.why if bad_rows else ""
    outcome = CheckOutcome(check.name, check.severity, status, check.stream)
    return replace(outcome, bad_rows=bad_rows, sample=keys, detail=detail)


def _broken(check: Check, error: WarehouseRejected) -> CheckOutcome:
    # The warehouse words its errors for loads; what the database said is the first sentence.
    detail = error.message.split(". The load")[0]
    outcome = CheckOutcome(check.name, check.severity, Status.BROKEN, check.stream)
    return replace(outcome, detail=detail)


def _skip(check: Check, detail: str) -> CheckOutcome:
    outcome = CheckOutcome(check.name, check.severity, Status.SKIPPED, check.stream)
    return replace(outcome, detail=detail)


def _unusable(problems: Iterable[Problem]) -> list[CheckOutcome]:
    """A file that is no check is a broken check: it must not vanish."""
    told: dict[str, list[str]] = {}
    for problem in problems:
        told.setdefault(problem.path.stem, []).append(problem.message)
    return [
        CheckOutcome(stem, Severity.ERROR, Status.BROKEN, detail=" ".join(messages))
        for stem, messages in told.items()
    ]
