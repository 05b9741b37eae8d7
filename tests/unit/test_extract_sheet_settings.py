"""Settings of a report above the table of a sheet: skipped and said, as in a CSV."""

from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from include.config.credentials import Credentials
from include.core.streams import Window
from include.extract.choose_source import build_source
from tests.unit.feed_maker import build_feed

TABLE: list[list[Any]] = [["id", "name", "amt"], *([n, f"n{n}", n + 0.5] for n in range(1, 9))]
WORDS: list[list[Any]] = [
    ["city", "country", "river"], ["Rome", "Italy", "Tiber"], ["Bonn", "Germany", "Rhine"],
    ["Pisa", "Italy", "Arno"], ["Bern", "Swiss", "Aare"],
]  # fmt: skip
ABOVE: dict[str, tuple[list[list[Any]], list[list[Any]], str]] = {
    "and a gap": ([["Report", "Sales"], ["From", "2026-01-01"], []], TABLE, "rows 1 to 2 above"),
    "and no gap": ([["Report", "Sales"], ["From", "2026-01-01"]], TABLE, "rows 1 to 2 above"),
    "of one line": ([["Report", "Sales"], []], TABLE, "row 1 above"),
    "over words": ([["Report", "Cities"], ["Owner", "Ann"], []], WORDS, "rows 1 to 2 above"),
    "a title alone": ([["Report"], []], TABLE, "row 1 above"),
}


@pytest.mark.parametrize("case", ABOVE)
def test_settings_are_no_header(case: str, tmp_path: Path) -> None:
    """`Report, Sales` became the header of three columns, without a word."""
    above, table, said = ABOVE[case]
    book = openpyxl.Workbook()
    for row in (*above, *table):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    source = build_source(build_feed("files", path=str(tmp_path)), Credentials("c"))
    [(name, stream)] = source.discover().items()
    assert [c for c in stream.columns if c not in ("source_file", "source_line")] == table[0]
    pages = list(source.read(name, Window()))
    assert sum(len(page.records) for page in pages) == len(table) - 1
    assert any(said in notice for page in pages for notice in page.notices)
