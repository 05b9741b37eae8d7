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
