"""Workbooks as offices send them: reports with titles and totals, and files made to do harm."""

import resource
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.integration.files_case import build_files_case

SHEET = "xl/worksheets/sheet1.xml"


def _write(path: Path, rows: list[list[Any]], *, form: str | None = None) -> None:
    """`=A1*2` is a formula without a stored result; `form` a number format of integers."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    style = book.add_format({"num_format": form}) if form else None
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if isinstance(value, int) and not isinstance(value, bool):
                sheet.write_number(row, column, value, style)
            elif value is not None:
                sheet.write(row, column, value)
    book.close()


def _edit(path: Path, change: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[SHEET] = change(members[SHEET].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _load(url: str, path: Path, columns: str) -> tuple[list[tuple[Any, ...]], str]:
    """Rows of a workbook's only sheet in its order, and what was said about it."""
    case = build_files_case(url, path.parent)
    done = case.load(path.stem)
    rows = case.rows(path.stem, f"source_line, {columns}")
    return [row[1:] for row in rows], " ".join(done.notices)


def test_labels_over_some_columns_only_are_the_header(tmp_path: Path, warehouse: str) -> None:
    """The first customer had become the header, being the first row that was full."""
    customers = [[f"n{n}", f"m{n}@x.example", "vip", "call back", "2026"] for n in range(3)]
    _write(tmp_path / "a.xlsx", [["Name", "Mail"], *customers])
    rows, notices = _load(warehouse, tmp_path / "a.xlsx", "name, mail, column_3, column_5")
    assert rows == [(f"n{n}", f"m{n}@x.example", "vip", 2026) for n in range(3)]
    assert "row 1 was taken for the header" in notices


def test_titles_totals_and_a_second_table_are_no_records(tmp_path: Path, warehouse: str) -> None:
    _write(
        tmp_path / "a.xlsx",
        [
            ["Sales report March 2026"], ["Printed", "2026-04-01"], [],
            ["Region", "Product", "Qty", "Price"],
            ["North", "Tent", 2, 100.0], ["North", "Stove", 1, 50.5], ["South", "Tent", 3, 100.0],
            ["Total", None, 6], [],
            ["Returns"], ["Product", "Reason", "Qty"], ["Tent", "broken", 1],
        ],
    )  # fmt: skip
    case = build_files_case(warehouse, tmp_path)
    done = case.load("a")
    assert case.rows("a", "source_line, region, qty") == [
        (5, "North", 2), (6, "North", 1), (7, "South", 3),
    ]  # fmt: skip
    reasons = case.query(
        f"select reason from elt_ops.quarantine where tenant = '{case.feed.tenant.id}' order by 1"
    )
    assert reasons == [("other_table",), ("totals_row",)]
    assert "`other_table`" in " ".join(done.notices)


def test_two_header_rows_are_one_header(tmp_path: Path, warehouse: str) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("S")
    sheet.merge_range("A1:A2", "Store")
    sheet.merge_range("B1:C1", "Spring")
    sheet.merge_range("D1:E1", "Autumn")
    sheet.write_row(1, 1, ["Qty", "Revenue", "Qty", "Revenue"])
    sheet.write_row(2, 0, ["Berlin", 1, 10.5, 2, 20.5])
    sheet.write_row(3, 0, ["Bonn", 3, 30.5, 4, 40.5])
    book.close()
    rows, notices = _load(warehouse, path, "store, spring_qty, autumn_revenue::text")
    assert rows == [("Berlin", 1, "20.5"), ("Bonn", 3, "40.5")]
    assert "rows 1 and 2" in notices


def test_tables_side_by_side_lose_nothing_and_are_told(tmp_path: Path, warehouse: str) -> None:
    _write(
        tmp_path / "a.xlsx",
        [
            ["Name", "Qty", None, "Code", "Price"],
            ["Tent", 2, None, "T1", 100], [None, None, None, "X9", 7],
        ],
    )  # fmt: skip
    rows, notices = _load(warehouse, tmp_path / "a.xlsx", "name, qty, code, price")
    assert rows == [("Tent", 2, "T1", 100), (None, None, "X9", 7)]
    assert "side by side" in notices


def test_formulas_nobody_calculated_are_named(tmp_path: Path, warehouse: str) -> None:
    """They were nulls, and nobody was told."""
    path = tmp_path / "a.xlsx"
    _write(path, [["item", "total"], ["i2", "=1*2"], ["i3", "=1*3"]])
    _edit(path, lambda text: text.replace("<v>0</v></c></row>", "</c></row>"))
    _, notices = _load(warehouse, path, "item, total")
    assert "without a stored result were read as empty: B2, B3" in notices


def test_numbers_as_they_are_shown_and_stored(tmp_path: Path, warehouse: str) -> None:
    """A ZIP code shown as 02134 lost its zero, an id of 16 digits became 1234567890123456.0."""
    _write(tmp_path / "a.xlsx", [["zip"], [2134], [10001]], form="00000")
    rows, _ = _load(warehouse, tmp_path / "a.xlsx", "zip")
    assert rows == [("02134",), ("10001",)]
    _write(tmp_path / "b.xlsx", [["id", "tiny"], [1234567890123456, 0.00001], [12, 0.25]])
    rows, _ = _load(warehouse, tmp_path / "b.xlsx", "id::text, tiny::text")
    assert rows == [("1234567890123456", "0.00001"), ("12", "0.25")]


def test_a_sheet_of_rows_without_header_is_told(tmp_path: Path, warehouse: str) -> None:
    _write(tmp_path / "a.xlsx", [["Ann", 5, 1.5], ["Bob", 7, 2.5], ["Cid", 9, 3.5]])
    rows, notices = _load(warehouse, tmp_path / "a.xlsx", "column_1, column_2")
    assert rows == [("Ann", 5), ("Bob", 7), ("Cid", 9)]
    assert "no header" in notices


@pytest.mark.parametrize(
    ("cell", "told"), [("XFD1048576", "column 16384"), ("Z1048576", "row 1048576")]
)
def test_a_value_in_a_far_corner_is_refused_and_takes_no_memory(
    tmp_path: Path, warehouse: str, cell: str, told: str
) -> None:
    """One kilobyte of workbook asked for hundreds of gigabytes and took the worker with it."""
    path = tmp_path / "bomb.xlsx"
    _write(path, [["id"], [1]])
    number = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    far = f'<row r="{number}"><c r="{cell}"><v>1</v></c></row></sheetData>'
    _edit(path, lambda text: text.replace("</sheetData>", far))
    _write(tmp_path / "good.xlsx", [["id"], [1]])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = build_files_case(warehouse, tmp_path).run()
    assert list(done.loaded) == ["good"]
    assert told in done.failed["bomb"].message
    assert "`max_cells`" in done.failed["bomb"].message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_a_format_far_away_is_no_value(tmp_path: Path, warehouse: str) -> None:
    path = tmp_path / "a.xlsx"
    _write(path, [["id"], [1]])
    far = '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    _edit(path, lambda text: text.replace("</sheetData>", far))
    assert _load(warehouse, path, "id")[0] == [(1,)]


def test_a_wide_sheet_is_refused_by_the_feeds_own_limit(tmp_path: Path, warehouse: str) -> None:
    """A limit below five million cells was not looked at."""
    _write(tmp_path / "a.xlsx", [[f"c{n}" for n in range(60)]] * 40)
    case = build_files_case(warehouse, tmp_path, max_cells=1_000)
    assert "at most 1000 cells" in case.failure("a").message


def test_what_unpacks_a_thousandfold_is_refused(tmp_path: Path, warehouse: str) -> None:
    path = tmp_path / "a.xlsx"
    _write(path, [["id"], [1]])
    _edit(path, lambda text: text.replace("</sheetData>", f"</sheetData>{' ' * 80_000_000}"))
    assert "times its size" in build_files_case(warehouse, tmp_path).failure("a").message


ODS = (
    '<?xml version="1.0"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="S">'
    '<table:table-row table:number-rows-repeated="{rows}"><table:table-cell'
    ' office:value-type="string" table:number-columns-repeated="{columns}"><text:p>x</text:p>'
    "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"
    "</office:document-content>"
)
MANIFEST = """<?xml version="1.0"?><manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"""


def _write_ods(path: Path, rows: int, columns: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", ODS.format(rows=rows, columns=columns))


def test_other_workbooks_are_tried_first_where_memory_is_little(
    tmp_path: Path, warehouse: str
) -> None:
    """A kilobyte of OpenDocument says that one cell is there a hundred million times."""
    _write_ods(tmp_path / "bomb.ods", 1_000_000, 100)
    _write_ods(tmp_path / "good.ods", 3, 2)
    done = build_files_case(warehouse, tmp_path).run()
    assert list(done.loaded) == ["good"]
    assert "bytes of memory" in done.failed["bomb"].message


def _write_locked_book(path: Path) -> None:
    """What Excel saves with a password: a compound file that holds the workbook encrypted.

    Source: MS-CFB, sections 2.2 to 2.6; MS-OFFCRYPTO, section 2.3.4.
    """
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", fat, end, *[free] * 126)
    names = (("Root Entry", 5, 1), ("EncryptionInfo", 2, free), ("EncryptedPackage", 2, free))
    entries = b"".join(
        _build_entry(*name, right=2 if i == 1 else free) for i, name in enumerate(names)
    )
    path.write_bytes(head + table + entries.ljust(512, b"\0"))


def _build_entry(name: str, kind: int, child: int, *, right: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    fixed = struct.pack("<HBB3I", len(text), kind, 1, 0xFFFFFFFF, right, child)
    return text.ljust(64, b"\0") + fixed + bytes(36) + struct.pack("<IQ", 0xFFFFFFFE, 0)


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_a_workbook_with_a_password_says_so(tmp_path: Path, warehouse: str, suffix: str) -> None:
    _write_locked_book(tmp_path / f"locked.{suffix}")
    (tmp_path / "good.csv").write_text("id,n\n1,2\n")
    done = build_files_case(warehouse, tmp_path).run()
    assert list(done.loaded) == ["good"]
    assert "password" in done.failed["locked"].message


TABLE_OF_OFFICE = (
    '<table:table-row><table:table-cell office:value-type="string"><text:p>sku</text:p>'
    '</table:table-cell><table:table-cell office:value-type="string"><text:p>price</text:p>'
    "</table:table-cell></table:table-row><table:table-row>"
    '<table:table-cell office:value-type="string"><text:p>00712</text:p></table:table-cell>'
    '<table:table-cell office:value-type="float" office:value="12.5"><text:p>12,50</text:p>'
    "</table:table-cell></table:table-row>"
)


def test_an_open_document_is_read_by_its_values(tmp_path: Path, warehouse: str) -> None:
    """What LibreOffice shows as `12,50` is stored as 12.5; a text keeps its zeros."""
    start, rest = (
        ODS.split("<table:table-row")[0],
        "</table:table>" + ODS.split("</table:table>")[1],
    )
    with zipfile.ZipFile(tmp_path / "stock.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", start + TABLE_OF_OFFICE + rest)
    case = build_files_case(warehouse, tmp_path)
    assert list(case.run().loaded) == ["stock"]
    rows = case.query(f"select sku, price::text from {case.feed.raw_schema}.stock")
    assert rows == [("00712", "12.5")]
