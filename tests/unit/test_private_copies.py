"""Copies of customers' files do not outlive the process that made them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from include.config.walls.private_copies import PrivateFolder, run_sweep_copies

MAKE = """
import os, signal
from include.config.walls.private_copies import PrivateFolder
folder = PrivateFolder()
(folder.path / "orders.csv").write_text("ann@mail.example")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path))
    return tmp_path / "copies"


def _run_killed() -> None:
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", MAKE], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_copy_goes_with_its_owner(state: Path) -> None:
    with PrivateFolder() as folder:
        (folder / "x").write_text("x")
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(state.iterdir()) == []


def test_what_a_killed_process_left_is_swept_by_the_next(state: Path) -> None:
    """After kill -9 samples and unpacked files stayed in the temporary folder for ever."""
    _run_killed()
    assert len(list(state.rglob("orders.csv"))) == 1
    with PrivateFolder():
        assert list(state.rglob("orders.csv")) == []


def test_an_erasure_sweeps_too(state: Path) -> None:
    _run_killed()
    assert run_sweep_copies() == 1
    assert list(state.iterdir()) == []


def test_what_is_in_use_stays(state: Path) -> None:
    with PrivateFolder() as folder, PrivateFolder():
        assert run_sweep_copies() == 0
        assert folder.is_dir()


def test_no_module_copies_files_elsewhere() -> None:
    """`TemporaryFile` has no name and ends with its process; anything else has and may not."""
    root = Path(__file__).resolve().parents[2] / "include"
    found = {
        str(path.relative_to(root))
        for room in ("extract", "connectors", "load", "pipeline", "destinations", "ledger")
        for path in (root / room).rglob("*.py")
        if any(
            word in path.read_text()
            for word in ("TemporaryDirectory", "mkdtemp", "mkstemp", "NamedTemporaryFile")
        )
    }
    assert found == set()
