"""CSVs as banks, shops, spreadsheets and people write them, through a feed without a hint.

Each case says what is right: the columns, the rows, what went to quarantine and what is said.
Inputs are of our own making, after public reports of what such files do to readers.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from include.config.credentials import Credentials
from include.core.naming import column_name
from include.core.streams import Window
from include.extract.choose_source import build_source
from tests.unit.feed_maker import build_feed

OURS = ("source_file", "source_line")


@dataclass
class Read:
    """What a feed makes of one file."""

    columns: list[str]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    extras: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def read(folder: Path, content: bytes | str, **options: Any) -> Read:
    """The only file of a folder, discovered and read."""
    data = content.encode() if isinstance(content, str) else content
    (folder / "a.csv").write_bytes(data)
    source = build_source(build_feed("files", path=str(folder), **options), Credentials("c"))
    [(name, stream)] = source.discover().items()
    found = Read([column for column in stream.columns if column not in OURS])
    for page in source.read(name, Window()):
        records = page.records if isinstance(page.records, list) else page.records.to_pylist()
        for record in records:
            found.rows.append(tuple(record.get(column) for column in found.columns))
            extra = {k: v for k, v in record.items() if k not in (*found.columns, *OURS)}
            found.extras += [extra] if extra else []
        found.rejects += [reject.reason for reject in page.rejects]
        found.notices += page.notices
    return found


# Of a German savings bank: every line begins with a quote, amounts have decimal commas.
BANK = '"Konto";"Tag";"Betrag"\n"DE00";"01.03.26";"-1,50"\n"DE00";"02.03.26";"-2,50"\n'
MONTH = "".join(f"03/{day:02d}/2026,t{day},{day}.50\n" for day in range(1, 29))
SHOP = "id,day,cost,note\n" + "".join(f'{n},2026-03-{n:02d},{n}.50,"a, b"\n' for n in range(1, 9))
# Longer than any name of a column may be.
ASKED = "How satisfied were you with the overall quality of the service you received?"
ASKED_NAME, ASKED_AGAIN = column_name(ASKED), column_name(f"{ASKED} (2)")
AMOUNTS = "".join(f"{n},n{n},{n}.50\n" for n in range(1, 13))

# Content, columns, first row, how many rows.
HEADERS: dict[str, tuple[bytes | str, list[str], tuple[Any, ...], int]] = {
    "years": ("Product,2024,2025\nTent,10,12\nPan,5,6\n", ["product", "col_2024", "col_2025"],
              ("Tent", "10", "12"), 2),
    "one year": ("Product,2024\nTent,10\nPan,6\n", ["product", "col_2024"], ("Tent", "10"), 2),
    "days": ("Product,2026-01-01,2026-02-01\nTent,10,12\n",
             ["product", "col_2026_01_01", "col_2026_02_01"], ("Tent", "10", "12"), 1),
    "numbers": ("store,1,2,3\nBerlin,5,6,7\n", ["store", "col_1", "col_2", "col_3"],
                ("Berlin", "5", "6", "7"), 1),
    "label and numbers": ("id,1,2\n7,5,6\n8,4,9\n", ["id", "col_1", "col_2"], ("7", "5", "6"), 2),
    "index of a data frame": (",0,1,2\n0,5,6,7\n1,5,5,5\n",
                              ["column_1", "col_0", "col_1", "col_2"], ("0", "5", "6", "7"), 2),
    "words over words": ("name,city\nAnn,Oslo\nBob,Rome\n", ["name", "city"], ("Ann", "Oslo"), 2),
    "separator told": ("sep=;\nid;name\n1;a,b\n2;c\n", ["id", "name"], ("1", "a,b"), 2),
    "comma told": ("sep=,\r\nid,amt\r\n1,5\r\n", ["id", "amt"], ("1", "5"), 1),
    "tab told": ("sep=\t\nid\tamt\n1\t5\n", ["id", "amt"], ("1", "5"), 1),
    "told in quotes": ('"sep=|"\nid|amt\n1|5\n', ["id", "amt"], ("1", "5"), 1),
    "quotes everywhere": (BANK, ["konto", "tag", "betrag"], ("DE00", "01.03.26", "-1,50"), 2),
    "quotes and tabs": ('"id"\t"t"\n"1"\t"a, b"\n"2"\t"c, d"\n', ["id", "t"], ("1", "a, b"), 2),
    "quotes below only": ('id;name;amt\n"1";"a";"5,5"\n"2";"b";"6,5"\n', ["id", "name", "amt"],
                          ("1", "a", "5,5"), 2),
    "quoted separator": ('"id";"name"\n"1";"a;b"\n"2";"say ""hi"""\n', ["id", "name"],
                         ("1", "a;b"), 2),
    "space after": ('id, cost, note\n1, 1.50, "oak, plain"\n2, 2.50, "oak 12"" deep"\n',
                    ["id", "cost", "note"], ("1", "1.50", "oak, plain"), 2),
    "single quotes": ("'id','note'\n'1','a, b'\n'2','it''s'\n", ["id", "note"], ("1", "a, b"), 2),
    "backslashes": ('id,note\n1,"say \\"hi\\", he said"\n2,"x"\n', ["id", "note"],
                    ("1", 'say "hi", he said'), 2),
    "questions over words": (f"Name,{ASKED}\nAnn,very good\nBob,so so\n", ["name", ASKED_NAME],
                             ("Ann", "very good"), 2),
    "questions over numbers": (f"{ASKED},{ASKED} (2)\n5,4\n3,2\n", [ASKED_NAME, ASKED_AGAIN],
                               ("5", "4"), 2),
    "returns alone": (b"id,name\r1,a\r2,b\r", ["id", "name"], ("1", "a"), 2),
    "returns mixed in": (b"id,name\n1,a\r2,b\n3,c\n", ["id", "name"], ("1", "a"), 3),
    "returns in quotes stay": (b'id,t\r1,"a\rb"\r2,c\r', ["id", "t"], ("1", "a\rb"), 2),
    "capitals and returns": (b"Name,Home Town\rann,oslo\rbob,rome\r", ["name", "home_town"],
                             ("ann", "oslo"), 2),
    "text with commas": ("note\nfoo, bar\nbaz\nto be, or not, to be\n", ["note"], ("foo, bar",), 3),
    "blank lines first": ("\n\nid,name\n1,a\n", ["id", "name"], ("1", "a"), 1),
    "header alone": ("id,name\n", ["id", "name"], (), 0),
    "line break in a label": ('id,"first\nname"\n1,a\n', ["id", "first_name"], ("1", "a"), 1),
    "number sign as a label": ("#id,name\n1,a\n2,b\n", ["id", "name"], ("1", "a"), 2),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADERS)
def test_header_and_dialect_are_found(tmp_path: Path, case: str) -> None:
    content, columns, first, count = HEADERS[case]
    found = read(tmp_path, content)
    assert found.columns == columns
    assert len(found.rows) == count
    assert found.rows[:1] == ([first] if count else [])
    assert found.rejects == []


# Content, first row, how many rows, and what is said of the place the table begins.
ABOVE: dict[str, tuple[bytes | str, list[str], tuple[Any, ...], int, str]] = {
    "titles padded": (
        "Account;;;\nIBAN;DE00;;\n;;;\nTag;Text;Betrag;W\n"
        + "".join(f"{n:02d}.03.2026;t{n};{n},50;EUR\n" for n in range(1, 9)),
        ["tag", "text", "betrag", "w"], ("01.03.2026", "t1", "1,50", "EUR"), 8, "lines 1 to 2",
    ),
    "titles bare": (f"Checking - 4411\nFrom 03/01/2026\n\nDate,Text,Amount\n{MONTH}",
                    ["date", "text", "amount"], ("03/01/2026", "t1", "1.50"), 28, "lines 1 to 2"),
    # A report's settings, filled up to the table's width, became its header without a word.
    **{
        f"settings {name}": (f"{above}id,name,amt\n{AMOUNTS}", ["id", "name", "amt"],
                             ("1", "n1", "1.50"), 12, said)
        for name, above, said in (
            ("padded and a gap", "Report,Sales,\nFrom,2026-03-01,\nTo,2026-03-31,\n,,\n", "1 to 3"),
            ("padded", "Report,Sales,\nFrom,2026-03-01,\n", "lines 1 to 2 above"),
            ("of one line", "Report,Sales,\n,,\n", "line 1 above"),
            ("as wide as the table", "Report,Sales,EU\nOn,2026-03-01,x\n\n", "lines 1 to 2 above"),
        )
    },
    "settings above a table of words": (
        "Report,Cities,\nOwner,Ann,\n,,\ncity,country,river\nRome,Italy,Tiber\nBonn,Germany,Rhine\n"
        "Pisa,Italy,Arno\nBern,Swiss,Aare\n", ["city", "country", "river"],
        ("Rome", "Italy", "Tiber"), 4, "lines 1 to 2 above"),
    "a title": (f"Stock list of March\n\n{SHOP}", ["id", "day", "cost", "note"],
                ("1", "2026-03-01", "1.50", "a, b"), 8, "line 1 above"),
    "a title with separators": (f"Stock list,,,\n,,,\n{SHOP}", ["id", "day", "cost", "note"],
                                ("1", "2026-03-01", "1.50", "a, b"), 8, "line 1 above"),
    "comments": ("# exported\n# 2026-03-01\nid,name\n0,n0\n1,n1\n", ["id", "name"], ("0", "n0"), 2,
                 "lines 1 to 2"),
    "a comment as wide": ("# made, by hand\nid,name\n0,n0\n1,n1\n", ["id", "name"], ("0", "n0"), 2,
                          "line 1 above"),
    "a byte order mark too": ("\ufeffReport\n\nid;name;n\n1;a;2\n2;b;3\n", ["id", "name", "n"],
                              ("1", "a", "2"), 2, "line 1 above"),
    "units": ("date,temp\n,°C\n2026-03-01,5.5\n2026-03-02,6.5\n", ["date", "temp"],
              ("2026-03-01", "5.5"), 2, "units"),
    "two rows of labels": (
        "Region,Sales,,Costs,\n,Q1,Q2,Q1,Q2\nNorth,1,2,3,4\nSouth,5,6,7,8\n",
        ["region", "sales_q1", "sales_q2", "costs_q1", "costs_q2"],
        ("North", "1", "2", "3", "4"), 2, "joined into one header",
    ),
    "settings above the header": (
        '"EXTF";700;21;"Stapel";13;20260331;;"RE"\n"Umsatz";"SH";"Konto"\n100,50;"S";1200\n'
        '200,00;"H";1200\n5,00;"S";1200\n', ["umsatz", "sh", "konto"], ("100,50", "S", "1200"), 3,
        "line 1 above"),
    "questions and ids below the labels": (
        "StartDate,EndDate,Q1\nStart Date,End Date,What is your age?\n"
        '"{""Id"":""start""}","{""Id"":""end""}","{""Id"":""QID1""}"\n'
        "2026-03-01 10:00:00,2026-03-01 10:05:00,33\n2026-03-02 10:00:00,2026-03-02 10:05:00,44\n",
        ["start_date", "end_date", "q1"], ("2026-03-01 10:00:00", "2026-03-01 10:05:00", "33"), 2,
        "lines 2 to 3 below the header"),
    "choices below the questions": (
        "Id,When,What do you like?,,Age\n,,Tent,Pan,Open\n1001,2026-03-01,Tent,,33\n"
        "1002,2026-03-02,,Pan,44\n1003,2026-03-03,Tent,Pan,55\n",
        ["id", "when", "what_do_you_like_tent", "what_do_you_like_pan", "age_open"],
        ("1001", "2026-03-01", "Tent", None, "33"), 3, "joined into one header"),
    "a column of nothing at the end": (
        '"Konto";"30 Tage";\n\n"Tag";"Text";"Umsatz";\n"30.03.2026";"a";"-5,00";\n"29.03.2026";"b";'
        '"10,00";\n', ["tag", "text", "umsatz"], ("30.03.2026", "a", "-5,00"), 2, "line 1 above"),
    "a header twice": ("id,amt\nid,amt\n1,5\n2,6\n", ["id", "amt"], ("1", "5"), 2, "repeats"),
    "no header": ("Ann,ann@x.example,Oslo\nBob,bob@x.example,Rome\n",
                  ["column_1", "column_2", "column_3"], ("Ann", "ann@x.example", "Oslo"), 2,
                  "without a header"),
    "no header, words that recur": ("Ann,Oslo,open\nBob,Oslo,open\nCy,Rome,shut\n",
                                    ["column_1", "column_2", "column_3"], ("Ann", "Oslo", "open"),
                                    3, "without a header"),
    "no header, of a dump": ('"1";"Alice";NULL\n"2";"Bob";"x"\n',
                             ["column_1", "column_2", "column_3"], ("1", "Alice", "NULL"), 2,
                             "without a header"),
    "fewer labels": ("Name,Mail,City\nAnn,a@x.example,Oslo,1,2,3,4\nBob,b@x.example,Rome,5,6,7,8\n",
                     ["name", "mail", "city", "column_4", "column_5", "column_6", "column_7"],
                     ("Ann", "a@x.example", "Oslo", "1", "2", "3", "4"), 2, "3 labels over 7"),
    "a separator too many in the header": (
        "id,,day,cost\n1,2026-03-02,1.5\n2,2026-03-03,2.5\n", ["id", "day", "cost"],
        ("1", "2026-03-02", "1.5"), 2, "4 cells over 3",
    ),
    "a separator too many in each row": ("id,cost\n1,1.5,\n2,2.5,\n3,3.5,\n", ["id", "cost"],
                                         ("1", "1.5"), 3, "3 cells under 2 labels"),
    "a quote too many in the header": (f'id,"day,cost,note\n{SHOP.partition(chr(10))[2]}',
                                       ["id", "day", "cost", "note"],
                                       ("1", "2026-03-01", "1.50", "a, b"), 8, "a quote too many"),
}  # fmt: skip


@pytest.mark.parametrize("case", ABOVE)
def test_what_stands_above_the_rows_is_understood_and_said(tmp_path: Path, case: str) -> None:
    content, columns, first, count, said = ABOVE[case]
    found = read(tmp_path, content)
    assert found.columns == columns
    assert (found.rows[0], len(found.rows)) == (first, count)
    assert found.rejects == []
    assert any(said in notice for notice in found.notices), found.notices
    assert all(notice.startswith("file `a.csv`: ") for notice in found.notices)


# Content, the last row, how many rows, rejects, what is said.
WITHIN: dict[str, tuple[bytes | str, tuple[Any, ...], int, list[str], str]] = {
    "totals after a gap": (f"Date,Text,Amount\n{MONTH}\nTotal,,406.00\n",
                           ("03/28/2026", "t28", "28.50"), 28, ["totals_row"], "totals_row"),
    "totals at once": (f"Date,Text,Amount\n{MONTH}Total,,406.00\n",
                       ("03/28/2026", "t28", "28.50"), 28, ["totals_row"], "totals_row"),
    "a closing balance": (
        "Tag;Zweck;Betrag;W\n02.03.2026;Miete;-1.250,00;EUR\n03.03.2026;Rg 17;2.500,50;EUR\n;;;\n"
        "Saldo;;1.245,60;EUR\n", ("03.03.2026", "Rg 17", "2.500,50", "EUR"), 2, ["totals_row"],
        "totals_row"),
    "totals of every column": ("Product,2024,2025\nTent,10,12\nPan,5,6\nTotal,15,18\n",
                               ("Pan", "5", "6"), 2, ["totals_row"], "totals_row"),
    "totals between": ("day,item,n\n2026-03-01,a,1\n2026-03-01,b,2\nSubtotal,,3\n2026-03-02,a,4\n"
                       "2026-03-02,b,5\n", ("2026-03-02", "b", "5"), 4, ["totals_row"],
                       "totals_row"),
    # Nothing but its sum tells it from a record: the first of them was loaded as a sale.
    "totals between, of two columns": (
        "region,amt\nNorth,5.5\nWest,1.5\nSubtotal,7\nSouth,6.0\nEast,1\nSubtotal,7.0\nTotal,14\n",
        ("East", "1"), 4, ["totals_row"] * 3, "`totals_row`: 3."),
    "a brand called total": ("brand,n\nShell,5\nTotal,7\nEsso,3\n", ("Esso", "3"), 3, [], ""),
    "a product called total": ("item,n\nTent,1\nTotal Gym,2\nPan,3\n", ("Pan", "3"), 3, [], ""),
    "a footnote": (f"{SHOP}\n* all prices are net\n", ("8", "2026-03-08", "8.50", "a, b"), 8,
                   ["footnote"], "footnote"),
    "a footnote with separators": (f"{SHOP}Made by hand,,,\n",
                                   ("8", "2026-03-08", "8.50", "a, b"), 8, ["footnote"],
                                   "footnote"),
    "the header again": ("id,amt\n1,5\n2,6\nid,amt\n3,7\n", ("3", "7"), 3, [],
                         "repeat the header, left out: 1."),
    "empty rows": ("id,amt\n1,5\n,\n2,6\n", ("2", "6"), 2, [], "without any value, left out: 1."),
    "a narrower table below": (
        SHOP + "id,day,cost\n" + "".join(f"{n},2026-03-{n:02d},{n}.50\n" for n in range(1, 9)),
        ("8", "2026-03-08", "8.50", "a, b"), 8, ["other_table"], "9."),
    "a wider table below": (
        SHOP + "id,day,cost,note,col1\n"
        + "".join(f"{n},2026-03-{n:02d},{n}.50,a,b\n" for n in range(1, 9)),
        ("8", "2026-03-08", "8.50", "a, b"), 8, ["other_table"], "5 columns"),
    "a table below as wide": ("id,amt\n1,5\n2,6\n3,7\n\ncode,label\nx,aa\ny,bb\n", ("3", "7"), 3,
                              ["other_table"], "2 columns"),
    "groups of a report": (
        "Date,Text,In,Out\n\nSales,,,\n1 Mar 2026,A,,100\n2 Mar 2026,B,,200\nTotal Sales,,,300\n"
        "\nRent,,,\n3 Mar 2026,C,50,\nTotal Rent,,50,\n", ("3 Mar 2026", "C", "50", None), 3,
        ["footnote", "totals_row", "footnote", "totals_row"], "`totals_row`: 2."),
    "totals of an ads report": (
        'Campaign,Clicks,Cost,Rate\nPan,10,"1,055.10",1%\nHats,7,3.00,2%\nTotal: A,17,"1,058.10",'
        '\nTotal: Search,17,"1,058.10",\n', ("Hats", "7", "3.00", "2%"), 2, ["totals_row"] * 2,
        "`totals_row`: 2."),
    "last cells left out": ("id,a,b,c\n" + "".join(f"{n},x,,\n" for n in range(9)) + "9,y\n",
                            ("9", "y", None, None), 10, [], "taken as empty: 1."),
    "a row cut short": (f"{SHOP}9,2026-03-09\n", ("8", "2026-03-08", "8.50", "a, b"), 8,
                        ["ragged_row"], "in quarantine: 1."),
    "a quoted text that lost its separator": (
        f'{SHOP}9,2026-03-09,9.50"a, b"\n', ("8", "2026-03-08", "8.50", "a, b"), 8,
        ["malformed_quotes"], "",
    ),
    "a text without its quotes": (f"{SHOP}9,2026-03-09,9.50,a, b\n",
                                  ("8", "2026-03-08", "8.50", "a, b"), 8, ["ragged_row"],
                                  "in quarantine: 1."),
    "an empty cell that may be either": ("a,b,c\nx,,z\nx,y,\nx,y,z\n,y,z\nx,,z,\n",
                                         (None, "y", "z"), 4, ["ragged_row"], "in quarantine: 1."),
}  # fmt: skip


@pytest.mark.parametrize("case", WITHIN)
def test_what_is_no_record_is_set_aside_and_said(tmp_path: Path, case: str) -> None:
    content, last, count, rejects, said = WITHIN[case]
    found = read(tmp_path, content)
    assert (found.rows[-1], len(found.rows)) == (last, count)
    assert found.rejects == rejects
    assert any(said in notice for notice in found.notices) or not said, found.notices
    assert bool(found.notices) is bool(said)


@pytest.mark.parametrize("at", range(4))
def test_a_separator_too_many_shifts_no_cell(tmp_path: Path, at: int) -> None:
    """Its last empty cell was dropped instead, and all cells behind it stood one to the right."""
    lines = [f"{n},x{n},y{n}," for n in range(1, 8)]
    cells = lines[5].split(",")
    cells.insert(at, "")
    lines[5] = ",".join(cells)
    found = read(tmp_path, "\n".join(["a,b,c,remark", *lines]))
    assert found.rows == [(str(n), f"x{n}", f"y{n}", None) for n in range(1, 8)]
    if at < 3:
        assert found.extras == [{"row_as_written": lines[5]}]
        assert "kept" in found.notices[0] or "`_extra`" in found.notices[0]
    else:
        assert (found.extras, found.notices) == (
            [],
            ["file `a.csv`: rows with empty cells too many at their end, left out: 1."],
        )


def test_values_no_header_stands_over_are_kept(tmp_path: Path) -> None:
    """The sample showed empty cells behind the last label; a value far below goes to _extra."""
    rows = "".join(f"{n},b,\n" for n in range(2_000))
    found = read(tmp_path, f"id,t\n{rows}2000,b,late\n")
    assert (found.columns, len(found.rows)) == (["id", "t"], 2_001)
    assert found.extras == [{"row_as_written": "2000,b,late"}]


ENCODINGS = {
    "cp1251": ("id;Цена\n1;Иван\n2;Ольга\n", "Иван"),
    "cp932": ("id,品名,価格\n1,りんご,100\n", "りんご"),
    "mac-roman": ("id,name\n1,Müller café\n", "Müller café"),
    "cp1252": ("id;Stadt\n1;Köln\n2;Düsseldorf – Straße\n", "Köln"),
    "cp850": ("id;name\n1;Müller\n2;Grün\n", "Müller"),
    "koi8-r": ("id;Цена\n1;Иван\n2;Ольга\n", "Иван"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_guessed_encoding_is_said(tmp_path: Path, encoding: str) -> None:
    text, value = ENCODINGS[encoding]
    found = read(tmp_path, text.encode(encoding))
    assert found.rows[0][1] == value
    assert f"read as `{encoding}`. Set `encoding`" in found.notices[0]
    told = read(tmp_path, text.encode(encoding), encoding=encoding)
    assert (told.rows, told.notices) == (found.rows, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "utf-8-sig"])
def test_wide_encodings_are_sure(tmp_path: Path, encoding: str) -> None:
    """UTF-16 without a byte order mark was bytes with NULs: every line in quarantine."""
    text = "id\tname\tprice\r\n1\tMüller\t12,50\r\n2\t日本\t3,10\r\n"
    found = read(tmp_path, text.encode(encoding))
    assert found.rows == [("1", "Müller", "12,50"), ("2", "日本", "3,10")]
    assert (found.notices, found.rejects) == ([], [])


def test_one_bad_byte_costs_one_record(tmp_path: Path) -> None:
    lines = [f"{n},Müller {n}\n".encode() for n in range(50)]
    found = read(tmp_path, b"id,name\n" + b"".join(lines) + b"50,M\xc3,x\n51,Meyer\n")
    assert (len(found.rows), found.rejects) == (51, ["undecodable"])
    half = "id\tname\n1\ta\n2\t".encode("utf-16") + b"\x00\xd8" + "b\n3\tc\n".encode("utf-16-le")
    found = read(tmp_path, half)
    assert (found.rows, found.rejects) == ([("1", "a"), ("3", "c")], ["undecodable"])


def test_a_person_has_the_last_word(tmp_path: Path) -> None:
    """Where the header is, and that there is none, can be said for a feed and for a stream."""
    text = "name,2025\nname,city\nAnn,Oslo\n"
    assert read(tmp_path, text, header_line=2).columns == ["name", "city"]
    assert read(tmp_path, text, header_line=2).rows == [("Ann", "Oslo")]
    none = read(tmp_path, "name,city\nAnn,Oslo\n", header_line=0)
    assert (none.columns, len(none.rows), none.notices) == (["column_1", "column_2"], 2, [])
    block = {"a": {"files": "a.csv", "header_line": 0}}
    assert len(read(tmp_path, "name,city\nAnn,Oslo\n", streams=block).rows) == 2


def test_a_clean_file_has_nothing_said(tmp_path: Path) -> None:
    found = read(tmp_path, SHOP)
    assert (len(found.rows), found.notices, found.extras, found.rejects) == (8, [], [], [])
