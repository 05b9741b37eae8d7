"""Folders for copies of customers' files while they are read: private, and never left behind.

    <state>/copies/<random>/        0700, goes with its owner
    <state>/copies/<random>.lock    held by the owner's process for as long as it lives

A process that is killed takes its lock with it; whoever makes the next folder sweeps what has no
holder any more, and so does an erasure. In the machine's temporary folder they stayed for ever.
"""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from include.config.settings import load_settings


class PrivateFolder:
    """One folder; as a context manager, or until `cleanup`."""

    def __init__(self) -> None:
        run_sweep_copies()
        place = _copies()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = place / uuid4().hex
        self._lock = self.path.with_suffix(".lock")
        # The lock is held before the folder is there, so that no sweep finds it unheld.
        self._held = os.open(self._lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX)
        self.path.mkdir(mode=0o700)

    def cleanup(self) -> None:
        """Remove it; again is no harm."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.unlink(missing_ok=True)
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cleanup()

    def __del__(self) -> None:
        self.cleanup()


def run_sweep_copies() -> int:
    """Remove every folder whose process is gone; how many."""
    swept = 0
    for lock in _copies().glob("*.lock"):
        with contextlib.suppress(OSError), lock.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held: its owner is alive
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
            swept += 1
    return swept


def _copies() -> Path:
    return load_settings().state_dir.resolve() / "copies"
