"""Bulk operations: the shop runs one query over everything and hands out a file of JSON lines.

Data flow: run -> poll -> download to disk -> join children to parents on disk -> records in the
order of the file. Lines of children may stand anywhere, so nothing relies on their neighbours.
Source: shopify.dev "Perform bulk operations with the GraphQL Admin API", read 2026-11.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from include.config.connector_spec import Stream
from include.config.walls.private_copies import PrivateFolder
from include.connectors.shopify.graphql import GraphQL
from include.connectors.shopify.queries import (
    BULK_POLL,
    BULK_RUN,
    CONNECTIONS,
    ROOTS,
    build_bulk_query,
)
from include.core.errors import AccessDenied, ContractBroken, RateLimited, UpstreamUnavailable
from include.core.streams import Window
from include.extract.exact_json import has_double_keys, parse_json
from include.extract.http.client import HttpClient
from include.extract.record_path import pick

log = logging.getLogger(__name__)

FIRST_POLL_S = 0.5
LONGEST_POLL_S = 15.0
DOWNLOAD_TRIES = 3
INSERT_ROWS = 2_000
GID = "gid://shopify/"
BUSY = frozenset({"OPERATION_IN_PROGRESS", "LIMIT_REACHED"})


def read_bulk(
    graphql: GraphQL,
    client: HttpClient,
    stream: Stream,
    window: Window,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[dict[str, Any]]:
    """Records of a window with their children as plain lists; memory does not grow with them.

    Raises:
        RateLimited: If the shop runs as many operations as it allows.
        UpstreamUnavailable: If the operation fails or its file is cut; partial data is never used.
        ContractBroken: If the query is refused, or a child's parent is missing.
    """
    identity = _start(graphql, build_bulk_query(stream, window))
    done = _wait(graphql, identity, sleep)
    if done.get("url") is None:
        if int(done.get("objectCount") or 0):
            raise UpstreamUnavailable(
                f"bulk operation finished with {done['objectCount']} objects and no file. Expected "
                "an address. It is tried again later."
            )
        return
    with PrivateFolder() as folder:
        path = folder / "result.jsonl"
        _download(client, str(done["url"]), path, sleep)
        records = join_children(path, stream, int(done.get("objectCount") or 0))
        yield from require_kind(records, ROOTS[stream.path or ""].node)


def require_kind(records: Iterable[dict[str, Any]], node: str) -> Iterator[dict[str, Any]]:
    """The records, as long as their ids say that they are of this kind.

    Raises:
        UpstreamUnavailable: The file is another operation's; nothing of it may be loaded.
    """
    for record in records:
        identity = str(record.get("id") or "")
        if identity.startswith(GID) and not identity.startswith(f"{GID}{node}/"):
            found = identity.removeprefix(GID).partition("/")[0]
            raise UpstreamUnavailable(
                f"the file of a bulk operation holds `{found}`. Expected `{node}`: it is another "
                "operation's. Nothing of it is used; a new one is tried later."
            )
        yield record


def _start(graphql: GraphQL, query: str) -> str:
    # Sent once: whether a lost answer started an operation cannot be known.
    data = graphql.run(BULK_RUN, {"query": query}, repeatable=False)
    errors = pick(data, "bulkOperationRunQuery.userErrors") or []
    code = str(errors[0].get("code") or "INVALID") if errors else ""
    if code in BUSY:
        raise RateLimited(
            f"the shop refused a bulk operation with `{code}`. Expected a free place. Another one "
            "is running; try again in a minute.",
            retry_after_s=60,
        )
    identity = pick(data, "bulkOperationRunQuery.bulkOperation.id")
    if errors or not identity:
        raise ContractBroken(
            f"the shop refused the bulk query with `{code or 'no reason'}`. Expected it to start. "
            "Check the declared columns against the API version, or set option bulk to never."
        )
    log.info("action=bulk_started id=%s", identity)
    return str(identity)


def _wait(graphql: GraphQL, identity: str, sleep: Callable[[float], None]) -> Mapping[str, Any]:
    """Poll until COMPLETED; the wait doubles, the task's own timeout bounds it."""
    pause = FIRST_POLL_S
    while True:
        sleep(pause)
        pause = min(pause * 2, LONGEST_POLL_S)
        operation = (graphql.run(BULK_POLL, {"id": identity}) or {}).get("bulkOperation")
        if not isinstance(operation, dict):
            raise ContractBroken(
                f"bulk operation `{identity}` is unknown. Expected its status. Run again."
            )
        status = operation.get("status")
        if status == "COMPLETED":
            log.info("action=bulk_done id=%s objects=%s", identity, operation.get("objectCount"))
            return operation
        if status not in ("CREATED", "RUNNING"):
            raise _ended(identity, str(status), str(operation.get("errorCode")))


def _ended(identity: str, status: str, code: str) -> AccessDenied | UpstreamUnavailable:
    if code == "ACCESS_DENIED":
        return AccessDenied(
            f"bulk operation `{identity}` ended `{status}` with `{code}`. Expected COMPLETED. "
            "Grant the app the scopes of README.md."
        )
    # partialDataUrl may exist; what it lacks cannot be known, so it is not read.
    return UpstreamUnavailable(
        f"bulk operation `{identity}` ended `{status}` with `{code}`. Expected COMPLETED. "
        "Nothing of it is used; a new one is tried later."
    )


def _download(client: HttpClient, url: str, path: Path, sleep: Callable[[float], None]) -> None:
    for attempt in range(1, DOWNLOAD_TRIES + 1):
        try:
            with path.open("wb") as file:
                for chunk in client.fetch_chunks(url):
                    file.write(chunk)
            return
        except UpstreamUnavailable:
            if attempt == DOWNLOAD_TRIES:
                raise
            log.warning("action=bulk_download_again attempt=%d", attempt)
            sleep(attempt)


def join_children(path: Path, stream: Stream, expected: int) -> Iterator[dict[str, Any]]:
    """Parents in file order with their children, joined by `__parentId` in a file database.

    Args:
        path: JSON lines; parents without, children with `__parentId`.
        stream: Says which child list a type of global id belongs to.
        expected: Objects the operation counted; fewer lines mean a cut file. 0: not checked.
    """
    with closing(sqlite3.connect(path.with_suffix(".sqlite"))) as database:
        database.executescript(
            "pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -32000;"
            "create table parents (seq integer primary key, id text, body blob);"
            "create table children (seq integer primary key, parent text, list text, body blob);"
        )
        lines = _spool(path, database)
        if expected and lines < expected:
            raise UpstreamUnavailable(
                f"the bulk file has {lines} of {expected} objects. Expected all of them. It is "
                "tried again later."
            )
        database.executescript(
            "create index by_parent on children (parent, seq); create index by_id on parents (id);"
        )
        _require_parents(database)
        paths = [c.path for c in stream.children.values() if c.path in CONNECTIONS]
        yield from _joined(database, paths)


def _spool(path: Path, database: sqlite3.Connection) -> int:
    parents: list[tuple[int, str, bytes]] = []
    children: list[tuple[int, str, str, bytes]] = []
    number = 0
    with path.open("rb") as file:
        for line in file:
            if not line.strip():
                continue
            number += 1
            record = _parse(line, number)
            parent = record.get("__parentId")
            if parent is None:
                parents.append((number, str(record.get("id")), line))
            else:
                children.append((number, str(parent), _list_of(record, number), line))
            if len(parents) + len(children) >= INSERT_ROWS:
                _flush(database, parents, children)
    _flush(database, parents, children)
    return number


def _flush(database: sqlite3.Connection, parents: list[Any], children: list[Any]) -> None:
    database.executemany("insert into parents values (?, ?, ?)", parents)
    database.executemany("insert into children values (?, ?, ?, ?)", children)
    parents.clear()
    children.clear()


def _parse(line: bytes, number: int) -> dict[str, Any]:
    try:
        record = parse_json(line)
        is_doubled = has_double_keys(line, record)
    except ValueError:
        record, is_doubled = None, False
    if is_doubled:
        raise ContractBroken(
            f"line {number} of the bulk file has a key twice in one object. Expected each once. "
            "Nothing of the file is loaded; tell the vendor."
        )
    if isinstance(record, dict):
        return record
    raise UpstreamUnavailable(
        f"line {number} of the bulk file is no whole JSON object. Expected one a line. The "
        "download was cut; it is tried again later."
    )


def _list_of(record: Mapping[str, Any], number: int) -> str:
    """The connection a child line belongs to, by the type in its global id."""
    kind = str(record.get("id") or "").removeprefix("gid://shopify/").split("/")[0]
    found = next((path for path, node in CONNECTIONS.items() if node == kind), None)
    if found is None:
        raise ContractBroken(
            f"line {number} of the bulk file is a child of unknown type `{kind[:40]}`. "
            f"Expected one of: {', '.join(CONNECTIONS.values())}. Add it to the connector."
        )
    return found


def _require_parents(database: sqlite3.Connection) -> None:
    row = database.execute(
        "select count(*), min(parent) from children c"
        " where not exists (select 1 from parents p where p.id = c.parent)"
    ).fetchone()
    if row[0]:
        raise ContractBroken(
            f"{row[0]} child lines of the bulk file have no parent, first `{row[1]}`. Expected "
            "every parent in the file. Run again; if it stays, set option bulk to never."
        )


def _joined(database: sqlite3.Connection, paths: list[str]) -> Iterator[dict[str, Any]]:
    rows = database.execute(
        "select p.seq, p.body, c.list, c.body from parents p"
        " left join children c on c.parent = p.id order by p.seq, c.seq"
    )
    current, record = None, {}
    for seq, body, name, child in rows:
        if seq != current:
            if current is not None:
                yield record
            current = seq
            record = parse_json(body)
            record.update({path: [] for path in paths})
        if child is not None:
            element = parse_json(child)
            element.pop("__parentId", None)
            record[name].append(element)
    if current is not None:
        yield record
