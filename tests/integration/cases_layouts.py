"""Headers, what stands around a table and within it, encodings."""

from tests.integration.file_case import AB, GOOD, FileCase, one

DIALECT = "id,day,item\n" + "".join(f"{n},2026-03-0{n},shelf {n}\n" for n in range(1, 8))
SHELVES = [(n, f"shelf {n}") for n in range(1, 8)]
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
