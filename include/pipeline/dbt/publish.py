"""Write, audit, publish: what a build made is checked, and then takes its place for readers.

Data flow: dbt beside the published marts (`run_note_building` ... `run_note_built`) -> the tenant's
mart checks on what was built -> swap, or refusal with its reason in `elt_ops.mart_states`.
"""

import logging

from include.config.models import Tenant
from include.core.clock import utcnow
from include.core.errors import CheckBroken, EltError, QualityError
from include.core.streams import NOWHERE, RunOrigin
from include.destinations.postgres.marts.publisher import PostgresMarts
from include.destinations.postgres.tenant_schemas import run_ensure_tenant
from include.ledger import ddl
from include.ledger.builds import build_lock, run_forget_build
from include.ledger.connection import Connection, Warehouse
from include.ledger.trust.publishes import (
    UNSOUND,
    MartState,
    fetch_publish,
    run_note_build,
    run_note_published,
)
from include.pipeline.health.checks import CheckSummary, run_tenant_checks

log = logging.getLogger(__name__)
STOPPED = "A build was stopped before it ended."
AS_BEFORE = "The marts stay as they were."


def fetch_was_stopped(tenant: Tenant, warehouse: Warehouse) -> bool:
    """Whether the last build never ended; the caller has the tenant's lock, so nobody builds."""
    with warehouse.connect() as connection:
        before = fetch_publish(connection, tenant.id)
    return before is not None and before.state is MartState.BUILDING


def run_note_building(tenant: Tenant, warehouse: Warehouse) -> None:
    """A build begins, under the tenant's lock."""
    with warehouse.connect(autocommit=True) as connection:
        run_ensure_tenant(connection, tenant, tenant_roles=warehouse.uses_tenant_roles)
    PostgresMarts(warehouse, tenant.id).run_prepare()
    with warehouse.connect() as connection:
        run_note_build(connection, tenant.id, MartState.BUILDING)


def run_note_ended(
    tenant: Tenant, warehouse: Warehouse, state: MartState, error: Exception | None = None
) -> None:
    """A build has ended, well or not."""
    reason = f"The build failed. {build_reason(error)}" if error else ""
    with warehouse.connect() as connection:
        run_note_build(connection, tenant.id, state, reason)


def run_publish(tenant: Tenant, warehouse: Warehouse, origin: RunOrigin = NOWHERE) -> CheckSummary:
    """Check what was built last and let it take its place; without any, check what people read.

    A check that cannot run holds nothing up: it is raised when all is published.

    Raises:
        CheckFailed: A check of severity error found bad rows: the marts stay as they were.
        CheckBroken: If none failed but one could not run.
        WarehouseUnavailable: Nothing is published; a later try may.
    """
    with warehouse.connect() as connection:
        ddl.run_migrations(connection)
    with build_lock(warehouse, tenant.id):
        if not _is_ready(tenant, warehouse):
            return run_tenant_checks(tenant, warehouse, origin)
        broken: CheckBroken | None = None
        try:
            done = run_tenant_checks(tenant, warehouse, origin, beside=True)
        except CheckBroken as error:
            broken = error
        except QualityError as error:
            _refuse(tenant, warehouse, error)
            message = f"{error.message} {AS_BEFORE}"
            raise type(error)(message, tenant=error.tenant) from error
        _swap(tenant, warehouse)
        if broken:
            raise broken
    return done


def _is_ready(tenant: Tenant, warehouse: Warehouse) -> bool:
    """Whether something whole waits; what a killed build left is no such thing."""
    with warehouse.connect() as connection:
        found = fetch_publish(connection, tenant.id)
        if found is None or found.state is MartState.PUBLISHED:
            return False
        if found.state is MartState.BUILDING:
            # We have the lock, so nobody builds: whoever did was killed.
            run_forget_build(connection, tenant.id)
            run_note_build(connection, tenant.id, MartState.FAILED, STOPPED)
        if found.state in UNSOUND:
            log.warning(
                "nothing is published tenant=%s state=%s %s",
                *(tenant.id, found.state.value, found.reason),
            )
            return False
    return True


def _refuse(tenant: Tenant, warehouse: Warehouse, error: EltError) -> None:
    reason = f"Not published. {build_reason(error)}"
    with warehouse.connect() as connection:
        run_note_build(connection, tenant.id, MartState.REFUSED, reason)
    log.warning("marts refused tenant=%s %s", tenant.id, reason)


def _swap(tenant: Tenant, warehouse: Warehouse) -> None:
    marts = PostgresMarts(warehouse, tenant.id)
    count = len(marts.fetch_waiting())

    def note(connection: Connection) -> None:
        run_note_published(connection, tenant.id, count)

    done = marts.run_publish(note)
    log.info(
        "marts published tenant=%s tables=%d held_s=%.3f lost_views=%s at=%s",
        *(tenant.id, len(done.tables), done.held_s, ",".join(done.lost) or "none", utcnow()),
    )


def build_reason(error: Exception) -> str:
    """In words for people; of what is not ours, its class alone."""
    return error.message if isinstance(error, EltError) else f"{type(error).__name__}."
