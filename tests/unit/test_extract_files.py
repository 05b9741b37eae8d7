"""Files as people hand them over: what is wrong is a reject with its place, or an error."""

import logging
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from include.config.connector_spec import Column
from include.config.credentials import Credentials
from include.core.errors import (
    ConfigError,
    ContractBroken,
    TruncatedFetch,
    UpstreamUnavailable,
)
from include.core.streams import Page, Window
from include.extract.choose_source import build_source
from include.extract.files.formats.facts import load_facts
from include.extract.files.formats.reader import Layout, read_pieces
from include.extract.files.formats.workbooks.workbook_xml import load_marks
from include.extract.files.place import Place
from include.extract.source import Source, try_read
from tests.unit.feed_maker import build_feed

EVERYTHING = Window()


def _source(folder: Path, **options: Any) -> Source:
    return build_source(build_feed("files", path=str(folder), **options), Credentials("c"))


def _rows(source: Source, stream: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for page in source.read(stream, EVERYTHING):
        records = page.records
        found += records if isinstance(records, list) else records.to_pylist()
    return found


def _rejects(source: Source, stream: str) -> list[tuple[str, str]]:
    pages = source.read(stream, EVERYTHING)
    return [(reject.key, reject.reason) for page in pages for reject in page.rejects]


def _cells(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows without the two place columns."""
    return [tuple(v for k, v in row.items() if not k.startswith("source_")) for row in rows]


def test_a_folder_becomes_streams(tmp_path: Path) -> None:
    (tmp_path / "Store Targets.csv").write_text("Store ID,Month\n007,2026-01-01\n")
    (tmp_path / "answers.jsonl").write_text('{"id": 1, "Said At": "2026-01-01T10:00:00Z"}\n')
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_text("x\n1\n")
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "a.tsv").write_text("x\ty\n1\t2\n")
    (tmp_path / ".hidden.csv").write_text("x\n1\n")
    (tmp_path / "late.csv.part").write_text("x\n1\n")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    found = _source(tmp_path).discover()
    assert list(found) == ["a_csv", "a_tsv", "answers", "store_targets", "sub_a", "unread_png"]
    targets = found["store_targets"]
    assert targets.columns["store_id"].type == "text"  # a leading zero is information
    assert targets.columns["month"].type == "date"
    assert targets.columns["month"].detected
    assert targets.primary_key == ("source_file", "source_line")
    assert targets.sweep == "source_file"
    assert found["answers"].columns["said_at"].type == "timestamp"


def test_the_tenant_file_overrides_key_and_types(tmp_path: Path) -> None:
    (tmp_path / "a_1.csv").write_text("id,zip,n\n1,80202,5\n")
    (tmp_path / "a_2.csv").write_text("id,zip,n\n2,80203,5.5\n")
    block = {"files": "a_*.csv", "primary_key": ["id"], "columns": {"zip": "text"}}
    source = _source(tmp_path, streams={"areas": block})
    stream = source.discover()["areas"]
    types = {name: column.type for name, column in stream.columns.items()}
    assert types == {"id": "int", "zip": "text", "n": "numeric"}  # the wider of the two files wins
    assert not stream.columns["zip"].detected
    assert stream.primary_key == ("id",)
    assert _cells(_rows(source, "areas")) == [("1", "80202", "5"), ("2", "80203", "5.5")]


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"primary_kye": ["id"]}, "Did you mean `primary_key`"),
        ({"primary_key": ["idd"]}, "idd"),
        ({"columns": {"id": "strnig"}}, "streams.a"),
    ],
)
def test_a_wrong_block_says_what_is_wrong(tmp_path: Path, block: dict[str, Any], told: str) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    with pytest.raises(ConfigError, match=told):
        _source(tmp_path, streams={"a": block}).discover()


@pytest.mark.parametrize(
    ("content", "city"),
    [
        ("name;city\nZoë;Köln\n".encode("cp1252"), "Köln"),
        ("name;city\nZoë;Köln\n".encode(), "Köln"),
        ("\ufeffname;city\nZoë;Köln\n".encode(), "Köln"),
        ("\ufeffname;city\nZoë;Köln\n".encode("utf-16-le"), "Köln"),
        (b"name;city\r\nBob;Rome\r\n", "Rome"),
    ],
)
def test_encodings_are_found(tmp_path: Path, content: bytes, city: str) -> None:
    (tmp_path / "a.tsv").write_bytes(content)  # semicolons in spite of its name
    source = _source(tmp_path)
    assert list(source.discover()["a"].columns)[:2] == ["name", "city"]
    assert _rows(source, "a")[0]["city"] == city


def test_an_undecodable_line_is_a_reject(tmp_path: Path) -> None:
    """One cp1252 line among UTF-8 ones once turned the whole file into mojibake."""
    good = "".join(f"{i},Köln\n" for i in range(50)).encode()
    (tmp_path / "a.csv").write_bytes(b"id,city\n" + good + b"99,K\xf6ln\n")
    source = _source(tmp_path)
    assert len(_rows(source, "a")) == 50
    assert _rows(source, "a")[0]["city"] == "Köln"
    assert _rejects(source, "a") == [("a.csv:52", "undecodable")]


def test_ragged_rows_are_rejects_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,b\n1,x\n2\n3,y,z\n4,w,,\n5,v\n")
    source = _source(tmp_path)
    assert _rejects(source, "a") == [("a.csv:3", "ragged_row"), ("a.csv:4", "ragged_row")]
    # Empty cells too many are an old spreadsheet habit and lose nothing.
    assert sorted(_cells(_rows(source, "a"))) == [("1", "x"), ("4", "w"), ("5", "v")]
    assert {row["id"]: row["source_line"] for row in _rows(source, "a")} == {"1": 2, "4": 5, "5": 6}


def test_a_duplicate_header_is_suffixed_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.csv").write_text("id,amount,amount,,2024 Q1\n1,5,6,7,8\n")
    source = _source(tmp_path)
    assert list(source.discover()["a"].columns)[:5] == [
        "id", "amount", "amount_2", "column_4", "col_2024_q1",
    ]  # fmt: skip
    assert "duplicate_header" in caplog.text


def test_a_column_that_changes_type_stays_readable(tmp_path: Path) -> None:
    """Types come from a sample; what follows it is text for the loader to widen the column."""
    lines = "".join(f"{i}\n" for i in range(30_000))
    (tmp_path / "a.csv").write_text(f"n\n{lines}many\n")
    source = _source(tmp_path)
    column = source.discover()["a"].columns["n"]
    assert (column.type, column.detected) == ("int", True)
    assert _rows(source, "a")[-1]["n"] == "many"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_zero_rows_and_a_warning(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    source = _source(tmp_path)
    assert _rows(source, "a") == []
    assert "empty_file file=a.csv" in caplog.text


def test_an_empty_export_deletes_nothing(tmp_path: Path) -> None:
    """A zero-byte export of a swept stream once marked every row deleted."""
    (tmp_path / "a.csv").write_text("id\n")
    block = {"primary_key": ["id"], "sweep": "all"}
    with pytest.raises(TruncatedFetch):
        _rows(_source(tmp_path, streams={"a": block}), "a")


@pytest.mark.parametrize(("name", "line"), [("a.csv", b"2,%b\n"), ("a.jsonl", b'{"id": "%b"}\n')])
def test_a_too_long_line_is_a_reject(tmp_path: Path, name: str, line: bytes) -> None:
    ok = b'{"id": "1"}\n' if name.endswith("jsonl") else b"1,x\n"
    head = b"" if name.endswith("jsonl") else b"id,b\n"
    (tmp_path / name).write_bytes(head + ok + line % (b"y" * 200_000) + ok)
    source = _source(tmp_path, max_line_bytes=100_000)
    place = f"{name}:{2 if name.endswith('jsonl') else 3}"
    assert _rejects(source, "a") == [(place, "line_too_long")]
    assert len(_rows(source, "a")) == 2


def test_a_line_of_256_mb_needs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1}\n')
    with path.open("r+b") as file:
        file.seek(256 * 1024**2)
        file.write(b'\n{"id": 2}\n')
    assert path.stat().st_blocks * 512 < 1_000_000  # sparse, or this test would fill a disk
    tracemalloc.start()
    pieces = list(read_pieces(Place("a.jsonl", path), Layout({}, max_line_bytes=1_000_000)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [record["id"] for piece in pieces for record in piece.records] == [1, 2]
    assert [r.key for piece in pieces for r in piece.rejects] == ["a.jsonl:2"]
    assert peak < 40_000_000


def test_cut_and_foreign_json_lines(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1}\n{"id": 2, "na\n[1]\n\n"x"\n{"id": 3}')
    source = _source(tmp_path)
    assert [row["id"] for row in _rows(source, "a")] == [1, 3]
    assert _rejects(source, "a") == [
        ("a.jsonl:2", "invalid_json"), ("a.jsonl:3", "not_an_object"),
        ("a.jsonl:5", "not_an_object"),
    ]  # fmt: skip


def test_json_lines_that_end_with_a_carriage_return_alone(tmp_path: Path) -> None:
    """A CSV of such lines was read, a file of JSON was one broken line in quarantine."""
    (tmp_path / "a.jsonl").write_bytes(
        b'{"id": 1}\r{"id": 2}\r\n{"id": 3}\r\r{"id": 4, "x\r\n{"id": 5}'
    )
    source = _source(tmp_path)
    found = [(row["id"], row["source_line"]) for row in _rows(source, "a")]
    assert found == [(1, 1), (2, 2), (5, 4)]
    [(_, reason)] = _rejects(source, "a")
    assert reason == "invalid_json"


def test_a_json_array_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"id": 1},\n {"id": 2}, 3]')
    source = _source(tmp_path)
    assert [row["id"] for row in _rows(source, "a")] == [1, 2]
    assert _rejects(source, "a") == [("a.json[2]", "not_an_object")]
    (tmp_path / "a.json").write_text('[{"id": 1},')
    with pytest.raises(ContractBroken):
        _rows(_source(tmp_path), "a")


def test_an_unclosed_quote_costs_one_line(tmp_path: Path) -> None:
    """An unclosed quote once swallowed the rest of the file into one cell."""
    (tmp_path / "a.csv").write_text('id,t\n1,"a\nb"\n2,"open\n3,x\n4,"y"\n5,"last open\n6,z\n')
    source = _source(tmp_path)
    assert _cells(_rows(source, "a")) == [("1", "a\nb"), ("3", "x"), ("4", "y"), ("6", "z")]
    keys = [("a.csv:4", "malformed_quotes"), ("a.csv:7", "malformed_quotes")]
    assert _rejects(source, "a") == keys


def _write_workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Prices")
    sheet.merge_range("A1:D1", "Price list 2026")
    for column, name in enumerate(["SKU", "Price", "From", "Ratio"]):
        sheet.write(2, column, name)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(3, 0, ["00123", 19.99])
    sheet.write_datetime(3, 2, __import__("datetime").datetime(2026, 1, 2), day)
    sheet.write_formula(3, 3, "=1/0", None, "#DIV/0!")
    sheet.merge_range("A5:A6", "00124")
    sheet.write_row(4, 1, [5, "", 0.5])
    sheet.write_row(5, 1, [7, "", True])
    book.add_worksheet("Empty")
    book.close()


def test_excel_titles_merged_cells_dates_and_formula_errors(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _write_workbook(tmp_path / "price list.xlsx")
    source = _source(tmp_path)
    assert list(source.discover()) == ["price_list"]  # the empty sheet is no stream
    assert _cells(_rows(source, "price_list")) == [
        ("00123", "19.99", "2026-01-02", None),
        ("00124", "5", None, "0.5"),
        ("00124", "7", None, "true"),
    ]
    notices = [n for page in source.read("price_list", EVERYTHING) for n in page.notices]
    assert any("end in an error were read as empty: D4" in notice for notice in notices)
    place = Place("p", tmp_path / "price list.xlsx")
    assert load_marks(place, "Prices").errors == ("D4",)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [("a.xlsx", b"no workbook", ContractBroken), ("a.csv.gz", b"no gzip", UpstreamUnavailable)],
)
def test_an_unreadable_file_is_named(
    tmp_path: Path, name: str, content: bytes, error: type[Exception]
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=name):
        _rows(_source(tmp_path), "a")


def test_missing_folder_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        _source(tmp_path / "nowhere").discover()
    with pytest.raises(UpstreamUnavailable, match="no file matches"):
        _rows(_source(tmp_path, streams={"a": {"files": "a_*.csv"}}), "a")


def test_what_is_wrong_with_a_block_is_said(tmp_path: Path) -> None:
    """The sentence was the last line of pydantic's own: a link to its manual."""
    (tmp_path / "a.csv").write_text("id,at\n1,2026-01-01\n")
    for wrong, word in (({"cursor": "when"}, "when"), ({"lookback_h": "long"}, "`lookback_h`")):
        block = {"files": "a.csv", **wrong}
        with pytest.raises(ConfigError) as caught:
            _rows(_source(tmp_path, streams={"a": block}), "a")
        assert "pydantic" not in caught.value.message
        assert word in caught.value.message


def test_a_try_goes_on_behind_notices() -> None:
    def pages() -> Iterator[Page]:
        yield Page([], notices=("a photo lies there.",))
        raise UpstreamUnavailable("cut off")

    with pytest.raises(UpstreamUnavailable):
        try_read(pages())
    try_read(iter([Page([], filtered=1)]))
    try_read(iter([]))


def test_a_file_that_vanishes_while_reading(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    place = Place("gone.csv", tmp_path / "gone.csv")
    with pytest.raises(UpstreamUnavailable, match=r"gone\.csv"):
        load_facts(place)


def test_declared_columns_are_found_by_any_spelling(tmp_path: Path) -> None:
    columns = {
        "id": Column(type="text", header=("Customer ID", "Cust. No")),
        "n": Column(type="int"),
    }
    path = tmp_path / "a.csv"
    path.write_text("CUST. NO,N,Other\n1,2,3\n")
    pieces = list(read_pieces(Place("a.csv", path), Layout(columns, delimiter=",")))
    assert pieces[-1].records.to_pylist() == [{"id": "1", "n": "2", "other": "3"}]


def test_the_log_names_files_and_never_rows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "a.csv").write_text('id,name\n1,canary-person\n2,"canary-person\n3\n')
    _rows(_source(tmp_path), "a")
    assert "canary" not in caplog.text
