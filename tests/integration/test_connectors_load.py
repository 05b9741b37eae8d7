"""Every demo feed from the sandbox into a real PostgreSQL: what arrived is what was there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from include.config.load import load_platform
from include.core import clock
from include.core.streams import RunKind
from include.pipeline.feed_load import FeedResult, run_feed_load
from include.sandbox.generate import run_generate
from include.sandbox.testing import running_sandbox
from include.sandbox.world import SIZES, WorldSpec
from include.warehouse.connection import Warehouse
from tests.contract.connector_cases import Case, build_cases

NOW = datetime(2026, 11, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    run_generate(WorldSpec(size=SIZES["small"]), folder)
    return folder


@pytest.fixture(scope="module")
def cases(world: Path) -> Iterator[dict[str, Case]]:
    with running_sandbox(WorldSpec(size=SIZES["small"])) as url:
        yield build_cases(url, world)


@pytest.fixture(scope="module")
def first(cases: dict[str, Case], warehouse: str) -> dict[str, FeedResult]:
    return {name: _load(case, warehouse) for name, case in cases.items()}


def _load(case: Case, url: str) -> FeedResult:
    with clock.frozen(NOW):
        return run_feed_load(case.feed, RunKind.SCHEDULED, None, case.credentials, Warehouse(url))


def _fetch(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def test_every_feed_loads(first: dict[str, FeedResult]) -> None:
    assert len(first) == len(load_platform().feeds) >= 8
    assert {name: result.failed for name, result in first.items() if result.failed} == {}


def test_no_stream_of_the_demo_is_empty(
    cases: dict[str, Case], first: dict[str, FeedResult], warehouse: str
) -> None:
    """A stream without rows shows nothing, and its staging models and checks prove nothing."""
    empty, counted = [], 0
    for name, case in cases.items():
        names = set(case.feed.streams) | set(first[name].loaded)
        with psycopg.connect(warehouse) as connection:
            for stream in sorted(names):
                table = sql.Identifier(case.feed.raw_schema, stream)
                query = sql.SQL("select exists (select from {} where _feed = %s)").format(table)
                row = connection.execute(query, [case.feed.name]).fetchone()
                counted += 1
                if not row or not row[0]:
                    empty.append(f"{name}/{stream}")
    assert counted > 100
    assert empty == []


def test_the_books_balance(first: dict[str, FeedResult]) -> None:
    read = 0
    for name, result in first.items():
        for stream, done in result.loaded.items():
            parts = done.loaded + done.unchanged + done.quarantined + done.filtered
            assert done.read == parts, f"{name}/{stream}"
            read += done.read
    assert read > 5_000


def test_a_second_run_changes_nothing(
    cases: dict[str, Case], first: dict[str, FeedResult], warehouse: str
) -> None:
    for name, case in cases.items():
        again = _load(case, warehouse)
        assert again.failed == {}
        changed = {s: done.counts() for s, done in again.loaded.items() if done.loaded}
        assert changed == {}, name


def test_raw_rows_are_the_worlds_rows(
    first: dict[str, FeedResult], world: Path, warehouse: str
) -> None:
    """Lines of the export files, counted without any of our readers."""
    folder = world / "bazaar" / "ecommerce_csv"
    for table in ("transactions", "transaction_items"):
        lines = len((folder / f"{table}.csv").read_text().splitlines()) - 1
        done = first["bazaar-ecommerce_csv"].loaded[table]
        assert done.read == lines
        stored = _fetch(warehouse, f"select count(*) from bazaar_raw_ecommerce_csv.{table}")[0][0]
        assert stored == done.inserted > 0


def test_children_and_money_arrive_exactly(
    cases: dict[str, Case], first: dict[str, FeedResult], warehouse: str
) -> None:
    [(orders, lines)] = _fetch(
        warehouse,
        "select (select count(*) from acme_raw_shopify.orders),"
        " (select count(*) from acme_raw_shopify.orders__line_items)",
    )
    assert orders > 100
    assert lines > orders
    wrong = _fetch(
        warehouse,
        "select d.document_key from acme_raw_quickbooks_csv.invoices d join"
        " acme_raw_quickbooks_csv.invoices__lines l on l._parent_document_key = d.document_key"
        " and l._feed = d._feed group by d._feed, d.document_key, d.total_amount, d.line_count"
        " having sum(l.amount) <> d.total_amount or count(*) <> d.line_count",
    )
    assert wrong == []


def _cents(url: str, table: str, amount: str) -> int:
    [(total,)] = _fetch(url, f"select coalesce(sum({amount}), 0) from {table}")
    return round(total)


def test_counts_are_the_truth(first: dict[str, FeedResult], world: Path, warehouse: str) -> None:
    """The sandbox wrote down what every source holds; no row is lost on the way, none doubled."""
    truth = json.loads((world / "truth.json").read_text())["counts"]
    compared = 0
    for name in ("acme-shopify", "acme-stripe", "corner-stripe", "acme-quickbooks"):
        tenant, feed = name.split("-")
        for stream, done in first[name].loaded.items():
            if stream in truth[tenant][feed]["streams"]:
                assert done.inserted == truth[tenant][feed]["streams"][stream], f"{name}/{stream}"
                compared += 1
    assert compared >= 25
    assert first["acme-coresignal"].loaded["companies"].inserted == 35  # 36 lines, one moved


def test_money_is_the_truth_to_the_cent(
    first: dict[str, FeedResult], world: Path, warehouse: str
) -> None:
    truth = json.loads((world / "truth.json").read_text())["counts"]
    books = truth["acme"]["quickbooks"]["documents"]
    tables = {
        "Invoice": "invoices", "Sales Receipt": "sales_receipts",
        "Credit Memo": "credit_memos", "Refund": "refund_receipts",
    }  # fmt: skip
    for kind, table in tables.items():
        total = _cents(warehouse, f"acme_raw_quickbooks_csv.{table}", "total_amount * 100")
        assert total == books[kind]["amount"], kind
    assert first["acme-quickbooks"].loaded["invoices"].filtered == books["Estimate"]["documents"]
    for tenant in ("acme", "corner"):
        known = truth[tenant]["stripe"]
        charges = f"{tenant}_raw_stripe.charges"
        assert _cents(warehouse, charges, "amount_captured") == known["collected"]
        assert (
            _cents(warehouse, f"{tenant}_raw_stripe.balance_transactions", "fee") == known["fees"]
        )
