"""Which files of a tenant still name a person who was erased: in whatever a feed reads."""

import gzip
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from include.pipeline.forget import files
from include.pipeline.forget.files import NamedFiles, find_named_files
from include.pipeline.forget.person import build_person
from tests.unit.feed_maker import build_feed

PERSON = build_person(["Ann@Mail.example"], ["+1 303 555 0100"], None)


def _search(folder: Path) -> NamedFiles:
    feed = build_feed("files", path=str(folder))
    return find_named_files(replace(feed.tenant, feeds=(feed,)), PERSON)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["id", "ANN@mail.example"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _zip(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr(name, content)
    return packed.getvalue()


NAMING = {
    "plain.csv": b"id,mail\n1,ann@mail.example\n",
    "capitals.csv": b"id,mail\n1,ANN@MAIL.EXAMPLE\n",
    "wide.csv": "id,mail\n1,ann@mail.example\n".encode("utf-16"),
    "phone.csv": b"id,phone\n1,(303) 555-0100\n",
    "link.jsonl": b'{"u": "https://x.example/?m=ann%40mail.example"}\n',
    "packed.csv.gz": gzip.compress(b"1,ann@mail.example\n"),
    "month.zip": _zip("a.csv", b"1,ann@mail.example\n"),
    "book.xlsx": _workbook(),
    "archive/2026-01-01/old.csv": b"1,ann@mail.example\n",
    "border.csv": b"x" * (files.CHUNK - 6) + b",ann@mail.example\n",
}


@pytest.mark.parametrize("name", NAMING)
def test_a_file_that_names_them_is_named(name: str, tmp_path: Path) -> None:
    """`forget` named folders only: whoever answers the person had to read every file in them."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(NAMING[name])
    (tmp_path / "other.csv").write_text("1,joann@mail.example2,3035550199\n")
    found = _search(tmp_path)
    assert found.holding == [f"feed: {name}"]
    assert (found.looked_at, found.unread) == (2, [])


def test_what_cannot_be_looked_through_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search that ended at a broken archive, or in a bomb, would be no proof of anything."""
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"1,ann@mail.example\n" * 9)[:-9])
    (tmp_path / "bomb.zip").write_bytes(_zip("a.csv", b"0" * 9999))
    (tmp_path / "outside.csv").symlink_to("/etc/passwd")
    (tmp_path / "fine.csv").write_text("ann@mail.example\n")
    found = _search(tmp_path)
    assert "feed: fine.csv" in found.holding
    assert "feed: bomb.zip (cannot be read to its end)" in found.unread
    assert not any("outside" in one for one in (*found.holding, *found.unread))
    gone = _search(tmp_path / "nothing")
    assert gone.unread == [f"feed: {tmp_path / 'nothing'} (cannot be opened)"]
