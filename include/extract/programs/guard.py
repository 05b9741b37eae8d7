"""Runs one foreign program for a parent that may vanish at any moment. Executed, not imported.

    python -I -S subprocess_guard.py <run folder> <program> [argument ...]

Its standard input is the parent's lifeline: the first line is a JSON object, `files` (name -> text,
the private files of the run) and `linger`; after that comes the end, or with `linger` first a byte
that says that the files are no longer looked at. Whatever ends the parent (return,
SIGTERM, kill -9) closes that pipe; the guard then stops the program with its whole process group
and removes the run folder. It has a session of its own, so that a signal to the parent's group does
not end it before it has cleaned up. Standard library only: it starts in 20 ms.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

GRACE_S = 5.0
STALE_S = 60.0
LINGER_S = 60.0
PR_SET_PDEATHSIG = 1
NOT_FOUND = 127


def main(folder: Path, command: list[str]) -> int:
    """Run `command` with `folder` as working directory; the answer is its exit code.

    A program ended by signal n gives 128 + n.
    """
    said = _read_order()
    if said is None:
        return 0  # The parent was gone before it had said everything.
    lock = folder.with_suffix(".lock")
    _sweep(folder.parent)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            _write(folder, said["files"])
            return _run(command, folder, linger_s=LINGER_S if said["linger"] else 0.0)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


def _read_order() -> dict[str, Any] | None:
    said = bytearray()
    while not said.endswith(b"\n"):
        # Not sys.stdin: its lock would be held by the thread that waits for the end.
        chunk = os.read(0, 1 << 20)
        if not chunk:
            return None
        said += chunk
    found: dict[str, Any] = json.loads(said)
    return found


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(mode=0o700)
    for name, text in files.items():
        place = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(place, "w", encoding="utf-8") as stream:
            stream.write(text)


def _sweep(runs: Path) -> None:
    """Folders of guards that were themselves killed: nobody holds their lock any more."""
    for lock in runs.glob("*.lock"):
        with contextlib.suppress(OSError):
            if time.time() - lock.stat().st_mtime < STALE_S:
                continue  # Its guard may be between making the file and locking it.
            with lock.open("r+") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink(missing_ok=True)


def _run(command: list[str], folder: Path, *, linger_s: float) -> int:
    try:
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("wall.py")), *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
    except OSError as error:
        os.write(2, f"cannot start {command[0]}: {error.strerror}\n".encode())
        return NOT_FOUND
    # The pipe must end with the program, not with its guard.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    stopping, released = threading.Event(), threading.Event()

    def stop(_signal: int = 0, _frame: FrameType | None = None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    threading.Thread(target=_watch_lifeline, args=(stopping, released), daemon=True).start()
    deadline: float | None = None
    while child.poll() is None:
        if deadline is None and stopping.is_set():
            _signal_group(child.pid, signal.SIGTERM)
            deadline = time.monotonic() + GRACE_S
        elif deadline is not None and time.monotonic() > deadline:
            _signal_group(child.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.1)
    # Workers it may have left behind.
    _signal_group(child.pid, signal.SIGKILL)
    # The parent may want to see what became of the files.
    released.wait(linger_s)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _watch_lifeline(stopping: threading.Event, released: threading.Event) -> None:
    while os.read(0, 4096):
        released.set()
    stopping.set()
    released.set()


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _die_with_parent() -> None:
    """Linux: even a guard killed by -9 leaves no orphan."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
