"""What every source can do, and the defaults of one that can do no more.

`choose_source` says which class reads which feed.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from include.config.connector_spec import Stream
from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.errors import ConfigError
from include.core.streams import Page, Reading, Window
from include.core.webhook_event import WebhookEvent
from include.extract.stores.source_stores import NO_STORES, Stores


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a window is read.

    Attributes:
        position: `Page.position` behind which to go on; None: from the beginning.
        reading: What of a source made of files is read; others take no notice.
    """

    position: str | None = None
    reading: Reading = Reading.WINDOW


FROM_THE_START = ReadOptions()


class EventSource(Protocol):
    """What a source of a feed with an inbox can do besides: turn its events into pages."""

    def route(self, event_type: str) -> tuple[str, ...]:
        """The streams that take events of this type, sorted; none: it is nobody's."""
        ...

    def drain(self, stream: str, events: list[WebhookEvent]) -> Iterator[Page]:
        """Pages of one stream made of events; each event's mark is on one of them."""
        ...


class Source(Protocol):
    """A feed's reader. Reading again with the same window gives the same records."""

    def check(self) -> None:
        """Prove reachability and access; raises the error a load would raise."""

    def discover(self) -> dict[str, Stream]:
        """The feed's streams as they can be read now, by name."""
        ...

    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """Pages of records inside the window; nothing is requested before the first `next`.

        What a page with a `position` and those before it held is not read again when the position
        comes back in the options.

        Raises:
            PositionRefused: If the position is no longer taken.
        """
        ...

    def unread(self) -> tuple[str, ...]:
        """Sentences about what lies at the source and no stream reads."""
        ...

    def read_as_text(self, stream: str, columns: Collection[str]) -> None:
        """Give these columns as text from now on, and all of the stream once more.

        Only sources that detect types are asked: what they guessed turned out wrong.
        """

    def after_commit(self, stream: str) -> None:
        """What is left to do once a load of the stream is committed."""

    def events(self) -> EventSource:
        """Who turns events of the feed's inbox into pages.

        Raises:
            ConfigError: If nobody does.
        """
        ...


@runtime_checkable
class CountingSource(Protocol):
    """A source whose vendor can be asked how many records a window has, apart from reading it."""

    def count(self, stream: str, window: Window) -> int | None:
        """What the vendor counts in a window of whole seconds; None where it counts none."""
        ...


class SourceBase(ABC):
    """A source with the feed's declared streams, no positions, no events, nothing to follow up.

    A connector's source.py names its own class (`SOURCE = ShopifySource`), which adds `check` and
    `read`, and overrides here what else it can do.

    Attributes:
        takes_positions: Its pages carry positions, and `read` goes on behind one.
    """

    takes_positions: ClassVar[bool] = False

    def __init__(self, feed: Feed, credentials: Credentials, stores: Stores = NO_STORES) -> None:
        self._feed, self._credentials, self._stores = feed, credentials, stores

    @abstractmethod
    def check(self) -> None:
        """See `Source`."""

    def discover(self) -> dict[str, Stream]:
        """The streams as they are declared."""
        return dict(self._feed.streams)

    def count(self, stream: str, window: Window) -> int | None:
        """See `CountingSource`; by default the vendor is not asked."""
        return None

    @abstractmethod
    def read(
        self, stream: str, window: Window, options: ReadOptions = FROM_THE_START
    ) -> Iterator[Page]:
        """See `Source`."""

    def unread(self) -> tuple[str, ...]:
        """Nothing is known to be left."""
        return ()

    def read_as_text(self, stream: str, columns: Collection[str]) -> None:
        """Nothing here is guessed.

        Raises:
            ConfigError: Always.
        """
        raise ConfigError(f"stream `{stream}` has no detected columns. Expected files.")

    def after_commit(self, stream: str) -> None:  # noqa: B027  nothing is what most have to do
        """Nothing."""

    def events(self) -> EventSource:
        """Nobody; a source with `route` and `drain` answers itself.

        Raises:
            ConfigError: Always.
        """
        raise ConfigError(
            f"connector `{self._feed.connector.connector}` makes nothing of webhooks. Expected "
            "`events`, `route` and `drain` in its source.py. Remove the option `webhooks`."
        )


def try_read(pages: Iterator[Page]) -> None:
    """Read up to the first record, or what came instead of one; notices before it prove nothing.

    Raises:
        EltError: What reading so far has raised.
    """
    next((page for page in pages if len(page.records) or page.rejects or page.filtered), None)
