"""Workbooks, zips, and files that are not what their name says."""

from typing import Any

from tests.integration.file_case import (
    GOOD,
    FileCase,
    build_book,
    build_sheet,
    build_zip,
    one,
)


def _formula(_book_: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, ["item", "qty", "total"])
    sheet.write_row(1, 0, ["tent", 3])
    sheet.write_formula(1, 2, "=B2*2", None, "")


def _report(book: Any, sheet: Any) -> None:
    sheet.write(0, 0, "Sales report")
    for at, row in enumerate([["region", "item", "qty"], ["N", "a", 2], ["S", "b", 3]], 2):
        sheet.write_row(at, 0, row)
    sheet.write_row(5, 0, ["Total", "", 5])
    for at, row in enumerate([["product", "reason"], ["Tent", "broken"], ["Pan", "late"]], 8):
        sheet.write_row(at, 0, row)


def _codes(book: Any, sheet: Any) -> None:
    forms = ["00000", "000-00-0000", '"A"0000', "00000;-00000"]
    sheet.write_row(0, 0, ["id", "zip", "ssn", "code", "either", "ref"])
    for column, value in enumerate([501, 12345678, 7, 501], 1):
        sheet.write(1, column, value, book.add_format({"num_format": forms[column - 1]}))
    sheet.write(1, 0, 1)
    sheet.write(1, 5, 1234567890123456)


def _twohdr(book: Any, sheet: Any) -> None:
    sheet.merge_range(0, 1, 0, 2, "2025")
    sheet.merge_range(0, 3, 0, 4, "2026")
    sheet.write_row(1, 0, ["store", "qty", "revenue", "qty", "revenue"])
    sheet.write_row(2, 0, ["Berlin", 1, 10.5, 2, 20.5])
    sheet.write_row(3, 0, ["Bonn", 3, 30.5, 4, 40.5])


BOOKS = {
    "x_formula": one(
        build_book(_formula), "item, qty, total", ("tent", 3, None), name="a.xlsx", told=("C2",)
    ),
    "x_report": one(
        build_book(_report),
        "region, item, qty",
        ("N", "a", 2),
        ("S", "b", 3),
        name="a.xlsx",
        told=("another table", "`totals_row`"),
        aside=("other_table", "totals_row"),
    ),
    "x_narrow2": one(
        build_sheet(
            [
                ("name", "mail", "phone"),
                *[(f"n{n}", f"m{n}@x.example", "00", "vip", "x", "y", 2026) for n in range(3)],
            ]
        ),
        "name, mail, column_7",
        *[(f"n{n}", f"m{n}@x.example", 2026) for n in range(3)],
        name="a.xlsx",
        told=("labels only some columns",),
    ),
    "x_twohdr": one(
        build_book(_twohdr),
        "store, col_2025_qty, col_2026_revenue",
        ("Berlin", 1, "20.5"),
        ("Bonn", 3, "40.5"),
        name="a.xlsx",
        told=("together for the header",),
    ),
    "x_side": one(
        build_sheet(
            [
                ("name", "qty", None, "code", "price"),
                ("Pan", 1, None, "S1", 50),
                ("Tent", 2, None, "T1", 100),
            ]
        ),
        "name, qty, code, price",
        ("Pan", 1, "S1", 50),
        ("Tent", 2, "T1", 100),
        name="a.xlsx",
        told=("side by side",),
    ),
    "x_tiny": one(
        build_sheet([("v",), (0.00001,), (0.25,)]), "v", ("0.00001",), ("0.25",), name="a.xlsx"
    ),
    "x_nums": one(
        build_book(_codes),
        "id, zip, ssn, code, either, ref",
        (1, "00501", "012-34-5678", "A0007", "00501", 1234567890123456),
        name="a.xlsx",
        # The reference alone; codes of eight digits and fewer are whole.
        told=(
            "more than 15 digits, of which a spreadsheet keeps 15, may not be what was typed: F2;",
        ),
    ),
    "blast_xls": FileCase(
        ({"bad.xls": "<html><table><tr><td>1</td></tr></table></html>", "good.csv": GOOD},),
        {"good": ("id, name", [(1, "a")])},
        red={"bad": "it is a web page"},
    ),
    "blast: other things by a wrong name": FileCase(
        (
            {
                "page.csv": "<!DOCTYPE html>\n<html>log in</html>\n",
                "said.csv": '{"error": "not found"}\n',
                "packed.csv": build_zip(x="1"),
                "tabs.xls": "id\tname\n1\ta\n",
                "xml.xls": '<?xml version="1.0"?>\n'
                '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
                "good.csv": GOOD,
            },
        ),
        {"good": ("id, name", [(1, "a")])},
        red={
            "page": "is a web page",
            "said": "is JSON",
            "packed": "is a zip",
            "tabs": "it is delimited text",
            "xml": "XML spreadsheet",
        },
    ),
    "x_zipmac": one(
        build_zip(**{"a.csv": GOOD, "__MACOSX/._a.csv": "x", ".DS_Store": "x"}),
        "id, name",
        (1, "a"),
        name="a.zip",
    ),
    "x_ziptwo": FileCase(
        ({"two.zip": build_zip(**{"a.csv": GOOD, "b.csv": "code\nx\n"})},),
        {"two_a": ("id, name", [(1, "a")]), "two_b": ("code", [("x",)])},
    ),
    "x_zip: a table with a readme": one(
        build_zip(**{"a.csv": GOOD, "readme.md": "hello"}), "id, name", (1, "a"), name="a.zip"
    ),
    "x_zip: a zip in a zip": FileCase(
        ({"two.zip": build_zip(**{"in.zip": build_zip(a="x"), "b.csv": GOOD})},),
        {"two_b": ("id, name", [(1, "a")])},
        red={"two_in": "another archive"},
    ),
}
