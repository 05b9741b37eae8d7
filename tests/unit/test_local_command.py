"""`python -m include.local`: what the Makefile calls, with the manners of `elt`."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from include.local import __main__ as local
from include.local.state import LocalState, load_state, run_ensure_folders


@pytest.fixture
def state(tmp_path: Path) -> Iterator[LocalState]:
    """A state folder of its own; the commands choose a stack through the environment."""
    before = dict(os.environ)
    os.environ["ELT_STATE_DIR"] = str(tmp_path / "state")
    os.environ["ELT_TENANTS_DIR"] = str(tmp_path)
    yield load_state()
    os.environ.clear()
    os.environ.update(before)


def test_nothing_started_is_said(state: LocalState, capsys: pytest.CaptureFixture[str]) -> None:
    """It printed nothing and ended with 1: a stranger took it for broken."""
    assert local.main(["status"]) == 1
    assert "make demo" in capsys.readouterr().out


def test_status_for_programs(state: LocalState, capsys: pytest.CaptureFixture[str]) -> None:
    run_ensure_folders(state)
    started = psutil.Process().create_time()
    record = {"name": "scheduler", "pid": os.getpid(), "started": started, "port": None}
    (state.records / "scheduler.json").write_text(json.dumps(record))
    assert local.main(["status", "--json"]) == 1, "the others are stopped"
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["your tenants"]}
    assert found["scheduler"]["pid"] == os.getpid()
    assert found["triggerer"]["pid"] is None
    assert found["postgresql"]["pid"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["stauts"], "Did you mean 'status'?"),
        (["up", "--sizee", "3"], "--size"),
        (["down", "now"], "unexpected extra argument"),
    ],
)
def test_a_wrong_word_is_told_and_starts_nothing(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert local.main(words) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "--help" in said


@pytest.mark.parametrize(
    ("words", "is_demo"),
    [
        (["--tenant", "acme"], True),
        (["--feed", "shopify", "--tenant=acme"], True),
        (["--tenant", "mine"], False),
        (["--feed", "acme"], False),
        ([], False),
    ],
)
def test_a_demo_tenant_is_known_by_its_name(
    words: list[str], is_demo: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_TENANTS_DIR", str(tmp_path))
    assert local._names_demo_tenant(words) is is_demo
    (tmp_path / "acme.yaml").write_text("tenant: acme\n")
    assert not local._names_demo_tenant(words), "a file of the user's comes first"
