"""A Python environment of its own for each foreign package, made on first use.

    <state>/tools/<hash of the requirements and the Python>/   the environment; `ready` in it: whole
    <state>/tools/<hash>.lock                                   one maker at a time, over processes

A package's dependencies meet nobody else's, ours least of all. An environment without its `ready`
mark is the rest of an install that was killed; the next use removes it and begins again.
"""

import configparser
import contextlib
import fcntl
import hashlib
import json
import logging
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from include.config.settings import load_settings, tool_environment
from include.core.errors import ConfigError, EltError, UpstreamUnavailable

log = logging.getLogger(__name__)

INSTALL_S = 1800
SHOWN_LINES = 12
READY = "ready"
_LINES_OF_NETWORK = re.compile(
    r"failed to fetch|error sending request|timed? ?out|connection (?:refused|reset|aborted|error)|"
    r"dns|name resolution|temporary failure|status code 5\d\d|50\d (?:server|bad|service)|"
    r"newconnectionerror|no space left",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Tool:
    """What to install.

    Attributes:
        requirements: pip requirements; the program belongs to the first.
        python: Version (`3.11`) or path of an interpreter; None: the one that runs this.
    """

    requirements: tuple[str, ...]
    python: str | None = None

    @property
    def folder(self) -> Path:
        """Where its environment is or will be."""
        python = self.python or f"{sys.version_info.major}.{sys.version_info.minor}"
        text = json.dumps([*self.requirements, python])
        return tools_folder() / hashlib.sha256(text.encode()).hexdigest()[:16]


def tools_folder() -> Path:
    return load_settings().state_dir.resolve() / "tools"


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """One holder at a time over all processes of this machine; ends with its process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def run_install(tool: Tool) -> Path:
    """The environment's folder, made now if this is its first use.

    Raises:
        ConfigError: If the package or the Python does not exist, or cannot be built here.
        UpstreamUnavailable: If the package index does not answer. Nothing half made stays.
    """
    folder = tool.folder
    if (folder / READY).is_file():
        return folder
    with hold_lock(folder.with_suffix(".lock")):
        if (folder / READY).is_file():
            return folder
        started = time.monotonic()
        log.info("environment is made packages=%s", " ".join(tool.requirements))
        shutil.rmtree(folder, ignore_errors=True)
        try:
            for command in _build_commands(tool, folder):
                _run(command, tool)
            (folder / READY).write_text("\n".join(tool.requirements) + "\n")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    seconds = time.monotonic() - started
    log.info("environment made packages=%s seconds=%.0f", " ".join(tool.requirements), seconds)
    return folder


def find_program(tool: Tool, folder: Path, name: str | None, prefix: str) -> Path:
    """The package's program: the one asked for, else the console script that is its own.

    Args:
        name: Script name; None: the only one, or the only one that begins with `prefix`.

    Raises:
        ConfigError: If there is none, or more than one to choose from.
    """
    scripts = [name] if name else _find_scripts(tool, folder)
    if len(scripts) > 1:
        scripts = [script for script in scripts if script.startswith(prefix)] or scripts
    found = [folder / "bin" / script for script in scripts]
    if len(found) == 1 and found[0].is_file():
        return found[0]
    there = sorted(path.name for path in (folder / "bin").glob(f"{prefix}*"))
    raise ConfigError(
        f"package `{tool.requirements[0]}` has no program `{name or prefix + '...'}` to choose. "
        f"Programs found: {', '.join(scripts if not name else there) or 'none'}. Name it in option "
        "`executable`."
    )


def _find_scripts(tool: Tool, folder: Path) -> list[str]:
    wanted = _plain_name(tool.requirements[0])
    for info in folder.glob("lib*/python*/site-packages/*.dist-info"):
        if _plain_name(info.name.rsplit(".", 1)[0].rsplit("-", 1)[0]) != wanted:
            continue
        points = configparser.ConfigParser(delimiters=("=",), interpolation=None)
        points.optionxform = str  # type: ignore[assignment,method-assign]
        with contextlib.suppress(OSError, configparser.Error):
            points.read_string((info / "entry_points.txt").read_text())
        return sorted(points["console_scripts"]) if "console_scripts" in points else []
    return []


def _plain_name(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    return re.sub(r"[-_.]+", "-", name[0] if name else "").lower()


def _build_commands(tool: Tool, folder: Path) -> list[list[str]]:
    uv = shutil.which("uv")
    python = tool.python or sys.executable
    if uv:
        install = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python")]
        make = [uv, "venv", "--quiet", "--no-project", "--python", python, str(folder)]
        return [make, [*install, *tool.requirements]]
    found = python if Path(python).is_file() else shutil.which(f"python{python}")
    if not found:
        raise ConfigError(
            f"no Python `{python}` on this machine. Expected a version installed here, or a path. "
            "Install it, or correct option `python`."
        )
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input"]
    return [[found, "-m", "venv", str(folder)], [*install, *tool.requirements]]


def _run(command: list[str], tool: Tool) -> None:
    try:
        done = subprocess.run(
            command,
            env=tool_environment(installing=True),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=INSTALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UpstreamUnavailable(
            f"installing `{tool.requirements[0]}` took longer than `{INSTALL_S}` seconds. "
            "Nothing was kept. Check the package index, then run again."
        ) from None
    if done.returncode:
        raise _build_error(tool, done.stdout.decode("utf-8", "replace"))


def _build_error(tool: Tool, output: str) -> EltError:
    """The installer's last lines; addresses in them lose their user and password."""
    clean = re.sub(r"(\w+://)[^/\s@]+@", r"\1***@", output)
    lines = [line.strip() for line in clean.splitlines() if line.strip()]
    said = " | ".join(lines[-SHOWN_LINES:])[-1500:] or "nothing"
    kind = UpstreamUnavailable if _LINES_OF_NETWORK.search(clean) else ConfigError
    return kind(
        f"`{' '.join(tool.requirements)}` could not be installed; the installer said: {said}. "
        "Expected a package that installs here. Check options `package`, `with` and `python`."
    )
