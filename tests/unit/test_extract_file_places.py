"""Names and patterns, zips, and what the ledger's rows say about files."""

import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.core.errors import ContractBroken
from include.core.streams import Reading
from include.extract.files.folder import Found, LocalFolder, is_wanted
from include.extract.files.intake import Intake, State
from include.extract.files.known import Known
from include.extract.files.place import Place, matches
from include.extract.files.zipped import load_members, unzipped
from include.extract.stores.files import LoadedFile


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("a.csv", "*.csv", True),
        ("sub/a.csv", "*.csv", False),
        ("sub/a.csv", "**/*.csv", True),
        ("a.csv", "**/*.csv", True),
        ("x/y/a.csv", "x/**/a.csv", True),
        ("x/a.csv", "x/**/a.csv", True),
        ("x/y/a.csv", "x/*/a.csv", True),
        ("A.csv", "a.csv", False),
        ("orders_1.csv", "orders_[0-9].csv", True),
        ("orders_x.csv", "orders_[0-9].csv", False),
        ("a.csv", "../a.csv", False),
    ],
)
def test_patterns(name: str, pattern: str, expected: bool) -> None:
    assert matches(name, pattern) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", True),
        ("archive/a.csv", False),
        ("archives/a.csv", True),
        ("sub/archive/a.csv", True),
        ("_a.csv", False),
        (".git/a.csv", False),
        ("a.csv.PART", False),
        ("~$prices.xlsx", False),
    ],
)
def test_what_is_read_of_a_folder(name: str, expected: bool) -> None:
    assert is_wanted(name, ["**/*"], "archive") is expected


def _zip(path: Path, **members: str) -> Place:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return Place(path.name, path)


def test_a_zip_is_its_only_member_and_leaves_nothing_behind(tmp_path: Path) -> None:
    place = _zip(tmp_path / "a.zip", **{"../../orders.CSV": "x", "__MACOSX/._orders.CSV": "y"})
    with unzipped(place) as inner:
        assert (inner.name, inner.suffix, inner.path.read_text()) == ("a.zip", ".csv", "x")
        folder = inner.path.parent
        assert [p.name for p in folder.iterdir()] == ["orders.CSV"]
    assert not folder.exists()


def test_members_of_a_zip_are_read_one_by_one(tmp_path: Path) -> None:
    place = _zip(tmp_path / "a.zip", **{"in/a.csv": "x", "b.csv": "y", "read me.pdf": "z"})
    assert load_members(place) == ["in/a.csv", "b.csv"]
    with unzipped(place, "b.csv") as inner:
        assert inner.path.read_text() == "y"
    with (
        pytest.raises(ContractBroken, match="holds `2` files of a kind that can be read"),
        unzipped(place),
    ):
        pass


@pytest.mark.parametrize(
    ("content", "told"), [(b"no zip", "no readable zip"), (b"PK\x05\x06" + b"\0" * 18, "`0` files")]
)
def test_a_zip_of_nothing_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "b.zip").write_bytes(content)
    with pytest.raises(ContractBroken, match=told):
        load_members(Place("b.zip", tmp_path / "b.zip"))


def test_what_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    """A gigabyte of zeros packs into a megabyte; the limit is an option and named."""
    _zip(tmp_path / "c.zip", **{"a.csv": "1234"})
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(b"1234"))
    for name in ("c.zip", "c.csv.gz"):
        place = Place(name, tmp_path / name, max_unpacked_bytes=3)
        with (
            pytest.raises(ContractBroken, match="raise `max_unpacked_bytes`"),
            unzipped(place) as inner,
        ):
            inner.open().read()


def _row(path: str, content: str, load: int, **changes: Any) -> LoadedFile:
    fields = {
        "stream": "s", "path": path, "content_hash": content, "size": 1, "version": content,
        "layout": "l", "detected": None, "same_as": None, "load_id": load, "is_archived": False,
    }  # fmt: skip
    return LoadedFile(**(fields | changes))


def _known(*rows: LoadedFile, **how: bool) -> Known:
    return Known(rows, "l", **({"is_keyless": False} | how))


FIRST = _row("a", "1", 1)
SECOND = _row("a", "2", 2)
GONE = _row("a", "1", 1, is_archived=True)
TWIN = _row("b", "1", 1, same_as="a")


@pytest.mark.parametrize(
    ("known", "name", "content", "is_known"),
    [
        (_known(FIRST), "a", "1", True),
        (_known(FIRST), "a", "2", False),
        (_known(FIRST), "b", "1", True),  # another name
        (_known(FIRST, SECOND), "a", "1", False),  # set back in its place
        (_known(FIRST, SECOND), "b", "1", True),
        (_known(FIRST, SECOND, is_keyless=True), "b", "1", False),  # its rows went with name `a`
        (_known(GONE), "a", "1", True),  # delivered again
        (_known(GONE), "a", "2", False),
        (_known(GONE, is_whole=True), "a", "1", False),  # an export that comes back is news
        (_known(FIRST, TWIN, is_keyless=True), "b", "1", True),
        (_known(FIRST, SECOND, TWIN, is_keyless=True), "b", "1", False),
        (_known(FIRST, SECOND, TWIN), "b", "1", True),
        (_known(_row("a", "1", 1, layout="old")), "a", "1", False),
    ],
)
def test_what_counts_as_loaded(known: Known, name: str, content: str, is_known: bool) -> None:
    assert (known.by_content(name, content) is not None) is is_known


def test_looks_are_believed_only_for_what_stayed() -> None:
    found = Found("a", 1, "1")
    assert _known(FIRST).by_looks(found) is FIRST
    assert _known(FIRST).by_looks(Found("a", 2, "1")) is None
    assert _known(FIRST).by_looks(Found("a", 1, "")) is None
    assert _known(GONE).by_looks(found) is None
    assert _known(FIRST, SECOND).by_looks(found) is None
    assert _known(FIRST, _row("b", "3", 2)).vanished(["b"]) == ["a"]


def test_rest_is_waited_for_only_briefly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("include.extract.files.intake.time.sleep", slept.append)
    monkeypatch.setattr("include.extract.files.intake.time.time", lambda: 1_000.0)
    (tmp_path / "a.csv").write_text("x")

    def judge(age: float, settle: float) -> State:
        looked = LocalFolder(tmp_path).look("a.csv")
        assert looked is not None
        at = datetime.fromtimestamp(1_000 - age, UTC)
        found = Found("a.csv", looked.size, looked.version, at)
        [judged] = Intake(
            LocalFolder(tmp_path), [found], _known(), reading=Reading.NEW, is_whole=False,
            settle_s=settle,
        ).judged()  # fmt: skip
        return judged.state

    assert judge(5, 2) is State.NEW
    assert slept == []
    assert judge(0.5, 2) is State.NEW
    assert slept == [1.5]
    assert judge(5, 60) is State.LEFT
    assert judge(-3_600, 60) is State.NEW  # a clock that is ahead says nothing about rest
    assert slept == [1.5]
