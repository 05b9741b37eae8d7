"""What a stream remembers of its files: how its dates are written, which column a header is.

Every file here is what a real one did: a week's bank export whose days are all below 13, a price
list with the columns in another order, a survey with headers of two lines.
"""

from pathlib import Path
from typing import Any

import pytest

from include.core.streams import RunKind
from tests.integration.files_case import FilesCase, build_files_case, write

PROVEN = "id,booked,amount\n1,27/03/2026,10.00\n2,28/03/2026,20.00\n"
AMBIGUOUS = "id,booked,amount\n3,03/04/2026,10.00\n4,05/04/2026,20.00\n"
KEYED = {"week": {"files": "week*.csv", "primary_key": ["id"]}}
TOGETHER = {"week": {"files": "week*.csv"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    return place


def _types(case: FilesCase, stream: str) -> dict[str, str]:
    schema = f"{case.feed.tenant.id}_raw_files"
    return dict(
        case.query(
            "select column_name, data_type from information_schema.columns where table_schema = "
            f"'{schema}' and table_name = '{stream}'"
        )
    )


@pytest.mark.parametrize("blocks", [None, KEYED])
def test_a_replaced_file_is_read_in_the_order_its_forerunner_proved(
    folder: Path, warehouse: str, blocks: Any
) -> None:
    """Last week's file proved day-first; this week's, of the same name, was read month-first."""
    options = {"streams": blocks} if blocks else {}
    case = build_files_case(warehouse, folder, **options)
    write(folder / "week.csv", PROVEN)
    case.load("week")
    write(folder / "week.csv", AMBIGUOUS)
    case.load("week")
    days = [str(day) for _, day in case.rows("week", "id, booked")]
    assert days[-2:] == ["2026-04-03", "2026-04-05"]
    assert len(days) == (4 if blocks else 2)


def test_nothing_proven_stays_text_until_the_tenant_says(folder: Path, warehouse: str) -> None:
    """Three days of March were April, May and June without a word."""
    write(folder / "bank.csv", "booked,amount\n03/04/2026,10.00\n05/06/2026,20.00\n")
    case = build_files_case(warehouse, folder)
    done = case.load("bank")
    assert any("`booked`" in notice and "`dates: day_first`" in notice for notice in done.notices)
    assert case.rows("bank", "booked") == [("03/04/2026",), ("05/06/2026",)]
    told = build_files_case(warehouse, folder, dates="day_first")
    assert not told.load("bank").notices
    days = [str(day) for (day,) in told.rows("bank", "booked")]
    assert days == ["2026-04-03", "2026-06-05"]


def test_a_neighbour_and_the_last_line_prove_it_too(folder: Path, warehouse: str) -> None:
    rows = "".join(f"{n},{n % 12 + 1}/{n % 12 + 1}/2026,3/4/2026\n" for n in range(25_000))
    write(folder / "a.csv", f"id,sent,paid\n{rows}25000,31/01/2026,4/3/2026\n")
    case = build_files_case(warehouse, folder)
    assert not case.load("a").notices
    found = case.query(
        f"select distinct paid::text from {case.feed.tenant.id}_raw_files.a order by 1"
    )
    assert found == [("2026-03-04",), ("2026-04-03",)]
    assert str(case.rows("a", "sent")[-1][0]) == "2026-12-12"


def test_a_contradiction_reads_again_what_was_decided_on_less(folder: Path, warehouse: str) -> None:
    """A neighbour's order was wrong for this column: rows already loaded kept the wrong days."""
    write(folder / "week_1.csv", "id,sent,paid\n1,27/03/2026,03/04/2026\n")
    case = build_files_case(warehouse, folder, streams=TOGETHER)
    case.load("week")
    assert str(case.rows("week", "id, paid")[0][1]) == "2026-04-03"
    write(folder / "week_2.csv", "id,sent,paid\n2,28/03/2026,04/25/2026\n")
    done = case.load("week")
    assert done.read == 2
    assert any("read again" in notice for notice in done.notices)
    days = [str(day) for _, day in case.rows("week", "id, paid")]
    assert days == ["2026-03-04", "2026-04-25"]
    assert case.load("week").read == 0


def test_both_orders_in_one_column_are_text_as_written(folder: Path, warehouse: str) -> None:
    write(folder / "week_1.csv", "id,paid\n1,27/03/2026\n")
    case = build_files_case(warehouse, folder, streams=TOGETHER)
    case.load("week")
    write(folder / "week_2.csv", "id,paid\n2,03/28/2026\n")
    done = case.load("week")
    assert case.rows("week", "id, paid") == [(1, "27/03/2026"), (2, "03/28/2026")]
    assert any("`paid`" in notice for notice in done.notices)
    assert case.load("week").read == 0


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("true TRUE false", "yes on 1"),
        ("2026-03-01T10:00:00Z 2026-03-02T10:00:00+02:00", "20260329 2026-W13-7"),
        ("2026-03-01 2026-03-02", "2026-03-29T23:30:00-05:00 soon"),
        ("27/03/2026 28/3/2026", "2026-03-29"),
        ("0.50 .75 1.5", "1_000 +3.5 1E-7 00.5"),
        ("12,50 1.234", "12.50"),
        ("1 2 30", "02134 +49170 0049 1e3 7.0"),
        ("1 2 30", "1.234"),
        ("10000 10001", "02134"),
        ("491700000000 491700000001", "+491709999999"),
    ],
)
@pytest.mark.parametrize("where", ["same_file", "next_file"])
def test_late_values_leave_all_rows_as_they_were_written(
    folder: Path, warehouse: str, early: str, late: str, where: str
) -> None:
    """After 20,000 plain records `02134` lost its zero, and words among booleans became true.

    The column becomes text, and so do the rows before: `TRUE` had become `true`.
    """
    first, last = early.split(), late.split()
    many = [first[n % len(first)] for n in range(60_000 if where == "same_file" else 3)]
    values = [*many, *last]
    split = len(values) if where == "same_file" else len(many)
    case = build_files_case(warehouse, folder, streams={"s": {"files": "s*.csv"}})
    write(folder / "s_1.csv", _numbered(values[:split]))
    case.load("s")
    if where == "next_file":
        write(folder / "s_2.csv", _numbered(values[split:], split))
        case.load("s")
    stored = [value for _, value in case.rows("s", "id, v")]
    assert stored == values
    assert case.load("s").read == 0


def _numbered(values: list[str], start: int = 0) -> str:
    return "id;v\n" + "".join(f"{start + n};{value}\n" for n, value in enumerate(values))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("数量,価格", "価格,数量"),
        ("Name,name", "name,Name"),
        ("NAME,Name,name", "name,NAME,Name"),
        ("Größe,Grüße", "Grüße,Größe"),
        ("Цена,Цвет", "Цвет,Цена"),
        (f"{'How was it? ' * 8}(score),{'How was it? ' * 8}(text)",
         f"{'How was it? ' * 8}(text),{'How was it? ' * 8}(score)"),
        ("Price $,Price €", "Price €,Price $"),
        ("%,#", "#,%"),
    ],
)  # fmt: skip
def test_a_column_keeps_its_name_wherever_it_stands(
    folder: Path, warehouse: str, first: str, second: str
) -> None:
    """Headers that came out equal were told apart by their place: prices fell into quantities."""
    case = build_files_case(warehouse, folder, streams={"s": {"files": "s*.csv"}})
    for number, header in enumerate((first, second), 1):
        values = [f"{name.strip()[-7:]} value" for name in header.split(",")]
        write(folder / f"s_{number}.csv", f"id,{header}\n{number},{','.join(values)}\n")
        case.load("s")
    names = [name for name in _types(case, "s") if name not in ("id", *_OWN)]
    assert len(names) == len(first.split(","))
    for name in names:
        assert len({value for _, value in case.rows("s", f"id, {name}")}) == 1


_OWN = (
    *("source_file", "source_line", "_extra", "_feed", "_load_id", "_loaded_at", "_deleted_at"),
)


def test_a_second_spelling_later_does_not_take_the_firsts_column(
    folder: Path, warehouse: str
) -> None:
    case = build_files_case(warehouse, folder, streams={"s": {"files": "s*.csv"}})
    write(folder / "s_1.csv", "id,Name\n1,first\n")
    case.load("s")
    write(folder / "s_2.csv", "id,name,Name\n2,second,first\n")
    case.load("s")
    assert case.rows("s", "id, name") == [(1, "first"), (2, "first")]


def test_keys_of_json_records_are_columns_by_their_own_names(folder: Path, warehouse: str) -> None:
    """Named record by record, a missing key moved its neighbour's value into its column."""
    write(
        folder / "a.jsonl",
        '{"id":1,"名":"n1","町":"t1","Name":"A","name":"a"}\n'
        '{"町":"t2","名":"n2","id":2,"name":"b"}\n{"id":3,"町":"t3","Name":"C"}\n',
    )
    case = build_files_case(warehouse, folder)
    case.load("a")
    assert case.rows("a", "id, ming, ting, name") == [
        (1, "n1", "t1", "a"), (2, "n2", "t2", "b"), (3, None, "t3", None),
    ]  # fmt: skip


def test_names_the_database_owns_are_given_another(folder: Path, warehouse: str) -> None:
    """A column called `xmin` failed for ever."""
    write(folder / "a.csv", "id,xmin,ctid,tableoid,oid,Table\n1,2,3,4,5,6\n")
    write(folder / "b.jsonl", '{"id":1,"_extra":{"a":1},"_feed":"x","source_line":99,"xmax":5}\n')
    case = build_files_case(warehouse, folder)
    assert not case.run().failed
    assert case.rows("a", 'col_xmin, col_ctid, col_tableoid, oid, "table"') == [(2, 3, 4, 5, 6)]
    assert case.rows("b", "extra, feed, col_source_line, col_xmax") == [({"a": 1}, "x", 99, 5)]


@pytest.mark.parametrize("value", ["1", "x" * 24, "y" * 300])
def test_more_columns_than_a_row_holds_are_kept_whole_beside_it(
    folder: Path, warehouse: str, value: str
) -> None:
    """1,700 columns, or 400 of some words each, and nothing was loaded."""
    names = [f"c{number}" for number in range(1_700)]
    write(folder / "wide.csv", f"{','.join(names)}\n{','.join([value] * len(names))}\n")
    case = build_files_case(warehouse, folder)
    done = case.load("wide")
    assert any("1700 columns" in notice for notice in done.notices)
    [(first, extra)] = case.rows("wide", "c0, _extra")
    assert str(first) == value
    assert extra["c1699"] == value
    assert len(extra) + len(_types(case, "wide")) - len(_OWN) == len(names)


def test_a_renamed_file_is_known_by_its_content(folder: Path, warehouse: str) -> None:
    write(folder / "before.csv", "id,name\n1,a\n2,b\n")
    case = build_files_case(warehouse, folder, streams={"s": {"files": "*.csv"}})
    case.load("s", kind=RunKind.SCHEDULED)
    (folder / "before.csv").rename(folder / "after.csv")
    assert case.load("s").read == 0
    assert case.rows("s", "id") == [(1,), (2,)]
