"""Connector `sql` on PostgreSQL: every type exactly, windows, chunks, rights, deletes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from include.core.errors import (
    AccessDenied,
    ConfigError,
    ContractBroken,
    PositionRefused,
    UpstreamUnavailable,
)
from include.core.streams import RunKind, Window
from include.extract.source import ReadOptions
from include.extract.sql.source import SqlSource
from tests.integration.sql_case import SqlCase
from tests.integration.sql_source import run_statements as _run
from tests.integration.sql_source import source_url as source_url

TYPES = r"""
create type mood as enum ('sad', 'it''s ok');
create type pair as (a int, b numeric(5,2));
create domain positive as numeric(20,6) check (value > 0);
create table "Every Type" (
  "Id" bigint primary key, small smallint, plain integer, flag boolean,
  exact numeric(38, 20), loose numeric, whole numeric(12), price money, own positive,
  single real, twice double precision, word text, fixed char(6), short varchar(9), feeling mood,
  uid uuid, born date, moment timestamptz, wall timestamp, clock time, span interval,
  doc json, docb jsonb, raw bytea, words text[], numbers numeric(9,3)[], made pair,
  address inet, bits bit(4), ranged int4range, "select" text
);
insert into "Every Type" values (
  9007199254740993, -32768, 2147483647, true,
  '123456789012345678.00000000000000000001', '0.000000000000000000000000012300', 999999999999,
  '1234.50', 0.000001, 0.1, 0.1, E'line\nbreak "quoted", \\ ''ü€\U0001F600', 'ab', '', 'it''s ok',
  '6F9619FF-8B86-D011-B42D-00C04FC964FF', '2024-02-29', '2024-06-01 12:00:00.123456+02',
  '2024-06-01 12:00:00.000001', '23:59:59.999999', '1 year 2 mons -3 days 04:05:06.7',
  '{"a": 1.10, "a": 2}', '{"big": 12345678901234567890.10}', '\x00ff5c'::bytea,
  array['a', null, 'b"c'], array[1.500, null, 2], (7, 1.50),
  '10.0.0.1/8', '1010', '[1,5)', 'kw'
);
insert into "Every Type" ("Id", word) values (1, null), (2, '');
"""


def test_every_type_arrives_exactly(warehouse: str, source_url: str) -> None:
    _run(source_url, TYPES)
    case = SqlCase(warehouse, source_url)
    assert case.expect().loaded["every_type"].counts()["loaded"] == 3
    names = (
        "id, small, plain, flag, exact::text, loose::text, whole, price, own::text, single, twice, "
        "word, fixed, short, feeling, uid, born, moment, wall, clock, span, doc::text, docb::text, "
        'raw, words, numbers::text, made::text, address, bits, ranged, "select"'
    )
    row = case.rows("every_type", names)[2]
    assert row[:11] == (
        *(9007199254740993, -32768, 2147483647, True, "123456789012345678.00000000000000000001"),
        *("0.000000000000000000000000012300", 999999999999, Decimal("1234.50"), "0.000001"),
        *(float.fromhex("0x1.99999a0000000p-4"), 0.1),
    )
    assert row[11:16] == (
        *('line\nbreak "quoted", \\ \'ü€😀', "ab", "", "it's ok"),
        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
    )
    assert row[16:21] == (
        date(2024, 2, 29),
        datetime(2024, 6, 1, 10, 0, 0, 123456, tzinfo=UTC),
        datetime(2024, 6, 1, 12, 0, 0, 1, tzinfo=UTC),
        "23:59:59.999999",
        "1 year 2 mons -3 days +04:05:06.7",
    )
    assert row[21:] == (
        *('{"a": 2}', '{"big": 12345678901234567890.10}', b"\x00\xff\\", ["a", None, 'b"c']),
        *("[1.500, null, 2.000]", '{"a": 7, "b": 1.50}', "10.0.0.1/8", "1010", "[1,5)", "kw"),
    )
    assert case.rows("every_type", "id, word")[:2] == [(1, None), (2, "")]


def test_values_the_warehouse_cannot_hold_are_kept_as_written(
    warehouse: str, source_url: str
) -> None:
    """Incident: `valid_to = infinity` became the year 294276, NaN prices poisoned every sum."""
    _run(
        source_url,
        "create table spans (id int primary key, born date, seen timestamptz, wall timestamp, "
        "price numeric)",
        "insert into spans values (1, 'infinity', '-infinity', 'infinity', 'NaN'), "
        "(2, '0044-03-15 BC', '12345-06-07 08:09:10.5+00', '0001-01-01', 'Infinity'), "
        "(3, '9999-12-31', '2024-01-01 00:00+00', '9999-12-31 23:59:59.999999', '1.10'), "
        "(4, '10000-01-01', '4713-01-01 00:00 BC', null, '-Infinity')",
    )
    case = SqlCase(warehouse, source_url)
    assert case.expect().loaded["spans"].counts()["quarantined"] == 0
    rows = case.rows("spans", "id, born::text, seen::text, wall::text, price::text, _extra")
    assert rows[0][1:5] == (None, None, None, None)
    assert rows[0][5] == {
        "born_as_written": "infinity",
        "seen_as_written": "-infinity",
        "wall_as_written": "infinity",
        "price_as_written": "NaN",
    }
    assert rows[1][1:4] == (None, None, "0001-01-01 00:00:00+00")
    assert rows[1][5] == {
        "born_as_written": "-0043-03-15",
        "seen_as_written": "12345-06-07 8:09:10.500000",
        "price_as_written": "Infinity",
    }
    assert rows[2][1:] == (
        *("9999-12-31", "2024-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00", "1.10", None),
    )
    assert rows[3][5] == {
        "born_as_written": "10000-01-01",
        "seen_as_written": "-4712-01-01 0:00:00",
        "price_as_written": "-Infinity",
    }


def test_a_window_follows_its_cursor_with_ties_nulls_and_deletes(
    warehouse: str, source_url: str
) -> None:
    _run(
        source_url,
        "create table orders (id int primary key, note text, changed_at timestamptz)",
        "insert into orders values (1, 'a', '2026-02-28 23:59:59.999999+00'), (2, 'b', null), "
        "(3, 'future', '2026-03-01 13:00:00+00')",
    )
    case = SqlCase(warehouse, source_url, cursor_columns=["changed_at"])
    assert case.expect("orders").loaded["orders"].counts()["loaded"] == 2
    # Written at the very instant the first window ended: outside it, inside the next.
    _run(source_url, "insert into orders values (4, 'tie', '2026-03-01 13:00:00+00')")
    assert case.expect("orders").loaded["orders"].read == 3
    assert case.rows("orders", "id") == [(1,), (2,), (3,), (4,)]
    _run(source_url, "delete from orders where id = 1")
    again = case.expect("orders").loaded["orders"]
    assert (again.read, again.deleted) == (1, 0)
    assert [row[0] for row in case.rows("orders", "id")] == [1, 2, 3, 4]


def test_a_table_without_cursor_is_read_in_full_and_what_is_gone_is_marked(
    warehouse: str, source_url: str
) -> None:
    _run(source_url, "create table things (id int primary key); insert into things values (1), (2)")
    case = SqlCase(warehouse, source_url)
    case.expect()
    _run(source_url, "delete from things where id = 2; insert into things values (3)")
    done = case.expect().loaded["things"]
    assert (done.inserted, done.deleted, done.unchanged) == (1, 1, 1)
    assert case.rows("things", "id") == [(1,), (3,)]


def test_a_wall_clock_is_taken_in_the_zone_the_feed_names(warehouse: str, source_url: str) -> None:
    _run(
        source_url,
        "create table visits (id int primary key, at timestamp not null, on_day date not null)",
        "insert into visits values (1, '2026-02-28 20:00', '2026-02-28'), "
        "(2, '2025-11-02 01:30', '2025-11-02'), (3, '2026-03-01 07:59:59.999999', '2026-03-01'), "
        "(4, '2026-03-01 08:00', '2026-03-01')",
    )
    case = SqlCase(
        warehouse, source_url, timezone="America/New_York", streams={"visits": {"cursor": "at"}}
    )
    case.expect()
    # 01:30 comes twice that night and is taken as the first; 13:00 UTC is 08:00 and not yet over.
    assert case.rows("visits", "id, at::text") == [
        (1, "2026-03-01 01:00:00+00"),
        (2, "2025-11-02 05:30:00+00"),
        (3, "2026-03-01 12:59:59.999999+00"),
    ]
    case.expect()
    assert len(case.rows("visits", "id")) == 4


def _keys(source: SqlSource, stream: str, position: str | None = None) -> list[Any]:
    pages = source.read(stream, Window(), ReadOptions(position))
    return [row for page in pages for row in page.records.to_pylist()]


def test_chunks_and_positions_neither_lose_nor_repeat_a_key(
    warehouse: str, source_url: str
) -> None:
    """Incident: paging by LIMIT/OFFSET skipped rows when earlier ones were deleted meanwhile."""
    _run(
        source_url,
        "create table parts (a text, b numeric, c bigint, primary key (a, b, c))",
        r"""insert into parts select k, n / 10.0, n from generate_series(1, 7) as n, """
        r"""unnest(array['', 'a''b', E'back\\slash', 'Z', 'é', '%s']) as k""",
    )
    case = SqlCase(warehouse, source_url, chunk_rows=5)
    source = SqlSource(case.feed, case.credentials)
    rows = _keys(source, "parts")
    assert len(rows) == 42 == len({tuple(row.values()) for row in rows})
    pages = list(source.read("parts", Window()))
    assert len(pages) == 9
    for number, page in enumerate(pages, 1):
        rest = [row for later in pages[number:] for row in later.records.to_pylist()]
        assert _keys(source, "parts", page.position) == rest
    with pytest.raises(PositionRefused):
        list(source.read("parts", Window(), ReadOptions('["a"]')))


def test_one_read_is_one_snapshot(warehouse: str, source_url: str) -> None:
    _run(source_url, "create table t as select n as id from generate_series(1, 10) as n")
    _run(source_url, "alter table t add primary key (id)")
    case = SqlCase(warehouse, source_url, chunk_rows=5)
    pages = SqlSource(case.feed, case.credentials).read("t", Window())
    first = next(pages).records.to_pylist()
    _run(source_url, "delete from t where id > 7; insert into t values (11)")
    assert [row["id"] for row in first] == [1, 2, 3, 4, 5]
    assert [row["id"] for page in pages for row in page.records.to_pylist()] == [6, 7, 8, 9, 10]


def test_queries_are_read_as_sub_selects_and_nothing_can_be_written(
    warehouse: str, source_url: str
) -> None:
    _run(source_url, "create table o (id int primary key, at timestamptz, amount numeric(9,2))")
    _run(source_url, "insert into o values (1, '2026-01-01', 10.50), (2, '2027-01-01', 1)")
    query = "select id, at, amount * 2 as \"Twice %\" from o where 'a;b' <> '' -- all of them"
    plain = query.replace("a;b", "a%b")
    block = {"query": plain, "primary_key": "id", "cursor": "at"}
    case = SqlCase(warehouse, source_url, streams={"doubled": block})
    case.expect()
    assert case.rows("doubled", "id, twice") == [(1, Decimal("21.00"))]
    for bad in (query, "delete from o", "select 1; drop table o", "with x as (select 1) delete"):
        broken = SqlCase(warehouse, source_url, streams={"x": {"query": bad, "primary_key": "id"}})
        with pytest.raises(ConfigError):
            SqlSource(broken.feed, broken.credentials).check()
    _run(source_url, "create function f() returns int language sql as 'delete from o returning id'")
    sly = {"query": "select f() as id", "primary_key": "id"}
    writing = SqlCase(warehouse, source_url, streams={"x": sly})
    with pytest.raises(ConfigError, match="read-only"):
        list(SqlSource(writing.feed, writing.credentials).read("x", Window()))
    with psycopg.connect(source_url) as connection:
        assert connection.execute("select count(*) from o").fetchone() == (2,)


def test_check_names_the_missing_right(warehouse: str, source_url: str, postgres_url: str) -> None:
    _run(source_url, "create schema shop; create table shop.orders (id int primary key)")
    _run(source_url, "create table shop.secret (id int primary key)")
    name = f"reader_{uuid4().hex[:8]}"
    _run(postgres_url, f"create role {name} login password 'swordfish'")
    place = source_url.split("@")[1]
    url = f"postgresql://{name}:swordfish@{place}"
    case = SqlCase(warehouse, url, schema="shop")

    def refusal(url: str) -> str:
        case.credentials = type(case.credentials)("x", fields={"url": url})
        with pytest.raises(AccessDenied) as caught:
            SqlSource(case.feed, case.credentials).check()
        assert "swordfish" not in str(caught.value) and "wrong" not in str(caught.value)
        return str(caught.value)

    assert "password" in refusal(url.replace("swordfish", "wrong"))
    _run(source_url, f"revoke connect on database {place.split('/')[1]} from public")
    assert f"grant connect on database {place.split('/')[1]} to {name}" in refusal(url)
    _run(source_url, f"grant connect on database {place.split('/')[1]} to {name}")
    _run(source_url, f"grant usage on schema shop to {name}, public")
    _run(source_url, f"grant select on shop.orders to {name}")
    assert f"grant select on secret to {name}" in refusal(url)
    # One refused table does not keep the others from being loaded.
    case.expect()
    assert case.rows("orders", "id") == []
    _run(source_url, f"grant select on shop.secret to {name}")
    SqlSource(case.feed, case.credentials).check()
    _run(source_url, f"revoke usage on schema shop from {name}, public")
    named = SqlCase(warehouse, url, schema="shop", streams={"orders": {}})
    with pytest.raises(AccessDenied, match=f"grant usage on schema shop to {name}"):
        SqlSource(named.feed, named.credentials).check()


def test_an_answer_that_breaks_off_is_tried_again_and_quotes_no_row(
    warehouse: str, source_url: str, postgres_url: str
) -> None:
    """Incident: errors in the middle of a stream come from Arrow, not from the driver."""
    _run(source_url, "create table n as select n as id from generate_series(1, 400000) as n")
    query = "select id, repeat('x', 100) as pad from n"
    case = SqlCase(warehouse, source_url, streams={"n": {"query": query, "primary_key": "id"}})
    pages = SqlSource(case.feed, case.credentials).read("n", Window())
    next(pages)
    name = source_url.rsplit("/", 1)[1]
    kill = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    _run(postgres_url, kill)
    with pytest.raises(UpstreamUnavailable):
        list(pages)
    _run(source_url, "create table words (id int primary key, w text)")
    _run(source_url, "insert into words select n, 'secret' from generate_series(1, 100) as n")
    bad = {"query": "select id, w::int as v from words", "primary_key": "id"}
    broken = SqlCase(warehouse, source_url, streams={"x": bad})
    with pytest.raises(ContractBroken) as caught:
        list(SqlSource(broken.feed, broken.credentials).read("x", Window()))
    assert "secret" not in str(caught.value)


def test_a_growing_number_is_the_streams_own_cursor(warehouse: str, source_url: str) -> None:
    """Incident: rows that share the last number of a page were skipped by `number > last`."""
    _run(
        source_url,
        "create table clicks (batch bigint not null, who text, n int, primary key (who, n))",
        "insert into clicks select n / 4, 'w' || n % 3, n from generate_series(1, 30) as n",
    )
    case = SqlCase(warehouse, source_url, chunk_rows=7, streams={"clicks": {"cursor": "batch"}})
    assert case.expect().loaded["clicks"].inserted == 30
    again = case.expect().loaded["clicks"]
    assert (again.read, again.deleted) == (0, 0)
    _run(source_url, "delete from clicks where n < 5")
    _run(source_url, "insert into clicks values (7, 'z', 1), (8, 'a', 2)")
    assert case.expect().loaded["clicks"].inserted == 2
    assert len(case.rows("clicks", "who, n")) == 32
    # An interval means nothing to a number; the cursor stays.
    skipped = case.load(kind=RunKind.BACKFILL, window=Window(case.now, case.now)).skipped
    assert list(skipped) == ["clicks"]
    _run(source_url, "insert into clicks values (9, 'b', 3)")
    assert case.expect().loaded["clicks"].read == 1


def test_a_sweep_finds_what_is_gone_from_an_incremental_table(
    warehouse: str, source_url: str
) -> None:
    _run(source_url, "create table o (id int primary key, at timestamptz)")
    _run(source_url, "insert into o select n, '2026-02-01' from generate_series(1, 5) as n")
    case = SqlCase(warehouse, source_url, cursor_columns=["at"])
    case.expect()
    _run(source_url, "delete from o where id = 4")
    assert case.expect().loaded["o"].deleted == 0
    assert case.expect(kind=RunKind.SWEEP).loaded["o"].deleted == 1
    assert case.rows("o", "id") == [(1,), (2,), (3,), (5,)]
