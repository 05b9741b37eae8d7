"""Every demo feed from the sandbox into a real PostgreSQL: what arrived is what was there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

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
    assert len(first) == 8
    assert {name: result.failed for name, result in first.items() if result.failed} == {}


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


def test_truth_counts(first: dict[str, FeedResult], world: Path) -> None:
    """The sandbox wrote down how many documents it put into the report."""
    truth = json.loads((world / "truth.json").read_text())
    assert truth
    result = first["acme-quickbooks"].loaded
    assert result["invoices"].filtered > 0  # estimates
    assert result["sales_receipts"].filtered == 0
