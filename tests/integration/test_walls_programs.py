"""A foreign program reads no secret of the platform from any process it can see."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from include.core.errors import ConfigError, EltError
from include.extract.programs import wall
from tests.integration.tool_maker import build_tool_source, read_until_error

# Every environment the program can read, ancestors first, in its standard error.
SPY = """#!/bin/sh
pid=$$
while [ "$pid" -gt 0 ] 2>/dev/null; do
  tr '\\0' '\\n' < /proc/$pid/environ >&2 2>/dev/null
  pid=$(awk '/^PPid/ {print $2}' /proc/$pid/status 2>/dev/null || echo 0)
done
for file in /proc/[0-9]*/environ; do tr '\\0' '\\n' < "$file" >&2 2>/dev/null; done
echo looked >&2
exit 1
"""
PARENT = """
import os, pathlib, sys
from tests.integration.tool_maker import build_tool_source, read_until_error
source = build_tool_source("singer", pathlib.Path(sys.argv[1]))
source._inner._options["executable"] = sys.argv[2]
run = source._inner._start([], {})
with run:
    list(run.lines())
    print(run.finish())
print("\\n".join(run.tail))
"""


def _spy(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The spy's words, run by a parent whose environment holds a secret from its start."""
    spy = tmp_path / "spy"
    spy.write_text(SPY)
    spy.chmod(0o755)
    secrets = {"AIRFLOW_CONN_OTHER__SHOP": "http://x:CANARY@y", "WAREHOUSE_URL": "x://CANARY"}
    given = {k: v for k, v in os.environ.items() if k != "ELT_PROGRAMS_UNWALLED"}
    return subprocess.run(
        [sys.executable, "-c", PARENT, str(tmp_path), str(spy)],
        env={**given, **secrets, "ELT_STATE_DIR": str(tmp_path / "state"), **environment},
        capture_output=True, text=True, check=True,
    )  # fmt: skip


def test_a_program_reads_no_secret_through_proc(tmp_path: Path) -> None:
    """/proc/<ppid>/environ of the worker held every tenant's connections; it is not there now.

    Where the machine has no namespaces for us the program is not started at all.
    """
    done = _spy(tmp_path)
    assert "CANARY" not in done.stdout + done.stderr
    assert "looked" in done.stdout or "has no wall for foreign programs" in done.stdout


@pytest.mark.parametrize("variable", ["AIRFLOW_CONN_A__B", "WAREHOUSE_URL",
                                      "AIRFLOW__CORE__FERNET_KEY",
                                      "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])  # fmt: skip
def test_a_readable_secret_is_found(variable: str) -> None:
    """What the refusal rests on: this very process' child can be read by its own user."""
    with subprocess.Popen(["sleep", "30"], env={variable: "x", "PATH": os.environ["PATH"]}) as held:
        try:
            assert wall.SECRET.search(f"A=b\0{variable}=x".encode())
            assert wall.find_readable_secret() is not None
        finally:
            held.kill()


def test_without_a_wall_a_program_that_could_read_one_is_refused(tmp_path: Path) -> None:
    """The wall says why and what to do, and exits before the program is started."""
    flag = tmp_path / "ran"
    program = tmp_path / "tap"
    program.write_text(f"#!/bin/sh\ntouch {flag}\n")
    program.chmod(0o755)
    code = (
        "import sys, runpy; from include.extract.programs import wall; "
        "wall._run_helper = lambda *_: wall._end(0); sys.exit(wall.main(sys.argv[1:]))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    secret = {**environment, "WAREHOUSE_URL": "x"}
    done = subprocess.run([sys.executable, "-c", code, str(program)], env=secret,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == wall.REFUSED and not flag.exists()
    assert "could read `" in done.stderr and "ELT_PROGRAMS_UNWALLED" in done.stderr
    trusting = [sys.executable, "-c", code, wall.UNWALLED, str(program)]
    subprocess.run(trusting, env=secret, check=True)
    assert flag.exists()


def test_a_program_the_operator_did_not_allow_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_ALLOWED_PROGRAMS", "tap-good")
    for options in ({"executable": "/bin/sh"}, {"package": "evil"}, {"executable": "sh"}):
        source = build_tool_source("singer", tmp_path)
        source._inner._options.update(options)  # type: ignore[attr-defined]
        _, error = read_until_error(source)
        assert isinstance(error, ConfigError) and "ELT_ALLOWED_PROGRAMS" in str(error)
        assert isinstance(error, EltError)
