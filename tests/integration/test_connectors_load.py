"""Every demo feed from the sandbox into a real PostgreSQL: what arrived is what was there."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from include.config.load import load_platform
from include.core import clock
from include.core.streams import RunKind
from include.ledger.connection import Warehouse
from include.pipeline.feed_load import FeedResult, run_feed_load
from include.pipeline.load_request import LoadRequest
from include.sandbox.generate import run_generate
from include.sandbox.testing import running_sandbox
from include.sandbox.world import SIZES, WorldSpec
from tests.connectors.connector_cases import Case, build_cases
from tests.connectors.request_recorder import Sent, recording
from tests.load_environment import build_environment

NOW = datetime(2026, 11, 10, tzinfo=UTC)
SECRET_FIELD = re.compile(r"password|secret|token$|assertion|keyfile")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    run_generate(WorldSpec(size=SIZES["small"]), folder)
    return folder


@pytest.fixture(scope="module")
def cases(world: Path) -> Iterator[dict[str, Case]]:
    with running_sandbox(WorldSpec(size=SIZES["small"])) as url:
        yield build_cases(url, world)


@dataclass
class Loaded:
    """What came of loading every feed once, with everything said and sent meanwhile."""

    results: dict[str, FeedResult]
    log: str
    sent: list[Sent]


@pytest.fixture(scope="module")
def told(cases: dict[str, Case], warehouse: str) -> Loaded:
    """Loaded with every logger at its most talkative."""
    written, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with recording(None) as sent:
            results = {name: _load(case, warehouse) for name, case in cases.items()}
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    return Loaded(results, written.getvalue(), sent)


@pytest.fixture(scope="module")
def first(told: Loaded) -> dict[str, FeedResult]:
    return told.results


def _load(case: Case, url: str) -> FeedResult:
    with clock.frozen(NOW):
        return run_feed_load(
            LoadRequest(case.feed, RunKind.SCHEDULED),
            build_environment(Warehouse(url), case.credentials),
        )


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


def test_no_secret_is_in_logs_counts_or_tables(
    cases: dict[str, Case], told: Loaded, warehouse: str
) -> None:
    """Those of the connections, and every token that was given out and used while loading."""
    secrets = _secrets(cases, told.sent)
    assert len(secrets) > 25
    assert "action=" in told.log, "nothing was logged, so nothing was searched"
    for name, result in told.results.items():
        counts = {stream: done.counts() for stream, done in result.loaded.items()}
        pushed = json.dumps(counts) + repr(result.loaded)
        assert not [field for field, value in secrets.items() if value in pushed], name
    assert not [field for field, value in secrets.items() if value in told.log]
    tables = _fetch(
        warehouse,
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema') order by 1",
    )
    assert len(tables) > 150
    searched = 0
    with psycopg.connect(warehouse) as connection:
        for (table,) in tables:
            query = sql.SQL("copy (select t::text from {} t) to stdout").format(sql.SQL(table))
            with connection.cursor().copy(query) as copy:
                content = b"".join(copy).decode()
            searched += len(content)
            assert not [field for field, value in secrets.items() if value in content], table
    assert searched > 10_000_000


def _secrets(cases: dict[str, Case], sent: list[Sent]) -> dict[str, str]:
    """Place -> value; names and addresses of a connection are no secrets."""
    found = {
        f"{name} {field}": value
        for name, case in cases.items()
        for field, value in case.credentials.fields.items()
        if SECRET_FIELD.search(field) and value
    }
    for number, one in enumerate(sent):
        for header, value in one.headers.items():
            if header.lower() in ("authorization", "x-shopify-access-token"):
                for word in re.findall(r"[^\s\",=]{12,}", value):
                    found[f"{one.path} {header} {number}"] = word
        form = one.body if one.is_login else {}
        for field, value in form.items():
            if SECRET_FIELD.search(field):
                found[f"{one.path} {field} {number}"] = value
    return {place: value for value, place in {v: p for p, v in found.items()}.items()}


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
