"""Start, find and stop the stack's processes, touching nothing that is not ours.

A record file holds pid and start time. A pid alone can belong to a stranger after a reboot or a
wrap-around; together with the start time it cannot.
"""

import json
import logging
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from include.core.errors import ConfigError
from include.local.state import LocalState, load_json

log = logging.getLogger(__name__)

LOG_LIMIT_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True)
class Record:
    """One started process.

    Attributes:
        started: The kernel's start time of the process, seconds since the epoch.
        port: What it listens on; None when nothing.
    """

    name: str
    pid: int
    started: float
    port: int | None = None


def fetch_process(record: Record) -> psutil.Process | None:
    """The living process of a record, or None when it ended or its pid went to another."""
    try:
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.started) < 1
        alive = same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    return process if alive else None


def load_record(state: LocalState, name: str) -> Record | None:
    """The record of a process that still runs; stale records count as none."""
    data = load_json(state.records / f"{name}.json")
    record = Record(**data) if data else None
    return record if record and fetch_process(record) else None


def run_start_process(
    state: LocalState,
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    port: int | None = None,
) -> Record:
    """Start a process that outlives this command, with its own log file and process group."""
    path = log_path(state, name)
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as stream:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=environment.get("ELT_ROOT"),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    process.returncode = 0  # it outlives this handle, which would warn when it is collected
    record = Record(name, process.pid, psutil.Process(process.pid).create_time(), port)
    (state.records / f"{name}.json").write_text(json.dumps(asdict(record)))
    log.info("started name=%s pid=%s port=%s", name, record.pid, port)
    return record


def run_stop_processes(state: LocalState, names: Sequence[str], grace_s: float = 20) -> list[str]:
    """Stop processes and everything they started, side by side; answers which were running.

    Their children are listed before they are asked to stop: an orphan no longer leads back to them.
    """
    found: dict[str, psutil.Process] = {}
    for name in names:
        data = load_json(state.records / f"{name}.json")
        process = fetch_process(Record(**data)) if data else None
        if process is not None:
            found[name] = process
    families = [member for parent in found.values() for member in (parent, *_children(parent))]
    _signal(list(found.values()), "terminate")
    _, alive = psutil.wait_procs(families, timeout=grace_s)
    _signal(alive, "kill")
    psutil.wait_procs(alive, timeout=5)
    for name in names:
        (state.records / f"{name}.json").unlink(missing_ok=True)
    return list(found)


def log_path(state: LocalState, name: str) -> Path:
    return state.logs / f"{name}.log"


def build_log_tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log file, for an error message; empty when there is none."""
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def run_wait(state: LocalState, name: str, is_ready: Callable[[], bool], timeout_s: float) -> None:
    """Wait until a started process is ready.

    Raises:
        ConfigError: If it ends or is not ready in time; the message ends with its log.
    """
    deadline = time.monotonic() + timeout_s
    while not is_ready():
        ended = load_record(state, name) is None
        if ended or time.monotonic() > deadline:
            path = log_path(state, name)
            what = "ended" if ended else f"was not ready after {timeout_s:.0f} s"
            raise ConfigError(f"`{name}` {what}. Its log {path}:\n{build_log_tail(path)}")
        time.sleep(0.3)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _signal(processes: Sequence[psutil.Process], verb: str) -> None:
    for process in processes:
        try:
            getattr(process, verb)()
        except psutil.Error:
            continue  # it has ended meanwhile
