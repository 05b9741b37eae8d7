"""One tenant's transform outside of Airflow: plan, build under the tenant's lock, remember.

    dbt: what identity reads -> `run_resolve_identities` -> dbt: the rest

or one dbt call where nothing that identity reads is built.

The command line calls `run_transform`; Airflow's tasks call `fetch_plan` in the first and
`run_planned_build` in the others, so both build the same things.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from include.config.models import Tenant
from include.config.settings import Settings, load_settings
from include.core.errors import TransformError
from include.ledger.builds import build_lock, run_forget_build, run_record_build
from include.ledger.connection import Warehouse
from include.pipeline.dbt.build import DbtResult, run_dbt_build
from include.pipeline.dbt.halves import (
    READ_BY_IDENTITY,
    RESOLVE_NODE,
    Halves,
    build_halves,
    build_name,
    find_all,
    find_identity_sources,
)
from include.pipeline.dbt.manifest import is_manifest_current, load_manifest
from include.pipeline.dbt.node_states import GOOD_STATES
from include.pipeline.dbt.plan import BuildPlan, fetch_plan
from include.pipeline.dbt.session import keep_dbt
from include.pipeline.identity.resolve import run_resolve_identities
from include.transform.selection import build_selection

log = logging.getLogger(__name__)
NOTHING = DbtResult(models=0, tests=0, seconds=0.0)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a plan that one build does.

    Attributes:
        folders: dbt selectors by path; None: all of the tenant's.
        is_last: With it everything planned is built, and is remembered as built.
    """

    folders: Sequence[str] | None = None
    is_last: bool = True


WHOLE = Part()


def run_transform(tenant: Tenant, warehouse: Warehouse, *, full: bool = False) -> DbtResult:
    """Build what has changed since the last build; nothing changed, nothing built.

    Args:
        full: Build everything.

    Raises:
        TransformError: With the nodes that failed; the next build builds everything.
    """
    plan = fetch_plan(tenant, warehouse, load_settings(), full=full)
    return run_planned_build(tenant, warehouse, plan)


def run_planned_build(
    tenant: Tenant,
    warehouse: Warehouse,
    plan: BuildPlan,
    part: Part = WHOLE,
    report: Callable[[dict[str, str]], None] | None = None,
) -> DbtResult:
    """Build a part of a plan, resolving identities where it builds what they are made of.

    Killed anywhere, the plan's changes are still unseen by what is remembered, so the next plan
    has them again.

    Args:
        report: See `run_dbt_build`; the step between the halves is `RESOLVE_NODE`.

    Raises:
        TransformError: With the nodes that failed, or why nobody was resolved; what does not lie
            below them is built.
    """
    settings = load_settings()
    log.info("transform tenant=%s %s", tenant.id, plan.reason)
    folders = part.folders or build_selection(tenant, settings.dbt_project_dir)
    with build_lock(warehouse, tenant.id), keep_dbt(settings):
        try:
            result = _run_build(tenant, warehouse, plan, folders, report)
        except Exception:
            with warehouse.connect() as connection:
                run_forget_build(connection, tenant.id)
            raise
        if part.is_last:
            with warehouse.connect() as connection:
                run_record_build(connection, tenant.id, plan.fingerprint, plan.loads)
    return result


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
        halves = build_halves(wanted, manifest)
        if halves.before:
            return HalvesBuild(tenant, warehouse, manifest, report).run(halves)
    select = plan.select(folders)
    if not select:
        return NOTHING
    if not manifest and plan.nodes is None and _reads_identity(settings, folders):
        # Nothing tells what identity reads: all is built, resolved, and built once more.
        run_dbt_build(tenant, warehouse, select=select)
        run_resolve_identities(tenant, warehouse)
    return run_dbt_build(tenant, warehouse, select=select, report=report)


def _reads_identity(settings: Settings, folders: Sequence[str]) -> bool:
    project = settings.dbt_project_dir
    inside = [project / one.removeprefix("path:") for one in folders]
    return any(any(one.rglob(f"{READ_BY_IDENTITY[0]}.sql")) for one in inside)


class HalvesBuild:
    """dbt, identity resolution, dbt; a failure costs what lies below it and nothing else."""

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

    def run(self, halves: Halves) -> DbtResult:
        """Build both halves; raises when all that could be built is built."""
        first = self._run_dbt(halves.before, "first")
        failed = {one for one, state in self._ended.items() if state not in GOOD_STATES}
        if self._errors and not failed:
            raise self._errors[0]  # dbt built nothing at all
        if not any(build_name(one) in READ_BY_IDENTITY for one in failed):
            self._run_resolve()
        if self._ended.get(RESOLVE_NODE) != "success":
            failed |= find_identity_sources(self._manifest)
        second = self._run_dbt(halves.without(failed, self._manifest).after, "")
        if self._errors:
            raise build_joint_error(self._tenant.id, self._errors)
        return DbtResult(
            first.models + second.models,
            first.tests + second.tests,
            first.seconds + second.seconds,
        )

    def _run_dbt(self, nodes: Sequence[str], part: Literal["", "first"]) -> DbtResult:
        if not nodes:
            return NOTHING
        try:
            return run_dbt_build(
                self._tenant,
                self._warehouse,
                select=tuple(map(build_name, nodes)),
                part=part,
                report=self._take,
            )
        except TransformError as error:
            self._errors.append(error)
            return NOTHING

    def _run_resolve(self) -> None:
        try:
            run_resolve_identities(self._tenant, self._warehouse)
        except TransformError as error:
            log.error("%s", error)
            self._errors.append(error)
            self._take({RESOLVE_NODE: "error"})
        else:
            self._take({RESOLVE_NODE: "success"})

    def _take(self, ended: Mapping[str, str]) -> None:
        self._ended.update(ended)
        if self._report:
            self._report(dict(self._ended))


def build_joint_error(tenant_id: str, errors: Sequence[TransformError]) -> TransformError:
    """One error for what went wrong in a build; the first one itself when it is alone."""
    if len(errors) == 1:
        return errors[0]
    return TransformError(" ".join(error.message for error in errors), tenant=tenant_id)
