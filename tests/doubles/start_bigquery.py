"""BigQuery as the tests have it: a double of the service, in a process of its own.

The double needs Python 3.13 or later, which the platform does not: without one its tests are
skipped, and say so.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from include.destinations.bigquery.login import BigQueryLogin
from tests.bench.environments import ensure_environment
from tests.doubles.listening import find_port, run_server

FOLDER = Path(__file__).parent
# The command of a Python that has what `bigquery.lock` names.
READY = "ELT_TEST_BIGQUERY_PYTHON"
VERSIONS = ("python3.13", "python3.14", "python3.15")


def build_double_login(port: int) -> BigQueryLogin:
    """How everybody reaches a double that listens on this port."""
    return BigQueryLogin("local", "EU", f"http://127.0.0.1:{port}")


@contextmanager
def run_double() -> Iterator[int]:
    """A double that knows nothing yet; its port."""
    command, port = _find_command(), find_port()
    with tempfile.TemporaryDirectory() as folder:
        server = [*command, str(FOLDER / "serve_bigquery.py"), str(port), folder]
        with run_server(server, port):
            yield port


def _find_command() -> list[str]:
    if ready := os.environ.get(READY):
        return shlex.split(ready)
    for name in VERSIONS:
        if (found := shutil.which(name)) and _works(found):
            # The lock is complete: one of its pins is not what the double asks for.
            wanted = ("--no-deps", "--require-hashes", "-r", str(FOLDER / "bigquery.lock"))
            return [str(ensure_environment("bigquery", *wanted, python=found) / "python")]
    pytest.skip(
        "the double of BigQuery needs Python 3.13 on the PATH (`uv python install 3.13`), or the "
        f"command of one that has tests/doubles/bigquery.lock in {READY}"
    )


def _works(python: str) -> bool:
    """A name on the PATH may be a shim that leads nowhere, or to another Python."""
    asks = "import ssl, sys; sys.exit(sys.version_info < (3, 13))"
    asked = subprocess.run([python, "-c", asks], capture_output=True, check=False)
    return asked.returncode == 0
