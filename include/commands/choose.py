"""A name given on the command line to the thing it means, or one friendly error."""

from collections.abc import Iterable

from include.config.connector_spec import Connector
from include.config.explain import did_you_mean
from include.config.models import Feed, Platform, Tenant
from include.core.errors import ConfigError


def choose_connector(connectors: dict[str, Connector], name: str) -> Connector:
    """The connector of that name.

    Raises:
        ConfigError: If there is none; names the known ones.
    """
    if name not in connectors:
        raise ConfigError(_unknown("connector", name, connectors))
    return connectors[name]


def choose_tenant(platform: Platform, name: str) -> Tenant:
    """The valid tenant of that id.

    Raises:
        ConfigError: If there is none, or its file has problems.
    """
    if name in platform.broken:
        raise ConfigError(
            f"the file of tenant `{name}` has problems, so nothing of it was run. "
            "Expected a valid file. Run `python -m include.cli validate`."
        )
    known = {tenant.id: tenant for tenant in platform.tenants}
    if name not in known:
        raise ConfigError(_unknown("tenant", name, known))
    return known[name]


def choose_feeds(tenant: Tenant, name: str | None) -> tuple[Feed, ...]:
    """The tenant's feed of that name, or all its enabled feeds.

    Raises:
        ConfigError: If there is no enabled feed of that name.
    """
    if name is None:
        return tenant.feeds
    chosen = tuple(feed for feed in tenant.feeds if feed.name == name)
    if not chosen:
        known = [feed.name for feed in tenant.feeds]
        raise ConfigError(_unknown("enabled feed", name, known), tenant=tenant.id)
    return chosen


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    names = ", ".join(f"`{n}`" for n in sorted(known)) or "none"
    return f"no {what} `{name}`.{did_you_mean(name, known)} Expected one of: {names}."
