"""Macros that many models share, run on a few rows: a fault in one of them is in every mart."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.contract.dbt_renderer import Renderer

# Written down from the vendors' pages once more, not read from the macro.
# docs.stripe.com/currencies, read 2026-11.
STRIPE_WHOLE = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "MGA",
    "PYG",
    "RWF",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
STRIPE_THOUSANDTHS = ["BHD", "JOD", "KWD", "OMR", "TND"]
STRIPE_HUNDREDTHS = ["EUR", "USD", "ISK", "UGX", "HUF", "TWD"]
# developers.facebook.com, Marketing API, Currencies, read 2026-11.
META_WHOLE = ["CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"]
META_HUNDREDTHS = ["EUR", "USD", "KWD", "BHD", "UGX", "XAF"]


@pytest.fixture(scope="module")
def macros() -> dict[str, Any]:
    return Renderer("postgres", {"sources_by_concept": {"orders": ["stripe", "shopify"]}}).macros


@pytest.fixture
def rows(warehouse: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(warehouse, autocommit=True) as connection:
        yield connection


def _units(
    rows: psycopg.Connection[Any], macro: str, macros: dict[str, Any], currencies: list[str]
) -> set[int]:
    query = f"select distinct {macros[macro]('code')} from unnest(%s::text[]) as t (code)"
    return {int(units) for (units,) in rows.execute(query, [currencies])}


@pytest.mark.parametrize(
    ("macro", "currencies", "units"),
    [
        ("minor_units", STRIPE_WHOLE, 1),
        ("minor_units", STRIPE_THOUSANDTHS, 1000),
        ("minor_units", STRIPE_HUNDREDTHS, 100),
        ("meta_offset", META_WHOLE, 1),
        ("meta_offset", META_HUNDREDTHS, 100),
    ],
)
def test_every_currency_has_its_units(
    macro: str, currencies: list[str], units: int, macros: dict[str, Any], rows: Any
) -> None:
    """A currency missing from the list made a hundredth of every amount, and no test failed."""
    small = [code.lower() for code in currencies]
    assert _units(rows, macro, macros, currencies) == {units}
    assert _units(rows, macro, macros, small) == {units}, "vendors write them in small letters too"


def test_micros_are_millionths(macros: dict[str, Any], rows: Any) -> None:
    value = rows.execute(f"select {macros['micros_to_major']('1230000::bigint')}").fetchone()[0]
    assert value == Decimal("1.23")


def _found(rows: Any, statement: str, table: str, values: str) -> list[tuple[Any, ...]]:
    """Rows a dbt test complains about, of a table with these values."""
    rows.execute(f"create temp table {table} as select * from (values {values}) as v (a, b)")
    try:
        return list(rows.execute(statement))
    finally:
        rows.execute(f"drop table {table}")


def test_a_rule_that_is_neither_true_nor_false_is_broken(macros: dict[str, Any], rows: Any) -> None:
    """`coalesce(..., true)` let every null through: the rule looked held."""
    statement = macros["test_holds"]("t", "a > b")
    assert _found(rows, statement, "t", "(2, 1), (1, 2), (null, 1)") == [(1, 2), (None, 1)]


@pytest.mark.parametrize(
    ("values", "broken"),
    [
        ("(1, 'x'), (2, 'x')", 0),
        ("(1, 'x'), (1, 'x')", 1),
        ("(1, 'x'), (1, null)", 1),
        ("(null, 'x'), (1, 'x')", 1),
    ],
)
def test_a_key_is_whole_and_stands_once(
    values: str, broken: int, macros: dict[str, Any], rows: Any
) -> None:
    assert len(_found(rows, macros["test_is_key"]("t", ["a", "b"]), "t", values)) == broken


def test_a_grain_stands_once(macros: dict[str, Any], rows: Any) -> None:
    statement = macros["test_unique_together"]("t", ["a", "b"])
    assert _found(rows, statement, "t", "(1, 1), (1, 1), (1, 2)") == [(1, 1)]


def test_a_link_is_looked_for_in_its_own_feed(macros: dict[str, Any], rows: Any) -> None:
    """`lost` has the record in another feed only; `silent` does not load the stream at all."""
    rows.execute("create temp table parents (_feed text, id int)")
    rows.execute("create temp table children (_feed text, parent int)")
    rows.execute("insert into parents values ('shop', 1), ('lost', 9)")
    rows.execute(
        "insert into children values "
        "('shop', 1), ('shop', null), ('lost', 1), ('silent', 7), ('shop', 9)"
    )
    statement = macros["test_belongs_to"]("children", "parent", "parents", "id")
    assert sorted(rows.execute(statement)) == [(1,), (9,)]


def test_equal_records_of_a_concept_are_two(macros: dict[str, Any], rows: Any) -> None:
    """`union distinct` for `union all`: two parts of an order that look alike became one."""
    names = {name for name, _ in macros["concept_columns"]("orders")} | {"_feed"}
    rows.execute("create schema models")
    for connector in ("stripe", "shopify"):
        table = f"models.stg_{connector}__conformed_orders"
        rows.execute(f"create table {table} ({', '.join(f'{name} text' for name in names)})")
        rows.execute(f"insert into {table} (_feed) values ('a'), ('a')")
    found = rows.execute(macros["union_concept"]("orders")).fetchall()
    assert sorted(row[0] for row in found) == ["shopify", "shopify", "stripe", "stripe"]


# (key, updated_at, dbt_valid_from) of a snapshot; zones are written out where they matter.
VERSIONS = """
('moved', null, '2026-05-01 10:00Z'), ('moved', '2026-06-01 00:00+02', '2026-06-01 05:00Z'),
('twice', null, '2026-05-01 10:00Z'), ('twice', '2026-06-01 12:00Z', '2026-06-01 12:00:01Z'),
('twice', '2026-06-01 12:00Z', '2026-06-01 12:00:02Z'),
('late', null, '2026-05-01 10:00Z'), ('late', '2026-06-03 00:00Z', '2026-06-03 01:00Z'),
('late', '2026-06-02 00:00Z', '2026-06-05 01:00Z'),
('back', null, '2026-05-01 10:00Z'), ('back', null, '2026-06-01 10:00Z'),
('back', null, '2026-06-08 10:00Z')
"""


@pytest.mark.parametrize(
    ("key", "at", "version"),
    [
        # Changed at midnight of Berlin, seen five hours later: the day before is the old one's.
        ("moved", "2026-05-31 23:59:59.999999+02", 1),
        ("moved", "2026-06-01 00:00+02", 2),
        # Two changes of one instant: the later one holds, and it alone.
        ("twice", "2026-06-01 11:59:59.999999Z", 1),
        ("twice", "2026-06-01 12:00Z", 3),
        # A change that arrives after a later one starts no version in the past of that one.
        ("late", "2026-06-02 12:00Z", 1),
        ("late", "2026-06-03 00:00Z", 3),
        # Deleted and back again are versions as any other, from when they were seen.
        ("back", "2026-06-01 10:00Z", 2),
        ("back", "2026-06-08 09:59:59Z", 2),
        ("back", "2026-06-08 10:00Z", 3),
        # Before anything was seen the first version is taken to have held, for ever after the last.
        ("moved", "1999-01-01 00:00Z", 1),
        ("moved", "2099-01-01 00:00Z", 2),
    ],
)
def test_of_all_versions_the_one_that_held_is_joined(
    key: str, at: str, version: int, macros: dict[str, Any], rows: Any
) -> None:
    """Each instant has exactly one version of each key; `<=` at the end made two of them."""
    rows.execute(
        "create temp table seen as select k, u::timestamptz as updated_at,"
        f" v::timestamptz as dbt_valid_from from (values {VERSIONS}) as t (k, u, v)"
    )
    bounded = macros["versions_bounded"]("seen", "k")
    query = (
        f"select b.version_number from (select %s::timestamptz as at) as fact"
        f" left join ({bounded}) as b on b.k = %s and {macros['as_of']('b', 'fact.at')}"
    )
    try:
        assert list(rows.execute(query, [at, key])) == [(version,)]
    finally:
        rows.execute("drop table seen")
