"""Programs we run: secrets, hanging, killed parents, nothing left behind."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from include.core.errors import (
    ConfigError,
    EltError,
    UpstreamUnavailable,
)
from include.core.streams import Window
from include.extract.programs.mask import Mask
from include.extract.programs.run import RunRules, ToolRun
from include.extract.stores.tokens import MemoryTokenStore
from tests.integration.tool_maker import SECRET, build_tool_source, ids, read, read_until_error

BOTH = pytest.mark.parametrize("connector", ["singer", "airbyte"])


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def lives_in(folder: str) -> bool:
    """Whether any process works in a run's folder; its numbers are its namespace's, not ours."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            is_there = process.cwd().startswith(folder.strip())
            if is_there and process.status() != psutil.STATUS_ZOMBIE:
                return True
    return False


def wait_for(condition: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_a_huge_record_is_quarantined_unread(tmp_path: Path) -> None:
    source = build_tool_source("singer", tmp_path, {"do": "huge"}, max_line_bytes=1_000_000)
    pages = read(source)
    assert ids(pages) == [1, 2, 4, 5]
    (reject,) = [reject for page in pages for reject in page.rejects]
    assert reject.reason == "line_too_long"
    assert len(reject.payload) < 70_000


@BOTH
def test_secrets_reach_the_program_and_nothing_else(
    connector: str, tmp_path: Path, state_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        pages = read(build_tool_source(connector, tmp_path, {"do": "secret"}))
    assert ids(pages) == [1, 2, 3, 4, 5]
    assert "the password is ***" in caplog.text
    assert "stray print ***" in caplog.text
    assert SECRET not in caplog.text
    assert all(SECRET not in str(page) for page in pages)
    kept = [path for path in state_dir.rglob("*") if path.is_file()]
    assert kept
    assert all(SECRET not in path.read_text() for path in kept)


def test_our_own_environment_stays_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tap is somebody else's code: other tenants' connections and our keys are not for it."""
    monkeypatch.setenv("AIRFLOW_CONN_OTHER__SHOPIFY", "http://x:other-secret@y")
    monkeypatch.setenv("WAREHOUSE_URL", "postgresql://secret")
    program = tmp_path / "tap-env"
    program.write_text("#!/bin/sh\nenv >&2\nexit 1\n")
    program.chmod(0o755)
    source = build_tool_source("singer", tmp_path)
    source._inner._options["executable"] = str(program)  # type: ignore[attr-defined]
    _, error = read_until_error(source)
    inner = source._inner  # type: ignore[attr-defined]
    run = inner._start([], {})
    with run:
        list(run.lines())
        run.finish()
    assert any(line.startswith("HOME=") for line in run.tail)
    assert not any("secret" in line for line in run.tail)
    assert isinstance(error, EltError)


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_hanging_program_is_stopped_with_all_it_started(tmp_path: Path, stubborn: bool) -> None:
    tally = tmp_path / "tally"
    config = {"do": "hang", "tally": str(tally), "stubborn": stubborn}
    source = build_tool_source("singer", tmp_path, config, silence_s=2)
    pages, error = read_until_error(source)
    assert isinstance(error, UpstreamUnavailable)
    assert "said nothing whole" in str(error)
    folder = tally.read_text().split(" ", 2)[2]
    wait_for(lambda: not lives_in(folder))
    assert not Path(folder).exists()
    assert pages == []


def test_a_program_that_never_ends_its_line_is_stopped(tmp_path: Path) -> None:
    """Each byte was a sign of life: one every few seconds held a worker's slot for days."""
    script = "import sys, time\nwhile True:\n    print(end=' ', flush=True)\n    time.sleep(0.1)\n"
    command = [sys.executable, "-c", script]
    began = time.monotonic()
    with (
        ToolRun(command, runs=tmp_path, mask=Mask([]), rules=RunRules(silence_s=2)) as run,
        pytest.raises(UpstreamUnavailable, match=r"said nothing whole.*silence_s"),
    ):
        list(run.lines())
    assert time.monotonic() - began < 20


def test_leaving_a_read_early_stops_the_program(tmp_path: Path) -> None:
    tally = tmp_path / "tally"
    source = build_tool_source("singer", tmp_path, {"do": "hang", "tally": str(tally)})
    top = {"breadcrumb": [], "metadata": {"selected": True}}
    entry = {"tap_stream_id": "Orders", "metadata": [top]}
    files = {"catalog.json": json.dumps({"streams": [entry]})}
    arguments = ["--config", "config.json", "--catalog", "catalog.json"]
    with source._inner._start(arguments, files) as run:  # type: ignore[attr-defined]
        next(run.lines())
        wait_for(lambda: tally.exists() and tally.read_text().count(" ") == 2)
    folder = tally.read_text().split(" ", 2)[2]
    wait_for(lambda: not lives_in(folder))
    assert not Path(folder).exists()


@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_a_killed_parent_leaves_neither_orphans_nor_secrets(
    how: str, tmp_path: Path, state_dir: Path
) -> None:
    """A worker killed by -9 cannot clean up: what it started and the config file must still go."""
    tally = tmp_path / "tally"
    text = (
        "import pathlib, sys\n"
        "from include.core.streams import Window\n"
        "from tests.integration.tool_maker import build_tool_source\n"
        f"config = {{'do': 'hang', 'tally': {str(tally)!r}}}\n"
        f"source = build_tool_source('singer', pathlib.Path({str(tmp_path)!r}), config)\n"
        "list(source.read('orders', Window()))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", text], start_new_session=True)
    try:
        wait_for(lambda: tally.exists() and tally.read_text().count(" ") == 2)
        folder = tally.read_text().split(" ", 2)[2]
        assert Path(folder).stat().st_mode & 0o777 == 0o700
        assert (Path(folder) / "config.json").stat().st_mode & 0o777 == 0o600
        assert SECRET in (Path(folder) / "config.json").read_text()
    finally:
        os.killpg(parent.pid, getattr(__import__("signal"), how))
        parent.wait()
    wait_for(lambda: not lives_in(folder))
    wait_for(lambda: not Path(folder).exists())
    wait_for(lambda: not list((state_dir / "tools" / "runs").iterdir()))


def test_the_catalog_is_discovered_once_for_all_tasks_of_a_run(tmp_path: Path) -> None:
    tally = tmp_path / "tally"
    config = {"do": "count", "tally": str(tally)}
    for _ in range(3):
        build_tool_source("singer", tmp_path, config).discover()
    assert tally.read_text().count("discovered") == 1
    build_tool_source("singer", tmp_path, config, catalog_minutes=0).discover()
    assert tally.read_text().count("discovered") == 2


def test_a_program_that_is_not_there_is_a_config_error(tmp_path: Path) -> None:
    source = build_tool_source("singer", tmp_path)
    source._inner._options["executable"] = "tap-nowhere"  # type: ignore[attr-defined]
    with pytest.raises(ConfigError, match="no program `tap-nowhere`"):
        source.discover()
    source._inner._options["executable"] = None  # type: ignore[attr-defined]
    with pytest.raises(ConfigError, match="names no program"):
        source.discover()


@BOTH
def test_a_rotated_secret_is_kept_for_the_next_run(
    connector: str, tmp_path: Path, state_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """QuickBooks hands out a new refresh token with each login and forgets the one before."""
    store = MemoryTokenStore()

    def run(new: str, secret: str = SECRET) -> str:
        config = {"do": "rotate", "new_password": new}
        source = build_tool_source(
            connector, tmp_path, config, secret=secret, store=store, keeps_config=True
        )
        caplog.clear()
        with caplog.at_level(logging.INFO):
            assert ids(read(source)) == [1, 2, 3, 4, 5]
        inner: Any = source._inner  # type: ignore[attr-defined]
        return str(inner._config["password"])

    assert run("second-secret-1") == SECRET
    assert run("third-secret-22") == "second-secret-1"
    assert "logged in with ***" in caplog.text
    assert "second-secret-1" not in caplog.text
    # A secret newly put into the connection wins over what descends from the old one.
    assert run("fourth-secret-3", secret="newly-typed-in") == "newly-typed-in"
    kept = [path for path in state_dir.rglob("*") if path.is_file()]
    assert all("secret" not in path.read_text() for path in kept)


def test_runs_that_rotate_a_secret_take_turns(tmp_path: Path) -> None:
    """Two tasks that log in at once with a token that works once: one of them is locked out."""
    store = MemoryTokenStore()
    config = {"do": "rotate", "new_password": "second-secret-1"}
    sources = [
        build_tool_source("singer", tmp_path, config, store=store, keeps_config=True)
        for _ in range(2)
    ]
    sources[0].discover()
    first = sources[0].read("orders", Window())
    next(first)
    found: list[list[int]] = []
    second = threading.Thread(target=lambda: found.append(ids(read(sources[1]))))
    second.start()
    second.join(1.0)
    assert second.is_alive()
    list(first)
    second.join(20)
    assert found == [[1, 2, 3, 4, 5]]


def test_a_read_that_was_left_open_is_ended_by_the_next(tmp_path: Path) -> None:
    """A load failed, its traceback kept the read open, and the next stream waited for its turn."""
    config = {"until": 12_000, "every": 1000}
    source = build_tool_source("singer", tmp_path, config, keeps_config=True)
    left = source.read("orders", Window())
    assert len(next(left).records) == 5000
    again: list[int] = []
    second = threading.Thread(target=lambda: again.extend(ids(read(source, "all_people"))))
    second.start()
    second.join(30)
    assert len(again) == 12_000
    assert list(left) == []
