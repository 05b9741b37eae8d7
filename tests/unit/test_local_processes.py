"""Starting and stopping: exactly what is ours, whole families, nothing else."""

import json
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from include.core.errors import ConfigError
from include.local import processes
from include.local.processes import Record
from include.local.state import LocalState, run_ensure_folders

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; "
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)",
]


@pytest.fixture
def state(tmp_path: Path) -> LocalState:
    found = LocalState(tmp_path)
    run_ensure_folders(found)
    return found


def test_a_started_process_is_found_and_stopped_with_its_children(state: LocalState) -> None:
    record = processes.run_start_process(state, "parent", PARENT, os.environ, port=1)
    assert processes.load_record(state, "parent") == record
    parent = psutil.Process(record.pid)
    deadline = time.monotonic() + 10
    while not parent.children() and time.monotonic() < deadline:
        time.sleep(0.05)
    [child] = parent.children()
    assert processes.run_stop_processes(state, ["parent"], grace_s=1) == ["parent"]
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert processes.load_record(state, "parent") is None


def test_a_pid_that_belongs_to_another_process_is_left_alone(state: LocalState) -> None:
    """After a reboot a recorded pid may be anybody's; the start time tells them apart."""
    stranger = psutil.Popen(SLEEP)
    try:
        stale = {"name": "scheduler", "pid": stranger.pid, "started": 1.0, "port": None}
        (state.records / "scheduler.json").write_text(json.dumps(stale))
        assert processes.load_record(state, "scheduler") is None
        assert processes.run_stop_processes(state, ["scheduler"]) == []
        assert stranger.is_running()
    finally:
        stranger.kill()
        stranger.wait()


def test_an_ended_process_ends_the_wait_with_its_log(state: LocalState) -> None:
    command = [sys.executable, "-c", "print('no such world'); raise SystemExit(3)"]
    processes.run_start_process(state, "sandbox", command, os.environ)
    with pytest.raises(ConfigError, match=r"`sandbox` ended[\s\S]*no such world"):
        processes.run_wait(state, "sandbox", lambda: False, timeout_s=20)


def test_a_record_of_this_process_is_this_process() -> None:
    me = psutil.Process()
    assert processes.fetch_process(Record("me", me.pid, me.create_time())) == me
    assert processes.fetch_process(Record("me", me.pid, me.create_time() - 60)) is None
