"""One tenant's transform outside of Airflow: plan, build under the tenant's lock, remember.

    dbt: what identity reads -> `run_resolve_identities` -> dbt: the rest -> `run_fit_models` ->
    dbt: what reads fits

with fewer dbt calls where nothing that a step reads is built. Marts are made beside those people
read; `run_publish` checks them and swaps them in.

The command line calls `run_transform`; Airflow's tasks call `fetch_plan` in the first and
`run_planned_build` in the others, so both build the same things.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from include.config.models import Tenant
from include.config.settings import Settings, load_settings
from include.core.errors import TransformError
from include.core.streams import NOWHERE, RunOrigin
from include.ledger.builds import build_lock, run_forget_build, run_record_build
from include.ledger.connection import Warehouse
from include.ledger.ddl import run_migrations
from include.ledger.trust.publishes import MartState, fetch_publish
from include.pipeline.dbt.build import ALONE, BuildPart, DbtResult, run_dbt_build
from include.pipeline.dbt.manifest import is_manifest_current, load_manifest
from include.pipeline.dbt.node_states import GOOD_STATES
from include.pipeline.dbt.plan import BuildPlan, fetch_plan
from include.pipeline.dbt.publish import (
    STOPPED,
    fetch_was_stopped,
    run_note_building,
    run_note_ended,
    run_publish,
)
from include.pipeline.dbt.session import keep_dbt
from include.pipeline.dbt.steps import (
    FIT_NODE,
    RESOLVE_NODE,
    STEPS,
    Part,
    Step,
    build_name,
    build_parts,
    find_all,
    find_below,
    find_step_sources,
)
from include.pipeline.fits.fit import run_fit_models
from include.pipeline.identity.resolve import run_resolve_identities
from include.transform.selection import build_selection

log = logging.getLogger(__name__)
NOTHING = DbtResult(models=0, tests=0, seconds=0.0)
BESIDE = BuildPart(beside=True)


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a plan that one build does.

    Attributes:
        folders: dbt selectors by path; None: all of the tenant's.
        is_last: With it everything planned is built, and is remembered as built.
    """

    folders: Sequence[str] | None = None
    is_last: bool = True


WHOLE = Share()


def run_transform(
    tenant: Tenant, warehouse: Warehouse, *, full: bool = False, origin: RunOrigin = NOWHERE
) -> DbtResult:
    """Build what has changed since the last build, check it, publish it.

    Args:
        full: Build everything.
        origin: Of the checks.

    Raises:
        TransformError: With the nodes that failed; the next build builds everything.
        QualityError: All is built; see `run_publish`.
    """
    plan = fetch_plan(tenant, warehouse, load_settings(), full=full)
    done = run_planned_build(tenant, warehouse, plan)
    return replace(done, checks=run_publish(tenant, warehouse, origin))


def run_planned_build(
    tenant: Tenant,
    warehouse: Warehouse,
    plan: BuildPlan,
    part: Share = WHOLE,
    report: Callable[[dict[str, str]], None] | None = None,
) -> DbtResult:
    """Build a part of a plan, running steps where it builds what they read.

    Killed anywhere, the plan's changes are still unseen by what is remembered, so the next plan
    has them again.

    Args:
        report: See `run_dbt_build`; a step is told by its `node`.

    Raises:
        TransformError: With the nodes that failed, or why a step did; what does not lie below them
            is built.
    """
    settings = load_settings()
    log.info("transform tenant=%s %s", tenant.id, plan.reason)
    folders = part.folders or build_selection(tenant, settings.dbt_project_dir)
    with build_lock(warehouse, tenant.id), keep_dbt(settings):
        if fetch_was_stopped(tenant, warehouse):
            log.warning("transform tenant=%s: %s Everything is built", tenant.id, STOPPED)
            plan = replace(plan, nodes=None)
        if not plan.is_nothing:
            run_note_building(tenant, warehouse)
        try:
            result = _run_build(tenant, warehouse, plan, folders, report)
        except Exception as error:
            with warehouse.connect() as connection:
                run_forget_build(connection, tenant.id)
            run_note_ended(tenant, warehouse, MartState.FAILED, error)
            raise
        if part.is_last:
            with warehouse.connect() as connection:
                run_record_build(connection, tenant.id, plan.fingerprint, plan.loads)
        if not plan.is_nothing:
            run_note_ended(tenant, warehouse, MartState.BUILT if part.is_last else MartState.PARTLY)
    return result


def run_alone(tenant: Tenant, warehouse: Warehouse, model: str, origin: RunOrigin) -> None:
    """Build one model because a person asked for it; what a whole build left waiting, waits on.

    Raises:
        TransformError: It or one of its tests failed; the next build builds everything.
        QualityError: It is built; see `run_publish`.
    """
    with build_lock(warehouse, tenant.id):
        with warehouse.connect() as connection:
            run_migrations(connection)
            before = fetch_publish(connection, tenant.id)
        run_note_building(tenant, warehouse)
        try:
            run_dbt_build(tenant, warehouse, select=(model,), part=ALONE)
        except Exception as error:
            with warehouse.connect() as connection:
                run_forget_build(connection, tenant.id)
            run_note_ended(tenant, warehouse, MartState.FAILED, error)
            raise
        is_first = before is None or before.state is MartState.PUBLISHED
        state = before.state if before and not is_first else MartState.BUILT
        run_note_ended(tenant, warehouse, state)
    if is_first:
        run_publish(tenant, warehouse, origin)


def _run_build(
    tenant: Tenant,
    warehouse: Warehouse,
    plan: BuildPlan,
    folders: Sequence[str],
    report: Callable[[dict[str, str]], None] | None,
) -> DbtResult:
    settings = load_settings()
    manifest = load_manifest(settings.dbt_manifest) if is_manifest_current(settings) else {}
    if manifest and not plan.is_nothing:
        wanted = find_all(manifest, folders) if plan.nodes is None else plan.find_in(folders)
        parts = build_parts(wanted, manifest)
        if len(parts) > 1:
            return PartsBuild(tenant, warehouse, manifest, report).run(parts)
    select = plan.select(folders)
    if not select:
        return NOTHING
    if not manifest and plan.nodes is None:
        # Nothing tells what depends on what: for each step all is built once more.
        for step in STEPS:
            if _has_model(settings, folders, step.reads):
                run_dbt_build(tenant, warehouse, select=select, part=BESIDE)
                run_step(step, tenant, warehouse)
    return run_dbt_build(tenant, warehouse, select=select, part=BESIDE, report=report)


def _has_model(settings: Settings, folders: Sequence[str], names: Sequence[str]) -> bool:
    inside = [settings.dbt_project_dir / one.removeprefix("path:") for one in folders]
    return any(any(one.rglob(f"{name}.sql")) for one in inside for name in names)


def run_step(step: Step, tenant: Tenant, warehouse: Warehouse) -> None:
    """What a step does.

    Raises:
        TransformError: It could not be done; the last answer stays where it says so.
        WarehouseUnavailable: Likewise; a later try may succeed.
    """
    if step.node == RESOLVE_NODE:
        run_resolve_identities(tenant, warehouse)
    if step.node == FIT_NODE:
        run_fit_models(tenant, warehouse)


class PartsBuild:
    """dbt, a step, dbt, a step, dbt; a failure costs what lies below it and nothing else."""

    def __init__(
        self,
        tenant: Tenant,
        warehouse: Warehouse,
        manifest: Mapping[str, Any],
        report: Callable[[dict[str, str]], None] | None,
    ) -> None:
        self._tenant = tenant
        self._warehouse = warehouse
        self._manifest = manifest
        self._report = report
        self._ended: dict[str, str] = {}
        self._errors: list[TransformError] = []
        self._lost: set[str] = set()

    def run(self, parts: Sequence[Part]) -> DbtResult:
        """Build all parts; raises when all that could be built is built."""
        done = []
        for number, part in enumerate(parts):
            if part.step is not None:
                self._run_step(part.step)
            later = [build_name(one) for rest in parts[number + 1 :] for one in rest.nodes]
            done.append(self._run_dbt(part, later))
        if self._errors:
            raise build_joint_error(self._tenant.id, self._errors)
        return DbtResult(
            sum(one.models for one in done),
            sum(one.tests for one in done),
            sum(one.seconds for one in done),
        )

    def _run_dbt(self, part: Part, later: Sequence[str]) -> DbtResult:
        nodes = [one for one in part.nodes if one not in self._lost]
        if not nodes:
            return NOTHING
        try:
            return run_dbt_build(
                self._tenant,
                self._warehouse,
                select=tuple(map(build_name, nodes)),
                part=BuildPart(later=later, beside=True),
                report=self._take,
            )
        except TransformError as error:
            self._errors.append(error)
            if not any(one in self._ended for one in nodes):
                # dbt built nothing at all, nor will it in the next part.
                raise build_joint_error(self._tenant.id, self._errors) from error
            failed = {one for one in nodes if self._ended.get(one) not in GOOD_STATES}
            self._lost |= failed | find_below(self._manifest, failed)
            return NOTHING

    def _run_step(self, step: Step) -> None:
        """Not of what failed or was not built: then the last answer stays, unread."""
        state = "skipped"
        if not any(build_name(one) in step.reads for one in self._lost):
            try:
                run_step(step, self._tenant, self._warehouse)
                state = "success"
            except TransformError as error:
                log.error("%s", error)
                self._errors.append(error)
                state = "error"
            self._take({step.node: state})
        if state != "success":
            self._lost |= find_below(self._manifest, find_step_sources(self._manifest, step))

    def _take(self, ended: Mapping[str, str]) -> None:
        self._ended.update(ended)
        if self._report:
            self._report(dict(self._ended))


def build_joint_error(tenant_id: str, errors: Sequence[TransformError]) -> TransformError:
    """One error for what went wrong in a build; the first one itself when it is alone."""
    if len(errors) == 1:
        return errors[0]
    return TransformError(" ".join(error.message for error in errors), tenant=tenant_id)
