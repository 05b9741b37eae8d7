"""What a transform has to build: what lies downstream of raw tables that changed, nothing else.

Data flow: elt_ops.loads against elt_ops.dbt_builds -> changed streams -> sources of the manifest ->
everything below them; where a step of the build reads any of it (who is who, fits), the step is run
and everything below its answer is built, too. A change of the project, of the tenant's variables,
of what it selects, of its settings and decisions about identities builds everything, and so does a
build after one that failed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from include.config.models import Tenant
from include.config.settings import Settings
from include.core import naming
from include.core.clock import utcnow
from include.destinations.postgres.identity.decisions import (
    CATEGORIES,
    build_override_id,
    fetch_decisions,
)
from include.ledger.builds import Build, fetch_build, fetch_changing_loads
from include.ledger.connection import Warehouse
from include.ledger.ddl import run_migrations
from include.pipeline.dbt.manifest import build_fingerprint, is_manifest_current, load_manifest
from include.pipeline.dbt.node_states import BUILT
from include.pipeline.dbt.steps import STEPS, build_name, find_step_sources
from include.transform.selection import build_selection
from include.transform.variables import MANIFEST_TENANT, build_dbt_vars

# A model whose content depends on today has this tag: it is built on each new day.
CALENDAR_TAG = "calendar"


@dataclass(frozen=True)
class BuildPlan:
    """What one build is to do; made of JSON values, so that tasks can hand it on.

    Attributes:
        reason: In words, for the log and for people.
        fingerprint: To be recorded with `loads` once the build has ended well.
        loads: `<connector>/<feed>/<stream>` -> last load that changed rows, before the build.
        nodes: Unique id -> file of what is to be built, those of steps among it that are run; None:
            everything the tenant selects.
    """

    reason: str
    fingerprint: str
    loads: Mapping[str, int]
    nodes: Mapping[str, str] | None = None

    @property
    def is_nothing(self) -> bool:
        return self.nodes is not None and not self.nodes

    def select(self, folders: Sequence[str]) -> tuple[str, ...]:
        """dbt selectors of the part that lies in these folders; empty: nothing there to build.

        Args:
            folders: Selectors of the form `path:models/...`, all of the tenant's or one layer's.
        """
        if self.nodes is None:
            return tuple(folders)
        return tuple(sorted(map(build_name, self.find_in(folders))))

    def find_in(self, folders: Sequence[str]) -> list[str]:
        """Ids of the planned nodes that lie in these folders."""
        inside = _prefixes(folders)
        return [id_ for id_, at in (self.nodes or {}).items() if at.startswith(inside)]


def fetch_plan(
    tenant: Tenant, warehouse: Warehouse, settings: Settings, *, full: bool = False
) -> BuildPlan:
    """Compare raw with what was built last; reads, writes nothing.

    Args:
        full: Somebody wants everything built.
    """
    with warehouse.connect() as connection:
        run_migrations(connection)
        decided = fetch_decisions(connection, tenant.id)
        last = fetch_build(connection, tenant.id)
        loads = fetch_changing_loads(connection, tenant.id)
    fingerprint = build_tenant_fingerprint(tenant, settings, decided)
    forced = _why_everything(last, fingerprint, full=full)
    if last is None or forced:
        return BuildPlan(forced, fingerprint, loads)
    changed = sorted(name for name, load_id in loads.items() if last.loads.get(name) != load_id)
    zone = ZoneInfo(tenant.spec.timezone)
    new_day = last.built_at.astimezone(zone).date() != utcnow().astimezone(zone).date()
    if not changed and not new_day:
        return BuildPlan(
            f"nothing has changed since {last.built_at:%Y-%m-%d %H:%M} UTC",
            *(fingerprint, loads, {}),
        )
    manifest = load_manifest(settings.dbt_manifest) if is_manifest_current(settings) else {}
    if not manifest:
        # A graph from before an edit may lack the very edge that the edit has made.
        return BuildPlan(
            "there is no manifest of this project to tell what depends on what: `make manifest`",
            *(fingerprint, loads),
        )
    tables = {tuple(name.split("/", 2)) for name in changed}
    roots = find_sources(manifest, tenant.id, {(one, stream) for one, _, stream in tables})
    roots |= find_mapped(manifest, tenant, {(feed, stream) for _, feed, stream in tables})
    if new_day:
        roots |= find_calendar_nodes(manifest)
    below = find_planned(manifest, roots, build_selection(tenant, settings.dbt_project_dir))
    return BuildPlan(f"changed: {', '.join(changed) or 'the date'}", fingerprint, loads, below)


def build_tenant_fingerprint(
    tenant: Tenant, settings: Settings, decided: Iterable[tuple[str, ...]] = ()
) -> str:
    """Hash of everything but rows that decides what the tenant's marts hold.

    Args:
        decided: Decisions about identities in force; those of the files count as the files have
            them, unless one is broken.
    """
    selection = build_selection(tenant, settings.dbt_project_dir)
    identity = tenant.spec.identity.model_dump(mode="json", exclude={"overrides"})
    told = list(decided)
    if tenant.overrides is not None:
        told = [one for one in told if one[0] != "file"]
        told += [("file", build_override_id(one)) for one in tenant.overrides]
    if tenant.categories is not None:
        told = [one for one in told if one[0] != CATEGORIES]
        told += [(CATEGORIES, *astuple(one)) for one in tenant.categories]
    words = json.dumps([build_dbt_vars(tenant), selection, identity, sorted(told)], sort_keys=True)
    return build_fingerprint(settings.dbt_project_dir, words)


def find_sources(
    manifest: Mapping[str, Any], tenant: str, streams: Iterable[tuple[str, str]]
) -> set[str]:
    """Ids of the sources that hold these (connector, stream) pairs, child tables included."""
    wanted = set(streams)
    schemas = {
        naming.raw_schema(owner, connector): connector
        for connector, _ in wanted
        for owner in (MANIFEST_TENANT, tenant)
    }
    found = set()
    for unique_id, source in manifest["sources"].items():
        connector = schemas.get(source["schema"])
        if connector is None:
            continue
        table = source["identifier"]
        if any(
            one == connector and (table == stream or table.startswith(f"{stream}__"))
            for one, stream in wanted
        ):
            found.add(unique_id)
    return found


def find_mapped(
    manifest: Mapping[str, Any], tenant: Tenant, streams: Iterable[tuple[str, str]]
) -> set[str]:
    """Ids of models that read these (feed, stream) pairs by a mapping: no source leads there."""
    changed = set(streams)
    concepts = {
        one.concept
        for feed in tenant.feeds
        for one in feed.concept_maps
        if {(feed.name, one.stream), (feed.name, one.stream.partition("__")[0])} & changed
    }
    names = {naming.unioned_model(one) for one in concepts}
    names |= {naming.REFUSED_MODEL} if concepts else set()
    return {id_ for id_ in manifest["nodes"] if build_name(id_) in names}


def find_calendar_nodes(manifest: Mapping[str, Any]) -> set[str]:
    """Ids of the models that depend on what day it is."""
    return {id_ for id_, node in manifest["nodes"].items() if CALENDAR_TAG in node.get("tags", ())}


def find_planned(
    manifest: Mapping[str, Any], roots: Iterable[str], selection: Sequence[str]
) -> dict[str, str]:
    """What lies below the roots and, where a step reads any of it, below its answer, too."""
    roots, steps = set(roots), {}
    below = find_downstream(manifest, roots, selection)
    for step in STEPS:
        if any(build_name(one) in step.reads for one in below):
            steps[step.node] = step.file
            roots |= find_step_sources(manifest, step)
            below = find_downstream(manifest, roots, selection)
    return {**below, **steps}


def find_downstream(
    manifest: Mapping[str, Any], roots: Iterable[str], selection: Sequence[str]
) -> dict[str, str]:
    """Models, snapshots and seeds at or below the roots that the tenant builds, with their file."""
    children = manifest["child_map"]
    seen: set[str] = set()
    queue = list(roots)
    while queue:
        node = queue.pop()
        if node not in seen:
            seen.add(node)
            queue.extend(children.get(node, ()))
    inside = _prefixes(selection)
    files = {
        id_: str(manifest["nodes"][id_]["original_file_path"])
        for id_ in sorted(seen)
        if id_.split(".", 1)[0] in BUILT
    }
    return {id_: file for id_, file in files.items() if file.startswith(inside)}


def _prefixes(folders: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{one.removeprefix('path:')}/" for one in folders)


def _why_everything(last: Build | None, fingerprint: str, *, full: bool) -> str:
    if full:
        return "everything was asked for"
    if last is None:
        return "nothing was built before, or the last build failed"
    if last.fingerprint != fingerprint:
        return "the dbt project, the tenant's variables, selection or identity settings changed"
    return ""
