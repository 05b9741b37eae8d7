"""One dbt process for the builds of a transform: it starts and reads the project once.

dbt's start and the reading of the project are 5 CPU seconds and more, a fifth of a large tenant's
full build; a transform that resolves identities builds twice.
"""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from include.config.settings import Settings, dbt_environment
from include.core import naming
from include.pipeline.dbt.command import build_project_options, run_dbt_command, say_line
from include.pipeline.dbt.environment import NO_WAREHOUSE, build_dbt_environment
from include.pipeline.dbt.shared_parse import load_shared_parse

Listener = Callable[[Mapping[str, Any]], None]
PROGRAM = Path(__file__).with_name("session_program.py")
GLOBALS = ("--no-use-colors", "--log-format", "json")
FIRST_OPTION = "--vars"
ENDED = "elt_ended"


class DbtSession:
    """A process of dbt's environment, started by the first build."""

    def __init__(self, settings: Settings, python: Path) -> None:
        self._settings = settings
        self._python = python
        self._process: subprocess.Popen[str] | None = None
        self._environment: dict[str, str] = {}

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        results: Path,
        on_event: Listener,
    ) -> int:
        """One build; see `run_build_command`."""
        asked = build_request(self._settings, arguments, results)
        process = self._start(dict(environment))
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                if line.startswith(f'{{"{ENDED}"'):
                    return int(json.loads(line)[ENDED])
                say_line(line, on_event)
        except BrokenPipeError:
            pass  # it ended before it read: its code says so
        except BaseException:
            # The task is being stopped: dbt must not go on writing without anyone watching.
            process.terminate()
            raise
        return process.wait() or 2

    def stop(self) -> None:
        """Let it end: there are no more lines."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _start(self, environment: dict[str, str]) -> subprocess.Popen[str]:
        is_same = environment == self._environment
        if self._process is not None and is_same and self._process.poll() is None:
            return self._process
        self.stop()
        self._environment = environment
        self._process = subprocess.Popen(
            # -P: our neighbours' names (`build`, `plan`) are not to be found by what dbt imports.
            [str(self._python), "-P", str(PROGRAM)],
            env=dbt_environment(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        return self._process


def build_request(settings: Settings, arguments: Sequence[str], results: Path) -> dict[str, Any]:
    """What the program is asked: a line of its input."""
    at = arguments.index(FIRST_OPTION)
    variables, *others = arguments[at + 1 :]
    project = build_project_options(settings)
    asked = {
        "globals": GLOBALS,
        "build": arguments[:at],
        "options": [FIRST_OPTION, variables, *others, *project],
        "results": str(results),
    }
    shared = load_shared_parse(settings, variables)
    if shared is None:
        return asked
    told = json.loads(variables)
    return asked | {
        "shared": {
            "options": [FIRST_OPTION, shared.variables, *others, *project],
            "file": str(shared.file),
            # dbt's parse belongs to the place it was made for.
            "environment": build_dbt_environment(NO_WAREHOUSE, "none", tenant_roles=False),
            "tenant": json.loads(shared.variables)["tenant"],
        },
        "tenant": told["tenant"],
        "layers": naming.CANDIDATE_LAYERS if told.get("beside") else {},
    }


_CURRENT: ContextVar[DbtSession | None] = ContextVar("dbt_session", default=None)


@contextmanager
def keep_dbt(settings: Settings) -> Iterator[None]:
    """All builds inside share one process, where dbt's environment has a Python to be found."""
    python = find_python(settings)
    if python is None or _CURRENT.get() is not None:
        yield
        return
    session = DbtSession(settings, python)
    token = _CURRENT.set(session)
    try:
        yield
    finally:
        _CURRENT.reset(token)
        session.stop()


def run_build_command(
    settings: Settings,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    results: Path,
    on_event: Listener,
) -> int:
    """Run one `dbt build`; the answer is its exit code.

    Args:
        arguments: Of `build`; from `--vars` on they are the same for all builds of a tenant.
        results: Where run_results.json belongs.
        on_event: Called with each structured event of dbt as it happens.

    Raises:
        ConfigError: If dbt is not installed.
    """
    with keep_dbt(settings):
        session = _CURRENT.get()
        if session is None:
            return run_dbt_command(settings, arguments, environment, on_event)
        return session.run(arguments, environment, results, on_event)


def find_python(settings: Settings) -> Path | None:
    """The Python beside the dbt executable; None where that does not lie in an environment."""
    folder = settings.dbt_executable.resolve().parent
    python = folder / "python"
    is_environment = (folder.parent / "pyvenv.cfg").exists()
    return python if is_environment and python.exists() else None
