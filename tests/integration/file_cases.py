"""What real files looked like, each made here in a few lines, and what is right for each.

A case is named after its kind, and `ALL` has them in groups: which column a value belongs to, days
and months, numbers, JSON lines, headers, layouts, encodings, workbooks and archives, and files that
are delivered again.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

Content = str | bytes
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class FileCase:
    """A folder, delivered once or several times, and what its streams hold at the end.

    Attributes:
        deliveries: Files by name; each is a load of its own. `None` takes a file away.
        rows: Stream -> (columns, rows as text, in order of the first column).
        told: Words that some notice of the last load has; none: nothing may be said.
        aside: Reasons of quarantined records, sorted.
        red: Stream -> words of its error.
    """

    deliveries: tuple[dict[str, Content | None], ...]
    rows: dict[str, tuple[str, Rows]]
    told: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    red: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


def one(
    content: Content, columns: str, *rows: tuple[Any, ...], name: str = "a.csv", **more: Any
) -> FileCase:
    """A case of one file."""
    stream = name.split(".")[0]
    return FileCase(({name: content},), {stream: (columns, list(rows))}, **more)


def _book(fill: Callable[[Any, Any], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        fill(book, book.add_worksheet("S"))
    return out.getvalue()


def _sheet(rows: Rows) -> bytes:
    def fill(_book: Any, sheet: Any) -> None:
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value)

    return _book(fill)


def _zip(**members: Content) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__DOT__", "."), content)
    return out.getvalue()


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


TOGETHER = {"streams": {"s": {"files": "s*"}}}
KEYED = {"streams": {"week": {"files": "week*.csv", "primary_key": ["id"]}}}
LONG = "How satisfied are you with the overall quality of our product "
MANY = "id,v\n" + "".join(f"{n},{n % 9 + 1}\n" for n in range(20_000))
WIDE = [f"c{number}" for number in range(1_700)]
GOOD = "id,name\n1,a\n"
AB = ("id, name", (1, "a"), (2, "b"))
DIALECT = "id,day,item\n" + "".join(f"{n},2026-03-0{n},shelf {n}\n" for n in range(1, 8))
SHELVES = [(n, f"shelf {n}") for n in range(1, 8)]
WEEK = ("id,booked\n1,27/03/2026\n", "id,booked\n2,03/04/2026\n")

COLUMNS = {
    "swap_jp": FileCase(
        ({"s_1.csv": "id,数量,価格\n1,3,1200\n"}, {"s_2.csv": "id,価格,数量\n2,1500,4\n"}),
        {"s": ("id, shu_liang, si_ge", [(1, 3, 1200), (2, 4, 1500)])},
        options=TOGETHER,
    ),
    "swap_case": FileCase(
        ({"s_1.csv": "id,Name,name\n1,Up,low\n"}, {"s_2.csv": "id,name,Name\n2,low,Up\n"}),
        {"s": ("id, name, name_dcd1d522", [(1, "low", "Up"), (2, "low", "Up")])},
        options=TOGETHER,
    ),
    "swap_long": FileCase(
        (
            {"s_1.csv": f"id,{LONG}(score),{LONG}(text)\n1,5,ok\n2,4,no\n"},
            {"s_2.csv": f"id,{LONG}(text),{LONG}(score)\n3,so,3\n4,ah,2\n"},
        ),
        {
            "s": (
                "id, how_satisfied_are_you_with_the_overall_quality_56e3ac10",
                [(1, 5), (2, 4), (3, 3), (4, 2)],
            )
        },
        told=("taken for the header",),
        options=TOGETHER,
    ),
    "jk": FileCase(
        ({"s_1.jsonl": '{"id":1,"名":"n","町":"t","Name":"A","name":"a"}\n{"町":"u","id":2}\n'},),
        {
            "s": (
                "id, ming, ting, name, name_dcd1d522",
                [(1, "n", "t", "a", "A"), (2, None, "u", None, None)],
            )
        },
        options=TOGETHER,
    ),
    "w_w_1700, w_w_700text, row_big": one(
        f"{','.join(WIDE)}\n{','.join(['7'] * 1700)}\n",
        "c0, _extra->>'c1699'",
        (7, "7"),
        told=("1700 columns",),
    ),
    "d_sys_xmin, d_sys_all": one(
        "label,xmin,ctid,tableoid,cmax\ncat,1,2,3,4\n",
        "label, col_xmin, col_ctid, col_tableoid, col_cmax",
        ("cat", 1, 2, 3, 4),
    ),
    "jj_j_reserved": one(
        '{"id":1,"_extra":"e","_feed":"x","source_line":99}\n',
        "id, extra, feed, col_source_line",
        (1, "e", "x", 99),
        name="a.jsonl",
    ),
}

DAYS = {
    "dates_replaced": FileCase(
        ({"week.csv": WEEK[0]}, {"week.csv": WEEK[1]}),
        {"week": ("id, booked", [(2, "2026-04-03")])},
    ),
    "dates_replaced_pk": FileCase(
        ({"week.csv": WEEK[0]}, {"week.csv": WEEK[1]}),
        {"week": ("id, booked", [(1, "2026-03-27"), (2, "2026-04-03")])},
        options=KEYED,
    ),
    "dates_ambiguous": one(
        "booked\n03/04/2026\n05/06/2026\n",
        "booked",
        ("03/04/2026",),
        ("05/06/2026",),
        told=("`booked`",),
    ),
    "late: a date proves day-first": one(
        "id,v\n"
        + "".join(f"{n},0{n % 9 + 1}/0{n % 9 + 1}/2026\n" for n in range(20_000))
        + "20000,13/02/2026\n",
        "max(id), max(v)",
        (20000, "2026-09-09"),
    ),
    "late: a zone": one(
        "v\n2026-03-01\n2026-03-02T10:00\nsoon\n",
        "v",
        ("2026-03-01",),
        ("2026-03-02T10:00",),
        ("soon",),
    ),
}

NUMBERS = {
    "late: a zero in front": one(f"{MANY}20000,02134\n", "max(v)", ("9",)),
    "late: words among booleans": one("id,v\n1,true\n2,yes\n", "id, v", (1, "true"), (2, "yes")),
    "numbers: nu_german": one(
        "art;menge;preis\nA1;1.234;12,50\nA2;10;1,00\n",
        "art, menge, preis",
        ("A1", "1234", "12.50"),
        ("A2", "10", "1.00"),
    ),
    "numbers: nu_german_only_thousands": one(
        "art;menge\nA1;1.234\nA2;2.000\n",
        "art, menge",
        ("A1", "1.234"),
        ("A2", "2.000"),
        told=("`menge`",),
    ),
    "numbers: nu_us": one(
        'sku,qty\nA1,"1,234"\nA2,12.5\n', "sku, qty", ("A1", "1234"), ("A2", "12.5")
    ),
    "numbers: as written": one(
        "id;v\n1;1'234.50\n2;(12.50)\n3;12.50-\n4;12%\n"
        "5;1 234.50\n6;1.23457E+15\n7;-0\n8;−5.00\n9;NaN\n",
        "id, v",
        (1, "1'234.50"),
        (2, "(12.50)"),
        (3, "12.50-"),
        (4, "12%"),
        (5, "1 234.50"),
        (6, "1.23457E+15"),
        (7, "-0"),
        (8, "−5.00"),
        (9, "NaN"),
    ),
    "numbers: nu_big, nu_zip": one(
        "ref,zip\n123456789012345678901234567890,02134\n",
        "ref, zip",
        ("123456789012345678901234567890", "02134"),
    ),
    "jj_j_big": one(
        '{"id":9007199254740993,"v":0.1234567890123456789}\n',
        "id, v",
        (9007199254740993, "0.1234567890123456789"),
        name="a.jsonl",
    ),
}

JSON = {
    "jj_j_nan": one(
        '{"id":1,"v":NaN}\n{"id":2,"v":1.5}\n',
        "id, v",
        (2, "1.5"),
        name="a.jsonl",
        aside=("invalid_json",),
    ),
    "jj_j_sur": one(
        '{"id":1,"v":"cut \\ud83d"}\n{"id":2,"v":"ok"}\n',
        "id, v",
        (2, "ok"),
        name="a.jsonl",
        aside=("invalid_json",),
    ),
    "one_bad_jsonl": one(
        '{"id":1,"v":"ü"}\n'.encode() + b'{"id":2,"v":"\xc3"}\n' + '{"id":3,"v":"ö"}\n'.encode(),
        "id, v",
        (1, "ü"),
        (3, "ö"),
        name="a.jsonl",
        aside=("undecodable",),
    ),
    "blast_json": FileCase(
        ({"bad.json": '[{"id":1},{"id"', "good.csv": GOOD},),
        {"good": ("id, name", [(1, "a")])},
        red={"bad": "no valid JSON"},
    ),
    "jj: a key twice": one(
        '{"id":1,"v":1,"v":2}\n{"id":2,"v":3,"w":{"v":4}}\n',
        "id, v",
        (2, 3),
        name="a.jsonl",
        aside=("double_key",),
    ),
    "jj: nested a thousand deep": one(
        f'{{"id":1,"v":{"[" * 1000}{"]" * 1000}}}\n{{"id":2,"v":[]}}\n',
        "id, v::text",
        (2, "[]"),
        name="a.jsonl",
        aside=("invalid_json",),
    ),
}

HEADERS = {
    "s_st_years": one(
        "product,2024,2025\nTent,10,12\nPan,5,6\n",
        "product, col_2024",
        ("Pan", 5),
        ("Tent", 10),
        told=("taken for the header",),
    ),
    "n_nb_hdr_dates": one(
        "product,2026-01-01,2026-02-01\nTent,10,12\n",
        "product, col_2026_01_01",
        ("Tent", 10),
        told=("taken for the header",),
    ),
    "n_nb_hdr_one": one(
        "store,1,2,3\nBerlin,5,6,7\n",
        "store, col_1, col_2",
        ("Berlin", 5, 6),
        told=("taken for the header",),
    ),
    "s_st_nohdr": one(
        "Ann,ann@x.example,Bonn\nBob,bob@x.example,Rome\n",
        "column_1, column_3",
        ("Ann", "Bonn"),
        ("Bob", "Rome"),
        told=("without a header",),
    ),
    "s_st_unit_row": one(
        "date,temp\nyyyy-mm-dd,degC\n2026-03-01,5.5\n2026-03-02,6.5\n",
        "date, temp",
        ("2026-03-01", "5.5"),
        ("2026-03-02", "6.5"),
        told=("units or notes",),
    ),
    "s_st_hdr_repeat": one(
        "id,amt\n1,5\nid,amt\n2,6\n", "id, amt", (1, 5), (2, 6), told=("repeat the header",)
    ),
    "e_en_sep": one('sep=;\nid;name\n1;"a,b"\n2;c\n', "id, name", (1, "a,b"), (2, "c")),
    "n_nb_sep_comma": one("sep=,\nid,amt\n1,5\n", "id, amt", (1, 5)),
    "n_nb_sep_tab": one("sep=\t\nid\tamt\n1\t5\n", "id, amt", (1, 5)),
    "csv: a header twice": one(
        "id,amt,amt\n1,2,3\n2,3,4\n",
        "id, amt, amt_2",
        (1, 2, 3),
        (2, 3, 4),
        told=("`amt` more than once",),
    ),
}

LAYOUTS = {
    "d_dialect_bank_pad": one(
        "Konto:;DE00;;\nZeitraum:;März;;\nTag;Text;Betrag;W\n"
        "2026-03-01;t1;1,50;EUR\n2026-03-02;t2;2,50;EUR\n",
        "tag, text, betrag",
        ("2026-03-01", "t1", "1.50"),
        ("2026-03-02", "t2", "2.50"),
        told=("above the table",),
    ),
    "d_dialect_bank_us30_total": one(
        "Account,1\nPeriod,March\nDate,Text,Amount\n03/01/2026,t1,1.50\n"
        "03/20/2026,t2,2.50\nTotal,,4.00\n",
        "date, text, amount",
        ("2026-03-01", "t1", "1.50"),
        ("2026-03-20", "t2", "2.50"),
        told=("above the table", "`totals_row`"),
        aside=("totals_row",),
    ),
    "s_st_bank": one(
        '"Umsätze"\n\n"Tag";"Text";"Betrag"\n"02.03.2026";"Miete";"-1.250,00"\n'
        '"13.03.2026";"K; x";"2.500,50"\n\n"Saldo";"";"1.250,50"\n',
        "tag, text, betrag",
        ("2026-03-02", "Miete", "-1250.00"),
        ("2026-03-13", "K; x", "2500.50"),
        told=("above the table", "`totals_row`"),
        aside=("totals_row",),
    ),
    "d_dialect_comment": one(
        "# exported\n# by us\nid,name\n1,a\n2,b\n", *AB, told=("above the table",)
    ),
    "d_dialect_sparkasse, s_st_quote_all": one(
        '"id";"name"\n"1";"a;b"\n"2";"say ""hi"""\n', "id, name", (1, "a;b"), (2, 'say "hi"')
    ),
    "d_dialect_phpmyadmin": one(
        '"1";"Alice";NULL\n"2";"Bob";"x"\n',
        "column_1, column_2, column_3",
        (1, "Alice", "NULL"),
        (2, "Bob", "x"),
        told=("without a header",),
    ),
    "d_dialect_hdr_plain_body_quoted": one(
        'id;name;amt\n"1";"a";"5,5"\n"2";"b";"6,5"\n',
        "id, name, amt",
        (1, "a", "5.5"),
        (2, "b", "6.5"),
    ),
    "c_cr_only, blast_cr": FileCase(
        ({"a.csv": "id,name\r1,a\r2,b\r", "good.csv": GOOD},),
        {"a": (AB[0], list(AB[1:])), "good": ("id, name", [(1, "a")])},
        told=("carriage return",),
    ),
    "c_cr_mixed": one("id,name\r\n1,a\r2,b\n", *AB, told=("carriage return",)),
    "blast": FileCase(
        ({"q.csv": '"id";"name"\n"1";"Alice"\n', "good.csv": GOOD},),
        {"q": ("id, name", [(1, "Alice")]), "good": ("id, name", [(1, "a")])},
    ),
    "csv_dialects: comma_space": one(DIALECT.replace(",", ", "), "id, item", *SHELVES),
    "csv_dialects: header_extra_separator": one(
        DIALECT.replace("item\n", "item,\n", 1),
        "id, item",
        *SHELVES,
        told=("empty ones were left out",),
    ),
    "csv_dialects: header_stray_quote": one(
        DIALECT.replace("day", '"day', 1), "id, item", *SHELVES, told=("a quote too many",)
    ),
    "csv_dialects: preamble_plain, preamble_delimited": one(
        f"A list of shelves,,\n{DIALECT}", "id, item", *SHELVES, told=("above the table",)
    ),
    "csv_dialects: row_extra_separator": one(
        DIALECT.replace("3,2026", "3,,2026"), "id, item", *SHELVES, told=("`_extra`",)
    ),
    "csv_dialects: second_table_narrower": one(
        f"{DIALECT}\ncode,name\nx,1\ny,2\n",
        "id, item",
        *SHELVES,
        told=("another table",),
        aside=("other_table",),
    ),
    "csv_dialects: subtotals": one(
        "region,item,amt\nN,a,5\nN,b,6\nSubtotal,,11\nS,c,7\nSubtotal,,7\nTotal,,18\n",
        "region, item, amt",
        ("N", "a", 5),
        ("N", "b", 6),
        ("S", "c", 7),
        told=("`totals_row`: 3",),
        aside=("totals_row",) * 3,
    ),
    "csv_dialects: a sum without a word": one(
        "id,name,amt\n1,a,5\n2,b,6\n,,11\n",
        "id, amt",
        (1, 5),
        (2, 6),
        told=("`totals_row`: 1",),
        aside=("totals_row",),
    ),
    "csv_dialects: shops called Total": one(
        "id,name,amt\n1,Total Wines,5\n2,Total,6\n3,Zoo Total,7\n",
        "id, name",
        (1, "Total Wines"),
        (2, "Total"),
        (3, "Zoo Total"),
    ),
}

ENCODINGS = {
    "e_en_cp1251": one(
        "id,имя\n1,Иван\n2,Ольга\n".encode("cp1251"),
        "id, imya",
        (1, "Иван"),
        (2, "Ольга"),
        told=("`cp1251`",),
    ),
    "e_en_sjis": one(
        "id,品名,価格\n1,りんご,100\n".encode("cp932"),
        "id, pin_ming, si_ge",
        (1, "りんご", 100),
        told=("`cp932`",),
    ),
    "e_en_macroman": one(
        "id,name\n1,Müller café\n".encode("mac-roman"),
        "id, name",
        (1, "Müller café"),
        told=("`mac-roman`",),
    ),
    "e_en_utf16_nobom": one(
        "id,name\n1,Müller\n2,日本\n".encode("utf-16-le"), "id, name", (1, "Müller"), (2, "日本")
    ),
    "one_bad_byte": one(
        "id,name\n1,Müller\n".encode() + b"2,M\xc3\n" + "3,Zürich\n".encode(),
        "id, name",
        (1, "Müller"),
        (3, "Zürich"),
        aside=("undecodable",),
    ),
    "e_en: one line of another": one(
        "id,name\n1,Müller\n".encode() + "2,Größe\n".encode("cp1252"),
        "id, name",
        (1, "Müller"),
        aside=("undecodable",),
    ),
}

BOOKS = {
    "x_formula": one(
        _book(_formula), "item, qty, total", ("tent", 3, None), name="a.xlsx", told=("C2",)
    ),
    "x_report": one(
        _book(_report),
        "region, item, qty",
        ("N", "a", 2),
        ("S", "b", 3),
        name="a.xlsx",
        told=("another table", "`totals_row`"),
        aside=("other_table", "totals_row"),
    ),
    "x_narrow2": one(
        _sheet(
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
        _book(_twohdr),
        "store, col_2025_qty, col_2026_revenue",
        ("Berlin", 1, "20.5"),
        ("Bonn", 3, "40.5"),
        name="a.xlsx",
        told=("together for the header",),
    ),
    "x_side": one(
        _sheet(
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
        _sheet([("v",), (0.00001,), (0.25,)]), "v", ("0.00001",), ("0.25",), name="a.xlsx"
    ),
    "x_nums": one(
        _book(_codes),
        "id, zip, ssn, code, either, ref",
        (1, "00501", "012-34-5678", "A0007", "00501", 1234567890123456),
        name="a.xlsx",
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
                "packed.csv": _zip(x="1"),
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
        _zip(**{"a.csv": GOOD, "__MACOSX/._a.csv": "x", ".DS_Store": "x"}),
        "id, name",
        (1, "a"),
        name="a.zip",
    ),
    "x_ziptwo": FileCase(
        ({"two.zip": _zip(**{"a.csv": GOOD, "b.csv": "code\nx\n"})},),
        {"two_a": ("id, name", [(1, "a")]), "two_b": ("code", [("x",)])},
    ),
    "x_zip: a table with a readme": one(
        _zip(**{"a.csv": GOOD, "readme.md": "hello"}), "id, name", (1, "a"), name="a.zip"
    ),
    "x_zip: a zip in a zip": FileCase(
        ({"two.zip": _zip(**{"in.zip": _zip(a="x"), "b.csv": GOOD})},),
        {"two_b": ("id, name", [(1, "a")])},
        red={"two_in": "another archive"},
    ),
}

AGAIN = {
    "renamed": FileCase(
        ({"s_before.csv": GOOD}, {"s_before.csv": None, "s_after.csv": GOOD}),
        {"s": ("id, name", [(1, "a")])},
        options=TOGETHER,
    ),
    "growing": FileCase(
        ({"a.csv": "id,amt\n1,5\n"}, {"a.csv": "id,amt\n1,5\n2,6\n"}),
        {"a": ("id, amt", [(1, 5), (2, 6)])},
    ),
    "growtop": FileCase(
        ({"a.csv": "id,amt\n1,5\n"}, {"a.csv": "id,amt\n2,6\n1,5\n"}),
        {"a": ("id, amt", [(1, 5), (2, 6)])},
    ),
    "daily": FileCase(
        ({"s_2026-03-01.csv": "id,amt\n1,5\n"}, {"s_2026-03-02.csv": "id,amt\n2,6\n"}),
        {"s": ("id, amt", [(1, 5), (2, 6)])},
        options=TOGETHER,
    ),
    "shopify_export": FileCase(
        (
            {"orders.csv": 'Name,Total,Notes,Zip\n#1,30.00,"a,\n\n""b""",\'02134\n'},
            {
                "orders.csv": "Name,Total,Notes,Zip\n#2,9.00,,'1000\n"
                '#1,30.00,"a,\n\n""b""",\'02134\n'
            },
        ),
        {
            "orders": (
                "name, total, notes, zip",
                [("#1", "30.00", 'a,\n\n"b"', "'02134"), ("#2", "9.00", None, "'1000")],
            )
        },
    ),
}
ALL = {**COLUMNS, **DAYS, **NUMBERS, **JSON, **HEADERS, **LAYOUTS, **ENCODINGS, **BOOKS, **AGAIN}
