"""A detected type never loses what the text said."""

from typing import Any

import pytest

from include.extract.files.formats.detect_types import (
    detect_json_column,
    detect_text_column,
    excel_text,
    unite,
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2", ""], "int"),
        (["1", "3000000000"], "bigint"),
        (["1", "99999999999999999999"], "numeric"),
        (["1", "2.50"], "numeric"),
        ([".5"], "numeric"),
        (["00123", "5"], "text"),
        (["+15550100"], "text"),
        (["1,234.50"], "text"),
        (["1.23E+11"], "text"),
        (["true", "FALSE"], "bool"),
        (["yes"], "text"),
        (["2026-01-31"], "date"),
        (["2026-02-30"], "text"),
        (["2026-01-31 10:00:00", "2026-01-31T10:00:00.123456Z"], "timestamp"),
        (["2026-01-31", "2026-01-31 10:00"], "timestamp"),
        (["2026-01-31", "5"], "text"),
        (["1", "x"], "text"),
        ([None, ""], "text"),
        ([], "text"),
    ],
)
def test_text(values: list[str | None], expected: str) -> None:
    column = detect_text_column(values)
    assert (column.type, column.format, column.detected) == (expected, None, True)


@pytest.mark.parametrize(
    ("values", "day_first", "expected"),
    [
        (["03/04/2026", "12/31/2026"], False, "%m/%d/%Y"),
        (["03/04/2026", "31/12/2026"], False, "%d/%m/%Y"),
        (["03/04/2026"], True, "%d/%m/%Y"),
        (["03.04.2026"], False, "%d.%m.%Y"),
        (["03/04/2026", "03.04.2026"], False, None),
        (["03/04/2026", "x"], False, None),
        (["45/04/2026"], False, None),
    ],
)
def test_slashed_dates(values: list[str], day_first: bool, expected: str | None) -> None:
    column = detect_text_column(values, day_first=day_first)
    assert (column.type, column.format) == ("date" if expected else "text", expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None], "bigint"), ([1, 2.5], "numeric"), ([True], "bool"), ([True, 1], "text"),
        (["7"], "text"), (["7", 7], "text"), (["2026-01-01"], "date"), ([{"a": 1}], "json"),
        ([[1], "x"], "json"), ([2**70], "numeric"), ([None], "text"),
    ],
)  # fmt: skip
def test_json(values: list[Any], expected: str) -> None:
    assert detect_json_column(values).type == expected


def test_two_files_meet_in_the_wider_type() -> None:
    def one(value: str) -> Any:
        return detect_text_column([value])

    assert unite(one("1"), one("2.5")).type == "numeric"
    assert unite(one("1"), one("3000000000")).type == "bigint"
    assert unite(one("01/31/2026"), one("02/28/2026")).format == "%m/%d/%Y"
    assert unite(one("01/31/2026"), one("31/01/2026")).type == "text"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5.0, "5"), (19.99, "19.99"), (True, "true"), ("", None), ("007", "007")],
)
def test_excel_cells(value: Any, expected: str | None) -> None:
    assert excel_text(value) == expected
