"""One request to load: made where work begins (operator, command, worker), handed down whole."""

from dataclasses import dataclass, replace

from include.config.models import Feed
from include.core.streams import NOWHERE, Reading, RunKind, RunOrigin, Window


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What is to be loaded, how, and who asks for it.

    Attributes:
        streams: Their names; none: all that the kind of run is about and the feed declares or,
            where only the source can tell, discovery finds.
        window: Exactly what to read (backfill interval, manual from/to); None continues at each
            stream's committed cursor.
        reload: Read files again that were loaded before.
        may_shrink: A person accepts that much of a stream is gone.
    """

    feed: Feed
    kind: RunKind
    streams: tuple[str, ...] = ()
    window: Window | None = None
    origin: RunOrigin = NOWHERE
    reload: bool = False
    may_shrink: bool = False

    @property
    def stream(self) -> str:
        """The one stream of a request that `of` has narrowed.

        Raises:
            ValueError: If it names none or several.
        """
        (name,) = self.streams
        return name

    @property
    def reading(self) -> Reading:
        """Files not loaded yet; all again on request and for a sweep; an interval as given."""
        if self.reload or self.kind is RunKind.SWEEP:
            return Reading.ALL
        return Reading.NEW if self.window is None else Reading.WINDOW

    def of(self, stream: str) -> "LoadRequest":
        """The same for one stream."""
        return replace(self, streams=(stream,))
