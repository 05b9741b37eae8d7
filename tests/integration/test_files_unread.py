"""What lies in a folder and is not loaded is told: by a red stream, a notice, and `elt check`."""

import gzip
import os
from dataclasses import replace
from pathlib import Path

import pytest

from include.commands.status import _say
from include.ledger.connection import Warehouse
from include.pipeline.health.status import fetch_status
from include.pipeline.ready.feed_check import check_feed
from tests.integration.file_case import build_zip
from tests.integration.files_case import EXPORT, FilesCase, build_files_case, write
from tests.load_environment import build_environment


@pytest.mark.parametrize(
    ("name", "stream"),
    [
        ("sales.parquet", "unread_parquet"),
        ("sales.dat", "unread_dat"),
        ("sales", "unread_none"),
        ("sales.csv.1", "unread_numbered"),
        ("sales.csv.bz2", "unread_bz2"),
        ("sales.gz", "unread_gz"),
        ("sales.CSV.bak", "unread_bak"),
        ("sub/Report.PDF", "unread_pdf"),
        ("tricky.x; y", "unread_x_y"),
    ],
)
def test_a_file_of_an_unknown_kind_is_red_and_its_neighbours_load(
    tmp_path: Path, warehouse: str, name: str, stream: str
) -> None:
    """It was named in the log alone: an export that came as parquet was never missed."""
    write(tmp_path / name, "anything")
    write(tmp_path / "unread.csv", "id\n1\n")
    case = build_files_case(warehouse, tmp_path)
    done = case.run()
    assert list(done.loaded) == ["unread"]
    assert list(done.failed) == [stream]
    assert f"`{name}`" in done.failed[stream].message
    books = case.query(
        f"select stream, state from elt_ops.loads where tenant = '{case.feed.tenant.id}' order by 1"
    )
    assert books == [("unread", "loaded"), (stream, "failed")]
    assert not case.with_options(ignore=["**/*"]).run().failed
    ignored = build_files_case(warehouse, tmp_path, ignore=[f"**/{name.split('/')[-1]}"]).run()
    assert (list(ignored.loaded), ignored.failed) == (["unread"], {})


def test_many_files_of_one_kind_are_one_red_stream(tmp_path: Path, warehouse: str) -> None:
    for number in range(12):
        write(tmp_path / f"photo_{number:02}.jpg", "x")
    done = build_files_case(warehouse, tmp_path).run()
    assert list(done.failed) == ["unread_jpg"]
    assert "and 2 more" in done.failed["unread_jpg"].message


def test_what_only_goes_with_files_is_no_file(tmp_path: Path, warehouse: str) -> None:
    """Checksums, notes, an empty `done` of a delivery: red for ever, for nothing."""
    write(tmp_path / "a.csv", "id\n1\n")
    for name in ("a.csv.md5", "README.md", "Thumbs.db", "desktop.ini", "_SUCCESS"):
        write(tmp_path / name, "x")
    write(tmp_path / "a.done", "")
    assert not build_files_case(warehouse, tmp_path).run().failed


def test_members_of_a_zip_that_are_left_out_are_told(tmp_path: Path, warehouse: str) -> None:
    """A zip of a CSV and a parquet file loaded the CSV and said nothing."""
    packed = build_zip(a__DOT__csv="id\n1\n", b__DOT__parquet="PAR1", c__DOT__md5="x")
    (tmp_path / "month.zip").write_bytes(packed)
    result = build_files_case(warehouse, tmp_path).load("month")
    assert result.loaded == 1
    assert [n for n in result.notices if "`b.parquet`" in n and "md5" not in n]


def test_files_that_no_pattern_takes_are_told(
    tmp_path: Path, warehouse: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`Orders_03.csv` does not match `orders*.csv`: March was missing without a word.

    Later `loads` said it and `status`, which people look at, did not.
    """
    write(tmp_path / "orders_02.csv", "id\n1\n")
    write(tmp_path / "Orders_03.csv", "id\n2\n")
    blocks = {"orders": {"files": "orders*.csv"}}
    case = build_files_case(warehouse, tmp_path, streams=blocks)
    assert any("`Orders_03.csv`" in notice for notice in case.load("orders").notices)
    assert _warned(case) == 1
    _say(fetch_status(Warehouse(warehouse), replace(case.feed.tenant, feeds=(case.feed,))))
    assert "orders: note: files in the folder that no stream reads: `Orders_03.csv`" in (
        " ".join(capsys.readouterr().out.split())
    )
    quiet = build_files_case(warehouse, tmp_path, streams=blocks, ignore=["Orders*"])
    assert not quiet.load("orders").notices
    assert not _warned(quiet)


def test_a_connector_of_files_tells_them_once(tmp_path: Path, warehouse: str) -> None:
    """Its first stream says it, so that eight tables do not say it eight times."""
    write(tmp_path / "people.csv", "id,name\n1,a\n")
    write(tmp_path / "events.csv", "id,at\n1,2026-01-01\n")
    write(tmp_path / "person.csv", "id,name\n2,b\n")
    case = build_files_case(warehouse, tmp_path, EXPORT)
    done = case.run()
    assert [name for name, one in done.loaded.items() if one.notices] == ["events"]
    assert _warned(case) == 1


@pytest.mark.parametrize("stranger", [None, "photo.csv"])
def test_a_check_reads_on_behind_what_it_tells(
    tmp_path: Path, warehouse: str, stranger: str | None
) -> None:
    """A file no pattern takes was told first, and the check stopped there: the stream whose file
    lacks its cursor's column passed as readable."""
    write(tmp_path / "people.csv", "id,name\n1,a\n")
    write(tmp_path / "events.csv", "id,name\n1,a\n")
    if stranger:
        write(tmp_path / stranger, "id\n1\n")
    case = build_files_case(warehouse, tmp_path, EXPORT)
    environment = build_environment(Warehouse(case.url), case.credentials)
    failed = [(s.stream, s.error.message) for s in check_feed(case.feed, environment) if s.error]
    assert [stream for stream, _ in failed] == ["events"]
    assert "`at`" in failed[0][1]


def test_a_name_that_is_no_text_is_a_name_all_the_same(tmp_path: Path, warehouse: str) -> None:
    """Bytes of an older system in a file's name ended in UnicodeEncodeError."""
    (tmp_path / os.fsdecode(b"K\xf6ln.csv")).write_text("id\n1\n")
    case = build_files_case(warehouse, tmp_path, after="archive")
    assert list(case.run().loaded) == ["k_xf6ln"]
    assert case.ledger("path") == [("K\\xf6ln.csv",)]
    assert [path.name for path in (tmp_path / "archive").rglob("*.csv")] == ["K\\xf6ln.csv"]


def test_packed_twice_is_told(tmp_path: Path, warehouse: str) -> None:
    (tmp_path / "a.csv.gz.gz").write_bytes(gzip.compress(gzip.compress(b"id\n1\n")))
    assert list(build_files_case(warehouse, tmp_path).run().failed) == ["unread_gz"]


def _warned(case: FilesCase) -> int:
    environment = build_environment(Warehouse(case.url), case.credentials)
    return sum(step.warns for step in check_feed(case.feed, environment))
