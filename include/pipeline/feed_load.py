"""Loads the streams of one feed in turn; one that fails does not stop the others.

The one way in for an operator's task and for `run` at the command line.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from include.core.errors import EltError
from include.core.streams import LoadResult, RunKind
from include.extract.source import Source
from include.pipeline.load_environment import LoadEnvironment
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from include.pipeline.stream_names import build_stream_names, build_swept_names
from include.pipeline.window import Skipped

log = logging.getLogger(__name__)

StreamOutcome = LoadResult | Skipped | EltError


@dataclass(frozen=True)
class FeedResult:
    """What came of each stream, by name."""

    loaded: dict[str, LoadResult] = field(default_factory=dict)
    skipped: dict[str, Skipped] = field(default_factory=dict)
    failed: dict[str, EltError] = field(default_factory=dict)

    def add(self, stream: str, outcome: StreamOutcome) -> None:
        """Note what came of one stream."""
        if isinstance(outcome, LoadResult):
            self.loaded[stream] = outcome
        elif isinstance(outcome, Skipped):
            self.skipped[stream] = outcome
        else:
            self.failed[stream] = outcome


def _ignore(stream: str, outcome: StreamOutcome) -> None:
    pass


def run_feed_load(
    request: LoadRequest,
    environment: LoadEnvironment,
    *,
    on_stream: Callable[[str, StreamOutcome], None] = _ignore,
) -> FeedResult:
    """Load the request's streams.

    Args:
        on_stream: Told what came of each stream as soon as it has ended.

    Raises:
        EltError: Only when the source cannot be opened; a stream's own error is in the answer.
    """
    result = FeedResult()
    if has_no_stream(request):
        return result
    source = environment.open_source(request.feed)
    named = request.streams or _build_named(request)
    for name in named or tuple(sorted(source.discover())):
        outcome = _run_one(request.of(name), environment, source)
        result.add(name, outcome)
        on_stream(name, outcome)
    return result


def _run_one(request: LoadRequest, environment: LoadEnvironment, source: Source) -> StreamOutcome:
    try:
        return run_stream_load(request, environment, source)
    except EltError as error:
        log.error("stream failed error=%s message=%s", type(error).__name__, error)
        return error
    except Exception as error:
        # A fault of ours ends its stream, not those behind it.
        log.exception("stream failed error=%s", type(error).__name__)
        feed = request.feed
        return EltError(
            f"unexpected `{type(error).__name__}`. Expected an error that says what to do; the log "
            "of this run has the place. Report it.",
            tenant=feed.tenant.id,
            feed=feed.name,
            stream=request.stream,
        )


def has_no_stream(request: LoadRequest) -> bool:
    """True for the sweep of a feed that has nothing to sweep; nobody is asked."""
    if request.streams or request.kind is not RunKind.SWEEP:
        return False
    return not build_swept_names(request.feed) and not request.feed.connector.streams_from_feed


def _build_named(request: LoadRequest) -> tuple[str, ...]:
    """What the files say; nothing where only looking at the source can tell."""
    swept = build_swept_names(request.feed) if request.kind is RunKind.SWEEP else ()
    return swept or build_stream_names(request.feed)


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
