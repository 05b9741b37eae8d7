"""Random histories lived through with a made-up shop, which is the truth.

Every step either changes it, loads from it (perhaps broken off, killed, or
overtaken by changes between two pages), backfills, rewinds or sweeps. After each step the warehouse
may lag behind, but may hold nothing the shop never said, and no older version than it held before;
at the end it equals the shop.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import psycopg
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from include.config.credentials import Credentials
from include.core import clock
from include.core.errors import EltError, UpstreamUnavailable
from include.core.streams import RunKind, Window
from include.ledger.connection import Warehouse
from include.ledger.cursors import run_rewind
from include.load import loader, parts
from include.load.parts import PartLimits
from include.pipeline.load_request import LoadRequest
from include.pipeline.stream_load import run_stream_load
from tests.integration.changing_shop import (
    IDS,
    ORDERS,
    SHOP,
    STOCK,
    STREAMS,
    TICKETS,
    Shop,
    ShopSource,
)
from tests.load_environment import build_environment
from tests.unit.feed_maker import build_feed, build_tenant

CREDENTIALS = Credentials("testco__feed")
# Often what happens often.
KINDS = (RunKind.SCHEDULED, RunKind.SCHEDULED, RunKind.MANUAL, RunKind.SWEEP)
ENDS = ("well", "well", "fails", "killed", "lost", "uncommitted", "unreported")


class Killed(BaseException):
    """The process is gone: nothing of ours runs any more, not even an `except`."""


class ShopHistory(RuleBasedStateMachine):
    """One random history; `url` and `steps` are set by the test that runs it."""

    url = ""
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(datetime.now(UTC).replace(microsecond=0))
        self.source = ShopSource(self.shop)
        self.held: dict[tuple[str, int], datetime] = {}
        feed = build_feed(SHOP)
        self.tenant = f"h{uuid4().hex[:12]}"
        self.feed = replace(feed, tenant=build_tenant(self.tenant))
        self.warehouse = Warehouse(self.url)

    @initialize(numbers=st.sets(st.sampled_from(IDS), max_size=5))
    def open(self, numbers: set[int]) -> None:
        for stream in STREAMS:
            for number in sorted(numbers):
                self.shop.put(stream, number)

    @rule(
        stream=st.sampled_from(STREAMS),
        number=st.sampled_from(IDS),
        what=st.sampled_from(("put", "put", "put", "delete", "spoil")),
        pause=st.sampled_from((0, 0, 1, 3600)),
    )
    def change(self, stream: str, number: int, what: str, pause: int) -> None:
        """Something happens at the source, perhaps in the same instant as the thing before."""
        self._note()
        self._pass(pause)
        getattr(self.shop, what)(stream, number)

    @rule(
        stream=st.sampled_from(STREAMS),
        kind=st.sampled_from(KINDS),
        end=st.sampled_from(ENDS),
        page=st.integers(0, 3),
        busy=st.lists(
            st.tuples(st.integers(0, 3), st.sampled_from(IDS), st.sampled_from(("put", "delete"))),
            max_size=2,
        ),
        repeats=st.booleans(),
    )
    def load(
        self,
        stream: str,
        kind: RunKind,
        end: str,
        page: int,
        busy: list[tuple[int, int, str]],
        repeats: bool,
    ) -> None:
        """A load that ends in one of many ways while the shop goes on selling."""
        self._note()
        if kind is RunKind.SWEEP and stream != ORDERS:
            kind = RunKind.SCHEDULED
        self.source.repeats = repeats
        self.source.between = {
            at: lambda number=number, what=what: self._sell(stream, number, what)
            for at, number, what in busy
        }
        if end in ("fails", "killed", "lost"):
            self.source.between[page] = getattr(self, f"_end_{end}")
        self._pass(1)
        self._load(stream, kind, end)

    @rule(
        stream=st.sampled_from((ORDERS, TICKETS)),
        back=st.integers(1, 7200),
        length=st.integers(1, 7200),
    )
    def backfill(self, stream: str, back: int, length: int) -> None:
        """An old interval once more, beside the schedule."""
        self._note()
        since = self.shop.now - timedelta(seconds=back)
        until = min(since + timedelta(seconds=length), self.shop.now)
        self.source.between = {}
        self._load(stream, RunKind.BACKFILL, "well", Window(since, until))

    @rule(stream=st.sampled_from((ORDERS, TICKETS)), back=st.integers(0, 7200))
    def rewind(self, stream: str, back: int) -> None:
        """A person sets the cursor back."""
        self._note()
        with self.warehouse.connect() as connection:
            build_environment(self.warehouse, CREDENTIALS).run_prepare(self.feed)
            since = clock.format_instant(self.shop.now - timedelta(seconds=back))
            row = connection.execute(
                "select value from elt_ops.cursors where (tenant, feed, stream) = (%s, %s, %s)",
                [self.tenant, self.feed.name, stream],
            ).fetchone()
            if row and clock.parse_instant(since) < clock.parse_instant(str(row[0])):
                run_rewind(connection, self.tenant, self.feed.name, stream, since, "history")

    @invariant()
    def it_holds_nothing_untrue(self) -> None:
        """Only what the shop once said, never older than before; children are their parents'."""
        for stream in STREAMS:
            self._require_true(stream, self._rows(stream))

    def teardown(self) -> None:
        """Everything mended and loaded once more: now the warehouse is the shop."""
        for stream, number in sorted(self.shop.bad):
            self._pass(1)
            self.shop.put(stream, number)
        self.source.between, self.source.repeats = {}, False
        for stream in STREAMS:
            self._pass(1)
            self._load(stream, RunKind.SCHEDULED, "well")
            if stream == ORDERS:
                self._load(stream, RunKind.SWEEP, "well")
            self._require_equal(stream)
            again = self._load(stream, RunKind.SCHEDULED, "well")
            assert again is not None
            assert again.loaded == 0, f"{stream}: loaded again without a change"
        self._require_books()

    def _note(self) -> None:
        type(self).steps += 1

    def _pass(self, seconds: float) -> None:
        self.shop.now += timedelta(seconds=seconds)

    def _sell(self, stream: str, number: int, what: str) -> None:
        self._pass(0.001)
        getattr(self.shop, what)(stream, number)

    def _end_fails(self) -> None:
        raise UpstreamUnavailable("`GET /orders` answered 503. Expected an answer. Try later.")

    def _end_killed(self) -> None:
        raise Killed

    def _end_lost(self) -> None:
        """The warehouse drops our connections."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and pid <> pg_backend_pid() "
                "and usename = current_user"
            )

    def _load(self, stream: str, kind: RunKind, end: str, window: Window | None = None) -> Any:
        """The result; None when it ended badly."""
        places = {
            "uncommitted": (loader.ledger, "run_record_load"),
            "unreported": (ShopSource, "after_commit"),
        }
        target, name = places.get(end, (parts, "LIMITS"))
        double: Any = mock.Mock(side_effect=Killed) if end in places else PartLimits(rows=3)
        with (
            clock.frozen(self.shop.now),
            mock.patch.object(parts, "LIMITS", PartLimits(rows=3)),
            mock.patch.object(target, name, double),
        ):
            try:
                return run_stream_load(
                    LoadRequest(self.feed, kind, (stream,), window=window, may_shrink=True),
                    build_environment(self.warehouse, CREDENTIALS),
                    self.source,
                )
            except (EltError, Killed):
                assert end != "well"
                return None

    def _query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("set time zone 'UTC'")
            return connection.execute(statement.encode(), values or None).fetchall()

    def _rows(self, stream: str) -> list[tuple[Any, ...]]:
        """(id, changed at, amount, is deleted, SKUs) of every row; none before the first load."""
        schema = f"{self.tenant}_raw_shopapi"
        if self._query("select to_regclass(%s) is null", f"{schema}.{stream}__items")[0][0]:
            return []
        return self._query(
            f"select id, updated_at, amount, _deleted_at is not null, array(select sku "
            f"from {schema}.{stream}__items as i where i._parent_id = o.id order by _position) "
            f"from {schema}.{stream} as o order by id"
        )

    def _require_true(self, stream: str, rows: list[tuple[Any, ...]]) -> None:
        for number, changed, amount, is_deleted, skus in rows:
            place = f"{stream} {number}"
            before = self.held.get((stream, number))
            assert before is None or changed >= before, f"{place}: {changed} after {before}"
            self.held[stream, number] = changed
            if is_deleted:
                continue
            assert (stream, number, changed, int(amount)) in self.shop.said, f"{place}: never said"
            assert skus == [f"sku-{int(amount)}-{n}" for n in range(int(amount) % 3)], place

    def _require_equal(self, stream: str) -> None:
        rows = self._rows(stream)
        found = {row[0]: (row[1], int(row[2])) for row in rows if not row[3]}
        assert found == self.shop.live[stream], stream
        deleted = {row[0] for row in rows if row[3]}
        assert deleted <= self.shop.gone[stream].keys(), stream

    def _require_books(self) -> None:
        """Every load balances, and rows were inserted once."""
        wrong = self._query(
            "select load_id from elt_ops.loads where tenant = %s and state = 'loaded' "
            "and read <> inserted + updated + unchanged + quarantined + filtered",
            self.tenant,
        )
        assert wrong == []
        for stream in (ORDERS, STOCK):
            inserted = self._query(
                "select coalesce(sum(inserted), 0) from elt_ops.loads "
                "where (tenant, stream, state) = (%s, %s, 'loaded')",
                self.tenant, stream,
            )  # fmt: skip
            assert int(inserted[0][0]) == len(self._rows(stream)), stream
