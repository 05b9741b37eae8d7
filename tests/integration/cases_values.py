"""Which column a value belongs to, days and months, numbers, JSON lines, files that come again."""

from tests.integration.file_case import GOOD, KEYED, TOGETHER, FileCase, one

LONG = "How satisfied are you with the overall quality of our product "
MANY = "id,v\n" + "".join(f"{n},{n % 9 + 1}\n" for n in range(20_000))
WIDE = [f"c{number}" for number in range(1_700)]
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
