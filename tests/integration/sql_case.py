"""A feed of connector `sql` on a database made by the test, and its rows after a load."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg

from include.config.credentials import Credentials
from include.config.models import Feed
from include.core import clock, naming
from include.core.streams import RunKind, Window
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import FeedResult, run_feed_load
from include.pipeline.load_request import LoadRequest
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed, build_tenant

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class SqlCase:
    """Loads of one feed, each an hour after the one before."""

    def __init__(self, warehouse: str, url: str | None = None, **options: Any) -> None:
        tenant = build_tenant(f"t{uuid4().hex[:10]}")
        self.feed: Feed = replace(build_feed("sql", **options), tenant=tenant)
        self.credentials = Credentials("x", fields={"url": url} if url else {})
        self.warehouse = warehouse
        self.now = NOW

    def load(self, *streams: str, kind: RunKind = RunKind.SCHEDULED, **changes: Any) -> FeedResult:
        self.now += timedelta(hours=1)
        window: Window | None = changes.get("window")
        house = Warehouse(self.warehouse, tenant_roles=False)
        with clock.frozen(self.now):
            return run_feed_load(
                LoadRequest(self.feed, kind, streams, window=window),
                build_environment(house, self.credentials),
            )

    def expect(self, *streams: str, **changes: Any) -> FeedResult:
        """A load of which nothing failed."""
        done = self.load(*streams, **changes)
        assert done.failed == {}, done.failed
        return done

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the warehouse; `{raw}` is the feed's schema."""
        raw = naming.raw_schema(self.feed.tenant.id, "sql")
        with psycopg.connect(self.warehouse, autocommit=True) as connection:
            connection.execute("set time zone 'UTC'")
            return connection.execute(statement.format(raw=raw).encode()).fetchall()

    def rows(self, stream: str, columns: str = "*") -> list[tuple[Any, ...]]:
        live = "_deleted_at is null"
        return self.query(f"select {columns} from {{raw}}.{stream} where {live} order by 1")
