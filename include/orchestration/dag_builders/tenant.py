"""All DAGs of tenants' files, and which files a DAG file or a task's process has to read for them.

Where `TenantDagBundle` is configured each tenant has a DAG file of its own, and those of `dags/`,
which read all tenants, have nothing to say.
"""

from functools import partial

from airflow.sdk import DAG
from airflow.sdk.configuration import conf

from include.config.load import load_platform
from include.config.models import Platform, Tenant
from include.config.settings import load_settings
from include.config.tenant.registered import TENANT_SUFFIX, find_sources
from include.core import naming
from include.orchestration.dag_builders.broken import (
    build_broken_dags,
    build_safely,
    name_red_dags,
)
from include.orchestration.dag_builders.feed import build_ingest_dag
from include.orchestration.dag_builders.sweep import build_sweep_dag
from include.orchestration.dag_builders.transform import build_transform_dag

BUNDLE_CLASS = "TenantDagBundle"


def load_for_dags(wanted: str | None) -> Platform:
    """What a file of `dags/` builds from: nothing where each tenant has its own DAG file.

    Args:
        wanted: Id of the DAG a task's process asks for; only its tenant's file is read then.
    """
    if BUNDLE_CLASS in conf.get("dag_processor", "dag_bundle_config_list", fallback=""):
        return load_platform(names=())
    return load_platform(names=None if wanted is None else find_owners(wanted))


def find_owners(dag_id: str) -> tuple[str, ...]:
    """Names of the tenant files a DAG can come from, by its id alone; () for the platform's own."""
    ingest = naming.parse_ingest_dag_id(dag_id)
    tenant = ingest.tenant if ingest else naming.parse_transform_dag_id(dag_id)
    if tenant:
        return (f"{tenant}{TENANT_SUFFIX}",)
    named = name_red_dags(sorted(_find_names()))
    return tuple(file for file, name in named.items() if naming.broken_dag_id(name) == dag_id)


def build_tenant_dags(file_name: str, wanted: str | None = None) -> dict[str, DAG]:
    """Every DAG of one tenant file by id, or the one that is wanted: what a loader file holds."""
    platform = load_platform(names=(file_name,))
    found = build_red_dags(platform, wanted)
    for tenant in platform.tenants:
        found |= build_ingest_dags(tenant, wanted) | build_transform_dags(tenant, wanted)
    return found


def build_red_dags(platform: Platform, wanted: str | None = None) -> dict[str, DAG]:
    """`broken__<tenant>` of each broken file."""
    if not platform.broken:
        return {}
    # A file that went away since it was read has its red DAG once more.
    files = _find_names() | {*platform.broken_files}
    dags = build_broken_dags(platform, name_red_dags([*files]))
    return {dag_id: dag for dag_id, dag in dags.items() if wanted in (None, dag_id)}


def _find_names() -> set[str]:
    settings = load_settings()
    return {path.name for path in find_sources(settings.tenants_dir, settings.registry_dir)}


def build_ingest_dags(tenant: Tenant, wanted: str | None = None) -> dict[str, DAG]:
    """`ingest__<tenant>__<feed>`, and `sweep__<tenant>__<feed>` of a feed with a sweep_schedule."""
    found: dict[str, DAG] = {}
    for feed in tenant.feeds:
        builders = {feed.dag_id: partial(build_ingest_dag, feed)}
        if feed.sweep_schedule:
            builders[feed.sweep_dag_id] = partial(build_sweep_dag, feed)
        for dag_id, build in builders.items():
            if wanted in (None, dag_id):
                found[dag_id] = build_safely(dag_id, tenant.id, build)
    return found


def build_transform_dags(tenant: Tenant, wanted: str | None = None) -> dict[str, DAG]:
    """`transform__<tenant>`, of a tenant with feeds whose warehouse the models are built in."""
    dag_id = naming.transform_dag_id(tenant.id)
    is_built = tenant.feeds and tenant.spec.destination.builds_marts
    if not is_built or wanted not in (None, dag_id):
        return {}
    return {dag_id: build_safely(dag_id, tenant.id, partial(build_transform_dag, tenant))}
