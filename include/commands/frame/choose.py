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
            "Expected a valid file. Run `elt validate`."
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


def check_names(tenants: Iterable[Tenant], feed: str | None, stream: str | None) -> None:
    """Tell a misspelt feed or stream from one that merely has nothing to show.

    For commands that look into the ledger, when they found nothing: it also knows feeds that are
    no longer configured, so a name is not refused before.

    Raises:
        ConfigError: If no such feed is configured, or no such stream where all are declared.
    """
    feeds = [one for tenant in tenants for one in tenant.feeds]
    if feed is not None:
        named = [one for one in feeds if one.name == feed]
        if not named:
            raise ConfigError(_unknown("feed", feed, {one.name for one in feeds}))
        feeds = named
    if stream is not None and not any(one.connector.streams_from_feed for one in feeds):
        known = {name for one in feeds for name in one.streams}
        if stream not in known:
            raise ConfigError(_unknown("stream", stream, known))


def check_stream(feed: Feed, stream: str | None) -> None:
    """Refuse a stream the feed does not declare; where the source decides, it is asked later.

    Raises:
        ConfigError: If it is not declared; names those that are.
    """
    if stream is None or feed.connector.streams_from_feed or stream in feed.streams:
        return
    raise ConfigError(
        _unknown("stream", stream, feed.streams), tenant=feed.tenant.id, feed=feed.name
    )


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    names = ", ".join(f"`{n}`" for n in sorted(known)) or "none"
    return f"no {what} `{name}`.{did_you_mean(name, known)} Expected one of: {names}."
