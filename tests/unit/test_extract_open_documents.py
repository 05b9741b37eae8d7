"""OpenDocument sheets: every kind of cell, runs of cells, and what the format does not tell."""

import io
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from include.config.credentials import Credentials
from include.core.streams import Window
from include.extract.choose_source import build_source
from tests.unit.feed_maker import build_feed

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)
MIME = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
QUOTE = {'"': "&quot;"}
# Kind of a value -> the attribute that holds it; `value` for numbers.
HOLDERS = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}


def _cell(value: str, kind: str = "string", shown: str | None = None, more: str = "") -> str:
    held = "" if kind == "string" else f' office:{HOLDERS.get(kind, "value")}="{value}"'
    text = escape(value if shown is None else shown)
    return (
        f'<table:table-cell office:value-type="{kind}"{held}{more}><text:p>{text}</text:p>'
        "</table:table-cell>"
    )


def _row(*cells: str, more: str = "") -> str:
    made = "".join(cell if cell.startswith("<") else _cell(cell) for cell in cells)
    return f"<table:table-row{more}>{made}</table:table-row>"


def _read(folder: Path, *rows: str, name: str = "Stock") -> tuple[list[tuple[Any, ...]], str]:
    """All rows as text, and what is said."""
    table = f'<table:table table:name="{escape(name, QUOTE)}">{"".join(rows)}</table:table>'
    content = (
        f"<office:document-content {SPACES}><office:body><office:spreadsheet>{table}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", MIME)
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{MANIFEST}"><m:file-entry m:full-path="/" '
            f'm:media-type="{MIME}"/></m:manifest>',
        )
    (folder / "a.ods").write_bytes(out.getvalue())
    source = build_source(build_feed("files", path=str(folder)), Credentials("c"))
    [(stream, spec)] = source.discover().items()
    columns = [one for one in spec.columns if not one.startswith("source_")]
    pages = list(source.read(stream, Window()))
    found = [
        tuple(record.get(column) for column in columns)
        for page in pages
        for record in (page.records if isinstance(page.records, list) else page.records.to_pylist())
    ]
    return found, " ".join(notice for page in pages for notice in page.notices)


# Kind, what the file holds, what people see -> what is read.
CELLS = {
    "percent": ("percentage", "0.125", "12,50%", "0.125"),
    "money": ("currency", "-1234.5", "-1.234,50 €", "-1234.5"),
    "a day": ("date", "2026-03-01", "01.03.26", "2026-03-01"),
    "a moment": ("date", "2026-03-01T12:30:00", "x", "2026-03-01 12:30:00"),
    "a day before 1900": ("date", "1815-06-18", "x", "1815-06-18"),
    "a day before our era": ("date", "-0044-03-15", "x", "-0044-03-15"),
    "a day that is none": ("date", "2026-02-30", "30.02.26", "2026-02-30"),
    "hours beyond a day": ("time", "PT36H00M00S", "36:00", "PT36H00M00S"),
    "hours below zero": ("time", "-PT6H00M00S", "-6:00", "-PT6H00M00S"),
    "truth": ("boolean", "true", "WAHR", "true"),
    "a code in a text": ("string", "02134", None, "02134"),
    "a SKU like an exponent": ("string", "1E5", None, "1E5"),
    "a long number": ("float", "4006381333931", "4,01E+12", "4006381333931"),
    "a tiny number": ("float", "1E-05", "0", "0.00001"),
    "a formula's error": ("string", "#DIV/0!", None, "#DIV/0!"),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_cell_is_its_value_not_its_look(tmp_path: Path, case: str) -> None:
    kind, held, shown, read = CELLS[case]
    found, _ = _read(tmp_path, _row("label", "value"), _row("x", _cell(held, kind, shown)))
    assert found == [("x", read)]


def test_runs_of_cells_and_rows_are_all_of_them(tmp_path: Path) -> None:
    """A million empty rows between two full ones are how the format ends a column's style."""
    twice = ' table:number-columns-repeated="2"'
    found, told = _read(
        tmp_path,
        _row("label", "first", "second"),
        _row("a", _cell("5", "float", more=twice)),
        _row("b", _cell("7", "float", more=twice), more=' table:number-rows-repeated="3"'),
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        'table:number-columns-repeated="1024"/></table:table-row>',
    )
    assert found == [("a", "5", "5"), *[("b", "7", "7")] * 3]
    assert not told


@pytest.mark.parametrize("name", ["Stock", 'R&D "24" <x>'])
def test_merged_cells_are_told_where_the_format_hides_them(tmp_path: Path, name: str) -> None:
    """In a workbook of Excel each covered cell has the value; here all but the first are empty."""
    north = _cell("North", more=' table:number-rows-spanned="2" table:number-columns-spanned="1"')
    rows = (
        _row("region", "city"), _row(north, "a"),
        _row('<table:covered-table-cell/>', "b"), _row("South", "c"),
    )  # fmt: skip
    found, told = _read(tmp_path, *rows, name=name)
    assert found == [("North", "a"), (None, "b"), ("South", "c")]
    assert "merged cells" in told
    _, told = _read(tmp_path, _row("region", "city"), _row("North", "a"), _row("South", "c"))
    assert "merged" not in told


def test_blanks_lines_and_comments_of_a_text(tmp_path: Path) -> None:
    text = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>a note</text:p>'
        '</office:annotation><text:p>a<text:s text:c="3"/>b</text:p><text:p>second</text:p>'
        "</table:table-cell>"
    )
    found, _ = _read(tmp_path, _row("label", "value"), _row("x", text))
    assert found == [("x", "a   b\nsecond")]
