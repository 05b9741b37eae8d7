"""Numbers exactly as written, and one odd value no reason to lose the page it came with."""

from decimal import Decimal
from math import isnan

import pytest

from include.config.connector_spec import Column, Stream
from include.destinations.layout import build_layout
from include.extract.exact_json import parse_json, parse_record
from include.load.shape.records import DictChunk
from include.load.shape.shaper import Shaper

BIG = "18446744073709551616"


@pytest.mark.parametrize("parse", [parse_json, parse_record])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        (BIG, 2**64),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("9007199254740993", 9007199254740993),
        ("0.1234567890123456789", Decimal("0.1234567890123456789")),
        ("1.10", 1.1),
        ("0.1000000000000000", 0.1),
    ],
)
def test_no_digit_is_lost(parse, text: str, value: object) -> None:
    """An id of 20 digits became 1.8446744073709552e+19."""
    found = parse(f'{{"id": {text}, "at": "2026-01-01T00:00:00.000000"}}'.encode())["id"]
    assert found == value
    assert type(found) is type(value)


def test_one_record_with_a_value_json_does_not_have() -> None:
    """NaN, half a surrogate pair or one bad byte lost the whole page: it names its record now."""
    page = parse_json(
        b'[{"id": 1, "v": NaN, "s": "a"}, {"id": 2, "v": 1.5, "s": "\\ud83d"},'
        b' {"id": 3, "v": 2.5, "s": "\xff"}, {"id": 4, "v": 3.5, "s": "\xc3\xa4"},'
        b' {"id": 5, "s": "b", "more": -Infinity}]'
    )
    assert isnan(page[0]["v"])
    columns = {"id": Column(type="int"), "v": Column(type="numeric"), "s": Column(type="text")}
    stream = Stream(primary_key=("id",), columns=columns)
    shaped = Shaper(build_layout("t", "c", "s", stream)).shape(DictChunk(page))
    assert shaped.parent["id"].to_pylist() == [4]
    assert [reject.key for reject in shaped.rejects] == ["id=1", "id=2", "id=3", "id=5"]
    payloads = [reject.payload for reject in shaped.rejects]
    assert '"v": NaN' in payloads[0]
    assert "\\ud83d" in payloads[1]
    assert "-Infinity" in payloads[3]


@pytest.mark.parametrize("kind", ["text", "json", "numeric", "bigint"])
def test_nan_is_no_text_and_no_null(kind: str) -> None:
    columns = {"id": Column(type="int"), "v": Column.model_validate(kind)}
    shaper = Shaper(build_layout("t", "c", "s", Stream(primary_key=("id",), columns=columns)))
    shaped = shaper.shape(DictChunk(parse_json(b'[{"id": 1, "v": NaN}, {"id": 2, "v": 3}]')))
    assert shaped.parent["id"].to_pylist() == [2]
    assert len(shaped.rejects) == 1


@pytest.mark.parametrize("parse", [parse_json, parse_record])
@pytest.mark.parametrize("text", [b"", b"{", b'{"a": 1', b"[" * 100_000, b'{"a": 1}}', b"<html>"])
def test_what_is_no_json_stays_none(parse, text: bytes) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_a_number_beyond_any_float_is_kept() -> None:
    assert parse_json(b'{"id": 1e400}') == {"id": Decimal("1e400")}


def test_a_null_in_a_list_of_records_is_no_record() -> None:
    """It became a row of nulls; the others keep their places."""
    child = {"path": "lines", "columns": {"n": "int"}}
    values = {"path": "tags", "columns": {"value": "text"}}
    stream = Stream.model_validate(
        {"primary_key": ["id"], "columns": {"id": "int"}, "children": {"l": child, "t": values}}
    )
    record = {"id": 1, "lines": [{"n": 1}, None, {"n": 3}], "tags": ["a", None]}
    shaped = Shaper(build_layout("t", "c", "s", stream)).shape(DictChunk([record]))
    lines = shaped.children["l"].select(["n", "_position"]).to_pylist()
    assert lines == [{"n": 1, "_position": 0}, {"n": 3, "_position": 2}]
    assert shaped.children["t"]["value"].to_pylist() == ["a", None]


def test_a_record_of_its_own_is_refused_for_nan() -> None:
    for text in (b'{"v": NaN}', b'{"v": NaN, "id": 18446744073709551616}'):
        with pytest.raises(ValueError):
            parse_record(text)
