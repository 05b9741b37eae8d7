"""Images by digest, actions by commit; nothing is written where one is unknown."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from include.config.settings import load_settings
from include.core.errors import UpstreamUnavailable
from include.local.pin import FILES, run_pin

NEW = "sha256:" + "a" * 64
TAG, COMMIT = "b" * 40, "c" * 40


def _ask(words: Sequence[str]) -> str:
    if words[0] == "docker":
        return f"{NEW}\n"
    return f"{TAG}\t{words[3]}\n{COMMIT}\t{words[4]}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the repository's own files."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(load_settings().root / name, tmp_path / name)
    return tmp_path


def test_every_image_and_action_is_pinned(root: Path) -> None:
    told = run_pin(root, _ask)
    assert f"postgres:18 is {NEW}" in told
    text = "\n".join((root / name).read_text() for name in FILES)
    lines = text.splitlines()
    images = [one for one in lines if one.startswith("FROM") or one.strip().startswith("image: ")]
    assert len(images) > 5
    assert all(NEW in line or line.endswith("airflow-elt:local") for line in images)
    uses = [line for line in lines if "uses:" in line]
    assert uses
    assert all(f"@{COMMIT} # v" in line for line in uses), "the tag's own object is no commit"
    assert "FROM python:3.12-slim-bookworm@" in text
    assert " AS build" in text
    for name in FILES[1:]:
        yaml.safe_load((root / name).read_text())


def test_again_moves_them_on(root: Path) -> None:
    run_pin(root, _ask)
    before = [(root / name).read_text() for name in FILES]
    run_pin(root, lambda words: _ask(words).replace("a" * 64, "d" * 64).replace(COMMIT, "e" * 40))
    after = [(root / name).read_text() for name in FILES]
    moved = [text.replace("a" * 64, "d" * 64).replace(COMMIT, "e" * 40) for text in before]
    assert after == moved


def test_an_answer_that_is_none_changes_nothing(root: Path) -> None:
    before = [(root / name).read_text() for name in FILES]
    with pytest.raises(UpstreamUnavailable, match="no tag"):
        run_pin(root, lambda words: f"{NEW}\n" if words[0] == "docker" else "")
    with pytest.raises(UpstreamUnavailable, match="no digest"):
        run_pin(root, lambda _words: "error: not found\n")
    assert [(root / name).read_text() for name in FILES] == before
