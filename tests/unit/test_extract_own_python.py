"""A connector's own Python is found beside its yaml, wherever the connectors folder is."""

from pathlib import Path

import pytest

from include.config.credentials import Credentials
from include.core.errors import ConfigError
from include.core.streams import Window
from include.extract.choose_source import build_source
from tests.unit.feed_maker import build_feed

CONNECTOR = {
    "connector": "own",
    "title": "Own",
    "kind": "files",
    "options": {"path": {"type": "text", "description": "Folder."}},
    "streams": {"things": {"files": ["*.jsonl"], "primary_key": ["id"], "columns": {"id": "int"}}},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELT_CONNECTORS_DIR", str(tmp_path))
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def test_hooks_change_and_leave_out_records(folder: Path) -> None:
    (folder / "hooks.py").write_text(
        "def prepare_things(record):\n"
        "    return None if record['id'] == 2 else {**record, 'seen': True}\n"
    )
    (data := folder / "data").mkdir()
    (data / "a.jsonl").write_text('{"id": 1}\n{"id": 2}\n')
    source = build_source(build_feed(CONNECTOR, path=str(data)), Credentials("c"))
    (page,) = source.read("things", Window())
    assert (page.records, page.filtered) == ([{"id": 1, "seen": True}], 1)
    assert page.notices == ()


def test_a_source_of_its_own(folder: Path) -> None:
    (folder / "source.py").write_text(
        "from include.core.errors import AccessDenied\n"
        "from include.extract.source import SourceBase\n"
        "class Own(SourceBase):\n"
        "    def check(self):\n"
        "        raise AccessDenied('no. Expected yes. Ask.')\n"
        "    def read(self, stream, window, options=None):\n"
        "        yield from ()\n"
        "SOURCE = Own\n"
    )
    python = {**CONNECTOR, "kind": "python"}
    with pytest.raises(Exception, match=r"testco/feed: no\."):
        build_source(build_feed(python), Credentials("c")).check()


def test_a_source_that_is_missing(folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"source\.py"):
        build_source(build_feed({**CONNECTOR, "kind": "python"}), Credentials("c"))
