"""What every source can do, and which class reads which feed.

Order of choice: the connector's own source.py, else the engine of its kind.
"""

import inspect
import logging
from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.errors import AccessDenied, ConfigError, EltError
from include.core.streams import Page, Reading, Window
from include.core.webhook_event import WebhookEvent
from include.extract.files.source import FileSource
from include.extract.own_python import load_connector_module
from include.extract.rest.source import RestSource
from include.extract.stores.source_stores import NO_STORES, Stores

log = logging.getLogger(__name__)


class Source(Protocol):
    """A feed's reader. Reading again with the same window gives the same records."""

    def check(self) -> None:
        """Prove reachability and access; raises the error a load would raise."""

    def discover(self) -> dict[str, Stream]:
        """The feed's streams as they can be read now, by name."""
        ...

    def read(self, stream: str, window: Window) -> Iterator[Page]:
        """Pages of records inside the window; nothing is requested before the first `next`.

        A source whose pages carry a `position` takes `position: str | None = None` besides: what
        that page and those before it held is not read again. It raises PositionRefused when the
        position is no longer taken.
        """
        ...


@runtime_checkable
class EventSource(Protocol):
    """What a source of a feed with an inbox can do besides: turn its events into pages."""

    def route(self, event_type: str) -> tuple[str, ...]:
        """The streams that take events of this type, sorted; none: it is nobody's."""
        ...

    def drain(self, stream: str, events: list[WebhookEvent]) -> Iterator[Page]:
        """Pages of one stream made of events; each event's mark is on one of them."""
        ...


class LocatedSource:
    """Fills tenant, feed and stream into every error of the source inside."""

    def __init__(self, feed: Feed, inner: Source) -> None:
        self._feed = feed
        self._inner = inner

    def check(self) -> None:
        try:
            self._inner.check()
        except EltError as error:
            error.at(tenant=self._feed.tenant.id, feed=self._feed.name)
            self._name_rights(error, *self._feed.streams)
            raise

    def discover(self) -> dict[str, Stream]:
        try:
            return self._inner.discover()
        except EltError as error:
            error.at(tenant=self._feed.tenant.id, feed=self._feed.name)
            raise

    def read(
        self,
        stream: str,
        window: Window,
        position: str | None = None,
        reading: Reading | None = None,
    ) -> Iterator[Page]:
        """See `Source`; `reading` reaches only sources of files, which know the word."""
        given: dict[str, Any] = {} if position is None else {"position": position}
        if reading is not None and "reading" in inspect.signature(self._inner.read).parameters:
            given["reading"] = reading
        try:
            yield from self._inner.read(stream, window, **given)
        except EltError as error:
            error.at(tenant=self._feed.tenant.id, feed=self._feed.name, stream=stream)
            self._name_rights(error, stream)
            raise

    def _name_rights(self, error: EltError, *streams: str) -> None:
        """A refusal says what to grant."""
        found = [self._feed.connector.right_for(stream) for stream in streams]
        rights = ", ".join(f"`{right}`" for right in dict.fromkeys(found) if right)
        if isinstance(error, AccessDenied) and rights:
            error.message = f"{error.message} Reading needs {rights}."

    def after_commit(self, stream: str) -> None:
        """What the source wants to do once a load is committed; a failure is only a warning.

        Archives loaded files. The rows are there, and the next run does what this one could not.
        """
        follow_up = getattr(self._inner, "after_commit", None)
        if follow_up is None:
            return
        try:
            follow_up(stream)
        except EltError as error:
            error.at(tenant=self._feed.tenant.id, feed=self._feed.name, stream=stream)
            log.warning("after commit error=%s message=%s", type(error).__name__, error)

    def events(self) -> EventSource:
        """The source inside, which turns events of the inbox into pages.

        Raises:
            ConfigError: If the connector cannot.
        """
        if isinstance(self._inner, EventSource):
            return self._inner
        raise ConfigError(
            f"connector `{self._feed.connector.connector}` makes nothing of webhooks. Expected "
            "`route` and `drain` in its source.py. Remove the option `webhooks`.",
            tenant=self._feed.tenant.id,
            feed=self._feed.name,
        )


def build_source(feed: Feed, credentials: Credentials, stores: Stores = NO_STORES) -> Source:
    """The reader of one feed; opens no connection yet.

    Args:
        stores: What outlives the process; a source.py is given those its own `build_source` names.

    Raises:
        ConfigError: If the connector needs a source.py and has none, or a secret is missing.
    """
    try:
        return LocatedSource(feed, _build(feed, credentials, stores))
    except EltError as error:
        error.at(tenant=feed.tenant.id, feed=feed.name)
        raise


def _build(feed: Feed, credentials: Credentials, stores: Stores) -> Source:
    connector = feed.connector
    own = load_connector_module(connector.connector, "source")
    if own is not None:
        known = inspect.signature(own.build_source).parameters
        further = {name: store for name, store in vars(stores).items() if name in known}
        found: Source = own.build_source(feed, credentials, **further)
        return found
    if connector.kind == "rest":
        return RestSource(
            feed, credentials, token_store=stores.token_store, rate_budget=stores.rate_budget
        )
    if connector.kind == "files":
        return FileSource(feed, credentials, stores.file_ledger)
    raise ConfigError(
        f"connector `{connector.connector}` is of kind python but has no source.py. Expected "
        "`build_source(feed, credentials)` there. Add it, or choose kind rest or files."
    )
