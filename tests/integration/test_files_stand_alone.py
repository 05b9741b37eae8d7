"""One bad file is its own stream's trouble: its neighbours load, and it says what is wrong."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from include.core.errors import EltError
from include.core.streams import LoadResult
from include.ledger.connection import Warehouse
from include.load.plan import LoadPlan
from include.pipeline import stream_load
from tests.integration.broken_files import (
    MAX_UNPACKED_BYTES,
    write_broken_files,
    write_good_files,
)
from tests.integration.files_case import KEYED, build_files_case, write

GOOD_FILES = 280


def test_twenty_broken_files_among_three_hundred(tmp_path: Path, warehouse: str) -> None:
    """One file that could not be read ended discovery, and no file of the folder was loaded."""
    write_good_files(tmp_path, GOOD_FILES)
    told = write_broken_files(tmp_path)
    assert len(told) == 20
    case = build_files_case(warehouse, tmp_path, max_unpacked_bytes=MAX_UNPACKED_BYTES)
    done = case.run()
    assert set(done.failed) == set(told)
    for stream, words in told.items():
        assert words in done.failed[stream].message, stream
    assert len(done.loaded) == GOOD_FILES
    assert all(result.loaded == 1 for result in done.loaded.values())
    books = case.query(
        "select state, count(*), count(error_message) from elt_ops.loads"
        f" where tenant = '{case.feed.tenant.id}' group by 1 order by 1"
    )
    assert books == [("failed", 20, 20), ("loaded", GOOD_FILES, 0)]


def test_a_file_that_breaks_later_takes_the_streams_it_had_with_it(
    tmp_path: Path, warehouse: str
) -> None:
    """They keep their names, so that nothing is loaded under new ones once it is mended."""
    place = tmp_path / "month.zip"
    _write_zip(place, {"sales.csv": "id\n1\n", "costs.csv": "id\n2\n"})
    case = build_files_case(warehouse, tmp_path)
    assert set(case.run().loaded) == {"month_sales", "month_costs"}
    place.write_bytes(b"PK cut")
    assert set(case.run().failed) == {"month_sales", "month_costs"}
    _write_zip(place, {"sales.csv": "id\n1\n3\n", "costs.csv": "id\n2\n"})
    assert case.run().loaded["month_sales"].read == 2
    assert case.rows("month_sales", "id") == [(1,), (3,)]


def test_each_member_of_a_zip_is_a_stream_and_a_block_can_name_one(
    tmp_path: Path, warehouse: str
) -> None:
    """A zip of two files was refused, and the folder with it."""
    _write_zip(
        tmp_path / "two.zip",
        {"__MACOSX/._a.csv": "x", ".DS_Store": "x", "a.csv": "id\n1\n", "b.csv": "code\nx\n"},
    )
    case = build_files_case(warehouse, tmp_path)
    assert case.load("two_a").loaded == case.load("two_b").loaded == 1
    assert case.rows("two_b", "code") == [("x",)]
    named = build_files_case(
        warehouse, tmp_path, streams={"only": {"files": "two.zip", "member": "b.csv"}}
    )
    assert named.load("only").loaded == 1
    silent = build_files_case(warehouse, tmp_path, streams={"only": {"files": "two.zip"}})
    assert "`member`" in silent.failure("only").message


@pytest.mark.parametrize(
    ("names", "streams"),
    [
        (["a-b.csv", "a_b.csv", "A B.csv"], 3),
        (["顧客.csv", "注文.csv"], 2),
        ([f"{'long ' * 12}{end}.csv" for end in ("one", "two")], 2),
        (["a.csv", "a.tsv", "a.jsonl"], 3),
    ],
)
def test_no_two_files_share_a_stream(
    tmp_path: Path, warehouse: str, names: list[str], streams: int
) -> None:
    """Two names that came out equal made one stream, and one of the files was lost without a word.

    What tells them apart is made of the file's own name, so a third one changes nothing.
    """
    for name in names[:-1]:
        write(tmp_path / name, '{"id": 1}\n' if name.endswith("jsonl") else "id\n1\n")
    case = build_files_case(warehouse, tmp_path)
    first = set(case.run().loaded)
    write(tmp_path / names[-1], '{"id": 2}\n' if names[-1].endswith("jsonl") else "id\n2\n")
    done = case.run()
    assert not done.failed
    assert len(done.loaded) == streams
    assert first <= set(done.loaded)


def test_a_fault_of_ours_in_one_stream_does_not_end_the_run(
    tmp_path: Path, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only errors of known kinds were caught per stream; any other ended the feed's whole run."""
    write(tmp_path / "a.csv", "id\n1\n")
    write(tmp_path / "b.csv", "id\n1\n")
    case = build_files_case(warehouse, tmp_path)
    whole = stream_load.run_load

    def breaks(warehouse: Warehouse, plan: LoadPlan, *rest: Any) -> LoadResult:
        if plan.place.stream == "a":
            raise KeyError("ours")
        return whole(warehouse, plan, *rest)

    monkeypatch.setattr(stream_load, "run_load", breaks)
    done = case.run()
    assert list(done.loaded) == ["b"]
    assert isinstance(done.failed["a"], EltError)
    assert "KeyError" in done.failed["a"].message


def test_a_block_without_a_file_is_red_and_the_other_loads(tmp_path: Path, warehouse: str) -> None:
    write(tmp_path / "orders_1.csv", "id,n\n1,a\n")
    blocks = {**KEYED, "returns": {"files": "returns*.csv"}}
    done = build_files_case(warehouse, tmp_path, streams=blocks).run()
    assert (set(done.loaded), set(done.failed)) == ({"orders"}, {"returns"})


def test_one_broken_file_of_a_stream_does_not_keep_the_others(
    tmp_path: Path, warehouse: str
) -> None:
    """Twelve months of exports waited for the one that was cut; it is in quarantine meanwhile."""
    for month in ("01", "02"):
        write(tmp_path / f"sales_{month}.jsonl", f'{{"month": "{month}"}}\n')
    (tmp_path / "sales_03.json").write_text('[{"month": "03"},')
    case = build_files_case(warehouse, tmp_path, streams={"sales": {"files": "sales_*"}})
    done = case.load("sales")
    assert (done.loaded, done.quarantined) == (2, 1)
    assert any("`sales_03.json`" in notice for notice in done.notices)
    rows = case.query(
        f"select reason, record_key from elt_ops.quarantine where tenant = '{case.feed.tenant.id}'"
    )
    assert rows == [("unreadable_file", "sales_03.json")]
    write(tmp_path / "sales_03.json", '[{"month": "03"}]')
    assert case.load("sales").loaded == 1
    assert [month for (month,) in case.rows("sales", "month")] == ["01", "02", "03"]


def _write_zip(path: Path, members: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
