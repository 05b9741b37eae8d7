"""Loaded files are archived or deleted: after the commit, once, and whatever happens between."""

import logging
from pathlib import Path
from typing import Any

import pytest

from include.core.errors import ConfigError, UpstreamUnavailable
from tests.integration.files_case import EXPORT, KEYED, FilesCase, build_files_case, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "in"
    place.mkdir()
    return place


@pytest.fixture
def archiving(folder: Path, warehouse: str) -> FilesCase:
    write(folder / "orders_1.csv", "id,n\n1,a\n2,b\n")
    return build_files_case(warehouse, folder, streams=KEYED, after="archive")


def archived(folder: Path) -> list[str]:
    names = (path.relative_to(folder / "archive") for path in (folder / "archive").rglob("*.*"))
    return sorted("/".join(name.parts[1:]) for name in names)


def test_loaded_files_are_archived_and_never_read_again(folder: Path, archiving: FilesCase) -> None:
    assert archiving.load("orders").loaded == 2
    assert not list(folder.glob("*.csv"))
    assert archived(folder) == ["orders_1.csv"]
    assert archiving.ledger() == [("orders_1.csv", True)]
    assert archiving.load("orders").read == 0  # an empty folder is no failure any more
    write(folder / "orders_1.csv", "id,n\n3,c\n")  # the next delivery, under the same name
    assert archiving.load("orders").loaded == 1
    write(folder / "orders_1.csv", "id,n\n1,a\n2,b\n")  # the first one again, by mistake
    assert archiving.load("orders").read == 0
    assert not list(folder.glob("*.csv"))
    assert len(archived(folder)) == 3
    assert archiving.rows("orders", "id") == [(1,), (2,), (3,)]


def test_a_kill_between_commit_and_move_is_mended_by_the_next_run(
    folder: Path, archiving: FilesCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("include.extract.files.source.FileSource.after_commit", lambda *_: None)
        assert archiving.load("orders").loaded == 2
    assert (folder / "orders_1.csv").exists()
    assert archiving.load("orders").read == 0
    assert archived(folder) == ["orders_1.csv"]


def test_nothing_is_moved_before_the_commit(
    folder: Path, archiving: FilesCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise UpstreamUnavailable("no commit")

    monkeypatch.setattr("include.load.books.entry.run_record_files", breaks)
    archiving.failure("orders")
    assert (folder / "orders_1.csv").exists()
    assert not (folder / "archive").exists()


def test_a_move_that_fails_is_a_warning_with_what_to_do(
    folder: Path,
    archiving: FilesCase,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (folder / "archive").write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        assert archiving.load("orders").loaded == 2
    assert "cannot be moved away" in caplog.text
    assert "after: leave" in caplog.text
    (folder / "archive").unlink()
    assert archiving.load("orders").read == 0
    assert archived(folder) == ["orders_1.csv"]


def test_a_file_of_two_streams_goes_when_both_have_it(folder: Path, warehouse: str) -> None:
    both = {name: {"files": "all.csv", "primary_key": ["id"]} for name in ("left", "right")}
    case = build_files_case(warehouse, folder, streams=both, after="delete")
    write(folder / "all.csv", "id\n1\n")
    case.load("left")
    assert (folder / "all.csv").exists()
    case.load("right")
    assert not (folder / "all.csv").exists()
    assert case.ledger("stream, archived_at is not null") == [("left", True), ("right", True)]


def test_streams_named_after_files_stay_when_these_are_archived(
    folder: Path, warehouse: str
) -> None:
    case = build_files_case(warehouse, folder, after="archive", archive_path="done/here")
    write(folder / "prices.csv", "sku,price\na,1.50\n")
    assert sorted(case.run().loaded) == ["prices"]
    assert (folder / "done" / "here").is_dir()
    done = case.run()
    assert sorted(done.loaded) == ["prices"]
    assert (done.failed, done.loaded["prices"].read) == ({}, 0)
    write(folder / "prices.tsv", "sku\tprice\nb\t2.50\n")
    assert sorted(case.run().loaded) == ["prices", "prices_tsv"]
    assert case.rows("prices", "sku") == [("a",)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"after": "shred"}, "leave, archive, delete"),
        ({"archive_path": "../elsewhere"}, "archive_path"),
        ({"archive_path": "/elsewhere"}, "archive_path"),
    ],
)
def test_a_wrong_option_is_told(archiving: FilesCase, options: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        archiving.with_options(**options).load("orders")


def test_a_stream_without_files_does_not_keep_others_from_the_archive(
    folder: Path, warehouse: str
) -> None:
    declared = {**EXPORT, "options": {**EXPORT["options"], "after": EXPORT["options"]["path"]}}
    case = build_files_case(warehouse, folder, declared, after="archive")
    write(folder / "people.csv", "id,name\n1,ann\n")
    assert case.load("people").loaded == 1
    assert archived(folder) == ["people.csv"]
    assert case.load("people").read == 0
    write(folder / "people.csv", "id,name\n2,bob\n")
    done = case.load("people")
    assert (done.loaded, done.deleted) == (1, 1)  # the newest export says who is left
    write(folder / "people.csv", "id,name\n1,ann\n")
    assert case.load("people").loaded == 1  # back to an old one: that is news
