"""Loads several streams of one feed in turn; one that fails does not stop the others."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from include.config.credentials import Credentials
from include.config.models import Feed
from include.core.errors import EltError
from include.core.streams import LoadResult, RunKind, Window
from include.ledger.connection import Warehouse
from include.pipeline.load_request import RunOrigin
from include.pipeline.stream_load import NOWHERE, open_source, run_stream_load
from include.pipeline.stream_names import build_stream_names
from include.pipeline.window import Skipped

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FeedResult:
    """What came of each stream, by name."""

    loaded: dict[str, LoadResult] = field(default_factory=dict)
    skipped: dict[str, Skipped] = field(default_factory=dict)
    failed: dict[str, EltError] = field(default_factory=dict)


def run_feed_load(
    feed: Feed,
    kind: RunKind,
    window: Window | None,
    credentials: Credentials,
    warehouse: Warehouse,
    *,
    origin: RunOrigin = NOWHERE,
    streams: Iterable[str] | None = None,
    may_shrink: bool = False,
    reload: bool = False,
) -> FeedResult:
    """Load the named streams, or all that the feed declares or discovery finds.

    Args:
        may_shrink: A person accepts that much of the streams is gone.
        reload: Read files again that were loaded before.

    Raises:
        EltError: Only when the source cannot be opened; a stream's own error is in the answer.
    """
    source = open_source(feed, credentials, warehouse)
    names = tuple(streams or ()) or build_stream_names(feed) or tuple(sorted(source.discover()))
    result = FeedResult()
    for name in names:
        try:
            done = run_stream_load(
                feed,
                name,
                kind,
                window,
                credentials,
                warehouse,
                origin=origin,
                source=source,
                may_shrink=may_shrink,
                reload=reload,
            )
        except EltError as error:
            log.error("stream failed error=%s message=%s", type(error).__name__, error)
            result.failed[name] = error
            continue
        (result.skipped if isinstance(done, Skipped) else result.loaded)[name] = done
    return result


def build_feed_error(result: FeedResult) -> EltError | None:
    """One error for a task that loads many streams: the first one's class, naming every stream.

    A retryable error comes first, so that the retry, which repeats all streams, can help it.
    """
    if not result.failed:
        return None
    ordered = sorted(result.failed.items(), key=lambda item: (not item[1].retryable, item[0]))
    first = ordered[0][1]
    if len(ordered) > 1:
        others = "; ".join(f"`{name}`: {error.message}" for name, error in ordered[1:])
        first.message = f"{first.message} Also failed: {others}"
    return first
