"""A feed of files, loaded by the pipeline into a real warehouse, and questions about it."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from include.config.credentials import Credentials
from include.config.models import Feed
from include.core import naming
from include.core.errors import EltError
from include.core.streams import LoadResult, RunKind, Window
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import FeedResult, run_feed_load
from include.pipeline.load_request import LoadRequest
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed, build_tenant

KEYED = {"orders": {"files": "orders*.csv", "primary_key": ["id"], "columns": {"id": "int"}}}
EXPORT = {
    "connector": "exports",
    "title": "Exports",
    "kind": "files",
    "options": {"path": {"type": "text", "description": "Folder."}},
    "streams": {
        "people": {
            "files": ["people*.csv"],
            "primary_key": ["id"],
            "sweep": "all",
            "columns": {"id": "int", "name": "text"},
        },
        "events": {
            "files": ["events*.csv"],
            "primary_key": ["id"],
            "cursor": {"field": "at", "why": "test"},
            "columns": {"id": "int", "at": "timestamp"},
        },
    },
}


@dataclass
class FilesCase:
    """One tenant with one feed of files."""

    url: str
    feed: Feed
    credentials: Credentials = field(default_factory=lambda: Credentials("none"))

    def run(
        self, *streams: str, kind: RunKind = RunKind.SCHEDULED, window: Window | None = None,
        reload: bool = False,
    ) -> FeedResult:  # fmt: skip
        return run_feed_load(
            LoadRequest(self.feed, kind, streams, window=window, reload=reload),
            build_environment(Warehouse(self.url), self.credentials),
        )

    def load(self, stream: str, **how: Any) -> LoadResult:
        """Load one stream, raising what it raised."""
        done = self.run(stream, **how)
        for error in done.failed.values():
            raise error
        return done.loaded[stream]

    def failure(self, stream: str, **how: Any) -> EltError:
        return self.run(stream, **how).failed[stream]

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()

    def rows(self, stream: str, columns: str) -> list[tuple[Any, ...]]:
        """Live rows."""
        schema = naming.raw_schema(self.feed.tenant.id, self.feed.connector.connector)
        return self.query(
            f"select {columns} from {schema}.{stream} where _deleted_at is null order by 1"
        )

    def ledger(self, columns: str = "path, archived_at is not null") -> list[tuple[Any, ...]]:
        tenant = self.feed.tenant.id
        return self.query(
            f"select {columns} from elt_ops.files where tenant = '{tenant}' order by 1"
        )

    def with_options(self, **options: Any) -> "FilesCase":
        return replace(self, feed=replace(self.feed, options={**self.feed.options, **options}))


def build_files_case(
    url: str, path: Path | str, connector: Any = "files", **options: Any
) -> FilesCase:
    """Files need no rest here: tests write them and load at once."""
    defaults = {"settle_seconds": 0} if connector == "files" else {}
    feed = build_feed(connector, path=str(path), **defaults, **options)
    return FilesCase(url, replace(feed, tenant=build_tenant(f"t{uuid4().hex[:10]}")))


def write(path: Path, text: str) -> None:
    """Each writing has a time of its own, as it would have in life."""
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text(text)
    write.clock += 1  # type: ignore[attr-defined]
    os.utime(path, (write.clock, write.clock))  # type: ignore[attr-defined]


write.clock = 1_700_000_000  # type: ignore[attr-defined]
