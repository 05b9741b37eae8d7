"""Which streams a feed has as far as the files say; discovery may know more."""

from include.config.models import Feed
from include.config.options import STREAMS_OPTION


def build_stream_names(feed: Feed) -> tuple[str, ...]:
    """Names, sorted; empty when only looking at the source can tell (connector `files`)."""
    if feed.connector.streams_from_feed:
        return tuple(sorted(feed.options.get(STREAMS_OPTION) or ()))
    return tuple(sorted(feed.streams))


def build_swept_names(feed: Feed) -> tuple[str, ...]:
    """Streams of which a sweep finds what is gone, sorted: read by time, and complete as a whole.

    Streams without a cursor are read in full by every run, which finds it too; a source with a
    state of its own cannot be asked for everything.
    """
    declared = feed.options.get(STREAMS_OPTION) if feed.connector.streams_from_feed else None
    if feed.connector.stateful or set(declared or ()) - set(feed.streams):
        # Some are not described here: one task finds out at the source.
        return ()
    return tuple(sorted(n for n, one in feed.streams.items() if one.cursor and one.sweep == "all"))
