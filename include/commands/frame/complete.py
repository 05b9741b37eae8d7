"""What a shell offers for a name; from files only, and silent when they are wrong."""

import typer

from include.config.settings import load_settings
from include.config.tenant.registered import TENANT_SUFFIX, find_sources
from include.core.errors import EltError


def complete_tenant(incomplete: str) -> list[str]:
    """Ids of tenant files."""
    settings = load_settings()
    sources = find_sources(settings.tenants_dir, settings.registry_dir)
    names = (path.stem for path in sources if path.suffix == TENANT_SUFFIX)
    return sorted(name for name in names if name.startswith(incomplete))


def complete_connector(incomplete: str) -> list[str]:
    """Names of connector folders."""
    paths = load_settings().connectors_dir.glob("*/connector.yaml")
    return sorted(path.parent.name for path in paths if path.parent.name.startswith(incomplete))


def complete_feed(ctx: typer.Context, incomplete: str) -> list[str]:
    """Feeds of the tenant named before; nothing when there is none yet."""
    from include.config.lookup import load_one_tenant

    tenant = ctx.params.get("tenant")
    if not tenant:
        return []
    try:
        names = [feed.name for feed in load_one_tenant(tenant).feeds]
    except (EltError, OSError):
        return []
    return sorted(name for name in names if name.startswith(incomplete))
