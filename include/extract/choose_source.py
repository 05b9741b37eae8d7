"""Which class reads which feed: the connector's own source.py, else the engine of its kind."""

import logging
from collections.abc import Callable, Collection, Iterator

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.errors import AccessDenied, ConfigError, EltError, PositionRefused
from include.core.streams import Page, Window
from include.extract.files.source import FileSource
from include.extract.own_python import load_connector_module
from include.extract.rest.source import RestSource
from include.extract.source import FROM_THE_START, EventSource, ReadOptions, Source, SourceBase
from include.extract.stores.source_stores import NO_STORES, Stores

log = logging.getLogger(__name__)

ENGINES: dict[str, type[SourceBase]] = {"rest": RestSource, "files": FileSource}


class LocatedSource:
    """Fills tenant, feed and stream into every error of the source inside."""

    def __init__(self, feed: Feed, inner: SourceBase) -> None:
        self._feed = feed
        self._inner = inner

    def check(self) -> None:
        try:
            self._inner.check()
        except EltError as error:
            self._locate(error)
            self._name_rights(error, *self._feed.streams)
            raise

    def discover(self) -> dict[str, Stream]:
        try:
            return self._inner.discover()
        except EltError as error:
            self._locate(error)
            raise

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """See `Source`; a position is refused where the source no longer takes any."""
        try:
            if options.position is not None and not self._inner.takes_positions:
                raise PositionRefused(
                    "a read was broken off at a position, and this source takes none. Expected "
                    "one it gave itself. It is read from the start of its window."
                )
            yield from self._inner.read(stream, window, options)
        except EltError as error:
            self._locate(error, stream)
            self._name_rights(error, stream)
            raise

    def count(self, stream: str, window: Window) -> int | None:
        try:
            return self._inner.count(stream, window)
        except EltError as error:
            self._locate(error, stream)
            raise

    def unread(self) -> tuple[str, ...]:
        try:
            return self._inner.unread()
        except EltError as error:
            self._locate(error)
            raise

    def read_as_text(self, stream: str, columns: Collection[str]) -> None:
        try:
            self._inner.read_as_text(stream, columns)
        except EltError as error:
            self._locate(error, stream)
            raise

    def after_commit(self, stream: str) -> None:
        """What the source wants to do once a load is committed; a failure is only a warning.

        Archives loaded files. The rows are there, and the next run does what this one could not.
        """
        try:
            self._inner.after_commit(stream)
        except EltError as error:
            self._locate(error, stream)
            log.warning("after commit error=%s message=%s", type(error).__name__, error)

    def events(self) -> EventSource:
        try:
            return self._inner.events()
        except EltError as error:
            self._locate(error)
            raise

    def _locate(self, error: EltError, stream: str | None = None) -> None:
        error.at(tenant=self._feed.tenant.id, feed=self._feed.name, stream=stream)

    def _name_rights(self, error: EltError, *streams: str) -> None:
        """A refusal says what to grant."""
        found = [self._feed.connector.right_for(stream) for stream in streams]
        rights = ", ".join(f"`{right}`" for right in dict.fromkeys(found) if right)
        if isinstance(error, AccessDenied) and rights:
            error.message = f"{error.message} Reading needs {rights}."


def build_source(feed: Feed, credentials: Credentials, stores: Stores = NO_STORES) -> Source:
    """The reader of one feed; opens no connection yet.

    Args:
        stores: What outlives the process.

    Raises:
        ConfigError: If the connector needs a source.py and has none, or a secret is missing.
    """
    try:
        return LocatedSource(feed, _choose(feed)(feed, credentials, stores))
    except EltError as error:
        error.at(tenant=feed.tenant.id, feed=feed.name)
        raise


def _choose(feed: Feed) -> Callable[[Feed, Credentials, Stores], SourceBase]:
    """The class that reads it.

    Raises:
        ConfigError: If there is none.
    """
    connector = feed.connector
    own = load_connector_module(connector.connector, "source")
    chosen = getattr(own, "SOURCE", None) if own else ENGINES.get(connector.kind)
    if chosen is None:
        what = "names no `SOURCE` in its source.py" if own else "has no source.py"
        raise ConfigError(
            f"connector `{connector.connector}` is of kind {connector.kind} and {what}. Expected "
            "`SOURCE = <a class made from SourceBase>` there. Add it, or choose kind rest or files."
        )
    found: Callable[[Feed, Credentials, Stores], SourceBase] = chosen
    return found
