"""Every kind of polluted CSV, all in one folder: its table arrives, and what is not it is told."""

import pytest

from tests.bench.polluted_csv import Polluted, build_polluted
from tests.bench.pollution_score import Loaded, load_folder, score, score_all

ROWS = 12
FILES = {
    file.name: file
    for file in build_polluted(ROWS)
    # Of the hundreds with one bad cell: the header, the first, a middle and the last row.
    if not file.name.startswith("row_") or int(file.name.split("_")[2]) in (0, 1, 6, ROWS)
}
# What no reader can know, with the least it may score.
LEAST = {
    "no_header.csv": 6.9,  # no label can be found where there is none
    "header_rows_2.csv": 7.0,  # one label said twice is not two labels
    "header_rows_3.csv": 7.0,
    "two_tables_same.csv": 8.3,  # the same header again: more rows of the same table
    "row_spaces_0_0.csv": 7.0,
}

MONEY = "column `price` holds numbers with money signs"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Loaded]:
    folder = tmp_path_factory.mktemp("polluted")
    for file in FILES.values():
        (folder / file.name).write_bytes(file.content)
    return load_folder(folder)


def _least(file: Polluted) -> float:
    if file.name.startswith("row_less_0"):
        return 8.9  # two labels are one: which column lacks its own is unknown
    if file.name.startswith(("row_less", "row_quote", "row_spaces")):
        # A value without its separator or quote is refused, and its row with it.
        return LEAST.get(file.name, 9.7)
    return LEAST.get(file.name, 10.0)


@pytest.mark.parametrize("name", FILES)
def test_the_clean_table_arrives(loaded: dict[str, Loaded], name: str) -> None:
    file = FILES[name]
    found = loaded.get(name)
    assert score(file, found) >= _least(file)
    assert found is not None
    # A row that does not arrive is in quarantine; none is changed into another.
    if file.kind in ("row long", "row short", "stray quote", "row of spaces"):
        assert set(found.rows) <= set(file.rows) or "_0_" in name
        assert len(found.rows) + len(found.rejects) >= len(file.rows)


def test_what_was_done_is_said(loaded: dict[str, Loaded]) -> None:
    """Of a clean file one thing is told, which is true of all: prices such as $10.00 stay text."""
    silent = {"clean", "line feed", "semicolon", "tab", "pipe", "single quote", "escape", "size"}
    for name, file in FILES.items():
        money = [notice for notice in loaded[name].notices if MONEY in notice]
        others = [notice for notice in loaded[name].notices if MONEY not in notice]
        if file.kind in ("row long", "row short", "preamble", "two tables", "carriage return"):
            assert others or loaded[name].rejects, name
        if file.kind in silent:
            assert others == [], name
            assert len(money) == ("price" in loaded[name].header), name
            assert not money or all("$" in "".join(row) for row in loaded[name].rows), name


def test_the_score_falls_when_rows_are_lost(loaded: dict[str, Loaded]) -> None:
    """Without this, a measure that cannot fail would praise any reader."""
    simple, weighted = score_all(FILES.values(), loaded)
    assert min(simple, weighted) > 9
    empty = {name: Loaded(found.header) for name, found in loaded.items()}
    assert score_all(FILES.values(), empty)[0] < 5
    assert score_all(FILES.values(), {}) == (0.0, 0.0)
