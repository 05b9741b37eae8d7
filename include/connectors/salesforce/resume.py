"""Bulk jobs that outlive the process: a task that died while a job ran goes on with it.

The next try asks for a later end, so it takes the old job for what that covers and reads the rest
like any other window. Rows changed since the job ran have a stamp in the rest: the loader keeps
the newer version.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.connectors.salesforce.bulk import (
    COMPLETE,
    RUNNING,
    BulkApi,
    fetch_job,
    fetch_rows,
    run_create,
    run_delete,
    run_wait,
)
from include.connectors.salesforce.soql import Selection, build_soql
from include.core.clock import format_instant, parse_instant
from include.core.errors import ContractBroken
from include.core.streams import Window
from include.extract.stores.jobs import JobStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A job and the end of the window it was started for."""

    identity: str
    end: datetime | None


def find_job(
    api: BulkApi, store: JobStore, selection: Selection, field: str, window: Window
) -> Job | None:
    """The job of a former try if it can be used, else a new one.

    Returns:
        None when Salesforce does not serve the object by bulk jobs.
    """
    key = _build_key(selection, field, window)
    kept = store.get(key)
    if kept:
        identity, _, end = kept.partition(" ")
        job = Job(identity, parse_instant(end) if end else None)
        if job.end == window.end or (job.end and window.end and job.end < window.end):
            if _is_alive(api, identity):
                log.info("action=bulk_resumed id=%s", identity)
                return job
            store.forget(key)
    created = run_create(api, build_soql(selection, field, window))
    if created is None:
        return None
    store.put(key, f"{created} {format_instant(window.end) if window.end else ''}".strip())
    return Job(created, window.end)


def read_job(
    api: BulkApi, store: JobStore, selection: Selection, field: str, window: Window, job: Job
) -> Iterator[dict[str, Any]]:
    """Rows of the job; when all are read, the job is deleted and forgotten."""
    yield from fetch_rows(api, job.identity, run_wait(api, job.identity))
    store.forget(_build_key(selection, field, window))
    run_delete(api, job.identity)


def _is_alive(api: BulkApi, identity: str) -> bool:
    try:
        state = fetch_job(api, identity).get("state")
    except ContractBroken:
        # Deleted, or of an org that was refreshed meanwhile.
        return False
    return state == COMPLETE or state in RUNNING


def _build_key(selection: Selection, field: str, window: Window) -> str:
    """Names what is asked for without the end, which every try moves."""
    soql = build_soql(selection, field, Window(window.start, None))
    return f"{selection.object_name}/{hashlib.sha256(soql.encode()).hexdigest()[:32]}"
