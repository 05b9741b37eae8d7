"""Values to columns: the rules of `fit`, and that the fast path never disagrees with them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.config.connector_spec import Column
from include.destinations.column_types import SQL_TYPES, build_joined_type
from include.load.shape import columns as convert
from include.load.shape import values as fit
from include.load.shape.columns import build_column
from include.load.shape.values import Misfit, build_json, fit_value, has_nul_escape

naive = datetime  # instants travel to COPY as naive UTC
BERLIN = timezone(timedelta(hours=2))


def column(kind: str, **more: Any) -> Column:
    return Column.model_validate({"type": kind, **more})


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("int", "7", 7),
        ("int", " 7 ", 7),
        ("int", "+7", 7),
        ("int", 7.0, 7),
        ("int", Decimal("7.00"), 7),
        ("int", "", None),
        ("bigint", 2**63 - 1, 2**63 - 1),
        ("numeric", "19.90", "19.90"),
        ("numeric", 19.9, "19.9"),
        ("numeric", Decimal("0.10"), "0.10"),
        ("numeric", 10**40, "1" + "0" * 40),
        ("numeric", "1e3", "1E+3"),
        ("numeric", "  ", None),
        ("float", "1.5", 1.5),
        ("float", 3, 3.0),
        ("bool", "Yes", True),
        ("bool", 0, False),
        ("bool", "f", False),
        ("date", "2026-02-28", date(2026, 2, 28)),
        ("date", "2026-02-28T00:00:00Z", date(2026, 2, 28)),
        ("date", datetime(2026, 2, 28, tzinfo=UTC), date(2026, 2, 28)),
        ("timestamp", "2026-01-01", naive(2026, 1, 1)),
        ("timestamp", "2026-01-01T02:00:00+02:00", naive(2026, 1, 1)),
        ("timestamp", "2026-01-01 00:00:00.123456789Z", naive(2026, 1, 1, 0, 0, 0, 123456)),
        ("timestamp", datetime(2026, 1, 1, 2, tzinfo=BERLIN), naive(2026, 1, 1)),
        ("timestamp", date(2026, 1, 1), naive(2026, 1, 1)),
        ("timestamp", "0001-01-01T00:00:00Z", naive(1, 1, 1)),
        ("timestamp", "9999-12-31T23:59:59Z", naive(9999, 12, 31, 23, 59, 59)),
        ("text", 5, "5"),
        ("text", True, "true"),
        ("text", {"a": 1}, '{"a":1}'),
        ("text", "", ""),
        ("json", {"a": Decimal("1.10")}, '{"a":1.10}'),
        ("json", [2**70, None], f"[{2**70},null]"),
        ("json", "text", '"text"'),
        ("bytes", b"\x00\xff", "\\x00ff"),
    ],
)
def test_what_fits(kind: str, value: Any, expected: Any) -> None:
    assert fit_value(value, kind) == expected
    made = build_column([value, None], column(kind), kind)
    assert made.misfits == {}
    got = made.array.to_pylist()
    if kind == "numeric" and expected is not None:
        assert (Decimal(got[0]), got[1]) == (Decimal(expected), None)
    else:
        assert got == [expected, None]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("numeric", "seven"),
        ("numeric", "1,5"),
        ("numeric", "1_000"),
        ("numeric", "NaN"),
        ("numeric", float("inf")),
        ("numeric", Decimal("Infinity")),
        ("numeric", True),
        ("numeric", "1e2000"),
        ("numeric", "٣"),
        ("numeric", [1]),
        ("bool", "maybe"),
        ("bool", 2),
        ("date", "2026-02-30"),
        ("date", "2026-01-01T10:00:00Z"),
        ("date", 20260101),
        ("timestamp", "yesterday"),
        ("timestamp", "2026-W09-3T10:00:00"),
        ("date", "2026-W09"),
        ("date", "2026-W09-3"),
        ("timestamp", 1767225600),
        ("timestamp", "0000-01-01T00:00:00Z"),
        ("timestamp", "10000-01-01T00:00:00Z"),
        ("timestamp", "9999-12-31T23:59:59-05:00"),
        ("timestamp", "2026-01-01T25:00:00Z"),
        ("text", "a\x00b"),
        ("text", "a\ud800"),
        ("json", {"a": "\x00"}),
        ("json", {"a": "\ud800"}),
        ("float", "many"),
        ("bytes", 5),
    ],
)
def test_what_does_not_fit_is_named_without_the_value(kind: str, value: Any) -> None:
    with pytest.raises(Misfit) as caught:
        fit_value(value, kind)
    if isinstance(value, str) and value.isascii():
        assert value == "NaN" or value not in str(caught.value).split()
    made = build_column([None, value, None], column(kind), kind)
    assert list(made.misfits) == [1]
    assert made.array.to_pylist() == [None, None, None]
    assert made.logical_type == kind


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("epoch_s", 1767225600, naive(2026, 1, 1)),
        ("epoch_s", "1767225600", naive(2026, 1, 1)),
        ("epoch_s", 1767225600.5, naive(2026, 1, 1, 0, 0, 0, 500000)),
        ("epoch_ms", 1767225600123, naive(2026, 1, 1, 0, 0, 0, 123000)),
        ("%m/%d/%Y", "1/2/2026", naive(2026, 1, 2)),
        ("%d.%m.%Y %H:%M", "02.01.2026 13:05", naive(2026, 1, 2, 13, 5)),
    ],
)
def test_formats(pattern: str, value: Any, expected: datetime) -> None:
    made = build_column([value, None], column("timestamp", format=pattern), "timestamp")
    assert made.array.to_pylist() == [expected, None]
    assert fit_value(value, "timestamp", pattern) == expected


# A written day, month and year, of which some are none.
_PARTS = st.tuples(
    st.integers(0, 33), st.integers(0, 13), st.sampled_from([4, 26, 1999, 2024, 2026])
)
_WRITTEN = {
    "%d/%m/%Y": "{0}/{1}/{2}",
    "%d.%m.%Y": "{0:02}.{1:02}.{2:04}",
    "%m-%d-%Y": "{1:02}-{0}-{2}",
    "%d/%m/%y": "{0:02}/{1}/{2}",
    "%Y-%m-%d %H:%M": "{2}-{1:02}-{0:02} 0{1}:30",
    "%d.%m.%Y %H:%M:%S": "{0:02}.{1:02}.{2} {0}:00:{1:02}",
    "%m/%d/%Y %I:%M %p": "{1}/{0}/{2} {1}:05 pm",
}


@settings(max_examples=300, deadline=None)
@given(pattern=st.sampled_from(sorted(_WRITTEN)), days=st.lists(_PARTS, min_size=1, max_size=3))
def test_the_fast_path_of_patterns_agrees_with_the_rules(
    pattern: str, days: list[tuple[int, int, int]]
) -> None:
    """Arrow made 2 March of 30/02/2026 and year 26 of 01/02/26 in columns of timestamps."""
    values = [_WRITTEN[pattern].format(*day) for day in days]
    fast = build_column(values, column("timestamp", format=pattern), "timestamp")
    slow = convert._build_slowly(values, column("timestamp", format=pattern), "timestamp")
    assert fast.misfits == slow.misfits
    assert fast.array.to_pylist() == slow.array.to_pylist()


@pytest.mark.parametrize("value", ["30/02/2026", "31/04/2026", "29/02/2025", "01/02/26"])
def test_a_day_that_does_not_exist_is_no_other_day(value: str) -> None:
    """`30/02/2026` was stored as 2 March, `01/02/26` as a day of the year 26."""
    made = build_column([value, "01/03/2026"], column("timestamp", format="%d/%m/%Y"), "timestamp")
    assert list(made.misfits) == [0]
    assert made.array.to_pylist() == [None, naive(2026, 3, 1)]


def test_a_date_pattern() -> None:
    made = build_column(["01/02/2026", ""], column("date", format="%m/%d/%Y"), "date")
    assert made.array.to_pylist() == [date(2026, 1, 2), None]
    assert build_column(["13/13/2026"], column("date", format="%m/%d/%Y"), "date").misfits


@pytest.mark.parametrize(
    ("values", "kind", "detected", "expected"),
    [
        ([1, 2**40], "int", False, "bigint"),
        ([1, 2**70], "int", False, "numeric"),
        ([1, 1.5], "int", False, "numeric"),
        ([1, "x"], "int", False, "int"),
        ([1, "x"], "int", True, "text"),
        ([1, 2**40], "int", True, "bigint"),
        (["1.0", "1,0"], "numeric", True, "text"),
        (["2026-01-01", "2026-01-01T10:00:00Z"], "date", True, "timestamp"),
        (["2026-01-01", "later"], "date", True, "text"),
        ([True, "maybe"], "bool", True, "text"),
        (["2026-01-01", "later"], "date", False, "date"),
    ],
)
def test_widening(values: list[Any], kind: str, detected: bool, expected: str) -> None:
    made = build_column(values, column(kind, detected=detected), kind)
    assert made.logical_type == expected
    refused = not detected and ("x" in values or "later" in values)
    assert bool(made.misfits) is refused


def test_a_fraction_never_becomes_an_integer_silently() -> None:
    """pyarrow.array([1, 1.5], int64()) answers [1, 1] without a word."""
    made = build_column([1, 1.5], column("int"), "int")
    assert (made.logical_type, made.array.to_pylist()) == ("numeric", ["1", "1.5"])


@pytest.mark.parametrize(
    ("kind", "first"), [("timestamp", datetime(2026, 1, 1, tzinfo=UTC)), ("date", date(2026, 1, 1))]
)
def test_a_number_beside_a_moment_is_no_moment(kind: str, first: Any) -> None:
    """pyarrow.array([datetime(...), 0]) is a timestamp column whose second row is 1970."""
    assert list(build_column([first, 0], column(kind), kind).misfits) == [1]


def test_a_text_beyond_what_a_field_holds_is_the_record_s_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(convert, "MAX_TEXT", 10)
    monkeypatch.setattr(fit, "MAX_TEXT", 10)
    for kind, value in (("text", "x" * 11), ("json", ["x" * 11])):
        assert list(build_column(["a", value], column(kind), kind).misfits) == [1]


def test_hexadecimal_text_is_no_number() -> None:
    """Arrow casts the text 0x1F to 31."""
    assert list(build_column(["1", "0x1F"], column("bigint"), "bigint").misfits) == [1]


def test_arrow_columns_take_the_same_rules() -> None:
    decimals = pa.array([Decimal("0.10"), None], pa.decimal128(20, 2))
    assert build_column(decimals, column("numeric"), "numeric").array.to_pylist() == ["0.10", None]
    # Reading such a column as Python datetimes raised OverflowError and ended the load.
    far = pa.array([2**62, 0], pa.timestamp("us", "UTC"))
    made = build_column(far, column("timestamp"), "timestamp")
    assert (list(made.misfits), made.array.to_pylist()) == ([0], [None, naive(1970, 1, 1)])
    document = pa.array(['{"a": 1.10}', "{", "", None])
    made = build_column(document, column("json"), "json")
    assert made.array.to_pylist() == ['{"a": 1.10}', None, None, None]
    assert list(made.misfits) == [1]
    words = pa.array(["a", "b\x00", "c", "d"])
    assert list(build_column(words, column("text"), "text").misfits) == [1]
    assert build_column(words.slice(2), column("text"), "text").misfits == {}


def test_joined_types_hold_both() -> None:
    for one in SQL_TYPES:
        assert build_joined_type(one, one) == one
        for other in SQL_TYPES:
            assert build_joined_type(one, other) == build_joined_type(other, one)
    assert build_joined_type("int", "numeric") == "numeric"
    assert build_joined_type("date", "timestamp") == "timestamp"
    assert build_joined_type("bool", "int") == "text"


@pytest.mark.parametrize(
    ("text", "found"),
    [('"\\u0000"', True), ('"\\\\u0000"', False), ('"\\\\\\u0000"', True), ('"u0000"', False)],
)
def test_nul_escapes_are_told_from_escaped_backslashes(text: str, found: bool) -> None:
    assert has_nul_escape(text) is found


def test_json_keeps_numbers_exact() -> None:
    value = {"d": Decimal("100000000000000000000.10"), "i": 2**64, "n": Decimal("NaN")}
    assert build_json(value) == f'{{"d":100000000000000000000.10,"i":{2**64},"n":null}}'


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.text(max_size=6),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(),
    st.sampled_from(["1", "1.50", "2026-01-01", "2026-01-01T00:00:00Z", "true", "0x1", "1e5"]),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=300, deadline=None)
@given(
    values=st.one_of(st.lists(VALUES, max_size=4), *[st.lists(s, max_size=4) for s in (
        st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=4), st.booleans(),
        st.decimals(), st.dates(), st.datetimes(timezones=st.just(UTC)),
        st.sampled_from(["1", "-2.50", "7", "0x1F", "2026-01-01T00:00:00+02:00", "2026-01-01"]),
    )]),
    kind=st.sampled_from(["text", "int", "bigint", "numeric", "bool", "date", "timestamp"]),
)  # fmt: skip
def test_the_fast_path_agrees_with_the_rules(values: list[Any], kind: str) -> None:
    fast = build_column(values, column(kind), kind)
    slow = convert._build_slowly(values, column(kind), kind)
    assert (fast.logical_type, fast.misfits) == (slow.logical_type, slow.misfits)
    if fast.logical_type == "numeric":
        numbers = [[x and Decimal(x) for x in one.array.to_pylist()] for one in (fast, slow)]
        assert numbers[0] == numbers[1]
    else:
        assert fast.array.to_pylist() == slow.array.to_pylist()


@pytest.mark.parametrize("texts", [["true", " NO ", None, "1", "Off"], ["true", "", "f\n"], [None]])
def test_words_for_yes_and_no_are_read_as_one_by_one(texts: list[str | None]) -> None:
    """A million of them went through `fit` one by one: a quarter of a file's load."""
    column = Column(type="bool")
    made = build_column(pa.array(texts, pa.string()), column, "bool")
    expected = [None if text is None else fit_value(text, "bool", None) for text in texts]
    assert (made.array.to_pylist(), made.misfits) == (expected, {})
    refused = build_column(pa.array([*texts, "maybe"], pa.string()), column, "bool")
    assert list(refused.misfits) == [len(texts)]


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(NESTED, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_a_json_column_is_written_as_its_values_alone(values: list[Any]) -> None:
    """A column is written at once where nothing in it is odd: same texts, same misfits."""
    made = build_column(values, column("json"), "json")
    wanted: list[str | None] = []
    misfits = set()
    for row, value in enumerate(values):
        try:
            wanted.append(None if value is None else build_json(value))
        except Misfit:
            wanted.append(None)
            misfits.add(row)
    assert made.array.to_pylist() == wanted
    assert set(made.misfits) == misfits


def test_a_nul_or_half_a_pair_costs_its_record_only() -> None:
    """The whole column's way gives up on such a text, and its neighbours stay as they are."""
    made = build_column(
        [{"a": "x\x00"}, ["\ud800"], {"b": "\\u0000"}, None], column("json"), "json"
    )
    assert made.array.to_pylist() == [None, None, '{"b":"\\\\u0000"}', None]
    assert set(made.misfits) == {0, 1}
