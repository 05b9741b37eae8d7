"""Which part of the one dbt project a tenant builds, as dbt selectors.

Staging is the folders of the tenant's connectors; everything else is the same for every tenant.
"""

from pathlib import Path

from include.config.connector_spec import Connector
from include.config.models import Tenant
from include.config.settings import load_settings

# Folder of the project -> when it holds nothing yet, dbt refuses the selector, so it is left out.
SHARED_FOLDERS = ("models/intermediate", "models/marts", "snapshots")


def build_staging_selection(tenant: Tenant, project: Path | None = None) -> tuple[str, ...]:
    """Selectors of the tenant's connectors that have staging models; empty when none has."""
    project = project or load_settings().dbt_project_dir
    connectors = {feed.connector.connector: feed.connector for feed in tenant.feeds}
    folders = (_staging_folder(connectors[name], tenant) for name in sorted(connectors))
    return tuple(f"path:{folder}" for folder in folders if _has_nodes(project / folder))


def build_mart_selection(project: Path | None = None) -> tuple[str, ...]:
    """Selectors of everything after staging."""
    project = project or load_settings().dbt_project_dir
    return tuple(f"path:{folder}" for folder in SHARED_FOLDERS if _has_nodes(project / folder))


def build_selection(tenant: Tenant, project: Path | None = None) -> tuple[str, ...]:
    """Everything the tenant builds."""
    return (*build_staging_selection(tenant, project), *build_mart_selection(project))


def build_exclusion() -> tuple[str, ...]:
    """Unit tests need no data and run in `make test`, not on every build."""
    return ("resource_type:unit_test",)


def _staging_folder(connector: Connector, tenant: Tenant) -> str:
    folder = f"models/staging/{connector.connector}"
    # Streams that a feed defines are that tenant's alone, and so are the models that read them.
    return f"{folder}/{tenant.id}" if connector.streams_from_feed else folder


def _has_nodes(folder: Path) -> bool:
    # Snapshots are yml alone.
    return any(path.suffix in (".sql", ".yml") for path in folder.rglob("*"))
