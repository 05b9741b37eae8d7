"""A tenant's fits: dbt's models -> `transform.fits` -> `<tenant>_fit`, one transaction a fit.

Nothing of what a fit reads has changed, nor its code: nothing is fitted. Killed anywhere, the last
answer stays and the next run does it again.
"""

import hashlib
import logging
from dataclasses import dataclass
from time import monotonic

from include.config.models import Tenant
from include.core import naming
from include.core.errors import EltError, TransformError
from include.destinations.postgres.fits import (
    LastFit,
    build_fit_table,
    fetch_last_fit,
    fetch_model,
    run_add_fit_run,
    run_ensure_fits,
    run_write_fit,
)
from include.destinations.postgres.own_tables import OwnTable
from include.ledger.connection import Connection, Warehouse
from include.transform.fits.model import Fit
from include.transform.fits.registry import FITS, build_code_hash

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FitDone:
    """One fit's run.

    Attributes:
        changed: Table -> rows added, changed or removed; None when nothing it reads had changed.
    """

    fit: str
    changed: dict[str, int] | None
    seconds: float


def run_fit_models(tenant: Tenant, warehouse: Warehouse, *, full: bool = False) -> list[FitDone]:
    """Run every fit whose inputs changed; the caller holds the tenant's build lock.

    One that fails costs the others nothing.

    Args:
        full: Also those whose inputs did not.

    Raises:
        TransformError: With the fits that failed; their last answers stay.
        WarehouseUnavailable: A later try may succeed; fits before it are done.
    """
    role = naming.tenant_role(tenant.id) if warehouse.uses_tenant_roles else None
    with warehouse.connect(autocommit=True) as connection:
        run_ensure_all_fits(connection, tenant.id, role)
    done, failed = [], []
    for fit in FITS:
        try:
            done.append(_run_fit(tenant, warehouse, fit, full=full))
        except EltError as error:
            if error.retryable:
                raise
            failed.append(f"fit `{fit.name}` was not made. {error.message}")
        except (ArithmeticError, ValueError) as error:
            # A library's words may quote numbers of the tenant's: they stay in the log.
            log.exception("fit tenant=%s fit=%s failed", tenant.id, fit.name)
            failed.append(f"fit `{fit.name}` was not made ({type(error).__name__}).")
    if failed:
        raise TransformError(" ".join(failed), tenant=tenant.id)
    return done


def run_ensure_all_fits(connection: Connection, tenant: str, role: str | None) -> None:
    """Empty tables of every fit, so that what reads them can be built."""
    run_ensure_fits(connection, tenant, [one for fit in FITS for one in build_tables(fit)], role)


def build_tables(fit: Fit) -> tuple[OwnTable, ...]:
    """A fit's tables as the warehouse has them."""
    return tuple(build_fit_table(one.name, one.columns, one.key) for one in fit.writes)


def _run_fit(tenant: Tenant, warehouse: Warehouse, fit: Fit, *, full: bool) -> FitDone:
    started = monotonic()
    tables, own = {}, build_tables(fit)
    digest = hashlib.sha256(build_code_hash().encode())
    with warehouse.connect() as connection:
        last = fetch_last_fit(connection, tenant.id, fit.name, own)
        for one in fit.reads:
            rows, said = fetch_model(connection, tenant.id, one.model, one.columns, one.key)
            tables[one.model] = rows
            digest.update(said.encode())
    found = digest.hexdigest()
    if not full and last and last.inputs_hash == found and last.stored == last.present:
        log.info("fit tenant=%s fit=%s nothing changed", tenant.id, fit.name)
        return FitDone(fit.name, None, monotonic() - started)
    answer = fit.run(tables)
    changed = {}
    with warehouse.connect() as connection:
        for table in own:
            changed[table.name] = run_write_fit(connection, tenant.id, table, answer[table.name])
        stored = sum(answer[table.name].num_rows for table in own)
        run_add_fit_run(
            connection,
            tenant.id,
            fit.name,
            LastFit(found, stored, stored),
            monotonic() - started,
        )
    log.info("fit tenant=%s fit=%s changed=%s", tenant.id, fit.name, changed)
    return FitDone(fit.name, changed, monotonic() - started)
