"""Runs a feed's or a tenant's checks and turns what they found into one answer or one error."""

import logging
from dataclasses import dataclass

from include.config.models import Feed, Tenant
from include.core.clock import utcnow
from include.core.errors import CheckBroken, CheckFailed, QualityError
from include.core.streams import RunOrigin
from include.ledger.connection import Warehouse
from include.quality.check import CheckContext, CheckOutcome, Status
from include.quality.run import run_mart_checks, run_raw_checks

log = logging.getLogger(__name__)
MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """How many checks ended how."""

    passed: int
    failed: int
    warned: int
    broken: int
    skipped: int


def run_feed_checks(feed: Feed, warehouse: Warehouse, origin: RunOrigin) -> CheckSummary:
    """Run the feed's raw checks; results are stored before anything is raised.

    Raises:
        CheckFailed: If a check of severity error found bad rows.
        CheckBroken: If none failed but one could not run.
    """
    outcomes = run_raw_checks(warehouse, feed, _context(origin))
    return _conclude(outcomes, feed.tenant.id, feed.name)


def run_tenant_checks(
    tenant: Tenant, warehouse: Warehouse, origin: RunOrigin, *, beside: bool = False
) -> CheckSummary:
    """Run the tenant's mart checks; raises as `run_feed_checks` does.

    Args:
        beside: On what was built last and waits to be published.
    """
    outcomes = run_mart_checks(warehouse, tenant, _context(origin), beside=beside)
    return _conclude(outcomes, tenant.id, None)


def build_summary(outcomes: list[CheckOutcome]) -> CheckSummary:
    """Counts by what a person does next: `failed` stops the run, `warned` is only reported."""
    failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    stopping = [outcome for outcome in failed if outcome.stops_the_run]
    return CheckSummary(
        passed=sum(outcome.status is Status.PASSED for outcome in outcomes),
        failed=len(stopping),
        warned=len(failed) - len(stopping),
        broken=sum(outcome.status is Status.BROKEN for outcome in outcomes),
        skipped=sum(outcome.status is Status.SKIPPED for outcome in outcomes),
    )


def build_check_error(
    outcomes: list[CheckOutcome], tenant: str, feed: str | None
) -> QualityError | None:
    """The error these outcomes amount to; a failed check outweighs a broken one."""
    stopping = [outcome for outcome in outcomes if outcome.stops_the_run]
    if stopping:
        return CheckFailed(
            f"{len(stopping)} checks found bad rows: {_named(stopping)}. Expected none. "
            "See elt_ops.check_results for sample keys.",
            tenant=tenant,
            feed=feed,
        )
    broken = [outcome for outcome in outcomes if outcome.status is Status.BROKEN]
    if broken:
        return CheckBroken(
            f"{len(broken)} checks cannot run: {_named(broken)}. The others ran. Fix their SQL.",
            tenant=tenant,
            feed=feed,
        )
    return None


def _conclude(outcomes: list[CheckOutcome], tenant: str, feed: str | None) -> CheckSummary:
    for outcome in outcomes:
        if outcome.status in (Status.FAILED, Status.BROKEN):
            log.warning(
                "check %s tenant=%s feed=%s stream=%s check=%s severity=%s bad_rows=%s keys=%s "
                "detail=%s",
                outcome.status.value,
                tenant,
                feed,
                outcome.stream,
                outcome.name,
                outcome.severity.value,
                outcome.bad_rows,
                ",".join(outcome.sample),
                outcome.detail,
            )
    summary = build_summary(outcomes)
    log.info("checks finished tenant=%s feed=%s %s", tenant, feed, summary)
    error = build_check_error(outcomes, tenant, feed)
    if error:
        raise error
    return summary


def _named(outcomes: list[CheckOutcome]) -> str:
    names = [
        f"`{outcome.stream + '.' if outcome.stream else ''}{outcome.name}`"
        + (f" ({outcome.bad_rows} rows)" if outcome.bad_rows else "")
        for outcome in outcomes
    ]
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def _context(origin: RunOrigin) -> CheckContext:
    return CheckContext(started_at=utcnow(), dag_id=origin.dag_id, run_id=origin.run_id)
