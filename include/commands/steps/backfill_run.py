"""Workers of this process on backfills, with a line of progress.

Ctrl-C once: chunks being loaded are finished and the backfill is paused (or, for `work`, left to
other processes). Ctrl-C again: they are abandoned, which loses nothing: they are loaded again.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

from include.commands.frame.choose import choose_feeds
from include.commands.frame.connect import build_environment, load_credentials
from include.commands.frame.exit_codes import DATA, RETRY
from include.commands.screen.output import complain, say, say_json, speaks_json
from include.commands.screen.progress import LoadWatch, showing_bars
from include.commands.steps.backfill_report import build_progress
from include.config.models import Tenant
from include.core.errors import EltError
from include.ledger import backfills
from include.ledger.backfills import Chunk
from include.ledger.connection import Warehouse
from include.pipeline.backfill_worker import BackfillWorker

INTERRUPTED = 130
LOOK_S = 1.0


class _Team:
    """The workers of this process, one thread each."""

    def __init__(
        self, tenant: Tenant, warehouse: Warehouse, ids: Sequence[int], workers: int
    ) -> None:
        self.tenant, self.warehouse, self.ids = tenant, warehouse, list(ids)
        self.workers, self.watch = workers, LoadWatch(None)
        self.stop = threading.Event()
        self.changed = threading.Event()
        self.threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def run_start(self) -> None:
        """Start so many threads for each feed that has one of these backfills."""
        by_feed: dict[str, list[int]] = {}
        for row in self.fetch():
            by_feed.setdefault(row["feed"], []).append(row["backfill_id"])
        for name, ids in sorted(by_feed.items()):
            (feed,) = choose_feeds(self.tenant, name)
            # A connection that is missing is told at once, not by each of the workers.
            load_credentials(feed)
            for _ in range(self.workers):
                worker = BackfillWorker(
                    feed,
                    ids,
                    build_environment(self.warehouse, self.watch),
                    stop=self.stop,
                    on_chunk=partial(self._end_chunk, name),
                )
                thread = threading.Thread(target=self._run, args=[worker], daemon=True)
                self.threads.append(thread)
        for thread in self.threads:
            thread.start()

    def _end_chunk(self, feed: str, chunk: Chunk) -> None:
        self.watch.end(feed, chunk.stream, chunk.window)
        self.changed.set()

    def _run(self, worker: BackfillWorker) -> None:
        try:
            worker.run()
        except BaseException as error:
            self.errors.append(error)

    def is_working(self) -> bool:
        return any(thread.is_alive() for thread in self.threads)

    def fetch(self) -> list[dict[str, Any]]:
        with self.warehouse.connect() as connection:
            return backfills.fetch_backfills(connection, self.tenant.id, ids=self.ids)


def run_here(
    tenant: Tenant, warehouse: Warehouse, ids: Sequence[int], workers: int, *, pauses: bool
) -> int:
    """Work until nothing is left; 0 when all of it is loaded.

    Args:
        pauses: Ctrl-C pauses the backfills instead of only leaving them.
    """
    # A container is stopped by SIGTERM; that is no other wish than Ctrl-C.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    team = _Team(tenant, warehouse, ids, workers)
    try:
        with showing_bars() as bars:
            team.watch = LoadWatch(bars)
            _run_watched(team, _Shown(team.watch, is_live=bars is not None))
    except KeyboardInterrupt:
        team.watch.close()
        return _run_leave(team, pauses=pauses)
    finally:
        signal.signal(signal.SIGTERM, before)
    return _say_end(team)


def _run_watched(team: _Team, shown: "_Shown") -> None:
    team.run_start()
    while team.is_working():
        if team.changed.wait(LOOK_S) or shown.is_live:
            team.changed.clear()
            shown.show(team.fetch())
    shown.show(team.fetch())


def _say_end(team: _Team) -> int:
    rows = team.fetch()
    for error in team.errors:
        if not isinstance(error, EltError):
            raise error
        complain(f"error: {error}")
    for row in rows:
        note = f": {row['note']}" if row["note"] else ""
        say(f"backfill {row['backfill_id']}: {row['state']}{note}")
    if speaks_json():
        say_json(rows)
    if team.errors:
        return RETRY
    return 0 if all(row["state"] == "done" for row in rows) else DATA


def _run_leave(team: _Team, *, pauses: bool) -> int:
    team.stop.set()
    try:
        if pauses:
            with team.warehouse.connect() as connection:
                for backfill_id in team.ids:
                    backfills.run_pause(connection, backfill_id, "paused by Ctrl-C")
        complain("finishing the chunks being loaded; Ctrl-C again abandons them")
        for thread in team.threads:
            thread.join()
    except KeyboardInterrupt:
        complain("abandoned; these chunks are loaded again")
        sys.stderr.flush()
        # Threads that read cannot be stopped; nothing they have not committed counts.
        os._exit(INTERRUPTED)
    ids = " ".join(map(str, team.ids))
    if pauses:
        say(f"paused; go on with: elt backfill resume --wait --tenant {team.tenant.id} {ids}")
    return INTERRUPTED


class _Shown:
    """Progress of the backfills: a bar each at a terminal, a line when it changes elsewhere."""

    def __init__(self, watch: LoadWatch, *, is_live: bool) -> None:
        self._watch, self.is_live = watch, is_live
        self._tasks: dict[int, Any] = {}
        self._last = ""

    def show(self, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows if self.is_live else ():
            fields = {
                "description": f"backfill {row['backfill_id']} {row['feed']}",
                "completed": row["done"],
                "total": row["total"],
                "unit": "chunks",
                "left": float(row["left_s"]) if row["left_s"] is not None else None,
            }
            task = self._tasks.get(row["backfill_id"])
            self._tasks[row["backfill_id"]] = self._watch.show(task, **fields)
        text = build_progress(rows)
        if not self.is_live and text != self._last:
            say(text)
        self._last = text
