"""What an alert touches: the marts and people's views that are made of the rows it is about."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from include.config.models import Tenant
from include.config.settings import load_settings
from include.ledger.trust.alerts.rows import AlertRow
from include.pipeline.dbt.manifest import load_manifest
from include.pipeline.dbt.plan import find_downstream, find_sources
from include.pipeline.dbt.steps import build_name
from include.transform.selection import build_mart_selection

BI_FOLDER = "models/marts/bi/"
# Before the name of a view of `<tenant>_bi`.
VIEWS = "bi."
# Of these types nothing in the marts is missing or old because of them.
ASIDE = ("schema_change", "broken_tenant", "alerting_failed", "task_failed", "identity")


def build_finder(tenants: Mapping[str, Tenant]) -> Callable[[AlertRow], Sequence[str]]:
    """A function from an alert to names of marts, then of views; without a manifest to none."""

    def find(alert: AlertRow) -> Sequence[str]:
        tenant = tenants.get(alert.tenant)
        if tenant is None or alert.type in ASIDE:
            return ()
        settings = load_settings()
        if not settings.dbt_manifest.exists():
            return ()
        changed = settings.dbt_manifest.stat().st_mtime_ns
        return _find(
            settings.dbt_manifest, changed, settings.dbt_project_dir, _streams(tenant, alert)
        )

    return find


def _streams(tenant: Tenant, alert: AlertRow) -> tuple[str, frozenset[tuple[str, str]]]:
    """The tenant's id and (connector, stream) of what the alert is about."""
    feeds = [one for one in tenant.feeds if alert.feed in (None, one.name)]
    names = {
        (one.connector.connector, stream)
        for one in feeds
        for stream in one.streams
        if alert.stream in (None, stream)
    }
    return tenant.id, frozenset(names)


@cache
def _manifest(path: Path, _changed: int) -> Mapping[str, Any]:
    return load_manifest(path)


@cache
def _find(
    path: Path, changed: int, project: Path, wanted: tuple[str, frozenset[tuple[str, str]]]
) -> tuple[str, ...]:
    tenant, streams = wanted
    manifest = _manifest(path, changed)
    sources = find_sources(manifest, tenant, streams)
    nodes = find_downstream(manifest, sources, build_mart_selection(project))
    found = [(one, file) for one, file in nodes.items() if one.startswith("model.")]
    marts = sorted(build_name(one) for one, file in found if not file.startswith(BI_FOLDER))
    views = sorted(_build_view(manifest, one) for one, file in found if file.startswith(BI_FOLDER))
    return (*marts, *views)


def _build_view(manifest: Mapping[str, Any], node: str) -> str:
    """As people know it: `bi.orders`."""
    return f"{VIEWS}{manifest['nodes'][node].get('alias') or build_name(node)}"
