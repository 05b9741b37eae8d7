"""Environments of foreign packages: made once, whole or not at all, with an error that helps."""

import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from include.core.errors import ConfigError, UpstreamUnavailable
from include.extract.programs import environment as tool_environment
from include.extract.programs.environment import READY, Tool, find_program, run_install
from tests.integration.wheel_maker import build_wheel


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ELT_STATE_DIR", str(tmp_path / "state"))
    # Nobody is asked: what is not in the wheel does not exist.
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return tmp_path / "state"


def make_tool(folder: Path, name: str = "tap-paper", **scripts: str) -> Tool:
    named = {script.replace("_", "-"): word for script, word in scripts.items()}
    return Tool((f"{name} @ {build_wheel(folder / 'wheels', name, named).as_uri()}",))


def say(program: Path) -> str:
    return subprocess.run([program], capture_output=True, check=True, text=True).stdout.strip()


def test_a_package_is_installed_once_and_its_program_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = make_tool(tmp_path, tap_paper="paper", helper="help")
    assert say(find_program(tool, run_install(tool), None, "tap-")) == "paper"
    assert say(find_program(tool, run_install(tool), "helper", "tap-")) == "help"
    monkeypatch.setattr(subprocess, "run", None)
    run_install(tool)  # Nothing is run for the second use.


def test_another_requirement_or_python_is_another_environment(tmp_path: Path) -> None:
    tools = {Tool(("x==1",)), Tool(("x==2",)), Tool(("x==1", "y")), Tool(("x==1",), "3.10")}
    assert len({tool.folder for tool in tools}) == 4


def test_two_programs_of_equal_right_must_be_chosen_from(tmp_path: Path) -> None:
    tool = make_tool(tmp_path, tap_one="1", tap_two="2")
    with pytest.raises(ConfigError, match="tap-one, tap-two"):
        find_program(tool, run_install(tool), None, "tap-")
    with pytest.raises(ConfigError, match="option `executable`"):
        find_program(tool, run_install(tool), "tap-three", "tap-")


def test_a_package_that_cannot_be_installed_leaves_nothing(tmp_path: Path) -> None:
    """Half an environment once looked like a whole one, and every later run failed oddly."""
    wheel = build_wheel(tmp_path, "tap-needy", {"tap-needy": "x"}, "nowhere-to-be-found==9")
    tool = Tool((f"tap-needy @ {wheel.as_uri()}",))
    with pytest.raises((ConfigError, UpstreamUnavailable), match="nowhere-to-be-found"):
        run_install(tool)
    assert not tool.folder.exists()


def test_the_rest_of_a_killed_install_is_made_anew(tmp_path: Path) -> None:
    tool = make_tool(tmp_path, tap_paper="paper")
    (tool.folder / "bin").mkdir(parents=True)
    (tool.folder / "bin" / "tap-paper").write_text("half")
    assert say(find_program(tool, run_install(tool), None, "tap-")) == "paper"


def test_uses_at_the_same_time_make_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = make_tool(tmp_path, tap_paper="paper")
    made: list[Any] = []
    run = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda command, **how: made.append(command) or run(command, **how)
    )
    found: list[Path] = []
    uses = [threading.Thread(target=lambda: found.append(run_install(tool))) for _ in range(4)]
    for use in uses:
        use.start()
    for use in uses:
        use.join()
    assert found == [tool.folder] * 4
    assert len(made) == 2  # one venv, one install


def test_without_uv_the_standard_library_and_pip_do_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = shutil.which
    monkeypatch.setattr(
        tool_environment.shutil, "which", lambda name: None if name == "uv" else which(name)
    )
    tool = make_tool(tmp_path, tap_paper="paper")
    assert say(find_program(tool, run_install(tool), None, "tap-")) == "paper"
    with pytest.raises(ConfigError, match="no Python"):
        run_install(Tool(tool.requirements, "3.99"))


def test_what_the_installer_said_is_shown_without_the_indexs_password(tmp_path: Path) -> None:
    text = "error: Failed to fetch: `https://me:s3cret@pypi.example/simple/x/`\n  dns error"
    error = tool_environment._build_error(Tool(("x",)), text)
    assert isinstance(error, UpstreamUnavailable)
    assert "s3cret" not in str(error)
    assert "pypi.example" in str(error)
    nothing = "No solution found: x was not found in the package registry"
    assert isinstance(tool_environment._build_error(Tool(("x",)), nothing), ConfigError)


def test_a_ready_mark_says_what_is_inside(tmp_path: Path) -> None:
    tool = make_tool(tmp_path, tap_paper="paper")
    assert (run_install(tool) / READY).read_text().splitlines() == list(tool.requirements)
