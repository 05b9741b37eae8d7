"""Insights by asynchronous report jobs: started, polled together, read when they are complete.

A run id is kept the moment Meta names it. A process that takes over after a crash goes on with the
jobs of the last hours; they are forgotten only when the whole read is over, because until then no
row of it is committed.
"""

import hashlib
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from include.connectors.meta_ads.faults import LOST, TOO_MUCH, is_one_of
from include.connectors.meta_ads.graph import Graph
from include.core.errors import ContractBroken, EltError, UpstreamUnavailable
from include.extract.http.date_slices import Slice
from include.extract.record_path import pick
from include.extract.stores.jobs import JobStore

log = logging.getLogger(__name__)

# Meta allows about 100 for an account; all of them share its allowance.
IN_FLIGHT = 8
PAGE = "500"
COMPLETED, FAILED = "Job Completed", frozenset({"Job Failed", "Job Skipped"})
FIRST_WAIT_S, LONGEST_WAIT_S, PATIENCE_S = 0.25, 30.0, 1800.0
RESTARTS = 2


@dataclass(slots=True)
class Job:
    """One report on its way; `waited_s` since it was started here."""

    piece: Slice
    run_id: str
    waited_s: float = 0.0


class Reports:
    """Reports of one ad account with the same parameters."""

    def __init__(
        self,
        graph: Graph,
        account: str,
        params: Mapping[str, str],
        store: JobStore,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._graph, self._account, self._params = graph, account, dict(params)
        self._store, self._sleep = store, sleep
        digest = hashlib.sha256(json.dumps(self._params, sort_keys=True).encode()).hexdigest()
        self._prefix = f"{account}/{digest[:16]}/"
        self._known: set[str] = set()
        self._failures: dict[Slice, int] = {}

    def read(self, pieces: list[Slice]) -> Iterator[tuple[Slice, list[dict[str, Any]], bool]]:
        """(slice, rows of a page, whether it was the slice's last page).

        Raises:
            UpstreamUnavailable: If a single day fails again and again.
        """
        yield from self._run(pieces)
        self._store.forget(self._prefix)

    def _run(self, pieces: list[Slice]) -> Iterator[tuple[Slice, list[dict[str, Any]], bool]]:
        waiting, running, wait_s = deque(pieces), list[Job](), FIRST_WAIT_S
        while waiting or running:
            while waiting and len(running) < IN_FLIGHT:
                running.append(self._start(waiting.popleft()))
            done = False
            for job in list(running):
                status = self._fetch_status(job)
                if status == COMPLETED:
                    yield from self._rows(job)
                elif status in FAILED or job.waited_s > PATIENCE_S:
                    waiting.extendleft(reversed(self._again(job, status)))
                else:
                    continue
                running.remove(job)
                done = True
            if running and not done:
                self._sleep(wait_s)
                for job in running:
                    job.waited_s += wait_s
            wait_s = FIRST_WAIT_S if done else min(wait_s * 2, LONGEST_WAIT_S)

    def _start(self, piece: Slice) -> Job:
        """A job another process has started for the same days and fields, else a new one."""
        key = self._key(piece)
        kept = self._store.get(key)
        if kept is not None:
            log.info("action=report_resumed account=%s days=%s", self._account, piece.first)
            self._known.add(kept)
            return Job(piece, kept)
        days = {"since": piece.first.isoformat(), "until": piece.last.isoformat()}
        params = {**self._params, "time_range": json.dumps(days)}
        for _ in range(RESTARTS + 1):
            run_id = pick(
                self._graph.post(f"act_{self._account}/insights", params), "report_run_id"
            )
            if not run_id:
                raise ContractBroken(
                    "the start of a report answered without `report_run_id`. Expected one. Check "
                    "the Graph version."
                )
            # The answer to another start, sent twice.
            if str(run_id) not in self._known:
                break
        self._known.add(str(run_id))
        self._store.put(key, str(run_id))
        return Job(piece, str(run_id))

    def _fetch_status(self, job: Job) -> str:
        """Only the status counts: 100 percent also comes while the job is still running."""
        try:
            body = self._graph.get(job.run_id, {"fields": "async_status,async_percent_completion"})
        except EltError as error:
            if not is_one_of(error, LOST):
                raise
            return "Job Failed"
        status = pick(body, "async_status")
        if not isinstance(status, str):
            raise ContractBroken(
                "a report has no `async_status`. Expected one. Check the Graph version."
            )
        return status

    def _again(self, job: Job, status: str) -> list[Slice]:
        """The slices to start anew: the same once, then halves; a day that keeps failing ends it.

        Raises:
            UpstreamUnavailable: See above.
        """
        piece = job.piece
        self._store.forget(self._key(piece))
        failures = self._failures[piece] = self._failures.get(piece, 0) + 1
        log.warning(
            "action=report_failed account=%s first=%s last=%s status=%s times=%d",
            *(self._account, piece.first, piece.last, status.replace(" ", "_"), failures),
        )
        if failures == 1:
            return [piece]
        if piece.first != piece.last:
            return list(piece.halves())
        if failures <= RESTARTS:
            return [piece]
        raise UpstreamUnavailable(
            f"the report of `{piece.first}` ended as `{status}` {failures} times. Expected Job "
            "Completed. It is tried again later."
        )

    def _rows(self, job: Job) -> Iterator[tuple[Slice, list[dict[str, Any]], bool]]:
        """Rows of a complete report; one that is too large is split.

        Raises:
            ContractBroken: If a row is of a day that was not asked for.
        """
        try:
            for rows in self._graph.walk(f"{job.run_id}/insights", {"limit": PAGE}):
                for row in rows:
                    _check_day(row, job.piece)
                yield job.piece, rows, False
        except EltError as error:
            if not is_one_of(error, TOO_MUCH) or job.piece.first == job.piece.last:
                raise
            log.warning("action=report_halved account=%s first=%s", self._account, job.piece.first)
            yield from self._run(list(job.piece.halves()))
            return
        yield job.piece, [], True

    def _key(self, piece: Slice) -> str:
        return f"{self._prefix}{piece.first}/{piece.last}"


def _check_day(row: dict[str, Any], piece: Slice) -> None:
    """Without `time_increment` a row would hold the whole range, and look like one day."""
    found = row.get("date_start")
    try:
        inside = piece.first <= date.fromisoformat(str(found)) <= piece.last
    except ValueError:
        inside = False
    if not inside or row.get("date_stop") != found:
        raise ContractBroken(
            f"a report of `{piece.first}` to `{piece.last}` has a row of `{str(found)[:10]}`. "
            "Expected one row per day inside. Run again; if it stays, report it to the vendor."
        )
