"""What else was found by trying: marks and zones in the middle, signs around numbers, odd JSON."""

from tests.integration.file_case import TOGETHER, FileCase, one

BOM = "\ufeff"
DRESSED = "money signs, percent, parentheses"
ZONED = "\n".join(f"{n},2026-01-01T10:00:00Z" for n in range(20_001))
NAIVE = ZONED.replace("Z", "")
MOMENTS = {
    "strange: a zone on some instants only": one(
        "id,at\n1,2026-01-01T10:00:00\n2,2026-01-01T10:00:00+02:00\n",
        "id, at",
        (1, "2026-01-01T10:00:00"),
        (2, "2026-01-01T10:00:00+02:00"),
        told=("with a time zone and others without",),
    ),
    "strange: a zone behind twenty thousand without": one(
        f"id,at\n{NAIVE}\n20001,2026-01-01T10:00:00+02:00\n",
        "id, at",
        *((n, "2026-01-01T10:00:00") for n in range(20_001)),
        (20_001, "2026-01-01T10:00:00+02:00"),
    ),
    "strange: no zone behind twenty thousand with one": one(
        f"id,at\n{ZONED}\n20001,2026-01-01T10:00:00\n",
        "id, at",
        *((n, "2026-01-01T10:00:00Z") for n in range(20_001)),
        (20_001, "2026-01-01T10:00:00"),
    ),
    "strange: a word with blanks behind twenty thousand days": one(
        "id,day\n" + "".join(f"{n},13/01/2026\n" for n in range(20_001)) + "20001, so \n",
        "id, day",
        *((n, "13/01/2026") for n in range(20_001)),
        (20_001, " so "),
    ),
    "strange: zones in one file, none in the next": FileCase(
        (
            {"s_1.csv": "id,at\n1,2026-01-01T10:00:00+02:00\n"},
            {"s_2.csv": "id,at\n2,2026-01-01T10:00:00\n"},
        ),
        {"s": ("id, at", [(1, "2026-01-01T10:00:00+02:00"), (2, "2026-01-01T10:00:00")])},
        told=("with a time zone and others without", "read again"),
        options=TOGETHER,
    ),
    "strange: every instant with a zone": one(
        "id,at\n1,2026-01-01T10:00:00+0200\n2,2026-01-01 10:00:00Z\n",
        "id, at",
        (1, "2026-01-01 08:00:00+00:00"),
        (2, "2026-01-01 10:00:00+00:00"),
    ),
    "strange: zones in JSON texts": one(
        '[{"id":1,"at":"2026-01-01T10:00:00"},{"id":2,"at":"2026-01-01T10:00:00Z"}]',
        "id, at",
        (1, "2026-01-01T10:00:00"),
        (2, "2026-01-01T10:00:00Z"),
        name="a.json",
        told=("with a time zone and others without",),
    ),
    "strange: a day written twice over": one(
        "id,day\n1,2026-01-05\n2,13/01/2026\n",
        "id, day",
        (1, "2026-01-05"),
        (2, "13/01/2026"),
        told=("in several ways",),
    ),
    "strange: days that do not exist": one(
        "id,day,iso\n1,29/02/2026,2026-02-29\n2,28/02/2026,2026-02-28\n",
        "id, day, iso",
        (1, "29/02/2026", "2026-02-29"),
        (2, "28/02/2026", "2026-02-28"),
    ),
    "strange: two digits of a year": one(
        "id,day\n1,25/12/26\n2,01/02/26\n", "id, day", (1, "25/12/26"), (2, "01/02/26")
    ),
    "strange: hours to twelve, and sixty seconds": one(
        "id,at,leap\n1,01/13/2026 10:00 PM,2026-12-31 23:59:60\n2,01/14/2026 9:00 AM,\n",
        "id, at, leap",
        (1, "01/13/2026 10:00 PM", "2026-12-31 23:59:60"),
        (2, "01/14/2026 9:00 AM", None),
    ),
}
SIGNS = {
    f"strange: {name}": one(
        f"id;amount\n1;{first}\n2;{second}\n",
        "id, amount",
        (1, first),
        (2, second),
        told=(DRESSED,),
    )
    for name, first, second in (
        ("accounting negatives", "(1,234.56)", "12.50"),
        ("a minus behind", "12,50-", "1.234,00"),
        ("a minus of typesetters", "\u221212.50", "12.50"),
        ("blanks that do not break", "1\xa0234,56", "1\u202f234"),
        ("a Swiss apostrophe", "1'234.50", "1\u2019234.50"),
        ("money behind", "12,50 €", "1.234,00 EUR"),
        ("money in front", "$1,234.00", "USD 5.00"),
        ("percent", "12.5%", "3 %"),
        ("blanks around", " 12.50", "3.00 "),
    )
}
NUMBERS = {
    **SIGNS,
    "strange: what a spreadsheet left of long numbers": one(
        "id,ean\n1,4.00638E+12\n2,1.23E+15\n",
        "id, ean",
        (1, "4.00638E+12"),
        (2, "1.23E+15"),
        told=("may have cut the digits",),
    ),
    "strange: addresses and versions are no numbers": one(
        "id,ip,version\n1,10.0.0.1,1.2.3\n2,10.0.0.2,1.10\n",
        "id, ip, version",
        (1, "10.0.0.1", "1.2.3"),
        (2, "10.0.0.2", "1.10"),
    ),
    "strange: digits of other scripts": one(
        "id,n,hex\n1,١٢٣,0x1F\n2,५,1_000\n", "id, n, hex", (1, "١٢٣", "0x1F"), (2, "५", "1_000")
    ),
    "strange: codes, telephones, words for nothing": one(
        'id,zip,phone,none\n1,02134,+4917012345,N/A\n2,10115,0049170,nan\n3,="01067",,NULL\n',
        "id, zip, phone, none",
        (1, "02134", "+4917012345", "N/A"),
        (2, "10115", "0049170", "nan"),
        (3, '="01067"', None, "NULL"),
    ),
}
JOINED = {
    "strange: files put together with their marks": one(
        f"{BOM}id,name\n1,a\n{BOM}id,name\n2,b\n",
        "id, name",
        (1, "a"),
        (2, "b"),
        told=("byte order mark", "repeat the header"),
    ),
    "strange: marks far apart, and one inside a cell": one(
        f"id,name\n1,a\n{BOM}2,b{BOM}\n" + f"3,{'x' * 300_000}\n" * 9 + f"{BOM}4,d\n",
        "id, left(name, 3)",
        (1, "a"),
        (2, f"b{BOM}"),
        *[(3, "xxx")] * 9,
        (4, "d"),
        told=("byte order mark",),
    ),
    "strange: lines of JSON put together": one(
        f'{BOM}{{"id":1}}\n{BOM}{{"id":2}}\n',
        "id",
        (1,),
        (2,),
        name="a.ndjson",
        told=("byte order mark",),
    ),
}
JSON = {
    "strange: a key twice in a document": one(
        '[{"id":1,"a":2,"a":3},{"id":2,"a":5,"b":{"c":1}},{"id":3,"b":{"c":1,"c":1}}]',
        "id, a",
        (2, 5),
        name="a.json",
        aside=("double_key", "double_key"),
    ),
    "strange: a key twice with a blank before its colon": one(
        '{"id":1,"a" :2,"a":3}\n{"id":2,"a":"x\\":","a" :3}\n{"id":3,"a":1}\n',
        "id, a",
        (3, 1),
        name="a.jsonl",
        aside=("double_key", "double_key"),
    ),
    "strange: a whole document twice": FileCase(
        ({"a.json": '{\n"data":[{"id":1}],\n"data":[{"id":2}]}', "b.csv": "id\n1\n"},),
        {"b": ("id", [(1,)])},
        red={"a": "has a key twice"},
    ),
    "strange: objects one behind the other": one(
        '{"id":1,"n":12345678901234567890}{"id":2,"n":1}\n{"id":3,"n":2}',
        "id, n",
        (1, 12345678901234567890),
        (2, 1),
        (3, 2),
        name="a.json",
        told=("one behind the other",),
    ),
    "strange: printed objects, the last one cut": one(
        '{\n "id": 1\n}\n{\n "id": 2\n}\n{\n "id"',
        "id",
        (1,),
        (2,),
        name="a.json",
        told=("one behind the other",),
        aside=("invalid_json",),
    ),
    "strange: an answer of an API on one line": one(
        '{"meta":{"total":2},"data":[{"id":1},{"id":2}]}',
        "id",
        (1,),
        (2,),
        name="a.json",
        told=("Not loaded: `meta`",),
    ),
    "strange: a record on one line with a list": FileCase(
        ({"a.json": '{"id":1,"lines":[{"sku":"x"}]}'}, {"a.json": '{"id":1,"lines":[]}\n{"id":2}'}),
        {"a": ("id, lines", [(1, "[]"), (2, None)])},
    ),
    "strange: a document in Latin letters of one byte": one(
        '[{"id":1,"name":"Zoë"}]'.encode("cp1252"),
        "id, name",
        (1, "Zoë"),
        name="a.json",
        told=("cp1252",),
    ),
    "strange: a cut last line, a list on a line, a null": one(
        '{"id":1}\n[1]\nnull\n{"id":2}\n{"id":3,"na',
        "id",
        (1,),
        (2,),
        name="a.jsonl",
        aside=("invalid_json", "not_an_object", "not_an_object"),
    ),
}
STRANGE = {**MOMENTS, **NUMBERS, **JOINED, **JSON}
