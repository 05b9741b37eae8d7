"""Numbers in workbooks that are shown as dates and times, and are none."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from include.config.credentials import Credentials
from include.core.streams import Window
from include.extract.choose_source import build_source
from tests.unit.feed_maker import build_feed

# Number, how it is shown, what is read.
ODD = [
    (-0.25, "hh:mm", "-6:00:00"),
    (-0.25, "[h]:mm", "-6:00:00"),
    (-1.5, "[h]:mm", "-36:00:00"),
    (-5, "dd/mm/yyyy", "-5"),
    (-1.5, "dd/mm/yyyy hh:mm", "-1.5"),
]
TIMES = [
    (0.25, "hh:mm", "06:00:00"),
    (0, "hh:mm", "00:00:00"),
    (1.5, "[h]:mm", "36:00:00"),
    (20260301, "dd/mm/yyyy", "20260301"),
]


def _read(folder: Path, cells: list[tuple[Any, str]], **options: Any) -> tuple[list[Any], str]:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("S")
        sheet.write_row(0, 0, ("id", "value", "note"))
        for at, (number, form) in enumerate(cells, start=1):
            sheet.write_row(at, 0, (at,))
            sheet.write_number(at, 1, number, book.add_format({"num_format": form}))
            sheet.write_string(at, 2, "x")
    (folder / "a.xlsx").write_bytes(out.getvalue())
    source = build_source(build_feed("files", path=str(folder)), Credentials("c"))
    [(name, _)] = source.discover().items()
    pages = list(source.read(name, Window()))
    records = [
        record
        for page in pages
        for record in (page.records if isinstance(page.records, list) else page.records.to_pylist())
    ]
    return [one["value"] for one in records], " ".join(n for page in pages for n in page.notices)


@pytest.mark.parametrize("counts_from_1904", [False, True])
def test_a_negative_time_is_no_time_of_day(tmp_path: Path, counts_from_1904: bool) -> None:
    """Minus six hours of a time sheet were read as 18:00, and minus five days as midnight."""
    cells = [(number, form) for number, form, _ in (*ODD, *TIMES)]
    values, told = _read(tmp_path, cells, date_1904=counts_from_1904)
    assert values == [shown for *_, shown in (*ODD, *TIMES)]
    assert "B2, B5, B6" in told


def test_the_day_that_only_excel_has_is_no_other_day(tmp_path: Path) -> None:
    """29 February 1900 was read as the 28th."""
    values, told = _read(tmp_path, [(59, "dd/mm/yyyy"), (60, "dd/mm/yyyy"), (61, "dd/mm/yyyy")])
    assert values == ["1900-02-28", "60", "1900-03-01"]
    assert "B3" in told


def test_days_counted_from_1904_are_those_days(tmp_path: Path) -> None:
    values, told = _read(tmp_path, [(0, "dd/mm/yyyy"), (44620, "dd/mm/yyyy")], date_1904=True)
    assert values[1] == "2026-03-01"
    assert not told


def test_hours_beyond_any_calendar_cost_their_file_alone(tmp_path: Path) -> None:
    """A duration of ten thousand million days is more than Python counts."""
    (tmp_path / "good.csv").write_text("id,value\n1,2\n")
    with pytest.raises(Exception, match="cannot be read"):
        _read_all(tmp_path)


def _read_all(folder: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("S").write_number(0, 0, 1e10, book.add_format({"num_format": "[h]:mm"}))
    (folder / "bad.xlsx").write_bytes(out.getvalue())
    source = build_source(build_feed("files", path=str(folder)), Credentials("c"))
    assert set(source.discover()) == {"bad", "good"}
    assert list(source.read("good", Window()))
    list(source.read("bad", Window()))
