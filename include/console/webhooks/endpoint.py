"""One feed's webhook address: how its requests are proven, read and where they are kept.

Files and connections are read again after a while, so that a rotated secret is in force within half
a minute and no request waits for them.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import get_args

from include.config.lookup import load_one_feed
from include.config.models import Feed
from include.config.settings import load_settings
from include.config.tenant.registered import TENANT_SUFFIX, find_source
from include.console.doors import Doors
from include.core import naming
from include.core.errors import ConfigError, MissingSecret
from include.core.webhook_event import PATHS, EventPaths
from include.core.webhook_signature import PRESETS, Kind, SignatureRule

log = logging.getLogger(__name__)

REREAD_S = 30.0
MOST_KNOWN = 20_000
# What only the owner of a secret may say; the connector's own words otherwise.
RULE_OPTIONS = ("header", "prefix", "encoding", "digest", "signed", "timestamp", "tolerance_s")
SECRETS = {"stripe": ("webhook_secret", "old_webhook_secret")}


@dataclass(frozen=True, repr=False)
class Endpoint:
    """One feed that takes webhooks.

    Attributes:
        secrets: Those that may have signed; several while one is being replaced.
        verify_token: Meta's handshake: the word the sender was given; None: none is answered.
        warehouse_url: Where the inbox is.
    """

    tenant: str
    feed: str
    rule: SignatureRule
    paths: EventPaths
    secrets: tuple[str, ...]
    verify_token: str | None
    warehouse_url: str


def build_endpoint(feed: Feed, doors: Doors) -> Endpoint:
    """The feed's endpoint by its options and connection.

    Raises:
        ConfigError: If it takes no webhooks, or proves them in no known way.
        MissingSecret: If its connection is missing or has no secret.
    """
    kind = str(feed.options.get("verify", feed.connector.connector))
    if not feed.has_inbox or kind not in get_args(Kind):
        raise ConfigError(
            f"the feed takes no webhooks by `{kind}`. Expected connector `webhook`, or the option "
            "`webhooks: true` of a connector that knows its vendor's signature. Add such a feed.",
            tenant=feed.tenant.id,
            feed=feed.name,
        )
    credentials = doors.fetch_credentials(feed)
    own = feed.connector.connector == "webhook"
    names = ("password", "old_password") if own else SECRETS.get(kind, ("webhook_secret",))
    secrets = tuple(value for name in names if (value := credentials.fields.get(name)))
    if not secrets:
        raise MissingSecret(
            f"connection `{feed.connection_id}` has none of `{', '.join(names)}`. Expected the "
            "signing secret. Add it to the connection (password, or a key of Extra).",
            tenant=feed.tenant.id,
            feed=feed.name,
        )
    return Endpoint(
        feed.tenant.id,
        feed.name,
        _build_rule(feed, kind, doors.base_url),
        build_paths(feed, kind),
        secrets,
        credentials.fields.get("verify_token") or None,
        doors.fetch_warehouse_url(feed.tenant),
    )


def _build_rule(feed: Feed, kind: str, base_url: str) -> SignatureRule:
    url = str(feed.options.get("url") or f"{base_url}/elt/webhooks/{feed.tenant.id}/{feed.name}")
    rule = SignatureRule(kind, url=url)  # type: ignore[arg-type]  # checked by the caller
    if kind in PRESETS or kind == "stripe":
        return rule
    options = {
        name: value for name in RULE_OPTIONS if (value := feed.options.get(name)) is not None
    }
    return replace(rule, **options)


def build_paths(feed: Feed, kind: str) -> EventPaths:
    """Where requests say what they are: the feed's options, else what is known of the sender."""
    known = PATHS.get(kind, EventPaths("", ""))
    given = {
        name: str(value)
        for name in ("event_id", "event_type", "occurred_at")
        if (value := feed.options.get(name))
    }
    return replace(known, **given)  # type: ignore[arg-type]  # three texts


class Endpoints:
    """Endpoints by place, remembered for a while; so is that there is none."""

    def __init__(
        self,
        doors: Doors,
        load: Callable[[str, str], Feed] = load_one_feed,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._doors, self._load, self._clock = doors, load, clock
        self._known: dict[tuple[str, str], tuple[float, Endpoint | None]] = {}

    def fetch_remembered(self, tenant: str, feed: str) -> tuple[bool, Endpoint | None]:
        """Whether it is known how it stands, and the endpoint."""
        until, found = self._known.get((tenant, feed), (0.0, None))
        return self._clock() < until, found

    def fetch(self, tenant: str, feed: str) -> Endpoint | None:
        """Read files and connection; None when there is no such feed or it cannot be used.

        Raises:
            EltError: If a connection cannot be asked for just now.
        """
        place = (tenant, feed)
        try:
            found = (
                build_endpoint(self._load(tenant, feed), self._doors) if _exists(*place) else None
            )
        except ConfigError as error:
            log.info("no webhooks: %s", error)
            found = None
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[place] = (self._clock() + REREAD_S, found)
        return found


def _exists(tenant: str, feed: str) -> bool:
    """Whether a file may be looked for: guesses from outside cost one look, never a parse."""
    if not re.fullmatch(naming.TENANT_PATTERN, tenant) or not re.fullmatch(
        naming.SNAKE_PATTERN, feed
    ):
        return False
    return find_source(f"{tenant}{TENANT_SUFFIX}", load_settings()).is_file()
