"""Numbers a warehouse would round in silence are found by their digits, however they are spelt."""

from decimal import Decimal

import pytest

from include.load.shape.number_limit import _fits

SNOWFLAKE, BIGQUERY = (26, 12), (38, 38)


@pytest.mark.parametrize(
    ("text", "limit", "fits"),
    [
        ("1" * 26 + "." + "1" * 12, SNOWFLAKE, True),
        ("1" * 27, SNOWFLAKE, False),
        ("0." + "0" * 12 + "1", SNOWFLAKE, False),
        # 33 digits: rounded to 28 first, they looked as if they fitted, and lost one there.
        ("1" * 20 + "." + "1" * 13, SNOWFLAKE, False),
        ("0." + "1" * 39, BIGQUERY, False),
        ("1" * 38 + "." + "1" * 38, BIGQUERY, True),
        ("1" * 39, BIGQUERY, False),
        ("1e25", SNOWFLAKE, True),
        ("1e26", SNOWFLAKE, False),
        ("1.5e-12", SNOWFLAKE, False),
        ("1.50e-11", SNOWFLAKE, True),
        ("-1e-12", SNOWFLAKE, True),
        ("0e-99", SNOWFLAKE, True),
        ("1" + "0" * 25 + ".0" + "0" * 60, SNOWFLAKE, True),
    ],
)
def test_digits_are_counted_as_written(text: str, limit: tuple[int, int], fits: bool) -> None:
    assert _fits(Decimal(text), limit) is fits
