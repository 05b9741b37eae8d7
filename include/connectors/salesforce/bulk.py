"""Bulk API 2.0 query jobs: create, wait, fetch the result pages, delete.

A result page that is cut is asked for again by its locator; the job itself is not repeated.
"""

import csv
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any

import requests
from requests.auth import AuthBase

from include.connectors.salesforce.errors import explain
from include.core.errors import ContractBroken, UpstreamUnavailable
from include.extract.http.client import HttpClient
from include.extract.http.session import request_once

log = logging.getLogger(__name__)

FIRST_POLL_S = 1.0
LONGEST_POLL_S = 20.0
PAGE_ROWS = 50_000
PAGE_TRIES = 4
TIMEOUT_S = (10.0, 120.0)
NOT_FOR_BULK = ("INVALIDENTITY", "API_ERROR")
RUNNING, COMPLETE = frozenset({"UploadComplete", "InProgress"}), "JobComplete"
# Long text areas hold up to 131,072 characters; the csv module stops at just that by default.
csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class BulkApi:
    """What bulk reading needs of a source; `sleep` is replaced in tests."""

    client: HttpClient
    auth: AuthBase
    sleep: Callable[[float], None] = time.sleep


def run_create(api: BulkApi, soql: str) -> str | None:
    """Start a job over live, deleted and archived rows.

    Returns:
        Its id; None when Salesforce says that the object cannot be read this way.
    """
    body = {"operation": "queryAll", "query": soql, "contentType": "CSV",
            "columnDelimiter": "COMMA", "lineEnding": "LF"}  # fmt: skip
    try:
        # Sent once: whether a lost answer started a job cannot be known.
        answer = api.client.post("jobs/query", body, repeatable=False).body
    except ContractBroken as error:
        if any(code in error.message for code in NOT_FOR_BULK):
            return None
        raise
    identity = answer.get("id") if isinstance(answer, dict) else None
    if not identity:
        raise ContractBroken(
            "a new bulk job has no id. Expected one. Run again; if it stays, set option bulk to "
            "never."
        )
    log.info("action=bulk_started id=%s", identity)
    return str(identity)


def fetch_job(api: BulkApi, identity: str) -> dict[str, Any]:
    """A job's status.

    Raises:
        ContractBroken: If Salesforce does not know the job.
    """
    found = api.client.get(f"jobs/query/{identity}").body
    return found if isinstance(found, dict) else {}


def run_wait(api: BulkApi, identity: str) -> int:
    """Poll until the job is complete; returns its number of rows. The task's timeout bounds it.

    Raises:
        UpstreamUnavailable: If the job failed or was aborted; nothing of it is used.
    """
    pause = FIRST_POLL_S
    while True:
        job = fetch_job(api, identity)
        state = job.get("state")
        if state == COMPLETE:
            rows = int(job.get("numberRecordsProcessed") or 0)
            log.info("action=bulk_done id=%s rows=%d", identity, rows)
            return rows
        if state not in RUNNING:
            raise UpstreamUnavailable(
                f"bulk job `{identity}` ended as `{state}`. Expected JobComplete. Nothing of it is "
                "used; a new one is tried later."
            )
        api.sleep(pause)
        pause = min(pause * 2, LONGEST_POLL_S)


def run_delete(api: BulkApi, identity: str) -> None:
    """Give the result's storage back; that it fails changes nothing, results end after 7 days."""
    url = api.client.resolve(f"jobs/query/{identity}")
    try:
        requests.delete(url, auth=api.auth, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException as error:
        log.warning("action=bulk_not_deleted id=%s reason=%s", identity, type(error).__name__)


def fetch_rows(api: BulkApi, identity: str, expected: int) -> Iterator[dict[str, str]]:
    """Rows of all result pages as text; each page goes through a file, memory stays small.

    Raises:
        UpstreamUnavailable: If a page stays cut, or rows are missing at the end.
        ContractBroken: If a locator comes back.
    """
    locator: str | None = None
    seen: set[str] = set()
    rows = 0
    while True:
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
            following = _download(api, identity, locator, file)
            file.seek(0)
            for row in csv.DictReader(file):
                rows += 1
                yield row
        if following is None:
            break
        if following in seen:
            raise ContractBroken(
                f"bulk job `{identity}` repeats a locator. Expected the next page. Run again."
            )
        seen.add(following)
        locator = following
    if rows < expected:
        raise UpstreamUnavailable(
            f"bulk job `{identity}` gave {rows} of {expected} rows. Expected all of them. It is "
            "tried again later."
        )


def _download(api: BulkApi, identity: str, locator: str | None, file: IO[str]) -> str | None:
    """One page into the file; returns the locator of the next one."""
    for attempt in range(1, PAGE_TRIES + 1):
        file.seek(0)
        file.truncate()
        try:
            return _fetch_page(api, identity, locator, file)
        except UpstreamUnavailable:
            if attempt == PAGE_TRIES:
                raise
            log.warning("action=bulk_page_again id=%s attempt=%d", identity, attempt)
            api.sleep(attempt)
    raise AssertionError("the loop returns or raises")


def _fetch_page(api: BulkApi, identity: str, locator: str | None, file: IO[str]) -> str | None:
    what = f"GET jobs/query/{identity}/results"
    url = api.client.resolve(f"jobs/query/{identity}/results")
    params: dict[str, Any] = {"maxRecords": PAGE_ROWS} | ({"locator": locator} if locator else {})
    try:
        with closing(
            request_once("GET", url, params=params, auth=api.auth, stream=True, timeout=TIMEOUT_S,
                         headers={"Accept": "text/csv"}, allow_redirects=False)
        ) as answer:  # fmt: skip
            if answer.status_code != 200:
                raise explain(what, answer.status_code, None, _quiet_json(answer))
            answer.encoding = "utf-8"
            for text in answer.iter_content(1 << 20, decode_unicode=True):
                # Null bytes cannot be stored anywhere and end the csv module's line.
                file.write(text.replace("\0", ""))
            headers = answer.headers
    except requests.RequestException as error:
        raise UpstreamUnavailable(
            f"`{what}` failed with {type(error).__name__}. Expected a whole page. It is tried "
            "again."
        ) from None
    if "Sforce-Locator" not in headers:
        raise ContractBroken(f"`{what}` names no `Sforce-Locator`. Expected one. Check the host.")
    # The literal word `null` marks the end.
    following = headers["Sforce-Locator"]
    return None if following in ("", "null") else following


def _quiet_json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
