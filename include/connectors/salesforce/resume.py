"""Bulk jobs that outlive the process: a task that died while a job ran goes on with it.

The next try asks for a later end, so it takes the old job for what that covers and reads the rest
like any other window. Rows changed since the job ran have a stamp in the rest: the loader keeps
the newer version. A job's rows have the fields it was started with, so these are kept with its id:
a field the org got or hid meanwhile changes nothing of it.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    """A job, where its store keeps it, the end of its window and the fields it was started with."""

    identity: str
    key: str
    end: datetime | None
    selection: Selection


def find_job(
    api: BulkApi, store: JobStore, selection: Selection, field: str | None, window: Window
) -> Job | None:
    """The job of a former try if it can be used, else a new one.

    Returns:
        None when Salesforce does not serve the object by bulk jobs.
    """
    key = _build_key(selection, field, window)
    kept = store.get(key)
    if kept:
        job = _parse_job(key, kept, selection)
        if job.end == window.end or (job.end and window.end and job.end < window.end):
            if _is_alive(api, job.identity):
                log.info("action=bulk_resumed id=%s", job.identity)
                return job
            store.forget(key)
    created = run_create(api, build_soql(selection, field, window))
    if created is None:
        return None
    job = Job(created, key, window.end, selection)
    store.put(key, _build_text(job))
    return job


def read_job(api: BulkApi, store: JobStore, job: Job) -> Iterator[dict[str, Any]]:
    """Rows of the job; when all are read, the job is deleted and forgotten."""
    yield from fetch_rows(api, job.identity, run_wait(api, job.identity))
    store.forget(job.key)
    run_delete(api, job.identity)


def _build_text(job: Job) -> str:
    end = format_instant(job.end) if job.end else ""
    kept = {"id": job.identity, "end": end, "fields": dict(job.selection.fields)}
    return json.dumps(kept, separators=(",", ":"))


def _parse_job(key: str, text: str, selection: Selection) -> Job:
    found = json.loads(text)
    end = parse_instant(found["end"]) if found["end"] else None
    return Job(found["id"], key, end, replace(selection, fields=found["fields"]))


def _is_alive(api: BulkApi, identity: str) -> bool:
    try:
        state = fetch_job(api, identity).get("state")
    except ContractBroken:
        # Deleted, or of an org that was refreshed meanwhile.
        return False
    return state == COMPLETE or state in RUNNING


def _build_key(selection: Selection, field: str | None, window: Window) -> str:
    """Names what the feed wants, not what the org shows of it, without the end every try moves."""
    wanted = [
        *sorted(selection.declared),
        *(selection.further.standard, selection.further.custom),
        *(field, window.start and format_instant(window.start)),
    ]
    digest = hashlib.sha256(json.dumps(wanted).encode()).hexdigest()
    return f"{selection.object_name}/{digest[:32]}"
