"""A tenant or feed by name at run time, from its own file: a fleet's others stay unread."""

from include.config.explain import did_you_mean
from include.config.load import load_connectors, load_tenant
from include.config.models import Feed, Tenant
from include.config.settings import load_settings
from include.config.tenant.registered import TENANT_SUFFIX, find_source
from include.core.errors import ConfigError


def load_one_tenant(tenant_id: str) -> Tenant:
    """The valid tenant of that id.

    Raises:
        ConfigError: If it has no file or its file has problems; all of them are named.
    """
    settings = load_settings()
    path = find_source(f"{tenant_id}{TENANT_SUFFIX}", settings)
    connectors, faults = load_connectors(settings.connectors_dir)
    broken = {fault.path.parent.name: fault for fault in reversed(faults)}
    tenant, problems = load_tenant(path, connectors, broken)
    if tenant is None or problems:
        listed = "\n".join(f"- {problem}" for problem in problems)
        raise ConfigError(f"the tenant file has problems:\n{listed}", tenant=tenant_id)
    return tenant


def load_one_feed(tenant_id: str, feed_name: str) -> Feed:
    """The enabled feed.

    Raises:
        ConfigError: If the tenant is broken or has no such enabled feed.
    """
    tenant = load_one_tenant(tenant_id)
    for feed in tenant.feeds:
        if feed.name == feed_name:
            return feed
    names = [feed.name for feed in tenant.feeds]
    known = ", ".join(names) or "none"
    raise ConfigError(
        f"no enabled feed `{feed_name}`.{did_you_mean(feed_name, names)} Expected one of: {known}. "
        "Check the name, and `enabled` in the tenant file.",
        tenant=tenant_id,
        feed=feed_name,
    )
