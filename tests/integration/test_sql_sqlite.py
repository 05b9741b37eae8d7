"""Connector `sql` on SQLite: loose types, a copy of QuickBooks, and what a feed may say."""

import json
import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from include.core.errors import ConfigError, ContractBroken, MissingSecret
from include.core.streams import Window
from include.extract.source import ReadOptions
from include.extract.sql.source import SqlSource
from include.sandbox.generate import run_generate
from include.sandbox.world import WorldSpec
from tests.integration.sql_case import SqlCase


def _make(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


def test_the_copy_of_the_books_is_loaded_whole_then_by_what_changed(
    warehouse: str, tmp_path: Path
) -> None:
    run_generate(WorldSpec(size=60), tmp_path)
    path = tmp_path / "acme" / "quickbooks_copy.sqlite"
    told = json.loads((tmp_path / "truth.json").read_text())["counts"]["acme"]["quickbooks_sql"]
    case = SqlCase(warehouse, path=str(path), cursor_columns=["updated_at"])
    # The world ends later than the feed's clock: what has not happened yet is not read.
    case.now = datetime(2026, 12, 1, tzinfo=UTC)
    done = case.expect()
    assert {name: load.inserted for name, load in done.loaded.items()} == told["streams"]
    [(total, lines)] = case.query(
        "select sum(total_amount), (select sum(amount) from {raw}.invoice_line "
        "where detail_type = 'SalesItemLineDetail') from {raw}.invoice"
    )
    with sqlite3.connect(path) as connection:
        [amounts] = zip(*connection.execute("select total_amount from invoice"), strict=True)
        assert total == sum(Decimal(str(amount)) for amount in amounts)
        assert lines >= total > 0
        connection.execute(
            "update customer set display_name = 'Renamed', updated_at = '2026-12-01T01:30:00Z' "
            "where id = '1'"
        )
        connection.execute("delete from invoice_line where \"index\" = 0 and invoice_id in "
                           "(select invoice_id from invoice_line limit 1)")  # fmt: skip
    connection.close()
    again = case.expect().loaded
    assert (again["customer"].read, again["customer"].updated) == (1, 1)
    assert again["invoice_line"].deleted == 1


def test_a_column_holds_what_it_likes(warehouse: str, tmp_path: Path) -> None:
    """Incident: SQLite's INTEGER column held `n/a` in row 40,000 and failed the load there."""
    path = _make(
        tmp_path / "loose.db",
        "create table t (id integer primary key, n integer, price decimal(10,2), flag boolean, "
        "at datetime, raw blob, anything, day date, epoch integer)",
        "insert into t values (1, 5, 10.10, 1, '2026-01-01 05:00:00', x'00ff', 'a', '2026-01-01', "
        "1767243600)",
        "insert into t values (2, 'n/a', '10.20', 0, '2026-01-01T05:00:00+02:00', null, 1.5, null, "
        "null)",
        "insert into t values (3, 9223372036854775807, 3, null, null, 'text', x'41', '', null)",
        "insert into t values (4, null, null, null, 'never', null, null, null, null)",
    )
    columns = {"epoch": {"type": "timestamp", "format": "epoch_s"}}
    case = SqlCase(warehouse, path=str(path), streams={"t": {"columns": columns}})
    assert case.expect().loaded["t"].inserted == 4
    assert case.rows("t", "id, n, price::text, flag, raw, anything, day, epoch::text") == [
        (1, "5", "10.1", True, b"\x00\xff", "a", date(2026, 1, 1),
         "2026-01-01 05:00:00+00"),
        (2, "n/a", "10.2", False, None, "1.5", None, None),
        (3, "9223372036854775807", "3", None, b"text", "A", None, None),
        (4, None, None, None, None, None, None, None),
    ]  # fmt: skip


def test_a_window_is_exact_whatever_the_spelling_of_the_time(tmp_path: Path) -> None:
    spellings = (
        ("2026-01-01 00:00:00", True),
        ("2025-12-31T23:59:59.999999Z", False),
        ("2026-01-01T01:00:00+01:00", True),
        ("2026-01-01", True),
        ("2026-01-01T23:59:59.999999Z", True),
        ("2026-01-02T00:00:00Z", False),
        ("2026-01-02T00:30:00+01:00", True),
        ("soon", True),
    )
    path = _make(tmp_path / "w.db", "create table t (id integer primary key, at timestamp)")
    with sqlite3.connect(path) as connection:
        rows = [(number, text) for number, (text, _) in enumerate(spellings)]
        connection.executemany("insert into t values (?, ?)", [*rows, (99, None)])
    connection.close()
    case = SqlCase("", path=str(path), streams={"t": {"cursor": "at"}})
    day = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    pages = SqlSource(case.feed, case.credentials).read("t", day)
    found = [record["id"] for page in pages for record in page.records]
    assert found == [n for n, (_, inside) in enumerate(spellings) if inside] + [99]


def test_a_read_goes_on_behind_a_position(tmp_path: Path) -> None:
    path = _make(tmp_path / "p.db", "create table t (a text, b int, primary key (a, b))")
    with sqlite3.connect(path) as connection:
        rows = [(word, n) for word in ("", "x", "y'z") for n in range(9000)]
        connection.executemany("insert into t values (?, ?)", rows)
    connection.close()
    case = SqlCase("", path=str(path))
    source = SqlSource(case.feed, case.credentials)
    first, *rest = source.read("t", Window())
    assert len(first.records) == 10_000
    resumed = [
        r for p in source.read("t", Window(), ReadOptions(first.position)) for r in p.records
    ]
    assert resumed == [record for page in rest for record in page.records]
    assert len(resumed) == 17_000


@pytest.mark.parametrize(
    ("streams", "said"),
    [
        ({"t": {"primery_key": "id"}}, "Did you mean `primary_key`"),
        ({"t": {"cursor": "nope"}}, "no column nope"),
        ({"t": {"primary_key": "nope"}}, "nope"),
        ({"t": {"columns": {"nope": "text"}}}, "no column nope"),
        ({"missing": {}}, "no such table"),
        ({"keyless": {}}, "has no primary key"),
        ({"q": {"query": "delete from t", "primary_key": "id"}}, "not one SELECT"),
    ],
)
def test_a_wrong_block_is_explained(tmp_path: Path, streams: dict[str, Any], said: str) -> None:
    path = _make(tmp_path / "c.db", "create table t (id integer primary key, w text)",
                 "create table keyless (a int)")  # fmt: skip
    case = SqlCase("", path=str(path), streams=streams)
    with pytest.raises(ConfigError, match=said):
        SqlSource(case.feed, case.credentials).check()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    case = SqlCase("", path=str(tmp_path / "typo.db"))
    with pytest.raises(ConfigError):
        SqlSource(case.feed, case.credentials).check()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "garbage.db").write_bytes(b"not a database at all, certainly not" * 50)
    case = SqlCase("", path=str(tmp_path / "garbage.db"))
    with pytest.raises(ContractBroken):
        SqlSource(case.feed, case.credentials).check()


def test_no_path_and_no_connection_says_what_to_create() -> None:
    case = SqlCase("")
    with pytest.raises(MissingSecret, match="option `path`"):
        SqlSource(case.feed, case.credentials).check()


def test_patterns_choose_tables(tmp_path: Path) -> None:
    tables = {"Orders": "timestamp", "tmp_x": "text", '"Order Lines"': "date"}
    made = [f"create table {n} (id integer primary key, updated_at {t})" for n, t in tables.items()]
    path = _make(tmp_path / "d.db", *made, "create view v as select * from Orders")
    case = SqlCase(
        "", path=str(path), exclude=["tmp_*"], include=["O*"], cursor_columns=["updated_at"]
    )
    found = SqlSource(case.feed, case.credentials).discover()
    assert sorted(found) == ["order_lines", "orders"]
    assert found["orders"].cursor is not None and found["orders"].cursor.field == "updated_at"
    assert found["order_lines"].cursor is None and found["order_lines"].sweep == "all"
