"""Which streams a feed has as far as the files say; discovery may know more."""

from include.config.models import Feed
from include.config.options import STREAMS_OPTION


def build_stream_names(feed: Feed) -> tuple[str, ...]:
    """Names, sorted; empty when only looking at the source can tell (connector `files`)."""
    if feed.connector.streams_from_feed:
        return tuple(sorted(feed.options.get(STREAMS_OPTION) or ()))
    return tuple(sorted(feed.streams))
