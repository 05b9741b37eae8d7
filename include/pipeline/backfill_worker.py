"""Works on the chunks of backfills until none is left, one after the other.

Data flow: elt_ops.backfill_chunks -> claim -> run_stream_load (kind backfill) -> done.

Any number of workers in any number of processes may do this at once, beside the feed's schedule.
Each chunk is an ordinary load: killed anywhere, it is whole or never happened, and another worker
takes it over when its claim has not been renewed for a minute.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from include.config.models import Feed
from include.core.errors import EltError
from include.core.streams import LoadResult, RunKind, RunOrigin
from include.extract.source import Source
from include.ledger import backfills
from include.ledger.backfills import Chunk
from include.pipeline.load_environment import LoadEnvironment
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from include.pipeline.window import Skipped

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a worker does what; seconds.

    Attributes:
        stale_s: A claim not renewed for so long is anybody's.
        tries: Of one chunk, for errors a later try may cure and for workers that died.
    """

    heartbeat_s: float = 10.0
    stale_s: float = 60.0
    look_s: float = 2.0
    backoff_s: float = 5.0
    tries: int = 5


PACE = Pace()
MAX_WAIT_S = 3600.0


class BackfillWorker:
    """One worker; `run` ends when nothing is left, all is paused, or `stop` is set."""

    def __init__(
        self,
        feed: Feed,
        ids: Sequence[int],
        environment: LoadEnvironment,
        *,
        stop: threading.Event | None = None,
        on_chunk: Callable[[Chunk], None] = lambda chunk: None,
        pace: Pace = PACE,
    ) -> None:
        self._feed, self._ids = feed, list(ids)
        self._environment, self._warehouse = environment, environment.warehouse
        self._stop = stop or threading.Event()
        self._on_chunk = on_chunk
        self._pace = pace
        self.name = f"{uuid4().hex[:12]}"

    def run(self) -> None:
        """Work; errors of chunks are written to them, those of the warehouse come out."""
        self._environment.run_prepare(self._feed)
        # An own reader for each worker: an HTTP session is not for several threads.
        source = self._environment.open_source(self._feed)
        while not self._stop.is_set():
            chunk = self._claim()
            if chunk is None:
                if not self._has_work():
                    break
                self._stop.wait(self._pace.look_s)
                continue
            with self._heartbeats(chunk):
                self._run_chunk(chunk, source)
            self._on_chunk(chunk)
        with self._warehouse.connect() as connection:
            backfills.run_close_finished(connection, self._ids)

    def _claim(self) -> Chunk | None:
        stale = timedelta(seconds=self._pace.stale_s)
        with self._warehouse.connect() as connection:
            chunk = backfills.run_claim(connection, self._ids, self.name, stale)
            if chunk is not None and chunk.tries > self._pace.tries:
                error = f"{chunk.tries - 1} workers ended while they loaded it, without a word"
                backfills.run_fail(connection, chunk, error)
                return None
        return chunk

    def _has_work(self) -> bool:
        with self._warehouse.connect() as connection:
            return backfills.fetch_has_work(connection, self._ids)

    def _run_chunk(self, chunk: Chunk, source: Source) -> None:
        origin = RunOrigin("cli", f"backfill__{chunk.backfill_id}", None, chunk.tries)
        request = LoadRequest(
            self._feed, RunKind.BACKFILL, (chunk.stream,), window=chunk.window, origin=origin
        )
        try:
            done = run_stream_load(request, self._environment, source)
        except EltError as error:
            self._settle_error(chunk, error)
            return
        except Exception as error:
            log.exception("chunk failed backfill=%s stream=%s", chunk.backfill_id, chunk.stream)
            self._settle_for_good(chunk, f"unexpected {type(error).__name__}; see the log")
            return
        result = done if isinstance(done, LoadResult) else None
        if isinstance(done, Skipped):
            log.info("chunk skipped stream=%s reason=%s", chunk.stream, done.reason)
        with self._warehouse.connect() as connection:
            backfills.run_finish(connection, chunk, result)

    def _settle_error(self, chunk: Chunk, error: EltError) -> None:
        if not error.retryable:
            self._settle_for_good(chunk, str(error))
            return
        asked = getattr(error, "retry_after_s", None)
        wait_s = self._pace.backoff_s * 2 ** (chunk.tries - 1) if asked is None else float(asked)
        with self._warehouse.connect() as connection:
            if chunk.tries >= self._pace.tries:
                backfills.run_fail(connection, chunk, str(error))
                return
            wait = timedelta(seconds=min(max(wait_s, 0.0), MAX_WAIT_S))
            backfills.run_put_back(connection, chunk, wait, str(error))

    def _settle_for_good(self, chunk: Chunk, error: str) -> None:
        """What a person must look at pauses the backfill: the next chunk would say the same."""
        with self._warehouse.connect() as connection:
            backfills.run_fail(connection, chunk, error)
            backfills.run_pause(connection, chunk.backfill_id, f"{chunk.stream}: {error}")

    @contextmanager
    def _heartbeats(self, chunk: Chunk) -> Iterator[None]:
        """Renew the claim in the background while the block runs."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(self._pace.heartbeat_s):
                try:
                    with self._warehouse.connect() as connection:
                        backfills.run_heartbeat(connection, chunk)
                except EltError as error:
                    log.warning("heartbeat not written reason=%s", type(error).__name__)

        thread = threading.Thread(target=beat, name=f"heartbeat-{self.name}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
