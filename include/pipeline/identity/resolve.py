"""A tenant's identities, resolved: warehouse -> files -> engine -> files -> warehouse.

Data flow: dbt's unions and the last answer -> CSV in a private folder -> `include.identity` ->
`<tenant>_id`, changed rows only, in one transaction a kind. Of people the last answer, and all that
was read and counted for it, stays here in a base (`kept`), so that a day costs what it touches.
Killed anywhere, the last answer stays and the next run does it again: the answer follows from the
records, not from how often one asks.
"""

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from time import monotonic

from include.config.models import Tenant
from include.config.walls.private_copies import PrivateFolder
from include.core import naming
from include.core.errors import EltError, TransformError
from include.destinations.postgres.identity.categories import run_follow_categories
from include.destinations.postgres.identity.decisions import run_follow_file
from include.destinations.postgres.identity.inputs import KNOWN, SAID, build_query
from include.destinations.postgres.identity.rows import (
    LEFT,
    run_write_left,
    run_write_resolved,
)
from include.destinations.postgres.identity.runs import (
    LastRun,
    fetch_last_run,
    run_add_run,
    run_drop_unlike,
)
from include.destinations.postgres.identity.tables import (
    COMPANIES,
    PEOPLE,
    PRODUCTS,
    run_ensure_identity,
)
from include.destinations.postgres.own_tables import fetch_csv
from include.identity.files import KeptBase, run_resolve_files
from include.identity.settings import IdentitySettings, Kind, ResolveSummary
from include.ledger.connection import Warehouse
from include.pipeline.identity.kept import KeptPlace, build_base_name, build_place

log = logging.getLogger(__name__)

# In this order; one that fails keeps its last answer, as do those after it.
RESOLVED_KINDS: tuple[Kind, ...] = (PEOPLE, COMPANIES, PRODUCTS)
# The first run that has anything to do after this long scores every pair again.
FULL_EVERY = timedelta(days=7)
# Beyond it the engine spills to its private folder; tenants' runs share a machine.
MEMORY = "3GB"
# Table of the engine -> table of the schema, where their names differ.
_NAMES = {"attributes": "golden", "parameters": "new_parameters"}
_WANTED = {
    **{_NAMES.get(t.name, t.name): [c for c in t.columns if c != "kind"] for t in LEFT},
    "resolved": ["record_id", "entity_id", "confidence", "how", "content_hash", "first_seen_at"],
}


@dataclass(frozen=True, slots=True)
class KindResolved:
    """One kind's run.

    Attributes:
        summary: None when nothing had changed since the last run, so nothing was done.
        changed: Table -> rows added, changed or removed.
    """

    kind: str
    summary: ResolveSummary | None
    changed: dict[str, int]
    seconds: float


def run_resolve_identities(
    tenant: Tenant, warehouse: Warehouse, *, full: bool = False
) -> list[KindResolved]:
    """Resolve people, companies and products; the caller holds the tenant's build lock.

    Args:
        full: Score every pair again, instead of those of new and changed records.

    Raises:
        TransformError: It could not be done; the last answer of this kind and those after it stay.
        WarehouseUnavailable: Likewise; a later try may succeed.
    """
    _run_prepare(tenant, warehouse)
    done = []
    for kind in RESOLVED_KINDS:
        try:
            done.append(_run_kind(tenant, warehouse, kind, full=full))
        except TransformError as error:
            raise error.at(tenant=tenant.id) from error
        except EltError as error:
            if error.retryable:
                raise
            raise TransformError(
                f"identity of `{kind}` was not resolved. {error}", tenant=tenant.id
            ) from error
    return done


def _run_prepare(tenant: Tenant, warehouse: Warehouse) -> None:
    role = naming.tenant_role(tenant.id) if warehouse.uses_tenant_roles else None
    for notice in tenant.notices:
        log.warning("%s", notice)
    with warehouse.connect(autocommit=True) as connection:
        run_ensure_identity(connection, tenant.id, role)
        with connection.transaction():
            if tenant.overrides is not None:
                run_follow_file(connection, tenant.id, tenant.overrides)
            if tenant.categories is not None:
                run_follow_categories(connection, tenant.id, tenant.categories)


def _run_kind(tenant: Tenant, warehouse: Warehouse, kind: Kind, *, full: bool) -> KindResolved:
    started = monotonic()
    place = build_place(tenant.id) if kind == PEOPLE else None
    with PrivateFolder() as folder:
        settings = build_identity_settings(tenant, full=full)
        question = _run_fetch(tenant, warehouse, kind, folder / "in", settings)
        if question is None:
            log.info("identity tenant=%s kind=%s nothing changed", tenant.id, kind)
            return KindResolved(kind, None, {}, monotonic() - started)
        settings = replace(settings, full=bool(question["is_full"]))
        kept = _run_open(place, folder)
        summary = run_resolve_files(folder, kind, settings, _WANTED, kept)
        base = build_base_name() if place else None
        run = {"kind": kind, "base": base, **question, **build_run(summary)}
        changed = _run_store(tenant, warehouse, run, folder / "out", started)
        if place and base:
            place.run_close(base)
    for warning in summary.warnings:
        log.warning("identity tenant=%s kind=%s %s", tenant.id, kind, warning)
    log.info(
        "identity tenant=%s kind=%s records=%d entities=%d candidates=%d scored=%d changed=%s",
        *(tenant.id, kind, summary.records, summary.entities, summary.candidates, summary.scored),
        {name: rows for name, rows in changed.items() if rows},
    )
    return KindResolved(kind, summary, changed, monotonic() - started)


def _run_open(place: KeptPlace | None, folder: Path) -> KeptBase | None:
    if place is None:
        return None
    is_synced = not (folder / "in" / "known.csv").exists()
    place.run_open(is_synced=is_synced)
    return KeptBase(place.path, is_synced)


def _run_fetch(
    tenant: Tenant, warehouse: Warehouse, kind: str, folder: Path, settings: IdentitySettings
) -> dict[str, object] | None:
    """Write the files the engine reads, in one transaction, so that all is of one moment.

    What the last run answered is left out where a base here holds it.

    Returns:
        `inputs_hash` and `is_full` of the run; None when nothing changed and nobody asked for all.
    """
    folder.mkdir()
    digest = hashlib.sha256(repr(build_settings_words(settings)).encode())
    with warehouse.connect() as connection:
        last = fetch_last_run(connection, tenant.id, kind)
        for name, text in SAID[kind].items():
            query = build_query(tenant.id, kind, text)
            digest.update(fetch_csv(connection, query, folder / f"{name}.csv").encode())
        found = digest.hexdigest()
        if last and not settings.full and _is_same(last, found, settings):
            return None
        is_kept = kind == PEOPLE and _is_kept(tenant, last)
        for name, text in KNOWN.items():
            if is_kept and name != "parameters":
                continue
            fetch_csv(connection, build_query(tenant.id, kind, text), folder / f"{name}.csv")
    full_at = last.full_at if last else None
    is_due = full_at is None or settings.now - full_at > FULL_EVERY
    return {"inputs_hash": found, "is_full": settings.full or is_due}


def _is_kept(tenant: Tenant, last: LastRun | None) -> bool:
    is_whole = last is not None and last.records == last.stored
    return last is not None and is_whole and build_place(tenant.id).is_of(last.base)


def _is_same(last: LastRun, inputs_hash: str, settings: IdentitySettings) -> bool:
    """Nothing new was said, what was answered is still there, and nothing is to be learned."""
    is_fresh = settings.now - last.at < settings.retrain_after
    return is_fresh and last.inputs_hash == inputs_hash and last.records == last.stored


def build_settings_words(settings: IdentitySettings) -> list[object]:
    """What of the settings decides the answer."""
    rules = sorted(settings.survivorship.items())
    return [settings.accept, settings.review, settings.region, rules, list(settings.source_order)]


def build_run(summary: ResolveSummary) -> dict[str, object]:
    """The row of table `runs`."""
    return {
        "records": summary.records,
        "entities": summary.entities,
        "candidates": summary.candidates,
        "scored": summary.scored,
        "unlike": summary.unlike,
        "accepted": summary.accepted,
        "review": summary.review,
        "warnings": list(summary.warnings),
    }


def _run_store(
    tenant: Tenant, warehouse: Warehouse, run: dict[str, object], folder: Path, started: float
) -> dict[str, int]:
    """Table -> rows changed. All of a kind or nothing of it."""
    kind = str(run["kind"])
    files = {table.name: folder / f"{_NAMES.get(table.name, table.name)}.csv" for table in LEFT}
    # Parameters are left only by a run that learned; without any, the known ones stay.
    if not files["parameters"].stat().st_size:
        del files["parameters"]
    with warehouse.connect() as connection:
        if run["is_full"]:
            run_drop_unlike(connection, tenant.id, kind)
        resolved = run_write_resolved(connection, tenant.id, kind, folder / "resolved.csv")
        changed = {kind: resolved, **run_write_left(connection, tenant.id, kind, files)}
        run_add_run(connection, tenant.id, {**run, "seconds": monotonic() - started})
    return changed


def build_identity_settings(tenant: Tenant, *, full: bool = False) -> IdentitySettings:
    """The engine's settings of a tenant's file."""
    block = tenant.spec.identity
    return IdentitySettings(
        accept=block.accept,
        review=block.review,
        region=block.region,
        survivorship=dict(block.survivorship),
        source_order=block.source_order,
        memory=MEMORY,
        full=full,
    )
