"""A detected type never loses what the text said, and nothing is guessed where two readings fit."""

from typing import Any

import pytest

from include.extract.files.formats.decide_types import decide_column
from include.extract.files.formats.detect_types import (
    DAY_FIRST,
    DECIMAL_COMMA,
    DECIMAL_POINT,
    MONTH_FIRST,
    excel_text,
    see_json,
    see_texts,
)

POINT, COMMA = "1,234.56", "1.234,56"


def _decided(values: list[str | None], *around: str, said: str | None = None) -> Any:
    column = decide_column(see_texts(values), frozenset(around), said).column
    assert column.detected
    return column.type if column.format is None else (column.type, column.format)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2", ""], "int"),
        (["2147483647", "-2147483647"], "int"),
        (["2147483648"], "bigint"),
        (["1", "3000000000"], "bigint"),
        (["9223372036854775807"], "bigint"),
        (["9223372036854775808"], "numeric"),
        (["1", "99999999999999999999"], "numeric"),
        (["1", "2.50"], "numeric"),
        ([".5"], "numeric"),
        (["00123", "5"], "text"),
        (["+15550100"], "text"),
        (["-0"], "text"),
        (["-0.00", "1.5"], "text"),
        (["1.23E+11"], "text"),
        (["true", "FALSE"], "bool"),
        (["yes"], "text"),
        (["2026-01-31"], "date"),
        (["2026-02-30"], "text"),
        (["2026-02-30 10:00:00"], "text"),
        (["2026-01-31 10:00:00", "2026-01-31T10:00:00.123456"], "timestamp"),
        (["2026-01-31T10:00:00Z", "2026-01-31 10:00:00.123456+0200"], ("timestamp", "zoned")),
        (["2026-01-31 10:00:00", "2026-01-31T10:00:00Z"], "text"),
        (["2026-01-31", "2026-01-31T10:00:00Z"], "text"),
        (["13/04/2026", "2026-01-31"], "text"),
        (["10.0.0.1", "1.2.3"], "text"),
        (["2026-01-31", "2026-01-31 10:00"], "timestamp"),
        (["2026-01-31", "5"], "text"),
        (["1", "x"], "text"),
        (["12%"], "text"),
        (["$12.50"], "text"),
        (["(12.50)", "12.50"], "text"),
        (["12.50-"], "text"),
        (["1'234.50", "12.50"], "text"),
        (["1 234.50", "12.5"], "text"),
        ([None, ""], "text"),
        ([], "text"),
    ],
)
def test_text(values: list[str | None], expected: str) -> None:
    assert _decided(values) == expected


@pytest.mark.parametrize(
    ("values", "around", "expected"),
    [
        (["12,50", "3,99"], [], ("numeric", COMMA)),
        (["1.234,56"], [], ("numeric", COMMA)),
        (["1.234.567"], [], ("numeric", COMMA)),
        (["1,234.50", "12.5"], [], ("numeric", POINT)),
        (["1,234,567"], [], ("numeric", POINT)),
        (["12,34,567.50"], [], ("numeric", POINT)),
        (["1.234", "2.000"], [], "text"),
        (["1.234", "2.000"], [DECIMAL_COMMA], ("numeric", COMMA)),
        (["1.234", "2.000"], [DECIMAL_POINT], "numeric"),
        (["1.234", "2.000"], [DECIMAL_POINT, DECIMAL_COMMA], "text"),
        (["1.234", "0.500"], [], "numeric"),
        (["1.234", "1234.567"], [], "numeric"),
        (["1,234"], [], "text"),
        (["1,234"], [DECIMAL_POINT], ("numeric", POINT)),
        (["1,234"], [DECIMAL_COMMA], ("numeric", COMMA)),
        (["12,50", "12.50"], [], "text"),
        (["10", "20"], [DECIMAL_COMMA], ("int", COMMA)),
        (["10", "20"], [DECIMAL_POINT], "int"),
    ],
)
def test_points_and_commas(values: list[str], around: list[str], expected: Any) -> None:
    """1.234 beside 12,50 was read as a little over one."""
    assert _decided([*values], *around) == expected


def test_money_and_percent_prove_what_a_point_is() -> None:
    assert see_texts(["$1,234.50"]).proofs == {DECIMAL_POINT}
    assert see_texts(["12,5 %"]).proofs == {DECIMAL_COMMA}
    assert not see_texts(["$1,234", "1.234 €", "v1.2.3", "10:30"]).proofs


@pytest.mark.parametrize(
    ("values", "around", "said", "expected"),
    [
        (["03/04/2026", "12/31/2026"], [], None, ("date", "%m/%d/%Y")),
        (["03/04/2026", "31/12/2026"], [], None, ("date", "%d/%m/%Y")),
        (["03/04/2026"], [], None, "text"),
        (["03/04/2026"], [], DAY_FIRST, ("date", "%d/%m/%Y")),
        (["03/04/2026"], [], MONTH_FIRST, ("date", "%m/%d/%Y")),
        (["03/04/2026"], [DAY_FIRST], None, ("date", "%d/%m/%Y")),
        (["03/04/2026"], [DAY_FIRST, MONTH_FIRST], None, "text"),
        (["03/04/2026", "31/12/2026"], [MONTH_FIRST], None, ("date", "%d/%m/%Y")),
        (["31/12/2026", "12/31/2026"], [], None, "text"),
        (["31/12/2026"], [], MONTH_FIRST, "text"),
        (["03.04.2026"], [], None, ("date", "%d.%m.%Y")),
        (["03/04/2026", "03.04.2026"], [], None, "text"),
        (["03/04/2026", "x"], [], None, "text"),
        (["45/04/2026"], [], None, "text"),
    ],
)
def test_day_and_month(
    values: list[str], around: list[str], said: str | None, expected: Any
) -> None:
    """Dates of which nothing proved the order were taken for American ones."""
    assert _decided([*values], *around, said=said) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None], "bigint"), ([1, 2.5], "numeric"), ([True], "bool"), ([True, 1], "text"),
        (["7"], "text"), (["7", 7], "text"), (["2026-01-01"], "date"), ([{"a": 1}], "json"),
        ([[1], "x"], "json"), ([2**70], "numeric"), ([None], "text"), (["03/04/2026"], "text"),
        (["03/04/2026", 5], "text"),
    ],
)  # fmt: skip
def test_json(values: list[Any], expected: str) -> None:
    assert decide_column(see_json(values)).column.type == expected


def test_two_files_meet_in_the_wider_type() -> None:
    def both(first: str, second: str) -> Any:
        column = decide_column(see_texts([first]) | see_texts([second])).column
        return column.type if column.format is None else column.format

    assert both("1", "2.5") == "numeric"
    assert both("1", "3000000000") == "bigint"
    assert both("01/31/2026", "02/03/2026") == "%m/%d/%Y"
    assert both("01/31/2026", "31/01/2026") == "text"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5.0, "5"), (19.99, "19.99"), (True, "true"), ("", None), ("007", "007")],
)
def test_excel_cells(value: Any, expected: str | None) -> None:
    assert excel_text(value) == expected
