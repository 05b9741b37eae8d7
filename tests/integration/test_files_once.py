"""A file is loaded once, by its content, and remembered in the transaction of its rows."""

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.core.errors import UpstreamUnavailable
from include.core.streams import RunKind, Window
from include.extract.files import intake as file_intake
from include.extract.files import source as file_source
from include.extract.files.folder import LocalFolder
from include.extract.files.formats.reader import Layout, Piece
from include.extract.files.place import Place
from include.ledger.connection import Warehouse
from include.ledger.cursors import run_rewind
from tests.integration.files_case import EXPORT, KEYED, FilesCase, build_files_case, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    return place


@pytest.fixture
def keyed(folder: Path, warehouse: str) -> FilesCase:
    write(folder / "orders_1.csv", "id,n\n1,a\n2,b\n")
    return build_files_case(warehouse, folder, streams=KEYED)


def test_a_second_run_reads_nothing_and_says_so_in_the_books(
    folder: Path, keyed: FilesCase
) -> None:
    assert keyed.load("orders").counts()["loaded"] == 2
    again = keyed.load("orders")
    assert set(again.counts().values()) == {0}
    books = keyed.query(
        f"select state, read from elt_ops.loads where tenant = '{keyed.feed.tenant.id}'"
        " order by load_id"
    )
    assert books == [("loaded", 2), ("loaded", 0)]  # a row, so that freshness stays green
    write(folder / "orders_2.csv", "id,n\n3,c\n")
    assert keyed.load("orders").counts()["read"] == 1
    assert keyed.rows("orders", "id, n") == [(1, "a"), (2, "b"), (3, "c")]


def test_what_a_file_holds_counts_not_its_name_or_time(folder: Path, keyed: FilesCase) -> None:
    """A re-uploaded copy of yesterday's file was read again and set back what had changed since."""
    keyed.load("orders")
    shutil.copy(folder / "orders_1.csv", folder / "orders_9.csv")
    os.utime(folder / "orders_1.csv", (1_800_000_000, 1_800_000_000))
    assert keyed.load("orders").counts()["read"] == 0
    columns = "path, same_as, first_load_id = load_id"
    same = [("orders_1.csv", None, False), ("orders_9.csv", "orders_1.csv", True)]
    assert keyed.ledger(columns) == same
    assert keyed.load("orders").counts()["read"] == 0


def test_a_replaced_file_is_read_again_even_with_an_old_content(
    folder: Path, keyed: FilesCase
) -> None:
    keyed.load("orders")
    write(folder / "orders_1.csv", "id,n\n1,z\n")
    assert keyed.load("orders").counts()["read"] == 1
    write(folder / "orders_1.csv", "id,n\n1,a\n2,b\n")
    assert keyed.load("orders").counts()["read"] == 2
    assert keyed.rows("orders", "id, n") == [(1, "a"), (2, "b")]


def test_same_size_and_second_but_other_content(folder: Path, keyed: FilesCase) -> None:
    keyed.load("orders")
    path = folder / "orders_1.csv"
    before = path.stat()
    path.write_text("id,n\n1,x\n2,y\n")
    os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns + 1))
    assert keyed.load("orders").counts()["read"] == 2


def test_reload_and_an_interval_read_again(keyed: FilesCase) -> None:
    keyed.load("orders")
    again = keyed.load("orders", kind=RunKind.MANUAL, reload=True)
    assert again.counts()["unchanged"] == 2
    window = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    assert keyed.load("orders", kind=RunKind.MANUAL, window=window).counts()["unchanged"] == 2
    assert keyed.load("orders", kind=RunKind.MANUAL).counts()["read"] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"streams": {"orders": {**KEYED["orders"], "columns": {"id": "int", "n": "text"}}}},
        {"streams": {"orders": {**KEYED["orders"], "encoding": "cp1252"}}},
        {"dates": "day_first"},
    ],
)
def test_another_way_of_parsing_reads_again(keyed: FilesCase, change: dict[str, Any]) -> None:
    """A declared column stayed empty: the files that held it counted as loaded."""
    keyed.load("orders")
    other = keyed.with_options(**change)
    assert other.load("orders").counts()["read"] == 2
    assert other.load("orders").counts()["read"] == 0


def test_rows_and_memory_are_one_transaction(
    folder: Path, keyed: FilesCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed.load("orders")
    before = keyed.ledger("path, content_hash, load_id")
    write(folder / "orders_1.csv", "id,n\n1,new\n")
    write(folder / "orders_2.csv", "id,n\n4,d\n")
    whole = file_source.read_pieces

    def breaks(place: Place, layout: Layout) -> Iterator[Piece]:
        yield from whole(place, layout)
        if place.name == "orders_2.csv":
            raise UpstreamUnavailable("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(file_source, "read_pieces", breaks)
        assert "the disk is gone" in str(keyed.failure("orders"))
    assert keyed.ledger("path, content_hash, load_id") == before
    assert keyed.rows("orders", "id, n") == [(1, "a"), (2, "b")]
    assert keyed.load("orders").counts()["read"] == 2


def test_a_file_that_grows_is_left_for_the_next_run(
    folder: Path, warehouse: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = build_files_case(warehouse, folder, streams=KEYED).with_options(settle_seconds=3600)
    write(folder / "orders_1.csv", "id,n\n1,a\n")
    (folder / "orders_2.csv").write_text("id,n\n2,b\n")  # just now
    assert case.load("orders").counts()["read"] == 1
    assert "action=file_left file=orders_2.csv reason=not_settled" in caplog.text
    assert case.with_options(settle_seconds=1).load("orders").counts()["read"] == 1
    assert case.rows("orders", "id") == [(1,), (2,)]


def test_a_file_that_changes_while_it_is_looked_at_is_left(
    folder: Path, keyed: FilesCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = file_intake.compute_hash

    def meanwhile(name: str, path: Path) -> str:
        found = whole(name, path)
        with path.open("a") as stream:
            stream.write("3,c\n")
        return found

    monkeypatch.setattr(file_intake, "compute_hash", meanwhile)
    assert keyed.load("orders").counts()["read"] == 0
    monkeypatch.undo()
    assert keyed.load("orders").counts()["read"] == 3


def test_a_file_that_changes_while_it_is_read_keeps_nothing(
    folder: Path, keyed: FilesCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a growing export was committed and marked as loaded, the other half never came."""
    looks = LocalFolder.look
    path = folder / "orders_1.csv"
    seen = iter(range(100))

    def grown(self: LocalFolder, name: str) -> Any:
        # Listed twice (what it holds, what no stream reads), looked at before it is opened.
        if next(seen) == 3:
            write(path, "id,n\n1,a\n2,b\n3,c\n")
        return looks(self, name)

    monkeypatch.setattr(LocalFolder, "look", grown)
    error = keyed.failure("orders")
    assert isinstance(error, UpstreamUnavailable)
    assert error.retryable
    assert "changed while it was read" in str(error)
    assert keyed.load("orders").counts()["loaded"] == 3


def test_without_a_key_a_replaced_file_loses_its_old_rows_and_others_stay(
    folder: Path, warehouse: str
) -> None:
    case = build_files_case(warehouse, folder, streams={"visits": {"files": "visits*.csv"}})
    write(folder / "visits_1.csv", "who\nann\nbob\n")
    write(folder / "visits_2.csv", "who\ncy\n")
    case.load("visits")
    write(folder / "visits_1.csv", "who\nann\n")
    done = case.load("visits")
    assert (done.read, done.unchanged, done.deleted) == (1, 1, 1)
    assert case.rows("visits", "who") == [("ann",), ("cy",)]


def test_a_twin_is_read_once_the_first_of_its_content_is_replaced(
    folder: Path, warehouse: str
) -> None:
    """Its rows lived under the twin's name and went with it: the content was nowhere any more."""
    case = build_files_case(warehouse, folder, streams={"visits": {"files": "visits*.csv"}})
    write(folder / "visits_1.csv", "who\nann\n")
    write(folder / "visits_2.csv", "who\nann\n")
    assert case.load("visits").counts()["read"] == 1
    write(folder / "visits_1.csv", "who\nbob\n")
    assert case.load("visits").counts()["read"] == 1
    case.load("visits")
    assert case.rows("visits", "who") == [("ann",), ("bob",)]


@pytest.fixture
def exports(folder: Path, warehouse: str) -> FilesCase:
    return build_files_case(warehouse, folder, EXPORT)


def test_an_export_that_shows_what_is_gone_is_read_whole_or_not_at_all(
    folder: Path, exports: FilesCase
) -> None:
    """Skipped files looked like deleted rows: a second run without news deleted everything."""
    write(folder / "people_a.csv", "id,name\n1,ann\n2,bob\n")
    write(folder / "people_b.csv", "id,name\n3,cy\n")
    assert exports.load("people").deleted == 0
    assert (exports.load("people").read, len(exports.rows("people", "id"))) == (0, 3)
    write(folder / "people_b.csv", "id,name\n4,di\n")
    done = exports.load("people")
    assert (done.read, done.inserted, done.unchanged, done.deleted) == (3, 1, 2, 1)
    (folder / "people_a.csv").unlink()
    done = exports.load("people")
    assert (done.read, done.deleted) == (1, 2)
    assert exports.rows("people", "id") == [(4,)]
    assert exports.load("people").read == 0


def test_a_whole_export_waits_for_its_last_file(
    folder: Path, exports: FilesCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_intake, "SETTLE_S", 3600)
    monkeypatch.setattr("include.extract.files.source.SETTLE_S", 3600)
    write(folder / "people_a.csv", "id,name\n1,ann\n")
    exports.load("people")
    write(folder / "people_a.csv", "id,name\n2,bob\n")
    (folder / "people_b.csv").write_text("id,name\n1,ann\n")
    assert exports.load("people").read == 0
    assert exports.rows("people", "id") == [(1,)]
    os.utime(folder / "people_b.csv", (time.time() - 7200, time.time() - 7200))
    assert exports.load("people").read == 2


def test_a_late_file_is_read_from_the_start_and_a_new_dump_from_the_cursor(
    folder: Path, exports: FilesCase
) -> None:
    """A file that came three weeks late lay before the cursor, and its rows were left out."""
    write(folder / "events_2.csv", "id,at\n1,2025-06-01T00:00:00Z\n")
    exports.load("events")
    write(folder / "events_1.csv", "id,at\n2,2025-02-01T00:00:00Z\n3,2024-02-01T00:00:00Z\n")
    late = exports.load("events")
    assert (late.read, late.loaded, late.filtered) == (2, 1, 1)  # the feed starts in 2025
    ahead = "id,at\n1,2025-06-01T00:00:00Z\n4,2099-01-01T00:00:00Z\n"
    write(folder / "events_2.csv", ahead)
    dump = exports.load("events")
    assert (dump.read, dump.loaded, dump.filtered) == (2, 1, 1)
    assert exports.rows("events", "id") == [(1,), (2,), (4,)]


def test_a_rewound_stream_reads_its_files_again(
    folder: Path, exports: FilesCase, warehouse: str
) -> None:
    write(folder / "events_1.csv", "id,at\n1,2025-06-01T00:00:00Z\n")
    exports.load("events")
    place = (exports.feed.tenant.id, exports.feed.name, "events")
    with Warehouse(warehouse).connect() as connection:
        run_rewind(connection, *place, "2025-01-01T00:00:00Z", "the table was emptied")
    assert exports.load("events").counts()["unchanged"] == 1
    assert exports.load("events").read == 0
